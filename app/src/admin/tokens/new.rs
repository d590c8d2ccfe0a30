use domain::Role;
use leptos::prelude::*;

use crate::admin::screen::screen;
use crate::admin::{AdminError, Form};
use crate::ui::{Button, CheckField, FieldSet, LinkButton, PageHeader, TextField, Weight, Whole};

/// The screen that makes a token.
pub(in crate::admin) fn new() -> impl IntoView {
    screen("New token", Role::Admin, async |_| {
        Ok::<_, AdminError>(
            view! {
                <PageHeader
                    title="New token"
                    up=("Tokens", "/admin/tokens")
                    lead="Give it no more than its job needs, and one to each program, so that one can be revoked alone."
                />
                <div class="max-w-xl rounded-xl border border-line bg-card p-5 shadow-xs">
                    <Form action="/admin/api/tokens/make".to_owned()>
                        <Whole />
                        <TextField
                            name="name"
                            label="Name"
                            hint="What it is for, such as: nightly import."
                            max=80
                            required=true
                        />
                        <FieldSet name="scopes" legend="What it may do">
                            <CheckField name="import" label="Import segments, pages and variants" />
                            <CheckField name="export" label="Export everything an import would need" />
                            <CheckField name="explain" label="Ask why a visitor saw what they saw" />
                        </FieldSet>
                        <TextField
                            name="days"
                            label="Days until it expires"
                            hint="From 1 to 3650. A short life limits the harm of a lost token."
                            kind="number"
                            value="90"
                            required=true
                        />
                        <div class="flex flex-wrap gap-2">
                            <Button weight=Weight::Primary>"Make the token"</Button>
                            <LinkButton href="/admin/tokens">"Cancel"</LinkButton>
                        </div>
                    </Form>
                </div>
            }
            .into_any(),
        )
    })
}
