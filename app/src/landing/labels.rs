//! The few words the layout adds to a page, per language.

use domain::Locale;

/// Words of the layout in one language.
pub(super) struct Labels {
    pub(super) skip: &'static str,
    pub(super) menu: &'static str,
    pub(super) language: &'static str,
    pub(super) footer: &'static str,
    pub(super) reference: &'static str,
}

const ENGLISH: Labels = Labels {
    skip: "Skip to content",
    menu: "Menu",
    language: "Language",
    footer: "Footer",
    reference: "Reference",
};

const GERMAN: Labels = Labels {
    skip: "Zum Inhalt springen",
    menu: "Menü",
    language: "Sprache",
    footer: "Fußbereich",
    reference: "Kennung",
};

/// The layout's words in the locale's language, or in English.
pub(super) fn labels(locale: Locale) -> &'static Labels {
    match locale.language().as_str() {
        "de" => &GERMAN,
        _ => &ENGLISH,
    }
}

/// A language's name in itself; a language not known here goes by its code.
pub(super) fn native_name(locale: Locale) -> String {
    let language = locale.language();
    let name = match language.as_str() {
        "cs" => "Čeština",
        "da" => "Dansk",
        "de" => "Deutsch",
        "en" => "English",
        "es" => "Español",
        "fi" => "Suomi",
        "fr" => "Français",
        "it" => "Italiano",
        "ja" => "日本語",
        "ko" => "한국어",
        "nb" | "no" => "Norsk",
        "nl" => "Nederlands",
        "pl" => "Polski",
        "pt" => "Português",
        "sv" => "Svenska",
        "tr" => "Türkçe",
        "uk" => "Українська",
        "zh" => "中文",
        _ => return locale.as_str().to_owned(),
    };
    match locale.as_str().split_once('-') {
        Some((_, region)) => format!("{name} ({region})"),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_names_itself() {
        let check = |code: &str, expected: &str| {
            assert_eq!(native_name(code.parse().unwrap()), expected);
        };
        check("de", "Deutsch");
        check("pt-BR", "Português (BR)");
        check("xx", "xx");
    }

    #[test]
    fn an_unknown_language_gets_english_labels() {
        let check = |code: &str, expected: &str| {
            assert_eq!(labels(code.parse().unwrap()).menu, expected);
        };
        check("de-AT", "Menü");
        check("fr", "Menu");
    }
}
