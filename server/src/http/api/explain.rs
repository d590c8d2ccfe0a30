//! Why a visitor is shown what they are shown, for machines.

mod shape;

use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use domain::Visitor;
use domain::visitor::Signals;
use engine::explain::explain;
use engine::store::Scope;
use http::{HeaderMap, HeaderValue, Uri, header};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tracing::warn;

use super::parameters::Parameters;
use super::problem::{self, Kind, Problem};
use super::{Api, access, subject};
use crate::http::limits;

use shape::Explained;

/// How long a client waits at most. Nobody's page depends on it, so it is longer than visitors wait.
const PATIENCE: Duration = Duration::from_secs(5);

const PARAMETERS: [&str; 11] = [
    "page",
    "locale",
    "query",
    "cookie",
    "referrer",
    "user_agent",
    "accept_language",
    "country",
    "region",
    "city",
    "at",
];

/// Why a visitor is shown what they are shown
///
/// What `landfall explain` prints, as JSON: decided from the database now, past every cache. Needs
/// a token with the scope `explain`.
#[utoipa::path(
    get,
    path = "/api/v1/explain",
    operation_id = "explain",
    tag = "Explain",
    security(("token" = ["explain"])),
    params(
        ("page" = String, Query, description = "The page's path without a language prefix.", example = "/pricing"),
        ("locale" = Option<String>, Query, description = "One of the site's languages. Without it, the site's default."),
        ("query" = Option<String>, Query, description = "The page's query, percent-encoded as one value.", example = "utm_source=linkedin&utm_term=fleet tracking"),
        ("cookie" = Option<String>, Query, description = "The `Cookie` header.", example = "user_segment=smb"),
        ("referrer" = Option<String>, Query, description = "The `Referer` header."),
        ("user_agent" = Option<String>, Query, description = "The `User-Agent` header."),
        ("accept_language" = Option<String>, Query, description = "The `Accept-Language` header."),
        ("country" = Option<String>, Query, description = "The visitor's country, two letters.", example = "DE"),
        ("region" = Option<String>, Query, description = "The visitor's region, as the CDN says."),
        ("city" = Option<String>, Query, description = "The visitor's city, as the CDN says."),
        ("at" = Option<String>, Query, description = "The instant of the request, RFC 3339. Without it, now."),
    ),
    responses(
        (status = 200, description = "The explanation.", body = Explained),
        (status = 400, description = "A parameter is missing, repeated, unknown or malformed.", body = problem::Body, content_type = "application/problem+json"),
        (status = 401, description = "There is no token, or it is unknown, revoked or expired.", body = problem::Body, content_type = "application/problem+json"),
        (status = 403, description = "The token has no scope `explain`.", body = problem::Body, content_type = "application/problem+json"),
        (status = 404, description = "There is no such page.", body = problem::Body, content_type = "application/problem+json"),
        (status = 503, description = "The database does not answer.", body = problem::Body, content_type = "application/problem+json"),
        (status = 504, description = "The database takes longer than 5 seconds.", body = problem::Body, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn answer(
    State(api): State<Api>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    limits::check(&uri, &headers)?;
    let engine = &api.app.engine;
    access::token(&api.store, &headers, Scope::Explain, engine.now()).await?;
    let parameters = Parameters::read(uri.query().unwrap_or_default(), &PARAMETERS)?;
    let catalog = engine.catalog();
    let page = subject::page(&catalog, &parameters)?;
    let locale = subject::locale(&catalog, &parameters)?;
    let present = engine.now();
    let now = instant(&parameters)?.unwrap_or(present);
    let query = parameters.text("query");
    let base_url = api.app.config.base_url();
    // The future must not hold the visitor, who is not to be shared between threads.
    let explaining = {
        let signals = Signals {
            path: page.path.as_str(),
            locale,
            query: query.strip_prefix('?').unwrap_or(query),
            segment: "",
            cookie: parameters.text("cookie"),
            referrer: parameters.text("referrer"),
            host: base_url.split("://").nth(1).unwrap_or_default(),
            user_agent: parameters.text("user_agent"),
            accept_language: parameters.text("accept_language"),
            country: country(&parameters)?,
            region: parameters.text("region"),
            city: parameters.text("city"),
        };
        let cookies = &api.app.config.visitor_cookies;
        let visitor = Visitor::new(signals, catalog.local_time(now), cookies);
        explain(engine, &api.store, &catalog, page, &visitor, present, &[])
    };
    let explanation = tokio::time::timeout(PATIENCE, explaining)
        .await
        .map_err(|_| Problem::new(Kind::TooSlow, "The database takes longer than 5 seconds."))?
        .map_err(|error| {
            warn!(%error, "api.explain failed");
            Problem::new(Kind::Unavailable, "The database does not answer.")
        })?
        .ok_or_else(|| Problem::new(Kind::NotFound, "The site has no segments."))?;
    // Texts and finite numbers always become JSON.
    let json = serde_json::to_vec(&Explained::from(explanation)).unwrap_or_default();
    let mut response = Response::new(Body::from(json));
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "private, no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

fn instant(parameters: &Parameters) -> Result<Option<OffsetDateTime>, Problem> {
    let parse = |text| {
        OffsetDateTime::parse(text, &Rfc3339).map_err(|_| {
            Problem::with(
                "at",
                "This is no instant of RFC 3339; write one like 2026-12-01T08:00:00Z.",
            )
        })
    };
    parameters.get("at").map(parse).transpose()
}

fn country(parameters: &Parameters) -> Result<&str, Problem> {
    let code = parameters.text("country");
    let two_letters = code.len() == 2 && code.bytes().all(|b| b.is_ascii_alphabetic());
    if code.is_empty() || two_letters {
        Ok(code)
    } else {
        Err(Problem::with(
            "country",
            "A country has two letters, such as DE.",
        ))
    }
}
