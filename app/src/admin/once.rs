//! Secrets that are shown once: the answer to a form hands them to the screen after it through the
//! session, never through an address.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::AdminError;
use super::copy_field::CopyField;
use super::session::session;
use crate::ui::{EmptyState, Moment};

/// Where a session keeps the secret until it is shown.
const KEPT: &str = "shown_once";

/// A secret on its way to the screen that shows it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Once {
    /// The screen's heading.
    pub(super) title: String,
    /// What to do with the secret.
    pub(super) lead: String,
    /// Until when it is good, RFC 3339.
    pub(super) until: String,
    /// What it is.
    pub(super) label: String,
    pub(super) secret: String,
}

/// Keeps a secret for the next screen that asks.
pub(super) async fn keep(once: &Once) -> Result<(), AdminError> {
    let session = session().await?;
    session
        .insert(KEPT, once)
        .await
        .map_err(|_| AdminError::Unavailable)
}

/// The secret that waits to be shown, which it does no longer.
pub(super) async fn take() -> Result<Option<Once>, AdminError> {
    let session = session().await?;
    session
        .remove(KEPT)
        .await
        .map_err(|_| AdminError::Unavailable)
}

/// What a screen shows of it: the secret with a button that copies it or, the second time, where to
/// get a new one. `what` it is, and `back` is the list it belongs to.
pub(super) fn shown(
    once: Option<Once>,
    what: &'static str,
    back: &'static str,
    words: &'static str,
) -> AnyView {
    let back = view! {
        <a class="text-sm text-accent underline underline-offset-4" href=back>
            {words}
        </a>
    };
    let Some(once) = once else {
        return view! {
            <EmptyState
                title=format!("The {what} was shown once")
                text="Landfall keeps no copy that could be read. If it is lost, make a new one."
            >
                {back}
            </EmptyState>
        }
        .into_any();
    };
    view! {
        <section class="mx-auto max-w-2xl rounded-xl border border-line bg-card p-5 shadow-xs sm:p-7">
            <h1 class="text-xl font-semibold tracking-tight wrap-anywhere">{once.title}</h1>
            <p class="mt-2 mb-5 text-sm/6 text-muted wrap-anywhere">
                {once.lead} " It is good until " <Moment at=once.until /> "."
            </p>
            <CopyField label=once.label value=once.secret />
            <p class="mt-5">{back}</p>
        </section>
    }
    .into_any()
}
