use engine::desk::home::{Attention, MissingIndex, Weak};
use engine::store::Upcoming;
use leptos::prelude::*;

use crate::admin::instant;
use crate::ui::{Icon, Moment, Panel, Sign, per_cent};

/// Most segments named.
const NAMED: usize = 6;

/// What waits for somebody; each line leads to where it can be done.
#[component]
pub(super) fn NeedsAttention(attention: Attention) -> impl IntoView {
    let Attention {
        backlog,
        upcoming,
        weak,
        silent,
        unembedded,
        foreign_model,
        index,
    } = attention;
    let nothing = backlog.drafts == 0
        && backlog.changed == 0
        && upcoming.is_empty()
        && weak.is_empty()
        && silent.is_empty()
        && unembedded == 0
        && !foreign_model
        && index.is_none();
    let counts = [
        (
            backlog.drafts,
            "draft waits to be published",
            "drafts wait to be published",
            "/admin/variants?status=draft",
        ),
        (
            backlog.changed,
            "variant was edited since it was published",
            "variants were edited since they were published",
            "/admin/variants?status=changed",
        ),
        (
            unembedded,
            "text has no vector yet, so that it cannot be compared",
            "texts have no vector yet, so that they cannot be compared",
            "/admin/spaces",
        ),
    ];
    let counts = counts
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many, href)| view! { <Count count words={if count == 1 { one } else { many }} href /> });
    view! {
        <Panel title="Needs attention">
            {nothing
                .then(|| {
                    view! {
                        <p class="flex items-center gap-2 p-4 text-sm text-muted">
                            <Icon sign=Sign::Check />
                            "Nothing waits for anybody."
                        </p>
                    }
                })}
            <ul class="divide-y divide-line empty:hidden">
                {counts.collect_view()} {foreign_model.then(|| view! { <ForeignModel /> })} {index.map(|index| view! { <Index index /> })}
            </ul>
            {(!upcoming.is_empty()).then(|| view! { <Schedule upcoming /> })}
            {(!weak.is_empty()).then(|| view! { <WeakMatches weak /> })}
            {(!silent.is_empty())
                .then(|| {
                    let rest = silent.len().saturating_sub(NAMED);
                    let links = silent
                        .into_iter()
                        .take(NAMED)
                        .map(|(key, name)| {
                            view! {
                                <li>
                                    <a class="underline underline-offset-4" href=format!("/admin/segments/{key}")>
                                        {name}
                                    </a>
                                </li>
                            }
                        });
                    view! {
                        <Group title="Segments nobody has belonged to lately">
                            <ul class="flex flex-wrap gap-x-4 gap-y-1 px-4 pb-3 text-sm">
                                {links.collect_view()}
                                {(rest > 0).then(|| view! { <li class="text-muted">"and " {rest} " more"</li> })}
                            </ul>
                        </Group>
                    }
                })}
        </Panel>
    }
}

#[component]
fn Count(count: i64, words: &'static str, href: &'static str) -> impl IntoView {
    view! {
        <li>
            <a href=href class="flex items-baseline gap-3 px-4 py-3 hover:bg-wash">
                <span class="min-w-[3ch] text-lg font-semibold tabular-nums">{count}</span>
                <span class="text-sm">{words}</span>
            </a>
        </li>
    }
}

#[component]
fn ForeignModel() -> impl IntoView {
    view! {
        <li>
            <a href="/admin/spaces" class="block px-4 py-3 text-sm hover:bg-wash">
                "This server is set up with another model than the one that decides, so that campaign terms are ignored and new \
                texts get no vector"
            </a>
        </li>
    }
}

#[component]
fn Index(index: MissingIndex) -> impl IntoView {
    let words = match index.error {
        None => "The index of the vectors is missing and being built anew; until then searching by meaning takes longer".to_owned(),
        Some(error) => format!(
            "The index of the vectors is missing, so that searching by meaning takes longer. Building it failed and is \
             tried again: {error}"
        ),
    };
    view! {
        <li>
            <a href="/admin/spaces" class="block px-4 py-3 text-sm wrap-anywhere hover:bg-wash">
                {words}
            </a>
        </li>
    }
}

#[component]
fn Group(title: &'static str, children: Children) -> impl IntoView {
    view! {
        <section class="border-t border-line first-of-type:border-t-0">
            <h3 class="px-4 pt-3 pb-1.5 text-xs font-medium text-muted">{title}</h3>
            {children()}
        </section>
    }
}

#[component]
fn Schedule(upcoming: Vec<Upcoming>) -> impl IntoView {
    let rows = upcoming.into_iter().map(|change| {
        let words = if change.starts { "starts" } else { "ends" };
        view! {
            <li class="px-4 py-2 text-sm">
                <a
                    class="font-medium underline-offset-4 hover:underline wrap-anywhere"
                    href=format!("/admin/variants/{}", change.variant)
                >
                    {change.name}
                </a>
                <p class="text-xs/5 text-muted wrap-anywhere">
                    {words} " " <Moment at=instant::text(change.at) /> " on " {change.path.to_string()}
                </p>
            </li>
        }
    });
    view! {
        <Group title="Starting or ending within a week">
            <ul class="pb-2">{rows.collect_view()}</ul>
        </Group>
    }
}

#[component]
fn WeakMatches(weak: Vec<Weak>) -> impl IntoView {
    let rows = weak.into_iter().map(|weak| {
        let words = match weak.best {
            Some(best) => format!("the best variant has a similarity of {best:.2}"),
            None => "no variant is for them".to_owned(),
        };
        let new = crate::admin::address::begun("/admin/variants/new?")
            .append_pair("page", weak.page_name.as_str())
            .append_pair("segment", weak.segment.as_str())
            .finish();
        view! {
            <li class="flex items-start justify-between gap-4 px-4 py-2 text-sm">
                <div class="min-w-0">
                    <p class="wrap-anywhere">
                        <a
                            class="font-medium underline-offset-4 hover:underline"
                            href=format!("/admin/pages/{}", weak.page)
                        >
                            {weak.path.to_string()}
                        </a>
                        " for "
                        {weak.name}
                    </p>
                    <p class="text-xs/5 text-muted">
                        {words} " · " {per_cent(weak.share)} " of recent visits"
                    </p>
                </div>
                <a class="shrink-0 text-accent underline underline-offset-4" href=new>
                    "Write one"
                </a>
            </li>
        }
    });
    view! {
        <Group title="Pages with little to say to some of their visitors">
            <ul class="pb-2">{rows.collect_view()}</ul>
        </Group>
    }
}
