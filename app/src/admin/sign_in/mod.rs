//! Signing in and out.

mod actions;
pub(super) mod next;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::screen::open_screen;
use super::session::{AdminSession, lead_to, session};
use super::{AdminError, Form};
use crate::ui::{Button, TextField, Weight, Whole};

use actions::LAST_EMAIL;
use next::allowed;

/// The screen that asks who it is. Whoever is signed in goes on to where they wanted.
pub(super) fn sign_in() -> impl IntoView {
    let wanted = use_query_map().read_untracked().get("next");
    open_screen("Sign in", async move || {
        let next = allowed(wanted.as_deref());
        if AdminSession::present().await?.is_some() {
            lead_to(&next);
            return Ok(().into_any());
        }
        let email: Option<String> = session().await?.get(LAST_EMAIL).await.unwrap_or_default();
        Ok::<_, AdminError>(form(next, email.unwrap_or_default()))
    })
}

fn form(next: String, email: String) -> AnyView {
    view! {
        <h1 class="text-xl font-semibold tracking-tight">"Sign in"</h1>
        <p class="mt-1.5 mb-6 text-sm/6 text-muted">"With the address you were invited under."</p>
        <Form action="/admin/api/sign-in".to_owned()>
            <Whole />
            <input type="hidden" name="next" value=next />
            <TextField
                name="email"
                label="E-mail address"
                kind="email"
                value=email
                required=true
                autocomplete="username"
            />
            <TextField
                name="password"
                label="Password"
                kind="password"
                required=true
                autocomplete="current-password"
            />
            <Button weight=Weight::Primary>"Sign in"</Button>
        </Form>
        <details class="mt-6 text-sm/6 text-muted">
            <summary class="inline-flex min-h-6 cursor-pointer items-center underline underline-offset-4">
                "Forgot your password?"
            </summary>
            <p class="mt-2">
                "Ask an admin for a reset link: they make one under People. If nobody can sign in, run "
                <code class="rounded bg-wash px-1 py-0.5 text-ink">"landfall user reset EMAIL"</code>
                " on the server."
            </p>
        </details>
    }
    .into_any()
}
