//! What is said after something was done: a server function names the notice in the address of
//! the screen it leads to.

use leptos::prelude::*;

use super::session::is_from_here;
use super::variants;
use crate::ui::{Icon, Sign};

/// Every notice: its name in the address, and its words.
const NOTICES: &[(&str, &str)] = &[
    ("saved", "Saved."),
    (
        "variant-written",
        "The language model wrote a draft. Read it before you publish it.",
    ),
    ("signed-out", "You are signed out."),
    (
        "signed-out-everywhere",
        "You are signed out everywhere. Sign in again to go on here.",
    ),
    ("welcome", "Welcome. You are signed in."),
    ("name-saved", "Your name is saved."),
    (
        "password-changed",
        "Your password is changed. Your other sessions have ended.",
    ),
    ("link-withdrawn", "The link is withdrawn."),
    (
        "role-saved",
        "The role is saved. It holds from the next sign-in on.",
    ),
    (
        "disabled",
        "The account is disabled and signed out everywhere. Its tokens are revoked.",
    ),
    ("enabled", "The account is enabled."),
    ("signed-out-person", "They are signed out everywhere."),
    (
        "variant-duplicated",
        "This is the copy. It is a draft; change what should be different.",
    ),
    ("variant-saved", "The variant is saved."),
    ("draft-discarded", "What you had not saved is discarded."),
    ("variant-deleted", "The variant is deleted."),
    (
        "variant-restored",
        "The old content is the newest revision again. Publish it for visitors to see it.",
    ),
    (
        "segment-created",
        "The segment is made. It is tried after the others; move it up where it should claim visitors before them.",
    ),
    (
        "segment-saved",
        "The segment is saved. Visitors are sorted by it from now on.",
    ),
    ("segments-ordered", "The order is saved."),
    ("segment-deleted", "The segment is deleted."),
    (
        "space-started",
        "Embedding has begun. Visitors notice nothing until you switch.",
    ),
    ("space-paused", "The job rests. What is embedded stays."),
    ("space-resumed", "The job goes on."),
    (
        "space-cancelled",
        "The job is stopped. What is embedded stays.",
    ),
    (
        "space-switched",
        "The space decides now. The one before is kept, so that you can go back.",
    ),
    (
        "space-switched-for-good",
        "The space decides now. The one before is deleted; there is no way back to it.",
    ),
    ("space-rolled-back", "The space before decides again."),
    (
        "space-retried",
        "The texts are sent to the provider again. Look again in a moment.",
    ),
    ("space-dropped", "The space is being deleted."),
    (
        "token-revoked",
        "The token is revoked. It is refused from now on.",
    ),
    (
        "file-discarded",
        "The file is discarded. Nothing was imported.",
    ),
    (
        "import-stops",
        "The import stops after the records it is at.",
    ),
    ("page-created", "The page is created. Visitors can open it."),
    ("page-saved", "The page is saved. Visitors see it."),
    ("page-deleted", "The page is deleted."),
];

/// The notice that the raw query of the screen at `path` names, if it names one. A link from
/// elsewhere tells nothing: nothing was done.
pub(super) fn of_query(path: &str, query: &str) -> Option<AnyView> {
    if !is_from_here() {
        return None;
    }
    if let Some(outcome) = variants::outcome(path, query) {
        return Some(view! { <Notice>{outcome}</Notice> }.into_any());
    }
    let named = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "notice");
    let words = named.and_then(|(_, wanted)| {
        NOTICES
            .iter()
            .find_map(|(name, words)| (*name == wanted).then_some(*words))
    });
    words.map(|words| view! { <Notice>{words}</Notice> }.into_any())
}

/// A line above the screen that says what was done.
#[component]
pub(super) fn Notice(
    /// The words, and perhaps a way back.
    children: Children,
) -> impl IntoView {
    view! {
        <div
            role="status"
            class="mb-6 flex items-start gap-3 rounded-lg bg-good-wash px-4 py-3 text-sm text-good"
        >
            <span class="mt-0.5">
                <Icon sign=Sign::Check />
            </span>
            <div class="flex min-w-0 grow flex-wrap items-center gap-x-3 gap-y-2">{children()}</div>
        </div>
    }
}
