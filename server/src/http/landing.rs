//! A landing page for every path that no other route claims.

mod reply;

use std::time::Instant;

use axum::extract::State;
use domain::cache_key::Arm;
use domain::segment::named_by_shared_cache;
use domain::{CanonicalPath, path, rollout};
use engine::catalog::Catalog;
use engine::{Recognised, Served};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};

use super::cookies::{NewCookies, Remembered};
use super::encoding::Encoding;
use super::fields::Fields;
use super::headers::into_map;
use super::pieces::Pieces;
use super::security::protect_landing;
use super::signals::{Request, RequestError};
use super::{AppState, crawlers, limits, notice};

pub(super) use self::reply::Reply;

/// How long a browser may keep a redirect, in the header's words.
const REDIRECT_CACHE: &str = "public, max-age=3600";
/// The same for a page that moved: a browser asks each time, because a page may move back, and a
/// redirect kept from before would then lead in a circle.
const MOVED_CACHE: &str = "no-cache";

/// A body that is complete from the start, so that sending it needs no allocation.
pub(super) type Body = Pieces;
/// What a visitor gets.
pub(super) type Response = http::Response<Body>;

/// A visitor's request for a page at the page's own address, with everything that the answer depends on.
#[derive(Debug)]
pub(super) struct Asked {
    started: Instant,
    recognised: Recognised,
    arm: Arm,
    cookies: NewCookies,
    encoding: Encoding,
    /// The tags of what the client has already, as it says.
    known: Box<str>,
    /// Whether the body is unwanted.
    head: bool,
}

/// Reads a request for `path` (and, after its question mark, `query`) with GET, or with HEAD if `head`.
///
/// `None` when this is not a page of the present catalog at its own address. Whatever needs a second look (redirects,
/// refusals, escaped characters) is for [`fallback`], which knows more.
pub(super) fn ask(
    state: &AppState,
    head: bool,
    path: &str,
    query: &str,
    fields: &Fields<'_>,
) -> Option<Asked> {
    let started = Instant::now();
    limits::check_sizes(path, query, fields.cookie_bytes, fields.cookie_count).ok()?;
    let catalog = state.engine.catalog();
    let request = Request::read(path, query, fields, &catalog).ok()?;
    if request.respelt {
        return None;
    }
    let page = catalog.page(&request.path)?;
    let visitor = request.visitor(&catalog, &state.config, state.engine.now());
    // What a shared cache keeps for many is nobody's own: no cookie is read or set for it.
    let shared = named_by_shared_cache(&catalog.segments, &visitor).is_some();
    let remembered = if shared {
        Remembered::default()
    } else {
        Remembered::of(&visitor, page.rollout, fields.objects(), &state.config)
    };
    if !shared && !fields.objects() && !visitor.is_bot() {
        state.engine.surveyed(&catalog, &visitor, remembered.agreed);
    }
    let id = remembered.id.as_deref();
    let arm = rollout::arm(page.external_id.as_str(), page.rollout, id);
    Some(Asked {
        started,
        recognised: state.engine.recognise(&catalog, page, &visitor, arm)?,
        arm,
        cookies: remembered.news(),
        encoding: Encoding::choose(fields.accept_encoding),
        known: fields.if_none_match.into(),
        head,
    })
}

impl Asked {
    /// What memory has for it: no I/O, no waiting.
    pub(super) fn recall(&self, state: &AppState) -> Option<Served> {
        state.engine.recall(&self.recognised)
    }

    /// The answer, wherever it has to come from.
    pub(super) async fn answer(self, state: &AppState) -> Reply {
        match self.recall(state) {
            Some(served) => self.reply(state, served),
            None => self.fetch(state).await,
        }
    }

    /// The answer to what memory has nothing for.
    pub(super) async fn fetch(self, state: &AppState) -> Reply {
        // Only when rendering itself fails is there nothing.
        let Some(served) = state.engine.fetch(&self.recognised).await else {
            let catalog = self.recognised.catalog();
            return notice::failed(catalog, catalog.site.default_locale).into();
        };
        self.reply(state, served)
    }

    /// The answer that shows what was found.
    pub(super) fn reply(self, state: &AppState, served: Served) -> Reply {
        let seconds = self.started.elapsed().as_secs_f64();
        let metrics = state.engine.metrics();
        let segment = &self.recognised.catalog().segments[self.recognised.segment];
        metrics.answered(served.result, served.source, segment, seconds);
        Reply::page(self, served)
    }
}

/// Answers what no route claims.
pub(super) async fn fallback(
    State(state): State<AppState>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> axum::response::Response {
    answer(&state, &method, &uri, &headers)
        .await
        .into_response(&state.config)
        .map(axum::body::Body::new)
}

async fn answer(state: &AppState, method: &Method, uri: &Uri, headers: &HeaderMap) -> Reply {
    let catalog = state.engine.catalog();
    let refused = |status, text| Reply::from(notice::refused(&catalog, status, text));
    if *method != Method::GET && *method != Method::HEAD {
        let mut response = notice::refused(
            &catalog,
            StatusCode::METHOD_NOT_ALLOWED,
            "Pages can be read with GET and HEAD only.",
        );
        response
            .headers_mut()
            .insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response.into();
    }
    let fields = Fields::of(headers, &state.config);
    let query = uri.query().unwrap_or_default();
    let (bytes, cookies) = (fields.cookie_bytes, fields.cookie_count);
    if let Err(large) = limits::check_sizes(uri.path(), query, bytes, cookies) {
        return refused(large.status, large.text);
    }
    let request = match Request::read(uri.path(), query, &fields, &catalog) {
        Ok(request) => request,
        Err(RequestError::NotUtf8) => {
            return refused(StatusCode::BAD_REQUEST, "The address is not valid UTF-8.");
        }
        Err(RequestError::ControlCharacter) => {
            let text = "The address contains a control character.";
            return refused(StatusCode::BAD_REQUEST, text);
        }
    };
    let Some(page) = catalog.page(&request.path) else {
        if let Some(number) = path::sitemap_part(uri.path())
            && let Some(part) = crawlers::sitemap_part(state, headers, number).await
        {
            return Response::into(part);
        }
        if let Some(path) = catalog.moved(&request.path) {
            return redirect(path, &request, &catalog, query, MOVED_CACHE).into();
        }
        return notice::not_found(&catalog, request.locale).into();
    };
    if request.respelt {
        return redirect(&page.path, &request, &catalog, query, REDIRECT_CACHE).into();
    }
    let head = *method == Method::HEAD;
    let Some(asked) = ask(state, head, uri.path(), query, &fields) else {
        // There are no segments, or the page has gone this very moment.
        return notice::failed(&catalog, request.locale).into();
    };
    asked.answer(state).await
}

/// To the page's one address in the language asked for, the query kept.
fn redirect(
    path: &CanonicalPath,
    request: &Request<'_>,
    catalog: &Catalog,
    query: &str,
    cache: &'static str,
) -> Response {
    let mut target = path.in_locale(request.locale, catalog.site.default_locale);
    if !query.is_empty() {
        target.push('?');
        target.push_str(query);
    }
    let mut response = Response::new(Body::default());
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    let headers = response.headers_mut();
    insert(headers, header::LOCATION, &target);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    protect_landing(&mut into_map(headers));
    response
}

/// Inserts a value made of our own characters; one that is not a header's value is left out.
fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}
