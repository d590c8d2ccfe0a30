//! A variant's history: every revision, what it changed, and the way back to it.

use domain::{Role, VariantId};
use engine::desk::variants::{Revision, VariantDetail};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_url};

use super::publishing::PublishingPanel;
use super::revision::{RevisionCard, changes};
use crate::admin::AdminError;
use crate::admin::editor::lead;
use crate::admin::screen::screen;
use crate::ui::{LinkButton, PageHeader, Panel, Whole};

/// Revisions on one page.
const AT_ONCE: usize = 20;

/// The screen that shows a variant's history.
pub(in crate::admin) fn history() -> impl IntoView {
    let id = use_params_map().read_untracked().get("id");
    let before = before(use_url().read_untracked().search());
    screen("History of a variant", Role::Viewer, async move |session| {
        let id = id
            .and_then(|id| id.parse().ok())
            .map(VariantId)
            .ok_or_else(|| AdminError::NotFound("This variant".to_owned()))?;
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
                        <div class="p-4">{changes(&waiting)}</div>
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
    let newest = revision.number == variant.revision;
    let shown = variant.published_revision == Some(revision.number);
    view! {
        <RevisionCard
            variant=variant.id
            revision=revision.clone()
            newest
            shown
            restorable=may_restore && !newest
        />
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
