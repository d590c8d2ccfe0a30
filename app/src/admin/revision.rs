//! One state of a thing in its history, and what it changed.

use domain::difference::Change;
use domain::redline::{Piece, redline};
use leptos::prelude::*;
use time::OffsetDateTime;

use super::instant;
use crate::ui::{Moment, counted};

/// Changes that are shown before the rest is folded away.
const SHOWN: usize = 12;

/// What people call a field at a dotted path.
pub(super) type Label = fn(&str) -> String;

/// A state with how it came about, when, and what it changed.
#[component]
pub(super) fn RevisionCard(
    title: String,
    /// Signs beside the title.
    badges: AnyView,
    /// How it came about, and by whom.
    how: String,
    at: OffsetDateTime,
    changes: Vec<Change>,
    /// Whether nothing was there before; then the changes are folded away.
    beginning: bool,
    label: Label,
    /// What stands below the changes.
    #[prop(optional_no_strip)]
    below: Option<AnyView>,
    /// The way back to it.
    children: Children,
) -> impl IntoView {
    view! {
        <li class="rounded-xl border border-line bg-card shadow-xs">
            <div class="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line px-4 py-3">
                <div class="min-w-0 grow">
                    <div class="flex flex-wrap items-center gap-2">
                        <h3 class="font-semibold">{title}</h3>
                        {badges}
                    </div>
                    <p class="mt-0.5 text-sm text-muted wrap-anywhere">
                        {how} " · " <Moment at=instant::text(at) />
                    </p>
                </div>
                {children()}
            </div>
            <div class="px-4 py-3">{what(&changes, beginning, label)}</div>
            {below}
        </li>
    }
}

fn what(found: &[Change], beginning: bool, label: Label) -> AnyView {
    let list = changes(found, label);
    if !beginning {
        return list;
    }
    let words = format!("The beginning: {}", counted(found.len(), "field", "fields"));
    view! {
        <details>
            <summary class="disclosure flex min-h-6 cursor-pointer items-center gap-1 text-sm text-muted">
                {words}
            </summary>
            <div class="mt-3">{list}</div>
        </details>
    }
    .into_any()
}

/// Changes, field by field.
pub(super) fn changes(changes: &[Change], label: Label) -> AnyView {
    // A block's id and type are not written by people.
    let changes: Vec<&Change> = changes
        .iter()
        .filter(|change| {
            let (_, last) = change.field.rsplit_once('.').unwrap_or_default();
            last != "id" && last != "type"
        })
        .collect();
    if changes.is_empty() {
        return view! { <p class="text-sm text-muted">"Nothing but its dates changed."</p> }
            .into_any();
    }
    let (first, rest) = changes.split_at(changes.len().min(SHOWN));
    let rest = (!rest.is_empty()).then(|| {
        let words = counted(rest.len(), "more field", "more fields");
        view! {
            <details class="mt-4">
                <summary class="disclosure flex min-h-6 cursor-pointer items-center gap-1 text-sm text-muted">{words}</summary>
                <dl class="mt-3 grid gap-4">{rest.iter().map(|c| change(c, label)).collect_view()}</dl>
            </details>
        }
    });
    view! {
        <dl class="grid gap-4">{first.iter().map(|c| change(c, label)).collect_view()}</dl>
        {rest}
    }
    .into_any()
}

/// One field: what it was, and what it is.
fn change(change: &Change, label: Label) -> impl IntoView + use<> {
    let before = change.before.as_deref().unwrap_or_default();
    let after = change.after.as_deref().unwrap_or_default();
    let (old, new) = match (&change.before, &change.after) {
        (Some(_), Some(_)) => redline(before, after),
        _ => (whole(before), whole(after)),
    };
    let old = change.before.is_some().then(|| {
        view! {
            <del class="block rounded-md bg-bad-wash px-2.5 py-1.5 text-bad no-underline">
                <span class="sr-only">"Before: "</span>
                {marked(old, "rounded-xs bg-bad/15")}
            </del>
        }
    });
    let new = change.after.is_some().then(|| {
        view! {
            <ins class="block rounded-md bg-good-wash px-2.5 py-1.5 text-good no-underline">
                <span class="sr-only">"After: "</span>
                {marked(new, "rounded-xs bg-good/15")}
            </ins>
        }
    });
    view! {
        <div class="min-w-0">
            <dt class="text-xs font-medium text-muted">{label(&change.field)}</dt>
            <dd class="mt-1 grid gap-1 text-sm/6 whitespace-pre-wrap wrap-anywhere">{old} {new}</dd>
        </div>
    }
}

/// A text whose changed pieces have the class `mark`.
fn marked(pieces: Vec<Piece>, mark: &'static str) -> impl IntoView {
    let pieces = pieces.into_iter().map(|piece| {
        let class = if piece.changed { mark } else { "" };
        view! { <span class=class>{piece.text}</span> }
    });
    pieces.collect_view()
}

/// A text that stands alone: nothing in it is marked.
fn whole(text: &str) -> Vec<Piece> {
    vec![Piece {
        text: text.to_owned(),
        changed: false,
    }]
}
