//! The content that visitors of a segment are shown.

use axum::extract::State;
use axum::response::Response;
use domain::PageContent;
use domain::term::Term;
use engine::content::{ShownContent, Unavailable};
use engine::{CacheResult, Source};
use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use serde::Serialize;
use utoipa::ToSchema;

use super::parameters::Parameters;
use super::problem::{self, Kind, Problem};
use super::{Api, REVALIDATE, subject};
use crate::http::limits;
use crate::http::revalidated::revalidated;

/// Whether the choice of the variant was cached.
pub(super) const CACHE: HeaderName = HeaderName::from_static("x-cache");
/// Where the choice was found.
pub(super) const SOURCE: HeaderName = HeaderName::from_static("x-source");
/// The variant's similarity.
pub(super) const SIMILARITY: HeaderName = HeaderName::from_static("x-similarity");

const PARAMETERS: [&str; 5] = ["page", "segment", "locale", "term", "fallback"];

/// What visitors of one segment are shown on one page.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Shown {
    /// The page's path, without a language prefix.
    page: String,
    /// The segment asked for.
    segment: String,
    /// The language asked for. `content.locale` is the one it was answered in.
    locale: String,
    /// The campaign term as it was understood: lower case, single spaces, at most 80 characters.
    /// `null` when none was given or no word is left of it.
    term: Option<String>,
    /// The variant; `null` is the page's default content.
    variant: Option<VariantName>,
    /// The variant's cosine similarity to what was asked, -1 to 1; `null` while it has no vector.
    similarity: Option<f32>,
    /// The page as the variant shows it.
    content: Content,
    /// Grows with each publication.
    revision: i64,
}

/// A variant's names.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct VariantName {
    /// The name by which an import knows it.
    id: String,
    /// Its name for people.
    name: String,
}

/// The page's default content with the variant's override applied.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Content {
    /// The content's language: the one asked for or what it falls back to.
    locale: String,
    /// The document's title.
    title: String,
    /// The description search engines show.
    description: String,
    /// The page from top to bottom. Each block has `type` (`hero`, `logos`, `features`,
    /// `testimonials`, `pricing`, `faq`, `cta` or `rich_text`), `id`, and its type's own fields,
    /// as an import writes them.
    #[schema(value_type = Vec<Object>)]
    blocks: Vec<domain::Block>,
}

/// The content that visitors of a segment are shown on a page
///
/// The choice is the one the landing page makes, from the same caches. Reading it needs no token;
/// it is public, and may be kept when it is revalidated each time by its `ETag`.
#[utoipa::path(
    get,
    path = "/api/v1/content/variant",
    operation_id = "variant",
    tag = "Content",
    params(
        ("page" = String, Query, description = "The page's path without a language prefix.", example = "/pricing"),
        ("segment" = String, Query, description = "The segment's key; `default` is everybody whom no other segment claims.", example = "enterprise"),
        ("locale" = Option<String>, Query, description = "One of the site's languages. Without it, the site's default.", example = "en"),
        ("term" = Option<String>, Query, description = "The campaign term the visitor brought, as `utm_term` carries it."),
        ("fallback" = Option<String>, Query, description = "`default`: where no variant fits, answer the page's default content, with `\"variant\": null`, instead of 404."),
    ),
    responses(
        (status = 200, description = "The content.", body = Shown,
            headers(
                ("x-cache" = String, description = "`HIT`: the choice was cached. `MISS`: it was computed."),
                ("x-source" = String, description = "The furthest place asked for it: `memory`, `redis` or `db-vector`."),
                ("x-similarity" = f32, description = "The variant's cosine similarity to what was asked, -1 to 1; left out while it has no vector."),
                ("etag" = String, description = "Changes with the answer; send it back as `If-None-Match`."),
            ),
            example = json!({
                "page": "/pricing",
                "segment": "enterprise",
                "locale": "en",
                "term": null,
                "variant": {"id": "pricing--enterprise--en", "name": "Pricing for enterprises"},
                "similarity": 0.5666,
                "content": {
                    "locale": "en",
                    "title": "Plans for large fleets",
                    "description": "Three plans, all prices open.",
                    "blocks": [{"type": "hero", "id": "hero", "headline": "A price your procurement team can check"}]
                },
                "revision": 7
            })),
        (status = 304, description = "The answer is the one that `If-None-Match` names."),
        (status = 400, description = "A parameter is missing, repeated, unknown or malformed.", body = problem::Body, content_type = "application/problem+json"),
        (status = 404, description = "There is no such page or segment, or no variant fits; `type` tells which.", body = problem::Body, content_type = "application/problem+json"),
        (status = 503, description = "The database does not answer. `Retry-After` says when to ask again.", body = problem::Body, content_type = "application/problem+json"),
        (status = 504, description = "The answer was not ready in time. The search goes on, so that the next request finds it.", body = problem::Body, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn answer(
    State(api): State<Api>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    limits::check(&uri, &headers)?;
    let parameters = Parameters::read(uri.query().unwrap_or_default(), &PARAMETERS)?;
    let engine = &api.app.engine;
    let catalog = engine.catalog();
    let page = subject::page(&catalog, &parameters)?;
    let segment = subject::segment(&catalog, &parameters)?;
    let locale = subject::locale(&catalog, &parameters)?;
    let term = parameters.get("term").and_then(Term::normalise);
    let with_default = with_default(&parameters)?;

    let chosen = engine
        .choose(&catalog, page, segment.id, locale, term.clone())
        .await
        .map_err(unavailable)?;
    if chosen.variant.is_none() && !with_default {
        return Err(Problem::new(
            Kind::NothingFits,
            format!(
                "No variant of {} fits the segment {}; visitors see the page's default content.",
                page.path, segment.key
            ),
        ));
    }
    let ShownContent {
        content,
        locale: language,
        external_id,
        name,
    } = chosen.shown;
    let PageContent {
        title,
        description,
        blocks,
    } = content;
    let shown = Shown {
        page: page.path.to_string(),
        segment: segment.key.to_string(),
        locale: locale.to_string(),
        term: term.map(|term| term.as_str().to_owned()),
        variant: external_id.map(|id| VariantName {
            name: name.unwrap_or_else(|| id.clone()),
            id,
        }),
        similarity: chosen.similarity,
        content: Content {
            locale: language.to_string(),
            title,
            description,
            blocks,
        },
        revision: chosen.revision.0,
    };
    // Texts and finite numbers always become JSON.
    let json = serde_json::to_vec(&shown).unwrap_or_default();
    let mut response = revalidated(json.into(), "application/json", REVALIDATE, &headers);
    let headers = response.headers_mut();
    headers.insert(CACHE, HeaderValue::from_static(cache(chosen.result)));
    headers.insert(SOURCE, HeaderValue::from_static(source(chosen.source)));
    let similarity = chosen
        .similarity
        .map(|s| HeaderValue::try_from(format!("{s:.4}")));
    if let Some(Ok(similarity)) = similarity {
        headers.insert(SIMILARITY, similarity);
    }
    Ok(response)
}

/// Whether the default content is an answer, too.
fn with_default(parameters: &Parameters) -> Result<bool, Problem> {
    match parameters.get("fallback") {
        None => Ok(false),
        Some("default") => Ok(true),
        Some(_) => {
            Err(Problem::with("fallback", "There is no such fallback.").allowing(["default"]))
        }
    }
}

fn unavailable(error: Unavailable) -> Problem {
    match error {
        Unavailable::Slow => Problem::new(
            Kind::TooSlow,
            "The answer was not ready in time. The search goes on, so ask again in a moment.",
        ),
        Unavailable::Failed => Problem::new(
            Kind::Unavailable,
            "The database does not answer, and no cache has the answer.",
        ),
    }
}

fn cache(result: CacheResult) -> &'static str {
    match result {
        CacheResult::Hit => "HIT",
        _ => "MISS",
    }
}

fn source(source: Source) -> &'static str {
    match source {
        Source::Memory => "memory",
        Source::Redis => "redis",
        Source::Vector | Source::Default => "db-vector",
    }
}
