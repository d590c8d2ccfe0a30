//! What a request is about: a page, a segment, a language.

use std::sync::Arc;

use domain::path::PathError;
use domain::segment::Segment;
use domain::{CanonicalPath, Locale, SegmentKey, path};
use engine::catalog::{Catalog, Page};

use super::parameters::Parameters;
use super::problem::Problem;

/// The page that the parameter `page` names, in its canonical spelling.
///
/// # Errors
/// [`Problem`]: 400 for a missing path, or one spelt otherwise, and then says the right spelling;
/// 404 when there is no such page.
pub(super) fn page<'a>(
    catalog: &'a Catalog,
    parameters: &Parameters,
) -> Result<&'a Arc<Page>, Problem> {
    let given = parameters.required("page", "a page's path, such as /pricing")?;
    let site = &catalog.site;
    let read = path::read(given, &site.locales, site.default_locale);
    let meant: Result<CanonicalPath, PathError> = read.path.parse();
    match meant {
        Err(error) => Err(Problem::with(
            "page",
            format!("This is no page's path: {error}."),
        )),
        Ok(meant) if meant.as_str() != given => {
            let language = if read.locale == site.default_locale {
                String::new()
            } else {
                format!(" and locale={}", read.locale)
            };
            Err(
                Problem::with("page", format!("The path is spelt page={meant}{language}."))
                    .allowing([meant.as_str()]),
            )
        }
        Ok(meant) => catalog
            .page(meant.as_str())
            .ok_or_else(|| Problem::missing("page", format!("There is no page at {meant}."))),
    }
}

/// The segment that the parameter `segment` names.
///
/// # Errors
/// [`Problem`]: 400 for a missing or malformed key, 404 when there is no such segment.
pub(super) fn segment<'a>(
    catalog: &'a Catalog,
    parameters: &Parameters,
) -> Result<&'a Segment, Problem> {
    let given = parameters.required("segment", "a segment's key, such as enterprise or default")?;
    let key: SegmentKey = given
        .parse()
        .map_err(|error| Problem::with("segment", format!("{error}.")))?;
    catalog
        .segments
        .iter()
        .find(|segment| segment.key == key)
        .ok_or_else(|| Problem::missing("segment", format!("There is no segment {key}.")))
}

/// The language that the parameter `locale` names, else the site's default.
///
/// # Errors
/// [`Problem`]: 400 for a language the site does not have; it lists those it has.
pub(super) fn locale(catalog: &Catalog, parameters: &Parameters) -> Result<Locale, Problem> {
    let site = &catalog.site;
    let Some(given) = parameters.get("locale") else {
        return Ok(site.default_locale);
    };
    given
        .parse()
        .ok()
        .filter(|locale| site.locales.contains(locale))
        .ok_or_else(|| {
            Problem::with("locale", "The site does not have this language.")
                .allowing(site.locales.iter().map(Locale::to_string))
        })
}
