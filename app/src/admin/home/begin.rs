use engine::store::Backlog;
use leptos::prelude::*;

use crate::ui::{Icon, Panel, Sign};

/// The first steps, until all of them are made.
#[component]
pub(super) fn Begin(backlog: Backlog, may_write: bool) -> impl IntoView {
    let steps = [
        (
            backlog.pages > 0,
            "Create a page",
            "An address, and what it says to everybody.",
            "/admin/pages/new",
        ),
        (
            backlog.segments > 0,
            "Describe a segment",
            "Who are the people you want to say something else to?",
            "/admin/segments/new",
        ),
        (
            backlog.variants > 0,
            "Write a variant",
            "What the page says to them instead.",
            "/admin/variants/new",
        ),
        (
            backlog.shown > 0,
            "Publish it",
            "Visitors see it within a second.",
            "/admin/variants?status=draft",
        ),
    ];
    let next = steps.iter().position(|(done, ..)| !done);
    let steps = steps.into_iter().enumerate().map(move |(index, (done, title, text, href))| {
        let link = may_write && next == Some(index);
        let mark = if done {
            view! {
                <span class="flex size-7 shrink-0 items-center justify-center rounded-full bg-good-wash text-good">
                    <Icon sign=Sign::Check />
                    <span class="sr-only">"Done: "</span>
                </span>
            }
            .into_any()
        } else {
            view! {
                <span class="flex size-7 shrink-0 items-center justify-center rounded-full border border-line text-sm text-muted tabular-nums">
                    {index + 1}
                </span>
            }
            .into_any()
        };
        let title = if link {
            view! {
                <a href=href class="font-medium text-accent underline underline-offset-4">
                    {title}
                </a>
            }
            .into_any()
        } else {
            view! { <span class="font-medium">{title}</span> }.into_any()
        };
        view! {
            <li class="flex gap-3">
                {mark}
                <div class="min-w-0 text-sm/7">
                    {title} <p class="text-sm/5 text-muted">{text}</p>
                </div>
            </li>
        }
    });
    view! {
        <Panel title="Getting started">
            <ol class="grid gap-5 p-4 sm:grid-cols-2 lg:grid-cols-4">{steps.collect_view()}</ol>
        </Panel>
    }
}
