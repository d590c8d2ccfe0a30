//! What a visitor gets, before it is written for one protocol or another.

use engine::{CacheResult, Served};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use super::{Asked, Body, Response};
use crate::config::Config;
use crate::http::etag;
use crate::http::headers::{Value, into_map};
use crate::http::security::protect_landing;
use crate::http::shared_cache::{self, Policy};
use crate::http::short::Short;

const CONTENT_ARM: HeaderName = HeaderName::from_static("x-content-arm");
const CONTENT_CACHE: HeaderName = HeaderName::from_static("x-content-cache");
const CONTENT_VARIANT: HeaderName = HeaderName::from_static("x-content-variant");
const CONTENT_SOURCE: HeaderName = HeaderName::from_static("x-content-source");
const SIMILARITY: HeaderName = HeaderName::from_static("x-similarity");
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// Most headers of an answer.
const HEADERS: usize = 24;

/// An answer whose headers are not written yet.
#[derive(Debug)]
pub(in crate::http) struct Reply {
    /// Its status.
    pub(in crate::http) status: StatusCode,
    /// What its `Content-Length` says; none for an answer that has no content.
    pub(in crate::http) length: Option<usize>,
    /// What is sent; empty for an answer to HEAD.
    pub(in crate::http) body: Body,
    head: Head,
}

#[derive(Debug)]
enum Head {
    Page(Page),
    Other(HeaderMap),
}

/// What a page's headers are made of.
#[derive(Debug)]
struct Page {
    asked: Asked,
    served: Served,
    tag: Short,
}

impl Reply {
    /// The body in the encoding asked for, or nothing when the client has it already.
    pub(super) fn page(asked: Asked, served: Served) -> Self {
        let tag = etag::of(&served.body, asked.encoding);
        let known = !asked.known.is_empty() && etag::matches(&asked.known, tag.as_str());
        // Only what is sent is taken: the plain document has to be decompressed first.
        let body = if known || asked.head {
            Body::default()
        } else {
            asked.encoding.of(&served.body)
        };
        Self {
            status: if known {
                StatusCode::NOT_MODIFIED
            } else {
                StatusCode::OK
            },
            length: (!known).then(|| asked.encoding.length(&served.body)),
            body,
            head: Head::Page(Page { asked, served, tag }),
        }
    }

    /// Says every header but the length.
    pub(in crate::http) fn headers(
        &self,
        config: &Config,
        put: &mut impl FnMut(HeaderName, Value<'_>),
    ) {
        match &self.head {
            Head::Page(page) => page.headers(self.length.is_some(), config, put),
            Head::Other(headers) => {
                for (name, value) in headers {
                    put(
                        name.clone(),
                        Value::Text(value.to_str().unwrap_or_default()),
                    );
                }
            }
        }
    }

    /// The answer as hyper sends it.
    pub(in crate::http) fn into_response(self, config: &Config) -> Response {
        let headers = match self.head {
            Head::Page(_) => {
                // Room for every header of an answer: growing costs more than the answer's own look-ups.
                let mut headers = HeaderMap::with_capacity(HEADERS);
                self.headers(config, &mut into_map(&mut headers));
                if let Some(length) = self.length {
                    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
                }
                headers
            }
            Head::Other(headers) => headers,
        };
        let mut response = Response::new(self.body);
        *response.status_mut() = self.status;
        *response.headers_mut() = headers;
        response
    }
}

impl From<Response> for Reply {
    fn from(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        Self {
            status: parts.status,
            length: (parts.status != StatusCode::NOT_MODIFIED).then(|| body.len()),
            body,
            head: Head::Other(parts.headers),
        }
    }
}

impl Page {
    fn headers(&self, content: bool, config: &Config, put: &mut impl FnMut(HeaderName, Value<'_>)) {
        let Self { asked, served, tag } = self;
        if content {
            put(
                header::CONTENT_TYPE,
                Value::Fixed("text/html; charset=utf-8"),
            );
            if let Some(name) = asked.encoding.header() {
                put(header::CONTENT_ENCODING, Value::Fixed(name));
            }
        }
        put(header::ETAG, Value::Text(tag.as_str()));
        let recognised = &asked.recognised;
        let segment = &recognised.catalog().segments[recognised.segment].key;
        let keys = || shared_cache::keys(recognised.page(), segment, served);
        Policy::of(recognised.reason, served.provisional, keys).declare(config, put);
        protect_landing(put);
        put(CONTENT_ARM, Value::Fixed(asked.arm.as_str()));
        put(CONTENT_CACHE, Value::Fixed(served.result.as_str()));
        put(CONTENT_SOURCE, Value::Fixed(served.source.as_str()));
        put(CONTENT_VARIANT, Value::Text(segment.as_str()));
        if let (CacheResult::Miss, Some(similarity)) = (served.result, served.similarity) {
            put(SIMILARITY, Value::Text(&format!("{similarity:.4}")));
        }
        let micros = asked.started.elapsed().as_micros();
        let timing = Short::of(format_args!(
            "total;dur={}.{:03}",
            micros / 1_000,
            micros % 1_000
        ));
        put(SERVER_TIMING, Value::Text(timing.as_str()));
        for cookie in asked.cookies.iter() {
            put(header::SET_COOKIE, Value::Text(cookie));
        }
    }
}
