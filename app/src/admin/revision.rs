//! One revision, and what it changed.

use domain::VariantId;
use domain::content::field_label;
use domain::redline::{Piece, redline};
use domain::variant::Origin;
use engine::desk::variants::{Change, Revision};
use leptos::prelude::*;

use crate::admin::instant;
use crate::ui::{Badge, Confirm, Moment, Tone, Weight};

/// Changes that are shown before the rest is folded away.
const SHOWN: usize = 12;

/// A revision with its author, time and changes.
#[component]
pub(super) fn RevisionCard(
    /// The variant.
    variant: VariantId,
    /// The revision.
    revision: Revision,
    /// Whether it is the newest one.
    newest: bool,
    /// Whether it is the one that is published.
    shown: bool,
    /// Whether the person may go back to it.
    restorable: bool,
) -> impl IntoView {
    let number = revision.number;
    let restore = restorable.then(|| {
        view! {
            <Confirm
                id=format!("restore-{number}")
                label="Restore"
                title=format!("Restore revision {number}?")
                text="Its content becomes the newest revision. Nothing is lost, and visitors see it only once it is published."
                action="/admin/api/variants/restore"
                weight=Weight::Quiet
            >
                <input type="hidden" name="id" value=variant.to_string() />
                <input type="hidden" name="revision" value=number.to_string() />
            </Confirm>
        }
    });
    let shown = shown.then(|| view! { <Badge tone=Tone::Good>"Published"</Badge> });
    let newest = newest.then(|| view! { <Badge tone=Tone::Plain>"Newest"</Badge> });
    view! {
        <li class="rounded-xl border border-line bg-card shadow-xs">
            <div class="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line px-4 py-3">
                <div class="min-w-0 grow">
                    <div class="flex flex-wrap items-center gap-2">
                        <h3 class="font-semibold">{format!("Revision {number}")}</h3>
                        {newest}
                        {shown}
                    </div>
                    <p class="mt-0.5 text-sm text-muted wrap-anywhere">
                        {how(&revision)} " · " <Moment at=instant::text(revision.at) />
                    </p>
                </div>
                {restore}
            </div>
            <div class="px-4 py-3">{what(&revision)}</div>
        </li>
    }
}

fn how(revision: &Revision) -> String {
    let author = &revision.author;
    if let Some(model) = &revision.model {
        return format!("Written by the language model {model} for {author}");
    }
    match revision.origin {
        Origin::Saved => format!("Saved by {author}"),
        Origin::Restored { from } => format!("Restored from revision {from} by {author}"),
        Origin::Duplicated => format!("Copied from another variant by {author}"),
        Origin::Imported => format!("Imported from a file by {author}"),
    }
}

fn what(revision: &Revision) -> AnyView {
    let list = changes(&revision.changes);
    if revision.number > 1 {
        return list.into_any();
    }
    let count = revision.changes.len();
    view! {
        <details>
            <summary class="disclosure flex min-h-6 cursor-pointer items-center gap-1 text-sm text-muted">
                {format!("The beginning: {count} fields")}
            </summary>
            <div class="mt-3">{list}</div>
        </details>
    }
    .into_any()
}

/// Changes, field by field.
pub(super) fn changes(changes: &[Change]) -> AnyView {
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
        let words = format!("{} more fields", rest.len());
        view! {
            <details class="mt-4">
                <summary class="disclosure flex min-h-6 cursor-pointer items-center gap-1 text-sm text-muted">{words}</summary>
                <dl class="mt-3 grid gap-4">{rest.iter().map(|c| change(c)).collect_view()}</dl>
            </details>
        }
    });
    view! {
        <dl class="grid gap-4">{first.iter().map(|c| change(c)).collect_view()}</dl>
        {rest}
    }
    .into_any()
}

/// One field: what it was, and what it is.
fn change(change: &Change) -> impl IntoView + use<> {
    let before = change.before.as_deref().unwrap_or_default();
    let after = change.after.as_deref().unwrap_or_default();
    let (old, new) = match (&change.before, &change.after) {
        (Some(_), Some(_)) => redline(before, after),
        _ => (whole(before), whole(after)),
    };
    let old = change.before.is_some().then(|| {
        let pieces = old.into_iter().map(|piece| {
            let class = if piece.changed {
                "rounded-xs bg-bad/15"
            } else {
                ""
            };
            view! { <span class=class>{piece.text}</span> }
        });
        view! {
            <del class="block rounded-md bg-bad-wash px-2.5 py-1.5 text-bad no-underline">
                <span class="sr-only">"Before: "</span>
                {pieces.collect_view()}
            </del>
        }
    });
    let new = change.after.is_some().then(|| {
        let pieces = new.into_iter().map(|piece| {
            let class = if piece.changed {
                "rounded-xs bg-good/15"
            } else {
                ""
            };
            view! { <span class=class>{piece.text}</span> }
        });
        view! {
            <ins class="block rounded-md bg-good-wash px-2.5 py-1.5 text-good no-underline">
                <span class="sr-only">"After: "</span>
                {pieces.collect_view()}
            </ins>
        }
    });
    view! {
        <div class="min-w-0">
            <dt class="text-xs font-medium text-muted">{field_label(&change.field)}</dt>
            <dd class="mt-1 grid gap-1 text-sm/6 whitespace-pre-wrap wrap-anywhere">{old} {new}</dd>
        </div>
    }
}

/// A text that stands alone: nothing in it is marked.
fn whole(text: &str) -> Vec<Piece> {
    vec![Piece {
        text: text.to_owned(),
        changed: false,
    }]
}
