//! One's own account.

mod actions;

use domain::Role;
use engine::people::Person;
use leptos::prelude::*;

use super::Form;
use super::people::title;
use super::screen::screen;
use super::welcome::password_hint;
use crate::ui::{Button, Confirm, PageHeader, Panel, TextField, Weight, Whole};

/// The screen of one's name, password and sessions.
pub(super) fn account() -> impl IntoView {
    screen("Your account", Role::Viewer, async |session| {
        let person = session.person().clone();
        Ok(panels(person).into_any())
    })
}

fn panels(person: Person) -> impl IntoView {
    let lead = format!("{} · {}", person.email, title(person.role));
    view! {
        <PageHeader title="Your account" lead />
        <div class="grid max-w-2xl gap-6">
            <Panel title="Name">
                <div class="p-4">
                    <Form action="/admin/api/account/name".to_owned()>
                        <Whole />
                        <TextField
                            name="name"
                            label="Your name"
                            hint="As your colleagues see it beside what you write."
                            value=person.name
                            max=80
                            required=true
                            autocomplete="name"
                        />
                        <p>
                            <Button>"Save the name"</Button>
                        </p>
                    </Form>
                </div>
            </Panel>
            <Panel title="Password">
                <div class="p-4">
                    <Form action="/admin/api/account/password".to_owned()>
                        <Whole />
                        <input type="hidden" name="email" value=person.email autocomplete="username" />
                        <TextField
                            name="current"
                            label="Present password"
                            kind="password"
                            required=true
                            autocomplete="current-password"
                        />
                        <TextField
                            name="password"
                            label="New password"
                            hint=password_hint()
                            kind="password"
                            required=true
                            autocomplete="new-password"
                        />
                        <TextField
                            name="repeat"
                            label="New password again"
                            kind="password"
                            required=true
                            autocomplete="new-password"
                        />
                        <p>
                            <Button weight=Weight::Primary>"Change the password"</Button>
                        </p>
                    </Form>
                </div>
            </Panel>
            <Panel title="Sessions">
                <div class="flex flex-wrap items-center justify-between gap-4 p-4">
                    <p class="max-w-md text-sm/6 text-muted">
                        "Signed in on a computer that is not at hand? End every session of yours, this one too."
                    </p>
                    <Confirm
                        id="everywhere"
                        label="Sign out everywhere"
                        title="Sign out everywhere?"
                        text="All your sessions end at once, on every computer and phone. You will have to sign in again here."
                        action="/admin/api/account/sign-out-everywhere"
                    >
                        ""
                    </Confirm>
                </div>
            </Panel>
        </div>
    }
}
