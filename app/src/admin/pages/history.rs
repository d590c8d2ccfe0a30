//! A page's history: every change, and the way back to what it said before.

use domain::record::PageRecord;
use domain::{PageId, Role};
use engine::desk::page_history::PageState;
use engine::store::EditedPage;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::label::label;
use crate::admin::revision::RevisionCard;
use crate::admin::screen::{row, screen};
use crate::admin::session::AdminSession;
use crate::admin::{AdminError, activity, instant};
use crate::ui::{Badge, EmptyState, LinkButton, Moment, PageHeader, Tone};

/// The screen that shows what became of a page.
#[component]
pub fn PageHistory() -> impl IntoView {
    let id = use_params_map().read_untracked().get("id");
    screen("History of a page", Role::Viewer, async move |session| {
        let id = PageId(row(id, "This page")?);
        let desk = session.desk();
        let page = desk.page(id).await?.record;
        let states = desk.page_history(&page).await?;
        let list = if states.is_empty() {
            view! {
                <EmptyState
                    title="Nothing is known of this page's past"
                    text="Every change from now on is kept here, with who made it and what was there before."
                />
            }
            .into_any()
        } else {
            let cards = states.iter().enumerate();
            let cards = cards
                .map(|(place, state)| card(id, state, place == 0))
                .collect_view();
            view! { <ol class="grid max-w-3xl gap-4">{cards}</ol> }.into_any()
        };
        Ok(view! {
            <PageHeader
                title=format!("History of {}", page.path)
                lead="What you go back to opens in the editor; visitors see it once you save it there."
                up=("Pages", "/admin/pages")
            >
                <LinkButton href=format!("/admin/pages/{id}")>"Open the page"</LinkButton>
            </PageHeader>
            {list}
        }
        .into_any())
    })
}

fn card(id: PageId, state: &PageState, newest: bool) -> impl IntoView + use<> {
    let badge = newest.then(|| view! { <Badge tone=Tone::Good>"Live"</Badge> });
    let back = (!newest && state.record.is_some()).then(|| {
        let href = format!("/admin/pages/{id}?as_of={}", state.change);
        view! { <LinkButton href>"Go back to it"</LinkButton> }
    });
    let verb = activity::words(&state.action);
    let verb = verb.strip_suffix(" the page").unwrap_or(&verb);
    let mut title = verb.to_owned();
    title[..1].make_ascii_uppercase();
    view! {
        <RevisionCard
            title
            badges=badge.into_any()
            how=format!("By {}", state.author)
            at=state.at
            changes=state.changes.clone()
            beginning=state.begins
            label
        >
            {back}
        </RevisionCard>
    }
}

/// A page as it was after one of its changes, and words that say so.
pub(super) async fn as_of(
    session: &AdminSession,
    page: &EditedPage,
    change: i64,
) -> Result<(PageRecord, AnyView), AdminError> {
    let (record, at) = session.desk().page_as_of(&page.record, change).await?;
    let present = format!("/admin/pages/{}", page.id);
    let notice = view! {
        <p role="status" class="mb-6 rounded-xl border border-line bg-wash px-4 py-3 text-sm">
            "This is the page as it was saved on " <Moment at=instant::text(at) />
            ". Visitors see it again once you save it. "
            <a class="text-accent underline underline-offset-4" href=present>
                "Back to the present page"
            </a>
        </p>
    };
    Ok((record, notice.into_any()))
}
