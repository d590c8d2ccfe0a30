use domain::{Role, UserId};
use engine::people::Person;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::RoleField;
use crate::admin::AdminError;
use crate::admin::screen::screen;
use crate::ui::{Badge, Button, Confirm, PageHeader, Panel, Tone, Weight, Whole};

/// The screen of one person: role, password, sessions, access.
pub(in crate::admin) fn person() -> impl IntoView {
    let id = use_params_map()
        .read_untracked()
        .get("id")
        .and_then(|id| id.parse().ok())
        .map(UserId);
    screen("Person", Role::Admin, async move |session| {
        let gone = || AdminError::NotFound("This person".to_owned());
        let person = session.people().person(id.ok_or_else(gone)?).await?;
        Ok(panels(person.ok_or_else(gone)?))
    })
}

fn panels(person: Person) -> AnyView {
    let id = person.id.0;
    let disabled = person.disabled;
    let state = disabled.then(|| view! { <Badge tone=Tone::Bad>"Disabled"</Badge> });
    let password = (!disabled).then(|| password(id));
    view! {
        <PageHeader title=person.name.clone() lead=person.email.clone() up=("People", "/admin/people")>
            {state}
        </PageHeader>
        <div class="grid max-w-2xl gap-6">
            <Whole />
            <Panel title="Role">
                <form method="post" action="/admin/api/people/role" class="grid gap-4 p-4">
                    <input type="hidden" name="id" value=id />
                    <RoleField
                        label="What they may do"
                        hint="A change signs them out, so that it holds at once."
                        role=person.role
                    />
                    <p>
                        <Button>"Save the role"</Button>
                    </p>
                </form>
            </Panel>
            {password}
            <Panel title="Access">
                {if disabled { enable(id).into_any() } else { disable(id, &person.name).into_any() }}
            </Panel>
        </div>
    }
    .into_any()
}

fn password(id: i64) -> impl IntoView {
    view! {
        <Panel title="Password and sessions">
            <div class="grid gap-4 p-4 text-sm/6 text-muted">
                <p>
                    "A reset link lets them choose a new password, once, within 24 hours. The present one stays good until then."
                </p>
                <div class="flex flex-wrap gap-2">
                    <form method="post" action="/admin/api/people/reset">
                        <input type="hidden" name="id" value=id />
                        <Button>"Make a reset link"</Button>
                    </form>
                    <form method="post" action="/admin/api/people/sign-out">
                        <input type="hidden" name="id" value=id />
                        <Button>"Sign them out everywhere"</Button>
                    </form>
                </div>
            </div>
        </Panel>
    }
}

fn disable(id: i64, name: &str) -> impl IntoView + use<> {
    view! {
        <div class="flex flex-wrap items-center justify-between gap-4 p-4">
            <p class="max-w-md text-sm/6 text-muted">
                "Somebody who left? A disabled account cannot sign in. What they wrote keeps their name."
            </p>
            <Confirm
                id="disable"
                label="Disable"
                title=format!("Disable {name}?")
                text="They are signed out at once and cannot sign in until an admin enables the account again. Tokens that they made are revoked for good."
                action="/admin/api/people/disable"
            >
                <input type="hidden" name="id" value=id />
            </Confirm>
        </div>
    }
}

fn enable(id: i64) -> impl IntoView {
    view! {
        <form
            method="post"
            action="/admin/api/people/enable"
            class="flex flex-wrap items-center justify-between gap-4 p-4"
        >
            <input type="hidden" name="id" value=id />
            <p class="max-w-md text-sm/6 text-muted">
                "This account cannot sign in. Once enabled, the old password is good again."
            </p>
            <Button weight=Weight::Primary>"Enable"</Button>
        </form>
    }
}
