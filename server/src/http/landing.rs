//! A landing page for every path that no other route claims.

use std::time::Instant;

use axum::extract::State;
use domain::cache_key::Arm;
use domain::segment::named_by_shared_cache;
use domain::{CanonicalPath, SegmentKey, path, rollout};
use engine::catalog::Catalog;
use engine::{CacheResult, Served};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};

use super::cookies::Remembered;
use super::encoding::Encoding;
use super::pieces::Pieces;
use super::security::protect_landing;
use super::shared_cache::Policy;
use super::signals::{Request, RequestError, text};
use super::{AppState, crawlers, etag, limits, notice, shared_cache};

const CONTENT_ARM: HeaderName = HeaderName::from_static("x-content-arm");
const CONTENT_CACHE: HeaderName = HeaderName::from_static("x-content-cache");
const CONTENT_VARIANT: HeaderName = HeaderName::from_static("x-content-variant");
const CONTENT_SOURCE: HeaderName = HeaderName::from_static("x-content-source");
const SIMILARITY: HeaderName = HeaderName::from_static("x-similarity");
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// Most headers of an answer.
const HEADERS: usize = 24;
/// How long a browser may keep a redirect, in the header's words.
const REDIRECT_CACHE: &str = "public, max-age=3600";

/// A body that is complete from the start, so that sending it needs no allocation.
pub(super) type Body = Pieces;
/// What a visitor gets.
pub(super) type Response = http::Response<Body>;

/// Answers what no route claims.
pub(super) async fn fallback(
    State(state): State<AppState>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> axum::response::Response {
    answer(&state, &method, &uri, &headers)
        .await
        .map(axum::body::Body::new)
}

/// Answers a visitor.
pub(super) async fn answer(
    state: &AppState,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
) -> Response {
    let started = Instant::now();
    let catalog = state.engine.catalog();
    if *method != Method::GET && *method != Method::HEAD {
        let mut response = notice::refused(
            &catalog,
            StatusCode::METHOD_NOT_ALLOWED,
            "Pages can be read with GET and HEAD only.",
        );
        response
            .headers_mut()
            .insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    if let Err(large) = limits::check(uri, headers) {
        return notice::refused(&catalog, large.status, large.text);
    }
    let request = match Request::read(uri, headers, &catalog) {
        Ok(request) => request,
        Err(RequestError::NotUtf8) => {
            return notice::refused(
                &catalog,
                StatusCode::BAD_REQUEST,
                "The address is not valid UTF-8.",
            );
        }
        Err(RequestError::ControlCharacter) => {
            return notice::refused(
                &catalog,
                StatusCode::BAD_REQUEST,
                "The address contains a control character.",
            );
        }
    };
    let Some(page) = catalog.page(&request.path) else {
        if let Some(number) = path::sitemap_part(uri.path())
            && let Some(part) = crawlers::sitemap_part(state, headers, number).await
        {
            return part;
        }
        return notice::not_found(&catalog, request.locale);
    };
    if request.respelt {
        return redirect(&page.path, &request, &catalog, uri.query());
    }
    let (recognised, remembered, arm) = {
        let visitor = request.visitor(&catalog, &state.config, state.engine.now());
        // What a shared cache keeps for many is nobody's own: no cookie is read or set for it.
        let remembered = if named_by_shared_cache(&catalog.segments, &visitor).is_some() {
            Remembered::default()
        } else {
            Remembered::of(&visitor, page.rollout, headers, &state.config)
        };
        let id = remembered.id.as_deref();
        let arm = rollout::arm(page.external_id.as_str(), page.rollout, id);
        let recognised = state.engine.recognise(&catalog, page, &visitor, arm);
        (recognised, remembered, arm)
    };
    let Some(recognised) = recognised else {
        return notice::failed(&catalog, request.locale);
    };
    let Some(served) = state.engine.serve(&recognised).await else {
        return notice::failed(&catalog, request.locale);
    };
    state.engine.metrics().answered(
        served.result,
        served.source,
        started.elapsed().as_secs_f64(),
    );
    let segment = &catalog.segments[recognised.segment].key;
    let policy = Policy::of(recognised.reason, served.provisional, || {
        shared_cache::keys(page, segment, &served)
    });
    let mut response = respond(method, headers, &served);
    let found = response.headers_mut();
    policy.declare(found, &state.config);
    describe(found, segment, arm, &served, started);
    remembered.set(found);
    response
}

/// The body in an encoding the client takes, or nothing when it has it already.
fn respond(method: &Method, request: &HeaderMap, served: &Served) -> Response {
    let encoding = Encoding::choose(text(request, header::ACCEPT_ENCODING));
    let body = encoding.of(&served.body);
    let length = body.len();
    let tag = etag::of(&served.body, encoding);
    let known = etag::matches(text(request, header::IF_NONE_MATCH), &tag);
    let body = if known || method == Method::HEAD {
        Body::default()
    } else {
        body
    };
    let mut response = Response::new(body);
    // Room for every header of an answer: growing costs more than the answer's own look-ups.
    *response.headers_mut() = HeaderMap::with_capacity(HEADERS);
    let headers = response.headers_mut();
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        );
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        if let Some(name) = encoding.header() {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
        }
    }
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    protect_landing(headers);
    response
}

/// Says how the answer came about.
fn describe(
    headers: &mut HeaderMap,
    segment: &SegmentKey,
    arm: Arm,
    served: &Served,
    started: Instant,
) {
    headers.insert(CONTENT_ARM, HeaderValue::from_static(arm.as_str()));
    headers.insert(
        CONTENT_CACHE,
        HeaderValue::from_static(served.result.as_str()),
    );
    headers.insert(
        CONTENT_SOURCE,
        HeaderValue::from_static(served.source.as_str()),
    );
    insert(headers, CONTENT_VARIANT, segment.as_str());
    if let (CacheResult::Miss, Some(similarity)) = (served.result, served.similarity) {
        insert(headers, SIMILARITY, &format!("{similarity:.4}"));
    }
    let micros = started.elapsed().as_micros();
    let timing = format!("total;dur={}.{:03}", micros / 1_000, micros % 1_000);
    if let Ok(timing) = HeaderValue::try_from(timing) {
        headers.insert(SERVER_TIMING, timing);
    }
}

/// To the page's one address in the language asked for, the query kept.
fn redirect(
    path: &CanonicalPath,
    request: &Request<'_>,
    catalog: &Catalog,
    query: Option<&str>,
) -> Response {
    let mut target = path.in_locale(request.locale, catalog.site.default_locale);
    if let Some(query) = query {
        target.push('?');
        target.push_str(query);
    }
    let mut response = Response::new(Body::default());
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    let headers = response.headers_mut();
    insert(headers, header::LOCATION, &target);
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static(REDIRECT_CACHE),
    );
    response
}

/// Inserts a value made of our own characters; one that is not a header's value is left out.
fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}
