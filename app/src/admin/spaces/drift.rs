use std::sync::Arc;
use std::time::Duration;

use domain::{PageId, Role, SegmentId, VariantId};
use engine::spaces::{
    Below, Comparison, Decided, Drift, Floors, Named, Outcome, Share, floor_words,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::picture::{Distributions, picture};
use super::progress::Progress;
use super::switch::switch;
use super::words::per_cent;
use crate::admin::AdminError;
use crate::admin::screen::screen;
use crate::ui::{LinkButton, PageHeader, Panel, Table, Whole};

/// Rows of each table; the file has all of them.
const ROWS: usize = 25;
/// For how long the screen waits for a comparison before it says how far that is.
const AT_ONCE: Duration = Duration::from_secs(1);

/// The screen that compares a space with the one that decides, and switches to it.
pub(in crate::admin) fn drift() -> impl IntoView {
    let query = use_query_map().get_untracked();
    let space = query.get("space").and_then(|text| text.parse::<i32>().ok());
    let number = |name: &str| query.get(name).and_then(|text| text.parse::<f32>().ok());
    let floors = Floors {
        similarity: number("floor"),
        term: number("term_floor"),
    };
    let floors = floors.possible();
    screen("Compare spaces", Role::Viewer, async move |session| {
        let space = space.ok_or_else(|| AdminError::NotFound("This space".to_owned()))?;
        let desk = session.desk();
        Ok(match desk.comparison(space, floors, AT_ONCE).await? {
            Comparison::Underway { done, pages } => underway(space, floors, done, pages),
            Comparison::Ready(drift) => {
                let switch = if session.may(Role::Admin) {
                    let without = desk.spaces().without_vector(space).await?;
                    let keep = desk.engine().space_settings().keep;
                    Some(switch(&drift, without, keep))
                } else {
                    None
                };
                shown(&drift, floors, switch)
            }
        })
    })
}

/// While a comparison is made. The screen is loaded anew once it is there.
fn underway(space: i32, floors: Floors, done: usize, pages: usize) -> AnyView {
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let events = format!("/admin/spaces/drift/events?{}", asked(space, floors));
    let again = format!("/admin/spaces/drift?{}", asked(space, floors));
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
fn asked(space: i32, floors: Floors) -> String {
    let floor = floors.similarity.map(|floor| format!("&floor={floor}"));
    let term = floors.term.map(|floor| format!("&term_floor={floor}"));
    let (floor, term) = (floor.unwrap_or_default(), term.unwrap_or_default());
    format!("space={space}{floor}{term}")
}

fn shown(drift: &Drift, floors: Floors, switch: Option<AnyView>) -> AnyView {
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
    let csv = format!("/admin/spaces/drift.csv?{}", asked(space, floors));
    let similarities = distribution(
        "How similarities are distributed",
        &Distributions::of_pairs(drift),
    );
    let terms = Distributions::of_terms(drift);
    let terms = terms.map(|terms| distribution("How near campaign terms come", &terms));
    let (term_floor, of_terms) = term_floor(drift);
    view! {
        <PageHeader title=format!("Space {space} instead of space {}", drift.from.version) lead=lead up=("Embeddings", "/admin/spaces")>
            <LinkButton href=csv>"Every decision as CSV"</LinkButton>
        </PageHeader>
        <Whole />
        <dl class="mb-6 grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-5">
            {number("Decisions that change", per_cent(drift.all.of_decisions()), format!("{} of {}", drift.all.changed, drift.all.decisions))}
            {number("Visits that see another variant", per_cent(drift.all.of_visits()), String::new())}
            {number("Pairs that cross the floor", drift.below.len().to_string(), format!("{} fall below", drift.below.iter().filter(|b| b.falls).count()))}
            {number("Suggested floor", floor_words(drift.suggested_floor), format!("now {}", floor_words(drift.from.floor)))}
            {number("Suggested term floor", term_floor, of_terms)}
        </dl>
        <div class="grid grid-cols-1 gap-6">
            {similarities} {terms}
            {switch}
            <div class="grid grid-cols-1 gap-6 lg:grid-cols-2">
                {shares("By page", "Page", &drift.by_page, page)}
                {shares("By segment", "Segment", &drift.by_segment, segment)}
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

/// The suggested floor of campaign terms, and what it rests on.
fn term_floor(drift: &Drift) -> (String, String) {
    match &drift.terms {
        None => (
            "–".to_owned(),
            "no campaign term is known in both spaces".to_owned(),
        ),
        Some(terms) => (
            floor_words(terms.suggested_floor),
            format!(
                "now {}; heard {} of {}, then {}",
                floor_words(drift.from.term_floor),
                terms.heard_in_old,
                terms.known,
                terms.heard_in_new
            ),
        ),
    }
}

/// A picture with its key.
fn distribution(title: &'static str, of: &Distributions<'_>) -> impl IntoView + use<> {
    let [old, new] = of
        .sides
        .each_ref()
        .map(|side| format!("Space {}, floor {}", side.version, floor_words(side.floor)));
    let drawn = picture(title, of);
    view! {
        <Panel title=title>
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
    }
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

fn shares<Id>(
    title: &'static str,
    column: &'static str,
    shares: &[(Arc<Named<Id>>, Share)],
    shown: fn(&Named<Id>) -> AnyView,
) -> impl IntoView + use<Id> {
    let rows = shares
        .iter()
        .take(ROWS)
        .map(|(named, share)| {
            view! {
                <tr>
                    <td class="wrap-anywhere">{shown(named)}</td>
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
    let term = decided
        .term
        .as_ref()
        .map(|term| format!(" · “{}”", term.text));
    view! {
        <tr>
            <td>
                {page(&decided.page)}
                <span class="block text-muted">
                    {segment(&decided.segment)} " · " {decided.locale.clone()} {term}
                </span>
            </td>
            <td class="wrap-anywhere">{outcome(&decided.from)}</td>
            <td class="whitespace-nowrap tabular-nums">{both(decided.from.in_old, decided.from.in_new)}</td>
            <td class="wrap-anywhere">{outcome(&decided.to)}</td>
            <td class="whitespace-nowrap tabular-nums">{both(decided.to.in_old, decided.to.in_new)}</td>
        </tr>
    }
}

fn crossing(below: &Below) -> impl IntoView + use<> {
    view! {
        <tr>
            <td>
                {page(&below.page)} <span class="block text-muted">{segment(&below.segment)}</span>
            </td>
            <td class="wrap-anywhere">{variant(&below.variant)}</td>
            <td class="whitespace-nowrap tabular-nums">{both(Some(below.in_old), Some(below.in_new))}</td>
            <td class="text-muted">{if below.falls { "Can no longer be shown" } else { "Can be shown" }}</td>
        </tr>
    }
}

fn outcome(outcome: &Outcome) -> AnyView {
    let chosen = outcome.variant.as_deref();
    chosen.map_or_else(|| "Default content".into_any(), variant)
}

fn page(page: &Named<PageId>) -> AnyView {
    link(format!("/admin/pages/{}", page.id), page.name.clone())
}

fn segment(segment: &Named<SegmentId>) -> AnyView {
    segment.name.clone().into_any()
}

fn variant(variant: &Named<VariantId>) -> AnyView {
    let href = format!("/admin/variants/{}", variant.id);
    link(href, variant.name.clone())
}

fn link(href: String, words: String) -> AnyView {
    view! {
        <a
            href=href
            class="inline-flex min-h-6 items-center font-medium underline decoration-line underline-offset-4 wrap-anywhere hover:decoration-ink"
        >
            {words}
        </a>
    }
    .into_any()
}

fn both(old: Option<f32>, new: Option<f32>) -> String {
    let number = |value: Option<f32>| value.map_or_else(|| "–".to_owned(), |v| format!("{v:.3}"));
    format!("{} / {}", number(old), number(new))
}
