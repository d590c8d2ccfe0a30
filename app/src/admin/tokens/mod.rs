//! API tokens: secrets by which other software asks. For admins.

mod actions;
mod new;

use domain::Role;
use engine::store::{Scope, Token};
use leptos::prelude::*;
use time::OffsetDateTime;

use super::once::{self, shown};
use super::screen::screen;
use super::{AdminError, instant};
use crate::ui::{
    Badge, Confirm, EmptyState, Icon, LinkButton, Moment, PageHeader, Sign, Table, Tone, Weight,
    Whole,
};

pub(super) use new::new;

/// The screen that lists tokens.
pub(super) fn tokens() -> impl IntoView {
    screen("Tokens", Role::Admin, async |session| {
        let mut tokens = session.people().tokens().await?;
        let now = session.desk().engine().now();
        // Those that work come first, the newest before the others.
        tokens.sort_by_key(|token| (!is_good(token, now), std::cmp::Reverse(token.id)));
        let list = if tokens.is_empty() {
            empty().into_any()
        } else {
            table(tokens, now).into_any()
        };
        Ok(view! {
            <PageHeader
                title="Tokens"
                lead="Secrets by which other software imports, exports or asks why a visitor saw what they saw."
            >
                <LinkButton weight=Weight::Primary href="/admin/tokens/new">
                    <Icon sign=Sign::Plus />
                    "New token"
                </LinkButton>
            </PageHeader>
            <div class="mb-4 empty:hidden">
                <Whole />
            </div>
            {list}
        }
        .into_any())
    })
}

/// The screen that shows a secret, once.
pub(super) fn made() -> impl IntoView {
    screen("New token", Role::Admin, async |_| {
        let once = once::take().await?;
        Ok::<_, AdminError>(shown(once, "token", "/admin/tokens", "Back to tokens"))
    })
}

fn empty() -> impl IntoView {
    view! {
        <div class="rounded-xl border border-line bg-card shadow-xs">
            <EmptyState
                title="No tokens yet"
                text="A script that imports variants every night, or a support tool that explains what a visitor saw, \
                needs a token instead of a password."
            >
                <LinkButton href="/admin/tokens/new">"Make the first one"</LinkButton>
            </EmptyState>
        </div>
    }
}

fn table(tokens: Vec<Token>, now: OffsetDateTime) -> impl IntoView {
    let rows = tokens
        .into_iter()
        .map(|token| row(token, now))
        .collect_view();
    view! {
        <Table caption="Tokens" head=vec!["Name", "May", "State", "Last used", "Made by", ""] stacked=true>
            {rows}
        </Table>
    }
}

fn row(token: Token, now: OffsetDateTime) -> impl IntoView {
    let good = is_good(&token, now);
    let revoke = good.then(|| {
        view! {
            <Confirm
                id=format!("token-{}", token.id)
                label="Revoke"
                title=format!("Revoke {}?", token.name)
                text="Whatever uses it is refused from then on. This cannot be undone; a new token can be made."
                action="/admin/api/tokens/revoke"
            >
                <input type="hidden" name="id" value=token.id />
            </Confirm>
        }
    });
    let last = token
        .last_used_at
        .map(|at| view! { <Moment at=instant::text(at) /> });
    view! {
        <tr>
            <td class="min-w-40 font-medium wrap-anywhere">
                <span class="inline-flex flex-wrap items-baseline gap-x-2">
                    {token.name.clone()} <span class="text-xs font-normal text-muted tabular-nums">"#" {token.id}</span>
                </span>
            </td>
            <td class="stacked-row:before:content-['May_']">{words(&token.scopes)}</td>
            <td>{state(&token, now)}</td>
            <td class="text-muted stacked-row:before:content-['Last_used:_']">{last.map_or_else(|| "Never".into_any(), IntoAny::into_any)}</td>
            <td class="text-muted wrap-anywhere sm:min-w-36 stacked-row:before:content-['Made_by_']">
                {token.made_by.clone().unwrap_or_else(|| "Command line".to_owned())}
            </td>
            <td class="text-right">{revoke}</td>
        </tr>
    }
}

fn state(token: &Token, now: OffsetDateTime) -> impl IntoView + use<> {
    let (tone, words, at) = match token.revoked_at {
        Some(at) => (Tone::Bad, "Revoked", at),
        None if token.expires_at <= now => (Tone::Plain, "Expired", token.expires_at),
        None => (Tone::Good, "Valid until", token.expires_at),
    };
    view! {
        <span class="flex flex-wrap items-center gap-x-2 gap-y-1">
            <Badge tone>{words}</Badge>
            <span class="text-muted">
                <Moment at=instant::text(at) />
            </span>
        </span>
    }
}

fn is_good(token: &Token, now: OffsetDateTime) -> bool {
    token.revoked_at.is_none() && token.expires_at > now
}

fn words(scopes: &[Scope]) -> String {
    let names: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
    names.join(", ")
}
