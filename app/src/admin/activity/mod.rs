//! The audit log: who changed what, when, and from where.

mod entry;
mod thing;

use domain::Role;
use engine::desk::Desk;
use engine::desk::activity::{ActivityChoices, ActivityQuery};
use engine::store::{AuditFilter, AuditGroup};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;

use self::entry::{Batch, Entry};
pub(super) use self::entry::{and_more, words};
pub(super) use self::thing::Thing;
use super::AdminError;
use super::screen::screen;
use crate::ui::{Button, EmptyState, LinkButton, PageHeader, SelectField, TextField};

/// Entries on one page of the log.
const TAKE: i64 = 50;

/// A place in the log.
#[derive(Debug, Clone)]
struct Place {
    query: ActivityQuery,
    /// Whether each change of an import or of a step for many things has a line of its own.
    each: bool,
    /// Changes before the one of this number.
    older: Option<i64>,
}

/// The log, filtered.
#[component]
pub fn Activity() -> impl IntoView {
    let asked = use_query_map().read_untracked().clone();
    screen("Activity", Role::Viewer, async move |session| {
        let desk = session.desk();
        let place = Place::of(&asked);
        let choices = desk.activity_choices().await?;
        let (list, last) = match desk.activity_filter(&place.query) {
            Ok(filter) => {
                let mut groups = place.groups(desk, &filter).await?;
                // One more than is shown tells whether there are older ones.
                let shown = usize::try_from(TAKE).unwrap_or(usize::MAX);
                let more = groups.len() > shown;
                groups.truncate(shown);
                let last = groups.last().filter(|_| more).map(|group| group.earliest);
                (list(groups, &filter, &place), last)
            }
            Err(error) => {
                let text = AdminError::from(error).to_string();
                let list = view! { <EmptyState title="The dates are not right" text /> };
                (list.into_any(), None)
            }
        };
        let latest = place
            .older
            .map(|_| view! { <LinkButton href=place.before(None)>"Latest changes"</LinkButton> });
        let older = last.map(
            |id| view! { <LinkButton href=place.before(Some(id))>"Older changes"</LinkButton> },
        );
        let all = Place {
            each: false,
            older: None,
            ..place
        };
        let (table, lines) = (
            all.address("/admin/activity.csv"),
            all.address("/admin/activity.jsonl"),
        );
        let query = all.query;
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

fn list(groups: Vec<AuditGroup>, filter: &AuditFilter, place: &Place) -> AnyView {
    if !groups.is_empty() {
        let folds = groups.iter().any(|group| group.count > 1);
        let way = if place.each {
            let href = Place {
                each: false,
                ..place.clone()
            }
            .before(place.older);
            Some((
                "Each change has a line of its own.",
                "Fold imports and bulk changes",
                href,
            ))
        } else if folds {
            let href = Place {
                each: true,
                ..place.clone()
            }
            .before(place.older);
            Some((
                "An import or a bulk change is one line.",
                "Show each change",
                href,
            ))
        } else {
            None
        };
        let way = way.map(|(words, label, href)| {
            view! {
                <p class="mb-3 text-sm text-muted">
                    {words} " "
                    <a class="text-accent underline underline-offset-4" href=href>
                        {label}
                    </a>
                </p>
            }
        });
        let rows = groups.into_iter().map(|group| {
            if group.count == 1 {
                return view! { <Entry entry=group.latest /> }.into_any();
            }
            let each = Place {
                each: true,
                ..place.clone()
            };
            let each = each.before(Some(group.latest.id + 1));
            view! { <Batch group each /> }.into_any()
        });
        return view! {
            {way}
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
    let open = [
        &query.person,
        &query.kind,
        &query.subject,
        &query.from,
        &query.to,
    ]
    .iter()
    .any(|asked| !asked.is_empty());
    let mut people = vec![(String::new(), "Everybody".to_owned())];
    people.extend(choices.people.into_iter().map(|(actor, name)| match name {
        Some(name) => (actor.clone(), format!("{name} · {actor}")),
        None => (actor.clone(), actor),
    }));
    let mut kinds = vec![(String::new(), "Everything".to_owned())];
    kinds.extend(choices.kinds.into_iter().map(|kind| (kind.clone(), kind)));
    view! {
        <details open=open class="folded-small mb-5 max-sm:rounded-xl max-sm:border max-sm:border-line max-sm:bg-card">
            <summary class="disclosure flex min-h-11 cursor-pointer items-center gap-1 px-3 text-sm font-medium">"Filters"</summary>
            <form
                method="get"
                role="search"
                class="grid items-end gap-3 max-sm:border-t max-sm:border-line max-sm:p-3 sm:grid-cols-2 \
                lg:grid-cols-[1fr_10rem_1fr_10rem_10rem_auto] [&>button]:min-h-10"
            >
                <SelectField name="person" label="Who" options=people value=query.person />
                <SelectField name="kind" label="Kind of thing" options=kinds value=query.kind />
                <TextField name="subject" label="Name of the thing" value=query.subject kind="search" filter=true />
                <TextField name="from" label="From" value=query.from kind="date" filter=true />
                <TextField name="to" label="To" value=query.to kind="date" filter=true />
                <Button>"Filter"</Button>
            </form>
        </details>
    }
}

impl Place {
    fn of(asked: &ParamsMap) -> Self {
        let given = |name: &str| asked.get(name).unwrap_or_default();
        let query = ActivityQuery {
            person: given("person"),
            kind: given("kind"),
            subject: given("subject"),
            from: given("from"),
            to: given("to"),
        };
        Self {
            query,
            each: given("each") == "yes",
            older: asked.get("older").and_then(|id| id.parse().ok()),
        }
    }

    /// What stands here, and one group more than is shown.
    async fn groups(
        &self,
        desk: &Desk,
        filter: &AuditFilter,
    ) -> Result<Vec<AuditGroup>, AdminError> {
        if !self.each {
            let groups = desk.activity_in_batches(filter, self.older, TAKE + 1);
            return Ok(groups.await?);
        }
        let entries = desk.activity(filter, self.older, TAKE + 1).await?;
        let alone = entries.into_iter().map(|latest| AuditGroup {
            earliest: latest.id,
            count: 1,
            latest,
        });
        Ok(alone.collect())
    }

    /// The same part of the log before the change numbered `older`.
    fn before(&self, older: Option<i64>) -> String {
        Self {
            older,
            ..self.clone()
        }
        .address("/admin/activity")
    }

    /// The address at which this is shown or exported.
    fn address(&self, path: &str) -> String {
        let mut address = form_urlencoded::Serializer::new(String::new());
        let older = self.older.map(|id| id.to_string()).unwrap_or_default();
        let each = if self.each { "yes" } else { "" };
        for (name, value) in [
            ("person", self.query.person.as_str()),
            ("kind", &self.query.kind),
            ("subject", &self.query.subject),
            ("from", &self.query.from),
            ("to", &self.query.to),
            ("each", each),
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
}
