use engine::store::DeadLetter;
use leptos::prelude::*;

use crate::admin::address;
use crate::ui::{LinkButton, counted};

/// Dead letters that are listed.
const LISTED: usize = 20;

/// Texts that the provider refused.
pub(super) fn refused(space: i32, letters: &[DeadLetter]) -> Option<impl IntoView + use<>> {
    if letters.is_empty() {
        return None;
    }
    let heading = counted(
        letters.len(),
        "text was refused by the provider",
        "texts were refused by the provider",
    );
    let rows = letters
        .iter()
        .take(LISTED)
        .map(|letter| {
            view! {
                <li class="px-4 py-2">
                    <p class="text-sm font-medium wrap-anywhere">{subject(&letter.subject)}</p>
                    <p class="text-sm text-muted wrap-anywhere">{letter.error.clone()}</p>
                </li>
            }
        })
        .collect_view();
    let rest = letters.len().saturating_sub(LISTED);
    let rest = (rest > 0).then(|| {
        view! { <p class="text-sm text-muted tabular-nums">{format!("and {rest} more")}</p> }
    });
    let csv = format!("/admin/spaces/refused.csv?space={space}");
    Some(view! {
        <details class="border-t border-line">
            <summary class="disclosure flex min-h-9 cursor-pointer items-center gap-1 px-4 py-3 text-sm text-bad">{heading}</summary>
            <ul class="divide-y divide-line border-y border-line">{rows}</ul>
            <div class="flex flex-wrap items-center justify-between gap-2 px-4 py-3">
                {rest} <LinkButton href=csv>"All of them as CSV"</LinkButton>
            </div>
        </details>
    })
}

/// What a text belongs to, with a link to where it can be changed.
fn subject(subject: &str) -> AnyView {
    let href = match subject.split_once(' ') {
        Some(("variant", name)) => found("/admin/variants?", name),
        Some(("page", path)) => found("/admin/pages?", path),
        Some(("segment", key)) => format!("/admin/segments/{key}"),
        // A campaign term is nobody's to change.
        _ => return subject.to_owned().into_any(),
    };
    let words = subject.to_owned();
    view! {
        <a class="underline-offset-4 hover:underline" href=href>
            {words}
        </a>
    }
    .into_any()
}

/// The address of a list narrowed to what bears a name.
fn found(list: &str, name: &str) -> String {
    address::begun(list).append_pair("q", name).finish()
}
