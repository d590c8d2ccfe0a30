//! What became of a page or a segment, and the way back to what it was.

use domain::difference::Change;
use engine::desk::history::{PastState, Remembered};
use leptos::prelude::*;
use time::OffsetDateTime;

use super::author::author;
use super::revision::{Label, RevisionCard};
use super::{activity, instant};
use crate::ui::{Badge, EmptyState, LinkButton, Moment, Tone};

/// How the states of a kind of thing are shown.
pub(super) struct Past<R: 'static> {
    /// The screen that edits the thing.
    pub(super) screen: String,
    /// Whether that opens what it was.
    pub(super) may_go_back: bool,
    /// What people call its fields.
    pub(super) label: Label,
    /// What the state in this place changed, in people's words.
    pub(super) changes: fn(&[PastState<R>], usize) -> Vec<Change>,
}

impl<R: Remembered> Past<R> {
    /// Every state, the latest first.
    pub(super) fn shown(&self, states: &[PastState<R>]) -> AnyView {
        if states.is_empty() {
            return view! {
                <EmptyState
                    title=format!("Nothing is known of this {}'s past", R::KIND)
                    text="Every change from now on is kept here, with who made it and what was there before."
                />
            }
            .into_any();
        }
        let cards = (0..states.len()).map(|place| self.card(states, place));
        view! { <ol class="grid max-w-3xl gap-4">{cards.collect_view()}</ol> }.into_any()
    }

    fn card(&self, states: &[PastState<R>], place: usize) -> AnyView {
        let state = &states[place];
        let newest = place == 0;
        let badge = newest.then(|| view! { <Badge tone=Tone::Good>"Live"</Badge> });
        let back = (!newest && self.may_go_back && state.record.is_some()).then(|| {
            let href = format!("{}?as_of={}", self.screen, state.change);
            view! { <LinkButton href>"Go back to it"</LinkButton> }
        });
        let words = activity::words(&state.action);
        let verb = words.strip_suffix(&format!(" the {}", R::KIND));
        let mut title = verb.unwrap_or(&words).to_owned();
        title[..1].make_ascii_uppercase();
        view! {
            <RevisionCard
                title
                badges=badge.into_any()
                how=format!("By {}", author(&state.author))
                at=state.at
                changes=(self.changes)(states, place)
                beginning=state.begins
                label=self.label
            >
                {back}
            </RevisionCard>
        }
        .into_any()
    }
}

/// Says above a form that it holds what the thing on `screen` was at an instant.
pub(super) fn as_it_was<R: Remembered>(at: OffsetDateTime, screen: String) -> AnyView {
    view! {
        <p role="status" class="mb-6 rounded-xl border border-line bg-wash px-4 py-3 text-sm">
            "This is the " {R::KIND} " as it was saved on " <Moment at=instant::text(at) />
            ". Visitors see it again once you save it. "
            <a class="text-accent underline underline-offset-4" href=screen>
                "Back to the present " {R::KIND}
            </a>
        </p>
    }
    .into_any()
}
