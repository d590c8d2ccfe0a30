use std::time::Duration;

use domain::Role;
use engine::spaces::{Below, Comparison, Decided, Drift, Outcome, Share, Side};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::picture::picture;
use super::progress::Progress;
use super::words::per_cent;
use crate::admin::AdminError;
use crate::admin::screen::screen;
use crate::ui::{Button, Confirm, LinkButton, PageHeader, Panel, Table, TextField, Weight, Whole};

/// Rows of each table; the file has all of them.
const ROWS: usize = 25;
/// For how long the screen waits for a comparison before it says how far that is.
const AT_ONCE: Duration = Duration::from_secs(1);

/// The screen that compares a space with the one that decides, and switches to it.
pub(in crate::admin) fn drift() -> impl IntoView {
    let query = use_query_map().get_untracked();
    let space = query.get("space").and_then(|text| text.parse::<i32>().ok());
    let floor = query.get("floor").and_then(|text| text.parse::<f32>().ok());
    let floor = floor.filter(|floor| (-1.0..=1.0).contains(floor));
    screen("Compare spaces", Role::Viewer, async move |session| {
        let space = space.ok_or_else(|| AdminError::NotFound("This space".to_owned()))?;
        let compared = session.desk().comparison(space, floor, AT_ONCE).await?;
        Ok(match compared {
            Comparison::Ready(drift) => shown(&drift, floor, session.may(Role::Admin)),
            Comparison::Underway { done, pages } => underway(space, floor, done, pages),
        })
    })
}

/// While a comparison is made. The screen is loaded anew once it is there.
fn underway(space: i32, floor: Option<f32>, done: usize, pages: usize) -> AnyView {
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let events = format!("/admin/spaces/drift/events?{}", asked(space, floor));
    let again = format!("/admin/spaces/drift?{}", asked(space, floor));
    view! {
        <PageHeader
            up=("Embeddings", "/admin/spaces")
            title=format!("Comparing space {space}")
            lead="Every decision is made in both spaces. On a large site this takes a while; it goes on when you leave."
        />
        <Panel title="How far it is">
            <div class="p-4 sm:p-5">
                <Progress
                    events=events
                    done=number(done)
                    total=number(pages)
                    words=comparison_words(done, pages)
                />
                <p class="mt-4">
                    <LinkButton href=again>"Look again"</LinkButton>
                </p>
            </div>
        </Panel>
    }
    .into_any()
}

/// How far a comparison is, in words.
pub fn comparison_words(done: usize, pages: usize) -> String {
    match pages {
        0 => "Waiting".to_owned(),
        _ => format!("{done} of {pages} pages"),
    }
}

/// The query that names a comparison.
fn asked(space: i32, floor: Option<f32>) -> String {
    let floor = floor.map(|floor| format!("&floor={floor}"));
    format!("space={space}{}", floor.unwrap_or_default())
}

fn shown(drift: &Drift, floor: Option<f32>, may: bool) -> AnyView {
    let space = drift.to.version;
    let by = if drift.weighted {
        "Decisions count by their recent visits."
    } else {
        "No visits are known, so that all decisions count alike."
    };
    let lead = format!("{}, compared with {}. {by}", drift.to.name, drift.from.name);
    let changed: Vec<&Decided> = drift.decisions.iter().filter(|d| d.changes()).collect();
    let movers = changed
        .iter()
        .take(ROWS)
        .map(|decided| mover(decided))
        .collect_view();
    let below = drift.below.iter().take(ROWS).map(crossing).collect_view();
    let csv = format!("/admin/spaces/drift.csv?{}", asked(space, floor));
    let switch = may.then(|| switch(drift));
    let drawn = picture(drift);
    let side = |side: &Side| format!("Space {}, floor {:.2}", side.version, side.floor);
    let (old, new) = (side(&drift.from), side(&drift.to));
    view! {
        <PageHeader title=format!("Space {space} instead of space {}", drift.from.version) lead=lead up=("Embeddings", "/admin/spaces")>
            <LinkButton href=csv>"Every decision as CSV"</LinkButton>
        </PageHeader>
        <Whole />
        <dl class="mb-6 grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-4">
            {number("Decisions that change", per_cent(drift.all.of_decisions()), format!("{} of {}", drift.all.changed, drift.all.decisions))}
            {number("Visits that see another variant", per_cent(drift.all.of_visits()), String::new())}
            {number("Pairs that cross the floor", drift.below.len().to_string(), format!("{} fall below", drift.below.iter().filter(|b| b.falls).count()))}
            {number("Suggested floor", format!("{:.2}", drift.suggested_floor), format!("now {:.2}", drift.from.floor))}
        </dl>
        <div class="grid grid-cols-1 gap-6">
            <Panel title="How similarities are distributed">
                <div class="p-4">
                    {drawn}
                    <ul class="mt-3 flex flex-wrap gap-x-6 gap-y-1 text-sm text-muted">
                        <li class="flex items-center gap-2">
                            <span class="size-3 rounded-xs border border-muted bg-muted/20"></span>
                            {old}
                        </li>
                        <li class="flex items-center gap-2">
                            <span class="size-3 rounded-xs border border-accent bg-accent/20"></span>
                            {new}
                        </li>
                    </ul>
                </div>
            </Panel>
            {switch}
            <div class="grid grid-cols-1 gap-6 lg:grid-cols-2">
                {shares("By page", "Page", &drift.by_page)} {shares("By segment", "Segment", &drift.by_segment)}
            </div>
            {(!changed.is_empty())
                .then(|| {
                    view! {
                        <section class="min-w-0">
                            <h2 class="mb-3 text-lg font-semibold tracking-tight">"Biggest movers"</h2>
                            <Table
                                caption="Biggest movers"
                                head=vec!["For", "Now", "Old / new similarity", "After the switch", "Old / new similarity"]
                            >
                                {movers}
                            </Table>
                        </section>
                    }
                })}
            {(!drift.below.is_empty())
                .then(|| {
                    view! {
                        <section class="min-w-0">
                            <h2 class="mb-3 text-lg font-semibold tracking-tight">"Variants for anybody that cross the floor"</h2>
                            <Table caption="Pairs that cross the floor" head=vec!["For", "Variant", "Old / new similarity", ""]>
                                {below}
                            </Table>
                        </section>
                    }
                })}
        </div>
    }
    .into_any()
}

fn number(name: &'static str, value: String, beside: String) -> impl IntoView {
    view! {
        <div class="rounded-xl border border-line bg-card p-4 shadow-xs">
            <dt class="text-sm text-muted">{name}</dt>
            <dd class="mt-1 text-2xl font-semibold tracking-tight tabular-nums">{value}</dd>
            <dd class="mt-0.5 text-sm text-muted empty:hidden">{beside}</dd>
        </div>
    }
}

fn shares(title: &'static str, column: &'static str, shares: &[Share]) -> impl IntoView + use<> {
    let rows = shares
        .iter()
        .take(ROWS)
        .map(|share| {
            view! {
                <tr>
                    <td class="wrap-anywhere">{share.name.clone()}</td>
                    <td class="tabular-nums">{format!("{} of {}", share.changed, share.decisions)}</td>
                    <td class="tabular-nums">{per_cent(share.of_visits())}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="min-w-0">
            <h2 class="mb-3 text-lg font-semibold tracking-tight">{title}</h2>
            <Table caption=title head=vec![column, "Decisions that change", "Of its visits"]>
                {rows}
            </Table>
        </section>
    }
}

fn mover(decided: &Decided) -> impl IntoView + use<> {
    let term = decided.term.as_ref().map(|term| format!(" · “{term}”"));
    view! {
        <tr>
            <td>
                <span class="font-medium wrap-anywhere">{decided.page.clone()}</span>
                <span class="block text-muted">
                    {decided.segment.clone()} " · " {decided.locale.clone()} {term}
                </span>
            </td>
            <td class="wrap-anywhere">{name(&decided.from)}</td>
            <td class="whitespace-nowrap tabular-nums">{both(decided.from.in_old, decided.from.in_new)}</td>
            <td class="wrap-anywhere">{name(&decided.to)}</td>
            <td class="whitespace-nowrap tabular-nums">{both(decided.to.in_old, decided.to.in_new)}</td>
        </tr>
    }
}

fn crossing(below: &Below) -> impl IntoView + use<> {
    view! {
        <tr>
            <td>
                <span class="font-medium wrap-anywhere">{below.page.clone()}</span>
                <span class="block text-muted">{below.segment.clone()}</span>
            </td>
            <td class="wrap-anywhere">{below.variant.clone()}</td>
            <td class="whitespace-nowrap tabular-nums">{both(Some(below.in_old), Some(below.in_new))}</td>
            <td class="text-muted">{if below.falls { "No longer shown" } else { "Can be shown" }}</td>
        </tr>
    }
}

fn name(outcome: &Outcome) -> String {
    let variant = outcome.variant.clone();
    variant.unwrap_or_else(|| "Default content".to_owned())
}

fn both(old: Option<f32>, new: Option<f32>) -> String {
    let number = |value: Option<f32>| value.map_or_else(|| "–".to_owned(), |v| format!("{v:.3}"));
    format!("{} / {}", number(old), number(new))
}

/// Trying another floor, and the switch itself.
fn switch(drift: &Drift) -> impl IntoView + use<> {
    let space = drift.to.version;
    let floor = format!("{:.2}", drift.to.floor);
    let suggested = format!(
        "{:.2} lets the same share of pairs through as {:.2} does now.",
        drift.suggested_floor, drift.from.floor
    );
    let text = format!(
        "Visitors get its decisions with their next request, with a similarity floor of {floor}. The present space is \
         kept, so that you can go back."
    );
    view! {
        <Panel title="Switch">
            // The buttons stand beside the field, not beside its label.
            <div class="flex flex-wrap items-start justify-between gap-4 p-4">
                <form method="get" action="/admin/spaces/drift" class="flex flex-wrap items-start gap-2">
                    <input type="hidden" name="space" value=space />
                    <TextField name="floor" label="Similarity floor after the switch" hint=suggested value=floor.clone() filter=true />
                    <div class="sm:pt-7">
                        <Button>"Compare with this floor"</Button>
                    </div>
                </form>
                <div class="sm:pt-7">
                    <Confirm
                        id="switch"
                        label="Switch to this space"
                        title=format!("Decide with space {space}?")
                        text=text
                        action="/admin/api/spaces/switch"
                        weight=Weight::Primary
                    >
                        <input type="hidden" name="space" value=space />
                        <input type="hidden" name="floor" value=floor />
                    </Confirm>
                </div>
            </div>
        </Panel>
    }
}
