//! A person's work on a variant: what is typed, what is saved, and what is kept in between.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::actions::{compare_variant, keep_draft, save_variant};
use super::shape::{Opened, Saved, Theirs, Written};
use crate::admin::timer::Timer;
use crate::admin::{AdminError, Editing};

/// From the last key until what is typed is kept.
const KEEP_AFTER: Duration = Duration::from_secs(2);

/// What became of the work last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing yet.
    Begun,
    /// What is typed is kept on the server.
    Kept,
    /// A save is under way.
    Saving,
    /// What is typed is saved.
    Saved,
    /// A save or the keeping failed; the person is told why.
    Failed(String),
}

/// What is sent to be kept.
struct Draft {
    key: String,
    tab: String,
    base: i32,
    written: String,
}

/// The work as its parts on the screen share it.
#[derive(Clone, Copy)]
pub(super) struct Work {
    opened: StoredValue<Opened>,
    pub(super) editing: Editing,
    pub(super) name: RwSignal<String>,
    pub(super) segment: RwSignal<String>,
    saved: RwSignal<Written>,
    pub(super) base: RwSignal<i32>,
    pub(super) phase: RwSignal<Phase>,
    /// What somebody else saved meanwhile.
    pub(super) theirs: RwSignal<Option<Theirs>>,
    pub(super) written: Memo<Written>,
    pub(super) unsaved: Memo<bool>,
    keeping: Timer,
    /// Requests to keep something that are under way.
    asked: StoredValue<usize>,
}

impl Work {
    pub(super) fn new(opened: Opened) -> Self {
        let first = opened.typed.clone().unwrap_or_else(|| opened.saved.clone());
        let base = opened.page_content.clone();
        let editing = Editing::new("content", first.content, Some(base));
        let (name, segment) = (RwSignal::new(first.name), RwSignal::new(first.segment));
        let saved = RwSignal::new(opened.saved.clone());
        let written = Memo::new(move |_| Written {
            name: name.get(),
            segment: segment.get(),
            content: editing.content().get(),
        });
        let phase = if opened.typed.is_some() {
            Phase::Kept
        } else {
            Phase::Begun
        };
        Self {
            editing,
            name,
            segment,
            saved,
            base: RwSignal::new(opened.base),
            phase: RwSignal::new(phase),
            theirs: RwSignal::new(None),
            written,
            unsaved: Memo::new(move |_| *written.read() != *saved.read()),
            keeping: Timer::new(KEEP_AFTER),
            asked: StoredValue::new(0),
            opened: StoredValue::new(opened),
        }
    }

    pub(super) fn opened<R>(self, look: impl FnOnce(&Opened) -> R) -> R {
        self.opened.with_value(look)
    }

    /// Somebody typed: it is kept once they pause, and what went wrong before is old.
    pub(super) fn has_typed(self) {
        if matches!(self.phase.get_untracked(), Phase::Failed(_)) {
            self.phase.set(Phase::Begun);
        }
        self.keep_soon();
    }

    fn keep_soon(self) {
        self.keeping.ask(move || self.keep());
    }

    /// Keeps what is typed now, when the person may be about to leave.
    pub(super) fn keep_now(self) {
        if self.keeping.call_off() {
            self.keep();
        }
    }

    /// Keeps what is typed while the screen goes away. Its requests are given up with it, one that is
    /// under way as well; this one is not.
    pub(super) fn keep_leaving(self) {
        let waiting = self.keeping.call_off();
        if (waiting || self.asked.get_value() > 0) && !outlive(&self.kept()) {
            self.keep();
        }
    }

    /// What is sent to be kept: nothing typed when that is saved.
    fn kept(self) -> Draft {
        let written = if self.unsaved.get_untracked() {
            json(&self.written.get_untracked())
        } else {
            String::new()
        };
        let (key, tab) = self.opened(|opened| (opened.key.clone(), opened.tab.clone()));
        Draft {
            key,
            tab,
            base: self.base.get_untracked(),
            written,
        }
    }

    fn keep(self) {
        let draft = self.kept();
        self.asked.update_value(|asked| *asked += 1);
        spawn_local(async move {
            let kept = keep_draft(draft.key, draft.tab, draft.base, draft.written).await;
            self.asked.try_update_value(|asked| *asked -= 1);
            // Why it is not saved matters more than that it is kept.
            if matches!(self.phase.get_untracked(), Phase::Saving | Phase::Failed(_)) {
                return;
            }
            self.phase.set(match kept {
                Ok(()) => Phase::Kept,
                Err(error) => Phase::Failed(format!("Not kept: {error}")),
            });
        });
    }

    /// Saves what is typed on top of the revision that the person has seen. What is wrong in the
    /// browser already is said without asking the server.
    pub(super) fn save(self) {
        if self.phase.get_untracked() == Phase::Saving {
            return;
        }
        if self.editing.reveal_problems() {
            self.phase.set(Phase::Failed(
                "Not saved: correct what is marked below.".to_owned(),
            ));
            return;
        }
        self.keeping.call_off();
        self.phase.set(Phase::Saving);
        let (written, base) = (self.written.get_untracked(), self.base.get_untracked());
        let opened = self.opened(Clone::clone);
        spawn_local(async move {
            let sent = save_variant(
                opened.id,
                base,
                opened.key,
                opened.tab,
                opened.page,
                opened.locale,
                written.name.clone(),
                written.segment.clone(),
                written.content.to_string(),
            );
            match sent.await {
                Ok(saved) => self.has_saved(saved, written),
                Err(AdminError::Stale { .. }) => self.compare().await,
                Err(error) => self.has_failed(&error),
            }
        });
    }

    /// Saves what is typed although somebody saved something else meanwhile, which the person has
    /// seen.
    pub(super) fn keep_mine(self) {
        if let Some(theirs) = self.theirs.get_untracked() {
            self.base.set(theirs.revision);
            self.saved.set(theirs.written);
            self.theirs.set(None);
            self.save();
        }
    }

    /// Goes on from what somebody else saved, without what was typed.
    pub(super) fn take_theirs(self) {
        if let Some(theirs) = self.theirs.get_untracked() {
            self.base.set(theirs.revision);
            self.name.set(theirs.written.name.clone());
            self.segment.set(theirs.written.segment.clone());
            self.editing.replace(theirs.written.content.clone());
            self.saved.set(theirs.written);
            self.theirs.set(None);
            self.phase.set(Phase::Saved);
        }
    }

    fn has_saved(self, saved: Saved, written: Written) {
        if self.opened(|opened| opened.id.is_none()) {
            let place = format!("/admin/variants/{}?notice=variant-saved", saved.id);
            let _ = window().location().set_href(&place);
            return;
        }
        self.base.set(saved.revision);
        self.saved.set(written);
        self.phase.set(Phase::Saved);
        // What was typed while the answer was awaited.
        if self.unsaved.get_untracked() {
            self.keep_soon();
        }
        // What the screen says of the variant is not of the revision before.
        if let Ok(saved) = leptos::web_sys::Event::new("landfall:saved") {
            let _ = document().dispatch_event(&saved);
        }
    }

    async fn compare(self) {
        let Some(id) = self.opened(|opened| opened.id) else {
            return;
        };
        match compare_variant(id, json(&self.written.get_untracked())).await {
            // The same was written by both.
            Ok(theirs) if theirs.differences.is_empty() => {
                self.theirs.set(Some(theirs));
                self.take_theirs();
            }
            Ok(theirs) => {
                self.phase.set(Phase::Failed(format!(
                    "Not saved: {} saved this meanwhile.",
                    theirs.author
                )));
                self.theirs.set(Some(theirs));
                self.keep_soon();
            }
            Err(error) => self.has_failed(&error),
        }
    }

    fn has_failed(self, error: &AdminError) {
        let problems: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
        let is_gone =
            matches!(error, AdminError::NotFound(_)) && self.opened(|opened| opened.id.is_some());
        let text = if is_gone {
            "Not saved: somebody deleted this variant. To keep what you typed, copy it from “Edit as JSON” into a new variant."
                .to_owned()
        } else if problems.is_empty() {
            error.to_string()
        } else {
            format!("Not saved: {}", problems.join(" · "))
        };
        self.phase.set(Phase::Failed(text));
        self.keep_soon();
    }
}

fn json(written: &Written) -> String {
    serde_json::to_string(written).unwrap_or_default()
}

/// Posts a draft even when the screen is gone before the answer is there. Whether the browser takes
/// it on: up to 64 KiB it does.
#[cfg(feature = "hydrate")]
fn outlive(draft: &Draft) -> bool {
    let Ok(form) = web_sys::UrlSearchParams::new() else {
        return false;
    };
    form.append("key", &draft.key);
    form.append("tab", &draft.tab);
    form.append("base", &draft.base.to_string());
    form.append("written", &draft.written);
    let sent = window()
        .navigator()
        .send_beacon_with_opt_url_search_params("/admin/api/variants/keep", Some(&form));
    sent.unwrap_or(false)
}

/// There is no screen to leave.
#[cfg(not(feature = "hydrate"))]
fn outlive(_: &Draft) -> bool {
    false
}
