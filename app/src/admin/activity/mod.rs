//! The audit log: who changed what, when, and from where.

mod entry;
mod thing;

use domain::Role;
use engine::desk::activity::{ActivityChoices, ActivityQuery};
use engine::store::{AuditEntry, AuditFilter};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;

use self::entry::Entry;
pub(super) use self::entry::{author, words};
pub(super) use self::thing::Thing;
use super::AdminError;
use super::screen::screen;
use crate::ui::{Button, EmptyState, LinkButton, PageHeader, SelectField, TextField};

/// Entries on one page of the log.
const TAKE: i64 = 50;

/// The log, filtered.
#[component]
pub fn Activity() -> impl IntoView {
    let asked = use_query_map().read_untracked().clone();
    screen("Activity", Role::Viewer, async move |session| {
        let desk = session.desk();
        let query = query(&asked);
        let older_than: Option<i64> = asked.get("older").and_then(|id| id.parse().ok());
        let choices = desk.activity_choices().await?;
        let (list, last) = match desk.activity_filter(&query) {
            Ok(filter) => {
                // One more than is shown tells whether there are older ones.
                let mut entries = desk.activity(&filter, older_than, TAKE + 1).await?;
                let shown = usize::try_from(TAKE).unwrap_or(usize::MAX);
                let more = entries.len() > shown;
                entries.truncate(shown);
                let last = entries.last().filter(|_| more).map(|entry| entry.id);
                (list(entries, &filter), last)
            }
            Err(error) => {
                let text = AdminError::from(error).to_string();
                let list = view! { <EmptyState title="The dates are not right" text /> };
                (list.into_any(), None)
            }
        };
        let log = |older| address("/admin/activity", &query, older);
        let latest =
            older_than.map(|_| view! { <LinkButton href=log(None)>"Latest changes"</LinkButton> });
        let older =
            last.map(|id| view! { <LinkButton href=log(Some(id))>"Older changes"</LinkButton> });
        let (table, lines) = (
            address("/admin/activity.csv", &query, None),
            address("/admin/activity.jsonl", &query, None),
        );
        Ok(view! {
            <PageHeader title="Activity" lead="Every change, the latest first: who made it, and what was there before.">
                <LinkButton href=table>"Export CSV"</LinkButton>
                <LinkButton href=lines>"Export JSON lines"</LinkButton>
            </PageHeader>
            <Filter query choices />
            {list}
            <nav aria-label="Pages of the log" class="mt-4 flex gap-3">
                {latest} <div class="ml-auto">{older}</div>
            </nav>
        }
        .into_any())
    })
}

fn list(entries: Vec<AuditEntry>, filter: &AuditFilter) -> AnyView {
    if !entries.is_empty() {
        let rows = entries.into_iter().map(|entry| view! { <Entry entry /> });
        return view! {
            <ol class="divide-y divide-line overflow-hidden rounded-xl border border-line bg-card shadow-xs">
                {rows.collect_view()}
            </ol>
        }
        .into_any();
    }
    if *filter == AuditFilter::default() {
        return view! {
            <EmptyState
                title="Nothing has happened yet"
                text="Every change is noted here: who made it, when, from where, and what was there before."
            />
        }
        .into_any();
    }
    view! {
        <EmptyState title="Nothing found" text="No change fits this filter.">
            <LinkButton href="/admin/activity">"Show all changes"</LinkButton>
        </EmptyState>
    }
    .into_any()
}

#[component]
fn Filter(query: ActivityQuery, choices: ActivityChoices) -> impl IntoView {
    let mut people = vec![(String::new(), "Everybody".to_owned())];
    people.extend(choices.people.into_iter().map(|(actor, name)| match name {
        Some(name) => (actor.clone(), format!("{name} · {actor}")),
        None => (actor.clone(), actor),
    }));
    let mut kinds = vec![(String::new(), "Everything".to_owned())];
    kinds.extend(choices.kinds.into_iter().map(|kind| (kind.clone(), kind)));
    view! {
        <form
            method="get"
            role="search"
            class="mb-5 grid gap-3 sm:grid-cols-2 items-end lg:grid-cols-[1fr_10rem_1fr_10rem_10rem_auto] [&>button]:min-h-10"
        >
            <SelectField name="person" label="Who" options=people value=query.person />
            <SelectField name="kind" label="Kind of thing" options=kinds value=query.kind />
            <TextField name="subject" label="Name of the thing" value=query.subject kind="search" filter=true />
            <TextField name="from" label="From" value=query.from kind="date" filter=true />
            <TextField name="to" label="To" value=query.to kind="date" filter=true />
            <Button>"Filter"</Button>
        </form>
    }
}

fn query(asked: &ParamsMap) -> ActivityQuery {
    let given = |name: &str| asked.get(name).unwrap_or_default();
    ActivityQuery {
        person: given("person"),
        kind: given("kind"),
        subject: given("subject"),
        from: given("from"),
        to: given("to"),
    }
}

/// The address at which the same part of the log is shown or exported.
fn address(path: &str, query: &ActivityQuery, older: Option<i64>) -> String {
    let mut address = form_urlencoded::Serializer::new(String::new());
    let older = older.map(|id| id.to_string()).unwrap_or_default();
    for (name, value) in [
        ("person", &query.person),
        ("kind", &query.kind),
        ("subject", &query.subject),
        ("from", &query.from),
        ("to", &query.to),
        ("older", &older),
    ] {
        if !value.is_empty() {
            address.append_pair(name, value);
        }
    }
    let query = address.finish();
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}
