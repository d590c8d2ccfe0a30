//! Records as a file.

use axum::extract::State;
use axum::response::Response;
use engine::ingest::format::Format;
use engine::ingest::{ExportError, Selection};
use engine::store::Scope;
use http::{HeaderMap, HeaderValue, Uri, header};
use tracing::warn;

use super::parameters::Parameters;
use super::problem::{self, Kind, Problem};
use super::{Api, access};
use crate::http::{limits, streamed};

const PARAMETERS: [&str; 2] = ["format", "page"];

/// Everything that an import would need
///
/// What `landfall export` writes, as JSON lines or CSV: the same content always gives the same bytes.
/// An answer that breaks off is not whole. Needs a token with the scope `export`.
#[utoipa::path(
    get,
    path = "/api/v1/export",
    operation_id = "export",
    tag = "Content files",
    security(("token" = ["export"])),
    params(
        ("format" = Option<String>, Query, description = "`jsonl` or `csv`. Without it, `jsonl`.", example = "csv"),
        ("page" = Option<String>, Query, description = "A page's `id`: only the page, its variants, and the segments they are written for.", example = "pricing"),
    ),
    responses(
        (status = 200, description = "The records.", content_type = "application/x-ndjson"),
        (status = 400, description = "A parameter is repeated, unknown or malformed.", body = problem::Body, content_type = "application/problem+json"),
        (status = 401, description = "There is no token, or it is unknown, revoked or expired.", body = problem::Body, content_type = "application/problem+json"),
        (status = 403, description = "The token has no scope `export`.", body = problem::Body, content_type = "application/problem+json"),
        (status = 404, description = "There is no such page.", body = problem::Body, content_type = "application/problem+json"),
        (status = 422, description = "CSV cannot hold the records: it knows no empty text.", body = problem::Body, content_type = "application/problem+json"),
        (status = 503, description = "The database does not answer.", body = problem::Body, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn answer(
    State(api): State<Api>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    limits::check(&uri, &headers)?;
    let now = api.app.engine.now();
    access::token(&api.store, &headers, Scope::Export, now).await?;
    let parameters = Parameters::read(uri.query().unwrap_or_default(), &PARAMETERS)?;
    let format = format(&parameters)?;
    let no_page =
        |id: &str| Problem::missing("page", format!("There is no page with the id {id:?}."));
    let selection = match parameters.get("page") {
        None => Selection::Everything,
        Some(id) => Selection::Page(id.parse().map_err(|_| no_page(id))?),
    };
    let export = api
        .app
        .desk
        .export(&selection, format)
        .await
        .map_err(|error| match error {
            ExportError::NoPage(id) => no_page(&id),
            ExportError::Write(error) => Problem::new(Kind::BadRows, format!("{error}.")),
            ExportError::Store(error) => {
                warn!(%error, "api.export failed");
                Problem::new(Kind::Unavailable, "The database does not answer.")
            }
        })?;
    let mut response = Response::new(streamed::export(export));
    let headers = response.headers_mut();
    let kind = match format {
        Format::JsonLines => "application/x-ndjson",
        Format::Csv => "text/csv; charset=utf-8",
    };
    for (name, value) in [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "private, no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

/// The format that the parameter `format` names, JSON lines without one.
pub(super) fn format(parameters: &Parameters) -> Result<Format, Problem> {
    let Some(name) = parameters.get("format") else {
        return Ok(Format::JsonLines);
    };
    Format::of_name(name).ok_or_else(|| {
        Problem::with("format", "There is no such format.").allowing(["jsonl", "csv"])
    })
}
