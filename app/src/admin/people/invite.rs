use domain::Role;
use leptos::prelude::*;

use super::RoleField;
use crate::admin::screen::screen;
use crate::admin::{AdminError, Form};
use crate::ui::{Button, LinkButton, PageHeader, TextField, Weight, Whole};

/// The screen that invites somebody.
pub(in crate::admin) fn invite() -> impl IntoView {
    screen("Invite somebody", Role::Admin, async |_| {
        Ok::<_, AdminError>(
            view! {
                <PageHeader
                    title="Invite somebody"
                    up=("People", "/admin/people")
                    lead="You get a link to send them. Whoever opens it chooses a password; it works once, for 7 days."
                />
                <div class="max-w-xl rounded-xl border border-line bg-card p-5 shadow-xs">
                    <Form action="/admin/api/people/invite".to_owned()>
                        <Whole />
                        <TextField
                            name="email"
                            label="E-mail address"
                            hint="They sign in with it. Landfall sends no mail: you pass the link on."
                            kind="email"
                            max=254
                            required=true
                        />
                        <TextField
                            name="name"
                            label="Name"
                            hint="They can correct it."
                            max=80
                        />
                        <RoleField label="Role" role=Role::Editor />
                        <div class="flex flex-wrap gap-2">
                            <Button weight=Weight::Primary>"Make the link"</Button>
                            <LinkButton href="/admin/people">"Cancel"</LinkButton>
                        </div>
                    </Form>
                </div>
            }
            .into_any(),
        )
    })
}
