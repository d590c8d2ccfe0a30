//! What every screen has around it: the session it needs, the frame, the title, and what is shown
//! when something is wrong.

use std::future::Future;

use domain::Role;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_url;

use super::frame::Frame;
use super::session::{AdminSession, answer_with, lead_to};
use super::{AdminError, mistakes, notice};
use crate::ui::LinkButton;

/// The row that a screen's address names by `id`. Where it names none, `what` is not there.
///
/// # Errors
/// [`AdminError::NotFound`] for what is no number.
pub(super) fn row(id: Option<String>, what: &str) -> Result<i64, AdminError> {
    id.and_then(|id| id.parse().ok())
        .ok_or_else(|| AdminError::NotFound(what.to_owned()))
}

/// A screen for people with at least `role`. `body` loads what it shows; nothing of the screen is
/// sent before it is complete.
///
/// Whoever is signed out is sent to sign in and comes back afterwards.
pub(super) fn screen<F>(
    title: &'static str,
    role: Role,
    body: impl FnOnce(AdminSession) -> F + Send + 'static,
) -> impl IntoView
where
    F: Future<Output = Result<AnyView, AdminError>> + Send + 'static,
{
    let url = use_url();
    let (path, query) = {
        let url = url.read_untracked();
        (url.path().to_owned(), url.search().to_owned())
    };
    // Whoever is still signed out sees the sign-in screen instead.
    let refused = mistakes::error(&query).map(AdminError::once_signed_in);
    provide_context(mistakes::beside_fields(refused.as_ref()));
    let shown = Suspend::new(async move {
        let session = match AdminSession::present().await {
            Ok(Some(session)) => session,
            Ok(None) => {
                lead_to(&sign_in_address(&path, &query));
                return ().into_any();
            }
            Err(error) => return failed(&error),
        };
        if let Some(error) = &refused {
            provide_context(mistakes::with_what_was_typed(error).await);
        }
        let person = session.person().clone();
        let content = if session.may(role) {
            body(session).await
        } else {
            Err(AdminError::Forbidden(role))
        };
        let content = content.unwrap_or_else(|error| failed(&error));
        view! {
            <Frame person path=path.clone()>
                {notice::of_query(&path, &query)}
                {content}
            </Frame>
        }
        .into_any()
    });
    view! {
        <Title text=title />
        <Suspense fallback=|| ()>{shown}</Suspense>
    }
}

/// A screen for whoever opens it, signed in or not: a card in the middle.
pub(super) fn open_screen<F>(
    title: &'static str,
    body: impl FnOnce() -> F + Send + 'static,
) -> impl IntoView
where
    F: Future<Output = Result<AnyView, AdminError>> + Send + 'static,
{
    let url = use_url();
    let (path, query) = {
        let url = url.read_untracked();
        (url.path().to_owned(), url.search().to_owned())
    };
    let told = mistakes::error(&query);
    if let Some(error @ AdminError::Throttled { .. }) = &told {
        answer_with(error);
    }
    provide_context(mistakes::beside_fields(told.as_ref()));
    let shown = Suspend::new(async move {
        let content = body().await.unwrap_or_else(|error| failed(&error));
        view! {
            <Frame person=None path=path.clone()>
                <div class="mx-auto max-w-md">
                    {notice::of_query(&path, &query)}
                    <div class="rounded-2xl border border-line bg-card p-6 shadow-xs sm:p-8">
                        {content}
                    </div>
                </div>
            </Frame>
        }
    });
    view! {
        <Title text=title />
        <Suspense fallback=|| ()>{shown}</Suspense>
    }
}

/// The screen for an address that has none.
pub(super) fn unknown() -> impl IntoView {
    screen("Not found", Role::Viewer, async |_| {
        Err(AdminError::NotFound("This screen".to_owned()))
    })
}

fn failed(error: &AdminError) -> AnyView {
    answer_with(error);
    let title = match error {
        AdminError::NotFound(_) => "Not there",
        AdminError::Forbidden(_) => "Not allowed",
        _ => "That did not work",
    };
    view! {
        <div class="mx-auto max-w-lg px-4 py-14 text-center">
            <h1 class="text-xl font-semibold tracking-tight">{title}</h1>
            <p class="mt-2 mb-5 text-sm/6 text-muted wrap-anywhere">{error.to_string()}</p>
            <LinkButton href="/admin">"Back to the overview"</LinkButton>
        </div>
    }
    .into_any()
}

/// The address of the sign-in screen that leads to `path` afterwards; `query` without its question mark.
pub fn sign_in_address(path: &str, query: &str) -> String {
    let wanted = if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    };
    let next: String = form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
    format!("/admin/sign-in?next={next}")
}
