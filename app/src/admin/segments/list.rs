use domain::Role;
use domain::condition::outline::words;
use engine::desk::audience::Matching;
use engine::desk::segments::ListedSegment;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::order::DraggedOrder;
use crate::admin::screen::screen;
use crate::ui::{
    Badge, EmptyState, Icon, LinkButton, PageHeader, Sign, Tone, Weight, Whole, counted, per_cent,
};

/// The screen that lists segments in the order in which they are tried.
pub(in crate::admin) fn list() -> impl IntoView {
    let query = use_query_map().read_untracked().clone();
    let moved = Moved {
        key: query.get("moved").unwrap_or_default(),
        direction: query.get("direction").unwrap_or_default(),
    };
    screen("Segments", Role::Viewer, async move |session| {
        let list = session.desk().segments().await?;
        let may_write = session.may(Role::Publisher);
        let new = may_write.then(|| {
            view! {
                <LinkButton weight=Weight::Primary href="/admin/segments/new">
                    <Icon sign=Sign::Plus />
                    "New segment"
                </LinkButton>
            }
        });
        Ok(view! {
            <PageHeader
                title="Segments"
                lead="A visitor belongs to the first segment from the top whose condition holds. Whoever fits none \
                belongs to the last one."
            >
                <LinkButton href="/admin/segments/tester">"Try a visitor"</LinkButton>
                {new}
            </PageHeader>
            <div class="mb-4 empty:hidden">
                <Whole />
            </div>
            {rows(list, may_write, &moved)}
        }
        .into_any())
    })
}

/// The segment that was moved just now, whose button keeps the focus.
struct Moved {
    key: String,
    direction: String,
}

fn rows(segments: Vec<ListedSegment>, may_write: bool, moved: &Moved) -> AnyView {
    let none_named = segments.iter().all(|it| it.summary.record.key.is_default());
    let shares = |it: &ListedSegment| matches!(it.reach.matching, Matching::Share(_));
    let shares = segments.iter().any(shares);
    let last = segments.len().saturating_sub(2);
    let rows = segments.into_iter().enumerate();
    let rows: Vec<AnyView> = rows
        .map(|(place, segment)| {
            let ordered = may_write && !segment.summary.record.key.is_default();
            let buttons = ordered.then(|| arrows(&segment, place, last, moved));
            row(segment, place, buttons)
        })
        .collect();
    let list = view! { <ol class="divide-y divide-line rounded-xl border border-line bg-card shadow-xs">{rows}</ol> };
    if none_named {
        return view! {
            <EmptyState
                title="No audiences yet"
                text="Describe who comes to your site, and each of them can see another headline or other plans: \
                visitors from LinkedIn, those who come back, or whoever searched for one of your products."
            >
                <LinkButton href="/admin/segments/tester">"See what is known of a visitor"</LinkButton>
            </EmptyState>
            {list}
        }
        .into_any();
    }
    let note = shares.then(|| {
        view! {
            <p class="mt-3 text-xs/5 text-muted">
                "Shares are of the visits of the last 7 days, as far as an anonymous sample of them tells: whom a condition \
                would have matched as it stands now. Crawlers are left out, and browsers that object to it."
            </p>
        }
    });
    if may_write {
        view! {
            {list}
            <form id="order" method="post" action="/admin/api/segments/order" hidden>
                <input type="hidden" name="keys" />
            </form>
            <DraggedOrder />
            {note}
        }
        .into_any()
    } else {
        view! {
            {list}
            {note}
        }
        .into_any()
    }
}

fn row(segment: ListedSegment, place: usize, arrows: Option<AnyView>) -> AnyView {
    let is_default = segment.summary.record.key.is_default();
    let visits = visits(&segment, is_default);
    let silent = segment.reach.matching.is_nobody();
    let record = segment.summary.record;
    let key = record.key.to_string();
    let condition = if is_default {
        "Everyone whom no other segment claims".to_owned()
    } else {
        words(&record.condition)
    };
    let total = segment.summary.variants.total();
    let used = match total {
        0 => "No variants".to_owned(),
        some => counted(some, "variant", "variants"),
    };
    let published = segment.summary.variants.published + segment.summary.variants.scheduled;
    let silent = silent.then(|| view! { <Badge tone=Tone::Plain>"Matches nobody lately"</Badge> });
    let handle = arrows.is_some().then(|| {
        view! {
            <span
                data-handle=""
                draggable="true"
                class="-m-1 hidden cursor-grab p-1 text-muted sm:block noscript:hidden"
                title="Drag to change the order"
            >
                <Icon sign=Sign::Grip />
            </span>
        }
    });
    let data_row = arrows.is_some().then(|| key.clone());
    view! {
        <li data-row=data_row class="flex items-start gap-3 px-3 py-3.5 sm:gap-4 sm:px-4">
            <span class="flex min-w-6 items-center gap-2 pt-0.5 sm:min-w-14">
                {handle} <span class="ml-auto text-sm text-muted tabular-nums">{place + 1}</span>
            </span>
            <div class="min-w-0 grow">
                <div class="flex flex-wrap items-baseline gap-x-2.5 gap-y-1">
                    <a
                        href=format!("/admin/segments/{key}")
                        class="font-semibold wrap-anywhere hover:underline hover:underline-offset-4"
                    >
                        {record.name}
                    </a>
                    <code class="text-xs text-muted wrap-anywhere">{key.clone()}</code>
                    {silent}
                </div>
                <p class="mt-1 text-sm/6 wrap-anywhere">{condition}</p>
                <p class="mt-1 flex flex-wrap gap-x-4 gap-y-1 text-xs/5 text-muted">
                    <a
                        href=format!("/admin/variants?segment={key}")
                        class="underline underline-offset-4 hover:text-ink"
                        title=format!("{published} of them published or scheduled")
                    >
                        {used}
                    </a>
                    {visits}
                </p>
            </div>
            {arrows}
        </li>
    }
    .into_any()
}

/// The buttons that move a segment by one place; they are forms of their own.
fn arrows(segment: &ListedSegment, place: usize, last: usize, moved: &Moved) -> AnyView {
    let record = &segment.summary.record;
    let key = record.key.as_str();
    let has_focus = |direction: &str| moved.key == key && moved.direction == direction;
    let arrow = |direction: &'static str, sign: Sign, words: &str| {
        view! {
            <button
                name="direction"
                value=direction
                autofocus=has_focus(direction)
                aria-label=format!("Move {} {words}", record.name)
                class="inline-flex size-8 items-center justify-center rounded-md text-muted hover:bg-wash hover:text-ink"
            >
                <Icon sign />
            </button>
        }
    };
    let up = (place > 0).then(|| arrow("up", Sign::Up, "up"));
    let down = (place < last).then(|| arrow("down", Sign::Down, "down"));
    view! {
        <form method="post" action="/admin/api/segments/move" class="flex shrink-0 justify-end sm:min-w-16">
            <input type="hidden" name="key" value=key.to_owned() />
            {up}
            {down}
        </form>
    }
    .into_any()
}

/// Which share of visits a segment matches, and how many of them are left for it.
fn visits(segment: &ListedSegment, is_default: bool) -> Option<AnyView> {
    let Matching::Share(matching) = segment.reach.matching else {
        return None;
    };
    let claimed = segment.reach.claimed.unwrap_or(matching);
    let words = if is_default {
        format!("{} of visits", per_cent(claimed))
    } else if per_cent(claimed) == per_cent(matching) {
        format!("{} of visits", per_cent(matching))
    } else {
        let (matching, claimed) = (per_cent(matching), per_cent(claimed));
        format!("{matching} of visits, {claimed} not claimed by a segment above")
    };
    Some(view! { <span class="tabular-nums">{words}</span> }.into_any())
}
