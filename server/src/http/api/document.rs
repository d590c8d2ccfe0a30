//! The API as an OpenAPI 3.1 document.

use utoipa::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::server::Server;

use super::{docs, explain, export, import, variant};

/// Content of version 1.
pub(super) const VARIANT: &str = "/api/v1/content/variant";
/// Content of the newest version.
pub(super) const NEWEST_VARIANT: &str = "/api/content/variant";
/// Explanations of version 1.
pub(super) const EXPLAIN: &str = "/api/v1/explain";
/// Explanations of the newest version.
pub(super) const NEWEST_EXPLAIN: &str = "/api/explain";
/// Imports of version 1.
pub(in crate::http) const IMPORT: &str = "/api/v1/import";
/// Imports of the newest version.
pub(in crate::http) const NEWEST_IMPORT: &str = "/api/import";
/// One import of version 1.
pub(super) const IMPORT_JOB: &str = "/api/v1/import/{id}";
/// One import of the newest version.
pub(super) const NEWEST_IMPORT_JOB: &str = "/api/import/{id}";
/// Exports of version 1.
pub(super) const EXPORT: &str = "/api/v1/export";
/// Exports of the newest version.
pub(super) const NEWEST_EXPORT: &str = "/api/export";
/// This document.
pub(super) const OPENAPI: &str = "/api/openapi.json";
/// This document as a page.
pub(super) const DOCS: &str = "/api/docs";

/// The routes that always answer in the newest version, and where that is described.
pub(super) const NEWEST: [(&str, &str); 5] = [
    (NEWEST_VARIANT, VARIANT),
    (NEWEST_EXPLAIN, EXPLAIN),
    (NEWEST_IMPORT, IMPORT),
    (NEWEST_IMPORT_JOB, IMPORT_JOB),
    (NEWEST_EXPORT, EXPORT),
];

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Landfall Content API",
        version = "1",
        description = "For front ends that render pages themselves: the content that visitors of a segment are \
            shown, and why. For programs that write content: files in and out.\n\n\
            An address with `v1` keeps its meaning; its answers may gain fields. The same address without the \
            version always answers in the newest one: convenient by hand, and not what a program should call.\n\n\
            Requests are read with GET or HEAD; only an import is a POST. Parameters are percent-encoded; a missing, repeated, unknown or \
            malformed one is refused. Problems are answered as `application/problem+json` (RFC 9457)."
    ),
    paths(variant::answer, explain::answer, import::start, import::job, export::answer, docs::openapi, docs::page),
    tags(
        (name = "Content", description = "What visitors see."),
        (name = "Explain", description = "Why they see it."),
        (name = "Content files", description = "Many records at once, in and out."),
        (name = "Documentation", description = "This description.")
    )
)]
struct Described;

/// The document of a site that visitors reach at `base_url`.
pub(super) fn document(base_url: &str) -> utoipa::openapi::OpenApi {
    let mut document = Described::openapi();
    for (newest, described) in NEWEST {
        let Some(mut item) = document.paths.paths.get(described).cloned() else {
            continue;
        };
        for operation in [&mut item.get, &mut item.post].into_iter().flatten() {
            if let Some(id) = &mut operation.operation_id {
                id.push_str("_newest");
            }
            operation.description = Some(format!(
                "Always the newest version; now it is `{described}`, where it is described."
            ));
        }
        document.paths.paths.insert(newest.to_owned(), item);
    }
    let mut token = Http::new(HttpAuthScheme::Bearer);
    token.description = Some("A token that `landfall token add` made.".to_owned());
    document
        .components
        .get_or_insert_default()
        .add_security_scheme("token", SecurityScheme::Http(token));
    document.servers = Some(vec![Server::new(base_url)]);
    document
}
