//! The list of variants: search, filters, and what may be done with several at once.

use domain::Role;
use engine::desk::local_time::LocalTime;
use engine::desk::variants::{ListedVariant, PAGE_SIZE, VariantPage};
use leptos::prelude::*;
use leptos_router::hooks::use_url;
use time::OffsetDateTime;

use super::badges::{NOT_EMBEDDED, badges};
use super::bulk;
use super::filter::ListQuery;
use super::filters::filters;
use crate::admin::author::author_first;
use crate::admin::screen::screen;
use crate::admin::{Form, instant};
use crate::ui::{
    EmptyState, Icon, LinkButton, Moment, PageHeader, Pager, Path, Sign, Table, Weight, Whole,
    grouped,
};

/// The screen that lists variants.
pub(in crate::admin) fn list() -> impl IntoView {
    let query = ListQuery::parse(use_url().read_untracked().search());
    screen("Variants", Role::Viewer, async move |session| {
        let found = session.desk().variants(&query.filter, query.at).await?;
        let authors = session.desk().variant_authors().await?;
        let catalog = session.desk().engine().catalog();
        let now = session.desk().engine().now();
        let may_publish = session.may(Role::Publisher);
        let zone = LocalTime::of(&catalog.site);
        let new = session.may(Role::Editor).then(|| {
            view! {
                <LinkButton weight=Weight::Primary href="/admin/variants/new">
                    <Icon sign=Sign::Plus />
                    "New variant"
                </LinkButton>
            }
        });
        let shown = if found.variants.is_empty() {
            nothing(&query, session.may(Role::Editor)).into_any()
        } else {
            let rows = table(&found, &query, may_publish, now);
            let pager = pager(&found, &query);
            // By meaning everything is found, the nearest first.
            let more = !query.filter.by_meaning && found.total > found.variants.len();
            let bar = bulk::bar(zone.zone(), more.then_some(found.total));
            let back = query.href(found.page);
            if may_publish {
                view! {
                    <Form action="/admin/api/variants/publish".to_owned() class="grid grid-cols-1 gap-3".to_owned()>
                        <Whole />
                        <input type="hidden" name="back" value=back />
                        {bar}
                        {rows}
                    </Form>
                    {pager}
                }
                .into_any()
            } else {
                view! {
                    {rows}
                    {pager}
                }
                .into_any()
            }
        };
        let filters = filters(&query, &catalog, authors);
        Ok(view! {
            <PageHeader
                title="Variants"
                lead="What an audience sees of a page instead of its default content."
            >
                {new}
            </PageHeader>
            {filters}
            {found.by_words_only.then(without_meaning)}
            {query.filter.unembedded.then(|| view! { <p class="mb-4 text-sm/6 text-muted">{NOT_EMBEDDED}</p> })}
            {shown}
        }
        .into_any())
    })
}

fn table(
    found: &VariantPage,
    query: &ListQuery,
    may_publish: bool,
    now: OffsetDateTime,
) -> impl IntoView + use<> {
    let by_meaning =
        query.filter.by_meaning && found.variants.iter().any(|v| v.similarity.is_some());
    let mut head = vec![
        "Name",
        "Page",
        "Segment",
        "Language",
        "Status",
        "Last saved",
    ];
    if may_publish {
        head.insert(0, "");
    }
    if by_meaning {
        head.push("Similarity");
    }
    let rows: Vec<_> = found
        .variants
        .iter()
        .map(|variant| row(variant, may_publish, by_meaning, now))
        .collect();
    view! {
        <Table caption="Variants" head stacked=true>
            {rows}
        </Table>
    }
}

fn row(
    variant: &ListedVariant,
    may_publish: bool,
    by_meaning: bool,
    now: OffsetDateTime,
) -> impl IntoView + use<> {
    let name = variant.name.clone();
    let tick = may_publish.then(|| {
        view! {
            <td class="w-10 pr-0!">
                <input
                    type="checkbox"
                    name="ids[]"
                    value=variant.id.to_string()
                    aria-label=format!("Select {name}")
                    autocomplete="off"
                    class="relative top-1 size-4.5 accent-accent"
                />
            </td>
        }
    });
    let segment = match &variant.segment {
        None => view! { <span class="text-muted">"Any"</span> }.into_any(),
        Some((_, name)) => name.clone().into_any(),
    };
    let similarity = by_meaning.then(|| {
        let words = variant
            .similarity
            .map(|similarity| format!("{similarity:.3}"));
        view! { <td class="tabular-nums">{words}</td> }
    });
    let changed = variant
        .published_revision
        .is_some_and(|shown| shown != variant.revision);
    let dates = (variant.starts_at, variant.ends_at);
    let author = author_first(&variant.author);
    view! {
        <tr class="has-checked:bg-wash">
            {tick}
            <td class="min-w-56">
                <a
                    href=format!("/admin/variants/{}", variant.id)
                    class="inline-flex min-h-6 items-center font-medium underline decoration-line underline-offset-4 wrap-anywhere hover:decoration-ink"
                >
                    {name.clone()}
                </a>
                <p class="text-xs text-muted wrap-anywhere">{variant.external_id.to_string()}</p>
            </td>
            <td class="min-w-36">
                <Path path=variant.page_path.to_string() />
            </td>
            <td class="min-w-28 wrap-anywhere">{segment}</td>
            <td>{variant.locale.to_string()}</td>
            <td>{badges(variant.status, dates, changed, variant.embedded, now)}</td>
            <td class="min-w-36 text-muted">
                <Moment at=instant::text(variant.updated_at) />
                <p class="text-xs wrap-anywhere">{author}</p>
            </td>
            {similarity}
        </tr>
    }
}

fn pager(found: &VariantPage, query: &ListQuery) -> impl IntoView + use<> {
    let before = (found.page - 1) * PAGE_SIZE;
    let last = before + found.variants.len();
    let text = format!(
        "{} to {} of {}",
        grouped(before + 1),
        grouped(last),
        grouped(found.total)
    );
    let previous = (found.page > 1).then(|| query.href(found.page - 1));
    let next = (last < found.total).then(|| query.href(found.page + 1));
    view! { <Pager text previous next /> }
}

fn nothing(query: &ListQuery, may_write: bool) -> impl IntoView + use<> {
    if !query.is_filtered() {
        let first = may_write.then(|| {
            view! {
                <LinkButton weight=Weight::Primary href="/admin/variants/new">
                    "Write the first variant"
                </LinkButton>
            }
        });
        return view! {
            <EmptyState
                title="No variants yet"
                text="A variant says to one audience what your page says to everybody: another headline, other plans, \
                other questions. What it does not change comes from the page."
            >
                {first}
            </EmptyState>
        }
        .into_any();
    }
    let by_meaning = (!query.filter.by_meaning && !query.filter.search.is_empty()).then(|| {
        let mut other = query.clone();
        other.filter.by_meaning = true;
        let href = other.href(1);
        view! { <LinkButton href>"Search by meaning instead"</LinkButton> }
    });
    view! {
        <EmptyState
            title="Nothing found"
            text="No variant fits all of what is chosen above. Leave something out."
        >
            {by_meaning}
            <LinkButton href="/admin/variants">"Show all"</LinkButton>
        </EmptyState>
    }
    .into_any()
}

fn without_meaning() -> impl IntoView {
    view! {
        <p role="status" class="mb-4 rounded-lg bg-bad-wash px-4 py-3 text-sm text-bad">
            "The search by meaning is not to be had at the moment, so these are found by their words."
        </p>
    }
}
