//! Pages as one chooses among them.

use engine::catalog::{Catalog, Page};

/// Every page by its path: what `value` makes of it, and its title and path in words.
pub(in crate::admin) fn page_choices(
    catalog: &Catalog,
    value: impl Fn(&Page) -> String,
) -> Vec<(String, String)> {
    let mut pages: Vec<&Page> = catalog.pages().map(AsRef::as_ref).collect();
    pages.sort_by(|one, other| one.path.as_str().cmp(other.path.as_str()));
    let choice = |page: &Page| {
        let words = format!("{} ({})", page_title(catalog, page), page.path);
        (value(page), words)
    };
    pages.into_iter().map(choice).collect()
}

/// The page's title in the site's first language.
fn page_title<'a>(catalog: &Catalog, page: &'a Page) -> &'a str {
    let default = catalog.site.default_locale;
    let content = page.contents.get(&page.content_locale(default, default));
    content.map_or("", |content| content.title.as_str())
}
