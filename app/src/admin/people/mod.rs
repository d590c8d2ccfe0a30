//! People: who may sign in, and what they may do. For admins.

mod actions;
mod invite;
mod person;

use domain::Role;
use engine::people::{Link, LinkKind, Listed};
use leptos::prelude::*;

use super::once::{self, shown};
use super::screen::screen;
use super::{AdminError, instant};
use crate::ui::{
    Badge, Confirm, LinkButton, Moment, PageHeader, SelectField, Table, Tone, Weight, Whole,
};

pub(super) use invite::invite;
pub(super) use person::person;

/// The screen that lists everybody, and the links that are still open.
pub(super) fn people() -> impl IntoView {
    screen("People", Role::Admin, async |session| {
        let everybody = session.people().list().await?;
        let open = session.people().open_links().await?;
        let own = session.person().id;
        let rows = everybody
            .into_iter()
            .map(|listed| row(&listed, listed.person.id == own))
            .collect_view();
        Ok(view! {
            <PageHeader title="People" lead="Who can sign in, and what they may do.">
                <LinkButton weight=Weight::Primary href="/admin/people/invite">
                    "Invite somebody"
                </LinkButton>
            </PageHeader>
            <div class="mb-4 empty:hidden">
                <Whole />
            </div>
            <Table caption="People" head=vec!["Name", "E-mail address", "Role", "Last signed in"] stacked=true>
                {rows}
            </Table>
            {(!open.is_empty()).then(|| links(open))}
        }
        .into_any())
    })
}

fn row(listed: &Listed, own: bool) -> impl IntoView + use<> {
    let person = listed.person.clone();
    let last = listed
        .last_sign_in_at
        .map(|at| view! { <Moment at=instant::text(at) /> });
    view! {
        <tr>
            <td class="wrap-anywhere sm:min-w-44">
                <span class="inline-flex flex-wrap items-baseline gap-x-2">
                    <a
                        href=format!("/admin/people/{}", person.id)
                        class="inline-flex min-h-6 items-center font-medium underline decoration-line underline-offset-4 \
                        hover:decoration-ink"
                    >
                        {person.name}
                    </a>
                    {own.then(|| view! { <span class="text-xs text-muted">"You"</span> })}
                </span>
            </td>
            <td class="wrap-anywhere sm:min-w-44">{person.email}</td>
            <td>
                {if person.disabled {
                    view! { <Badge tone=Tone::Bad>"Disabled"</Badge> }.into_any()
                } else {
                    view! { <Badge tone=Tone::Plain>{title(person.role)}</Badge> }.into_any()
                }}
            </td>
            <td class="text-muted stacked-row:before:content-['Last_signed_in:_']">{last.map_or_else(|| "Never".into_any(), IntoAny::into_any)}</td>
        </tr>
    }
}

fn links(open: Vec<Link>) -> impl IntoView {
    let rows = open.into_iter().map(link_row).collect_view();
    view! {
        <section class="mt-8">
            <h2 class="text-lg font-semibold tracking-tight">"Open links"</h2>
            <p class="mt-1 mb-4 text-sm text-muted">
                "Whoever has one of these can choose a password with it, once. A link itself was shown only when it was made."
            </p>
            <Table
                caption="Open links"
                head=vec!["For", "What it does", "Made by", "Valid until", ""]
                stacked=true
            >
                {rows}
            </Table>
        </section>
    }
}

fn link_row(link: Link) -> impl IntoView {
    let (email, words) = match link.kind {
        LinkKind::Invitation { email, role, .. } => {
            (email, format!("Invites as {}", title(role).to_lowercase()))
        }
        LinkKind::Reset { email, .. } => (email, "Sets a new password".to_owned()),
        LinkKind::Setup => (String::new(), "Makes the first account".to_owned()),
    };
    let heading = format!("Withdraw the link for {email}?");
    view! {
        <tr>
            <td class="wrap-anywhere sm:min-w-44">{email}</td>
            <td class="whitespace-nowrap">{words}</td>
            <td class="text-muted wrap-anywhere sm:min-w-36 stacked-row:before:content-['Made_by_']">
                {link.made_by.unwrap_or_else(|| "Command line".to_owned())}
            </td>
            <td class="text-muted stacked-row:before:content-['Valid_until_']">
                <Moment at=instant::text(link.expires_at) />
            </td>
            <td class="text-right">
                <Confirm
                    id=format!("link-{}", link.id)
                    label="Withdraw"
                    title=heading
                    text="It opens nothing from then on. You can make a new one at any time."
                    action="/admin/api/people/revoke-link"
                >
                    <input type="hidden" name="id" value=link.id />
                </Confirm>
            </td>
        </tr>
    }
}

/// The screen that shows a link, once.
pub(super) fn made() -> impl IntoView {
    screen("One-time link", Role::Admin, async |_| {
        let once = once::take().await?;
        Ok::<_, AdminError>(shown(once, "link", "/admin/people", "Back to people"))
    })
}

/// A role as a heading.
pub(super) fn title(role: Role) -> &'static str {
    match role {
        Role::Viewer => "Viewer",
        Role::Editor => "Editor",
        Role::Publisher => "Publisher",
        Role::Admin => "Admin",
    }
}

/// A choice of a role, and below it what each of them allows.
#[component]
fn RoleField(
    /// What is chosen here.
    label: &'static str,
    /// One sentence of help.
    #[prop(optional)]
    hint: &'static str,
    /// What is chosen at first.
    role: Role,
) -> impl IntoView {
    let options = Role::ALL.map(|role| (role.as_str().to_owned(), title(role).to_owned()));
    let allowed = Role::ALL.map(|role| {
        let words = match role {
            Role::Viewer => "looks at everything, changes nothing",
            Role::Editor => "writes variants, as drafts",
            Role::Publisher => "also decides what visitors see, with pages and segments",
            Role::Admin => "also manages people and tokens",
        };
        view! {
            <li>
                <strong class="font-medium text-ink">{title(role)}</strong>
                ": "
                {words}
            </li>
        }
    });
    view! {
        <div class="grid gap-2">
            <SelectField name="role" label hint options=options.to_vec() value=role.as_str() />
            <ul class="grid gap-1 text-xs/5 text-muted">{allowed.to_vec()}</ul>
        </div>
    }
}
