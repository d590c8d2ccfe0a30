//! The list of pages.

use domain::Role;
use engine::desk::pages::{PageList as Found, PageQuery, PageSort};
use engine::store::PageSummary;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::admin::address::begun;
use crate::admin::instant;
use crate::admin::screen::screen;
use crate::ui::{
    Badge, Button, EmptyState, Icon, LinkButton, Moment, PageHeader, Pager, Path, SelectField,
    Share, Sign, Table, TextField, Tone, Weight,
};

/// Pages of the site on one page of the list.
const TAKE: usize = 50;
/// Orders by their name in the address, with their words.
const ORDERS: [(&str, PageSort, &str); 4] = [
    ("path", PageSort::Path, "Path"),
    ("traffic", PageSort::Traffic, "Most visited"),
    ("variants", PageSort::Variants, "Most variants"),
    ("updated", PageSort::Updated, "Last saved"),
];

/// Every page with its state and its share of the visits.
#[component]
pub fn PageList() -> impl IntoView {
    let asked = use_query_map().read_untracked().clone();
    let given = |name: &str| asked.get(name).unwrap_or_default();
    let (search, order) = (given("q"), given("sort"));
    let number: usize = given("page").parse().unwrap_or(1).max(1);
    screen("Pages", Role::Viewer, async move |session| {
        let query = PageQuery {
            search: search.clone(),
            sort: sort(&order),
            skip: (number - 1) * TAKE,
            take: TAKE,
        };
        let found = session.desk().pages(&query).await?;
        let new = session.may(Role::Publisher).then(|| {
            view! {
                <LinkButton href="/admin/pages/new" weight=Weight::Primary>
                    <Icon sign=Sign::Plus />
                    "New page"
                </LinkButton>
            }
        });
        let empty = found.total == 0;
        let list = if empty && search.is_empty() {
            view! {
                <EmptyState
                    title="No pages yet"
                    text="A page is a public address with content for everybody. Variants of it then say something else \
                    to the people they are written for."
                >
                    {session
                        .may(Role::Publisher)
                        .then(|| {
                            view! {
                                <LinkButton href="/admin/pages/new" weight=Weight::Primary>
                                    "Create the first page"
                                </LinkButton>
                            }
                        })}
                </EmptyState>
            }
            .into_any()
        } else if empty {
            let text = format!("No page has “{search}” in its address, its title or its intent.");
            view! {
                <EmptyState title="Nothing found" text>
                    <LinkButton href="/admin/pages">"Show all pages"</LinkButton>
                </EmptyState>
            }
            .into_any()
        } else {
            let address = |number: usize| {
                let mut address = begun("/admin/pages?");
                address.append_pair("q", &search);
                address.append_pair("sort", &order);
                address.append_pair("page", &number.to_string());
                address.finish()
            };
            let first = (number - 1) * TAKE;
            let last = first + found.pages.len();
            let text = format!("{} to {last} of {}", first + 1, found.total);
            let previous = (number > 1).then(|| address(number - 1));
            let next = (last < found.total).then(|| address(number + 1));
            view! {
                <PageTable found />
                <Pager text previous next />
            }
            .into_any()
        };
        let options = ORDERS
            .iter()
            .map(|(name, _, words)| ((*name).to_owned(), (*words).to_owned()))
            .collect();
        Ok(view! {
            <PageHeader
                title="Pages"
                lead="The addresses of the site, and what they say to everybody for whom there is nothing better."
            >
                {new}
            </PageHeader>
            <form method="get" role="search" class="mb-5 grid gap-3 sm:grid-cols-[1fr_12rem_auto] sm:items-end [&>button]:min-h-10">
                <TextField name="q" label="Address, title or intent" value=search kind="search" filter=true />
                <SelectField name="sort" label="Order" options value=order />
                <Button>"Search"</Button>
            </form>
            {list}
        }
        .into_any())
    })
}

#[component]
fn PageTable(found: Found) -> impl IntoView {
    let rows = found
        .pages
        .into_iter()
        .map(|(page, share)| view! { <Row page share /> });
    let head = vec![
        "Page",
        "Languages",
        "Variants",
        "Rollout",
        "Recent visits",
        "Saved",
    ];
    view! {
        <Table caption="Pages" head stacked=true>
            {rows.collect_view()}
        </Table>
    }
}

#[component]
fn Row(page: PageSummary, share: Option<f64>) -> impl IntoView {
    let count = page.variants;
    let variants = begun("/admin/variants?")
        .append_pair("page", page.external_id.as_str())
        .finish();
    let locales = page
        .locales
        .into_iter()
        .map(|locale| view! { <Badge tone=Tone::Plain>{locale.to_string()}</Badge> });
    let states = [
        (count.published, "published", Tone::Good),
        (count.scheduled, "scheduled", Tone::Busy),
        (
            count.draft,
            if count.draft == 1 { "draft" } else { "drafts" },
            Tone::Plain,
        ),
    ];
    let states = states
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, words, tone)| view! { <Badge tone>{count} " " {words}</Badge> });
    let everybody = page.rollout >= 100.0;
    view! {
        <tr>
            <td class="min-w-64">
                <a
                    href=format!("/admin/pages/{}", page.id)
                    class="font-medium underline-offset-4 hover:underline wrap-anywhere"
                >
                    {page.title}
                </a>
                <p class="font-mono text-xs/6 text-muted">
                    <Path path=page.path.to_string() />
                </p>
            </td>
            <td>
                <div class="flex min-w-18 flex-wrap gap-1 stacked-row:min-w-0">{locales.collect_view()}</div>
            </td>
            <td>
                {if count.total() == 0 {
                    view! { <span class="text-muted stacked-row:before:content-['Variants:_']">"None"</span> }.into_any()
                } else {
                    view! {
                        <a href=variants class="flex max-w-56 flex-wrap gap-1">
                            {states.collect_view()}
                            <span class="sr-only">"Show the variants"</span>
                        </a>
                    }
                        .into_any()
                }}
            </td>
            <td class="whitespace-nowrap tabular-nums stacked-row:before:content-['Shown_to:_']">
                {if everybody { "Everybody".to_owned() } else { format!("{} %", page.rollout) }}
            </td>
            <td class="stacked-row:before:mr-2 stacked-row:before:content-['Visits:']">
                {match share {
                    Some(share) => view! { <Share share /> }.into_any(),
                    None => view! { <span class="text-muted">"–"</span> }.into_any(),
                }}
            </td>
            <td class="text-muted stacked-row:before:content-['Saved_']">
                <Moment at=instant::text(page.updated_at) />
            </td>
        </tr>
    }
}

fn sort(name: &str) -> PageSort {
    let found = ORDERS.iter().find(|(known, ..)| *known == name);
    found.map_or_else(PageSort::default, |(_, sort, _)| *sort)
}
