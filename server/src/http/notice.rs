//! Pages that say why there is no page.

use app::landing::{NoticePage, render_notice};
use domain::Locale;
use engine::catalog::Catalog;
use http::{HeaderValue, StatusCode, header};

use super::headers;
use super::landing::{Body, Response};
use super::security::protect_landing;

/// Most pages a 404 leads on to.
const MAX_LINKS: usize = 8;

/// What is said, in one language.
struct Words {
    heading: &'static str,
    text: &'static str,
}

/// 404: nothing is published there; here is what is.
pub(super) fn not_found(catalog: &Catalog, locale: Locale) -> Response {
    let german = locale.language().as_str() == "de";
    let default = catalog.site.default_locale;
    let mut links: Vec<(String, String)> = catalog
        .pages()
        .filter_map(|page| {
            let content = page.contents.get(&page.content_locale(locale, default))?;
            Some((content.title.clone(), page.path.in_locale(locale, default)))
        })
        .collect();
    links.sort_by(|a, b| a.1.len().cmp(&b.1.len()).then(a.1.cmp(&b.1)));
    links.truncate(MAX_LINKS);
    let words = Words {
        heading: if german {
            "Diese Seite gibt es nicht"
        } else {
            "There is no page here"
        },
        text: match (german, links.is_empty()) {
            (true, false) => {
                "Unter dieser Adresse ist nichts veröffentlicht. Vielleicht hat sie sich geändert. Diese Seiten gibt es:"
            }
            (true, true) => "Hier ist noch nichts veröffentlicht.",
            (false, false) => {
                "Nothing is published at this address. It may have moved. These pages exist:"
            }
            (false, true) => "Nothing is published here yet.",
        },
    };
    respond(catalog, locale, StatusCode::NOT_FOUND, &words, &links)
}

/// 400, 405, 414, 431: what is wrong with the request.
pub(super) fn refused(catalog: &Catalog, status: StatusCode, text: &'static str) -> Response {
    let words = Words {
        heading: "This request cannot be answered",
        text,
    };
    respond(catalog, catalog.site.default_locale, status, &words, &[])
}

/// 404, 410: a preview link that shows nothing, and why.
pub(super) fn no_preview(
    catalog: &Catalog,
    status: StatusCode,
    words: (&'static str, &'static str),
) -> Response {
    let (heading, text) = words;
    let words = Words { heading, text };
    respond(catalog, catalog.site.default_locale, status, &words, &[])
}

/// 500: the last resort, when even the default content could not be rendered.
pub(super) fn failed(catalog: &Catalog, locale: Locale) -> Response {
    let words = Words {
        heading: "Something went wrong",
        text: "This page could not be shown. Please try again in a moment.",
    };
    respond(
        catalog,
        locale,
        StatusCode::INTERNAL_SERVER_ERROR,
        &words,
        &[],
    )
}

fn respond(
    catalog: &Catalog,
    locale: Locale,
    status: StatusCode,
    words: &Words,
    links: &[(String, String)],
) -> Response {
    let html = render_notice(&NoticePage {
        site: &catalog.site,
        locale,
        status: status.as_u16(),
        heading: words.heading,
        text: words.text,
        links,
        reference: None,
    });
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    let found = response.headers_mut();
    found.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    found.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    protect_landing(&mut headers::into_map(found));
    response
}
