//! What a page says, language by language.

use domain::{Locale, PageContent};
use leptos::prelude::*;
use serde_json::json;

use super::language::LanguageEditor;
use crate::ui::{Badge, Button, CheckField, Icon, Mistake, Sign, Tone};

/// One language of a page in its editor.
#[derive(Debug, Clone)]
pub(super) struct Tongue {
    pub(super) locale: Locale,
    pub(super) content: PageContent,
    /// Whether it is the language that others are copied from, which cannot be removed.
    pub(super) first: bool,
    /// Whether it is only a copy so far.
    pub(super) new: bool,
    /// The page's address in this language.
    pub(super) address: String,
    /// The page's external id; empty while there is no page.
    pub(super) page: String,
}

/// The languages of a page, one open at a time, and the way to another one.
#[component]
pub(super) fn Languages(
    tongues: Vec<Tongue>,
    missing: Vec<Locale>,
    /// Whether the person may save the page.
    may_save: bool,
) -> impl IntoView {
    let open = tongues.iter().position(|t| t.new).unwrap_or(0);
    let mistakes = tongues
        .iter()
        .map(|tongue| view! { <Mistake name=format!("contents.{}", tongue.locale) /> });
    let mistakes = mistakes.collect_view();
    let sections = tongues
        .into_iter()
        .enumerate()
        .map(|(index, tongue)| view! { <Section tongue open={index == open} /> });
    let missing = if may_save { missing } else { Vec::new() };
    let more = missing.into_iter().map(|locale| {
        view! {
            <Button name="add" value=locale.to_string()>
                <Icon sign=Sign::Plus />
                {format!("Save and add {}", name(locale))}
            </Button>
        }
    });
    view! {
        <div class="grid gap-3">
            {mistakes} <Mistake name="contents" />
            {sections.collect_view()}
            <div class="flex flex-wrap gap-2">{more.collect_view()}</div>
        </div>
    }
}

#[component]
fn Section(tongue: Tongue, open: bool) -> impl IntoView {
    let Tongue {
        locale,
        content,
        first,
        new,
        address,
        page,
    } = tongue;
    let state = match (first, new) {
        (true, _) => Some(view! { <Badge tone=Tone::Plain>"Default language"</Badge> }),
        (_, true) => Some(view! { <Badge tone=Tone::Busy>"A copy, not saved yet"</Badge> }),
        _ => None,
    };
    let remove = (!first).then(|| {
        let label = format!("Leave {} out when saving", name(locale));
        view! { <CheckField name=format!("remove[{locale}]") label /> }
    });
    view! {
        <details
            name="language"
            open=open
            class="group min-w-0 rounded-xl border border-line bg-card shadow-xs"
        >
            <summary class="disclosure flex min-h-12 cursor-pointer flex-wrap items-center gap-3 rounded-xl px-4 py-2 font-medium">
                {name(locale)} <span class="font-mono text-xs text-muted">{locale.to_string()}</span> {state}
                <span class="ml-auto max-w-full truncate text-sm font-normal text-muted group-open:hidden">
                    {content.title.clone()}
                </span>
            </summary>
            <div class="grid gap-6 border-t border-line p-4 *:min-w-0">
                <LanguageEditor
                    name=format!("contents[{locale}]")
                    content=json!(content)
                    address
                    page
                    locale=locale.to_string()
                />
                {remove}
            </div>
        </details>
    }
}

/// A language's name in English, as far as it is known here; else its code.
pub(in crate::admin) fn name(locale: Locale) -> String {
    const NAMES: [(&str, &str); 22] = [
        ("ar", "Arabic"),
        ("cs", "Czech"),
        ("da", "Danish"),
        ("de", "German"),
        ("el", "Greek"),
        ("en", "English"),
        ("es", "Spanish"),
        ("fi", "Finnish"),
        ("fr", "French"),
        ("hi", "Hindi"),
        ("hu", "Hungarian"),
        ("it", "Italian"),
        ("ja", "Japanese"),
        ("ko", "Korean"),
        ("nl", "Dutch"),
        ("no", "Norwegian"),
        ("pl", "Polish"),
        ("pt", "Portuguese"),
        ("sv", "Swedish"),
        ("tr", "Turkish"),
        ("uk", "Ukrainian"),
        ("zh", "Chinese"),
    ];
    let (language, region) = locale
        .as_str()
        .split_once('-')
        .unwrap_or((locale.as_str(), ""));
    let known = NAMES.iter().find(|(code, _)| *code == language);
    match (known, region) {
        (Some((_, name)), "") => (*name).to_owned(),
        (Some((_, name)), region) => format!("{name} ({region})"),
        (None, _) => locale.to_string(),
    }
}
