use domain::Role;
use leptos::prelude::*;

use super::attention::NeedsAttention;
use super::begin::Begin;
use super::numbers::{Numbers, present};
use super::publications::Publications;
use crate::admin::screen::screen;
use crate::ui::{Icon, LinkButton, PageHeader, Sign, Weight};

/// Publications shown.
const LATEST: i64 = 8;

/// The screen people arrive at.
#[component]
pub fn Home() -> impl IntoView {
    screen("Home", Role::Viewer, async |session| {
        let desk = session.desk();
        let attention = desk.attention().await?;
        let groups = desk.publications(LATEST).await?;
        let greeting = format!("Hello, {}", session.person().name);
        let backlog = attention.backlog;
        let beginning = backlog.pages == 0 || backlog.segments == 0 || backlog.shown == 0;
        let may_publish = session.may(Role::Publisher);
        let new_segment = may_publish.then(|| {
            view! {
                <LinkButton href="/admin/segments/new">
                    <Icon sign=Sign::Plus />
                    "New segment"
                </LinkButton>
            }
        });
        let new_variant = session.may(Role::Editor).then(|| {
            view! {
                <LinkButton href="/admin/variants/new" weight=Weight::Primary>
                    <Icon sign=Sign::Plus />
                    "New variant"
                </LinkButton>
            }
        });
        Ok(view! {
            <PageHeader title=greeting lead="What waits for somebody, and how the site is doing at the moment.">
                <LinkButton href="/">"Open the site" <Icon sign=Sign::Out /></LinkButton>
                {new_segment}
                {new_variant}
            </PageHeader>
            <div class="grid gap-6">
                {beginning.then(|| view! { <Begin backlog may_write=may_publish /> })}
                <Numbers first=present(desk) />
                <div class="grid items-start gap-6 lg:grid-cols-2">
                    <NeedsAttention attention />
                    <Publications groups />
                </div>
            </div>
        }
        .into_any())
    })
}
