//! What a page's fields are called.

use domain::content::field_label;

use super::languages::name;

/// What people call a field of a page: `contents.en.title` is `English · Title`.
pub(in crate::admin) fn label(field: &str) -> String {
    let content = field.strip_prefix("contents.").and_then(|rest| {
        let (locale, field) = rest.split_once('.')?;
        Some((locale.parse().ok()?, field))
    });
    match content {
        Some((locale, field)) => format!("{} · {}", name(locale), field_label(field)),
        None => field_label(field),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_of_a_language_is_called_after_it() {
        let check = |field: &str, expected: &str| assert_eq!(label(field), expected);
        check("intent", "Intent");
        check("contents.en.title", "English · Title");
        check(
            "contents.de.blocks.hero.headline",
            "German · hero · Headline",
        );
    }
}
