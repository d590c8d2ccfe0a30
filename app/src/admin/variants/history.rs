//! A variant's history: every revision, what it changed, and the way back to it.

use domain::content::field_label;
use domain::variant::Origin;
use domain::{Role, VariantId};
use engine::desk::variants::{Revision, VariantDetail};
use engine::store::WrittenBy;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_url};

use super::publishing::PublishingPanel;
use crate::admin::author::author;
use crate::admin::editor::lead;
use crate::admin::revision::{RevisionCard, changes};
use crate::admin::screen::{row, screen};
use crate::ui::{Badge, Confirm, LinkButton, PageHeader, Panel, Tone, Weight, Whole};

/// Revisions on one page.
const AT_ONCE: usize = 20;

/// The screen that shows a variant's history.
pub(in crate::admin) fn history() -> impl IntoView {
    let id = use_params_map().read_untracked().get("id");
    let before = before(use_url().read_untracked().search());
    screen("History of a variant", Role::Viewer, async move |session| {
        let id = VariantId(row(id, "This variant")?);
        let desk = session.desk();
        let variant = desk.variant(id).await?;
        let revisions = desk.revisions(id, before, AT_ONCE).await?;
        let waiting = match variant.published_revision {
            Some(shown) if shown != variant.revision => {
                desk.difference(id, shown, variant.revision).await?
            }
            _ => Vec::new(),
        };
        let waiting = (!waiting.is_empty()).then(|| {
            view! {
                <div id="changes" class="scroll-mt-20">
                    <Panel title="What publishing would change">
                        <div class="p-4">{changes(&waiting, field_label)}</div>
                    </Panel>
                </div>
            }
        });
        let may_restore = session.may(Role::Editor);
        let older = revisions
            .last()
            .filter(|last| last.number > 1)
            .map(|last| older(id, last));
        let cards = revisions
            .iter()
            .map(|revision| card(&variant, revision, may_restore))
            .collect_view();
        let back = format!("/admin/variants/{id}/history");
        let title = variant.record.name.clone();
        Ok(view! {
            <PageHeader title lead=lead(&variant, desk) up=("Variants", "/admin/variants")>
                <LinkButton href=format!("/admin/variants/{id}")>"Open the variant"</LinkButton>
            </PageHeader>
            <div class="mb-4 empty:hidden">
                <Whole />
            </div>
            <div class="grid gap-6 lg:grid-cols-[minmax(0,1fr)_20rem] lg:items-start">
                <div class="grid min-w-0 gap-4 max-lg:order-last">
                    {waiting}
                    <h2 class="text-lg font-semibold tracking-tight">"Revisions"</h2>
                    <ol class="grid gap-4" reversed>
                        {cards}
                    </ol>
                    {older}
                </div>
                <PublishingPanel session variant back />
            </div>
        }
        .into_any())
    })
}

fn card(variant: &VariantDetail, revision: &Revision, may_restore: bool) -> impl IntoView + use<> {
    let (id, number) = (variant.id, revision.number);
    let newest = variant.revision == number;
    let shown = variant.published_revision == Some(number);
    let restore = (may_restore && !newest).then(|| {
        view! {
            <Confirm
                id=format!("restore-{number}")
                label="Restore"
                title=format!("Restore revision {number}?")
                text="Its content becomes the newest revision. Nothing is lost, and visitors see it only once it is published."
                action="/admin/api/variants/restore"
                weight=Weight::Quiet
            >
                <input type="hidden" name="id" value=id.to_string() />
                <input type="hidden" name="revision" value=number.to_string() />
            </Confirm>
        }
    });
    let badges = view! {
        {newest.then(|| view! { <Badge tone=Tone::Plain>"Newest"</Badge> })}
        {shown.then(|| view! { <Badge tone=Tone::Good>"Published"</Badge> })}
    };
    view! {
        <RevisionCard
            title=format!("Revision {number}")
            badges=badges.into_any()
            how=how(revision)
            at=revision.at
            changes=revision.changes.clone()
            beginning=number == 1
            label=field_label
            below=revision.written.as_ref().map(|written| prompt(written).into_any())
        >
            {restore}
        </RevisionCard>
    }
}

/// What a language model was asked.
fn prompt(written: &WrittenBy) -> impl IntoView + use<> {
    view! {
        <details class="border-t border-line px-4 py-3 text-sm">
            <summary class="disclosure flex min-h-6 cursor-pointer items-center gap-1 text-muted">
                "What the model was asked"
            </summary>
            <pre class="mt-3 max-h-96 overflow-y-auto font-sans text-sm/6 whitespace-pre-wrap wrap-anywhere" tabindex="0">
                {written.prompt.clone()}
            </pre>
        </details>
    }
}

fn how(revision: &Revision) -> String {
    let author = author(&revision.author);
    if let Some(WrittenBy { model, .. }) = &revision.written {
        return format!("Written by the language model {model} for {author}");
    }
    match revision.origin {
        Origin::Saved => format!("Saved by {author}"),
        Origin::Restored { from } => format!("Restored from revision {from} by {author}"),
        Origin::Duplicated => format!("Copied from another variant by {author}"),
        Origin::Imported => format!("Imported from a file by {author}"),
    }
}

fn older(id: VariantId, last: &Revision) -> impl IntoView + use<> {
    let href = format!("/admin/variants/{id}/history?before={}", last.number);
    view! {
        <div>
            <LinkButton href>"Older revisions"</LinkButton>
        </div>
    }
}

/// The revision before which a raw query asks to begin.
fn before(query: &str) -> Option<i32> {
    form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "before")
        .and_then(|(_, number)| number.parse().ok())
}
