//! What a one-time link opens: the first account, an invitation, a new password.

mod actions;

use domain::Role;
use engine::people::{Link, LinkKind, LinkSecret, MIN_CHARACTERS};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::screen::open_screen;
use super::session::{AdminContext, set_status};
use super::{AdminError, Form};
use crate::ui::{Button, LinkButton, TextField, Weight, Whole};

pub(super) use actions::same;

/// Where a link leads. `base_url` is how people reach the site, without a slash at the end.
pub fn welcome_url(base_url: &str, secret: &LinkSecret) -> String {
    format!("{base_url}/admin/welcome/{}", secret.expose())
}

/// The screen behind a link.
pub(super) fn welcome() -> impl IntoView {
    let secret = use_params_map().read_untracked().get("secret");
    let people = expect_context::<AdminContext>().people;
    open_screen("Welcome", async move || {
        let secret = secret.unwrap_or_default();
        match people.link(&secret).await.map_err(AdminError::from) {
            Ok(link) => Ok(form(secret, &link)),
            Err(AdminError::Conflict(text)) => Ok(over(text)),
            Err(error) => Err(error),
        }
    })
}

fn form(secret: String, link: &Link) -> AnyView {
    let (title, lead, email, name) = match &link.kind {
        LinkKind::Setup => (
            "Welcome to Landfall",
            "This makes the first account. It is an admin's: you can invite the others afterwards."
                .to_owned(),
            None,
            Some(String::new()),
        ),
        LinkKind::Invitation { email, role, name } => (
            "Welcome to Landfall",
            format!(
                "You are invited as {}. Choose the password with which you will sign in.",
                with_article(*role)
            ),
            Some(email.clone()),
            Some(name.clone().unwrap_or_default()),
        ),
        LinkKind::Reset { email, .. } => (
            "Choose a new password",
            "You will be signed out wherever you are signed in now.".to_owned(),
            Some(email.clone()),
            None,
        ),
    };
    let address = match email {
        Some(email) => view! {
            <div>
                <p class="text-sm font-medium">"E-mail address"</p>
                <p class="mt-1 text-sm text-muted wrap-anywhere">{email.clone()}</p>
                // What password managers keep the password under.
                <input type="hidden" name="email" value=email autocomplete="username" />
            </div>
        }
        .into_any(),
        None => view! {
            <TextField
                name="email"
                label="E-mail address"
                hint="You sign in with it. Landfall sends no mail."
                kind="email"
                max=254
                required=true
                autocomplete="username"
            />
        }
        .into_any(),
    };
    let name = name.map(|name| {
        view! {
            <TextField
                name="name"
                label="Your name"
                hint="As your colleagues see it beside what you write."
                value=name
                max=80
                required=true
                autocomplete="name"
            />
        }
    });
    view! {
        <h1 class="text-xl font-semibold tracking-tight">{title}</h1>
        <p class="mt-1.5 mb-6 text-sm/6 text-muted">{lead}</p>
        <Form action="/admin/api/welcome".to_owned()>
            <Whole />
            <input type="hidden" name="secret" value=secret />
            {address}
            {name}
            <TextField
                name="password"
                label="Password"
                hint=password_hint()
                kind="password"
                required=true
                autocomplete="new-password"
            />
            <TextField
                name="repeat"
                label="Password again"
                kind="password"
                required=true
                autocomplete="new-password"
            />
            <Button weight=Weight::Primary>"Save and sign in"</Button>
        </Form>
    }
    .into_any()
}

/// What is said of a link that opens nothing.
fn over(text: String) -> AnyView {
    set_status(410);
    view! {
        <h1 class="text-xl font-semibold tracking-tight">"This link does not work"</h1>
        <p class="mt-1.5 mb-6 text-sm/6 text-muted">{text}</p>
        <LinkButton href="/admin/sign-in">"Sign in"</LinkButton>
    }
    .into_any()
}

/// What to think of when choosing a password.
pub(super) fn password_hint() -> String {
    format!(
        "At least {MIN_CHARACTERS} characters. Three or four unrelated words are easy to keep in mind."
    )
}

fn with_article(role: Role) -> String {
    match role {
        Role::Editor | Role::Admin => format!("an {role}"),
        Role::Viewer | Role::Publisher => format!("a {role}"),
    }
}
