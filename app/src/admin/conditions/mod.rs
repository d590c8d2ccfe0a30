//! The condition tester: does this condition match this visitor, and which part decides?

mod examples;
mod input;
mod result;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_url;

use crate::ui::{Button, TextArea, Weight};

use examples::EXAMPLES;
use input::{Input, parse_attributes, parse_condition};
use result::{Outcome, ResultPanel};

/// The screen. It evaluates in the browser as one types; without JavaScript it is a form whose
/// answer the server renders.
#[component]
pub(super) fn ConditionTester() -> impl IntoView {
    let url = use_url();
    let Input {
        condition,
        attributes,
    } = Input::from_query(url.read_untracked().search());
    let condition = RwSignal::new(condition);
    let attributes = RwSignal::new(attributes);
    // The browser's back and forward buttons change the query without leaving the screen.
    Effect::new(move |before: Option<String>| {
        let query = url.read().search().to_owned();
        if before.is_some_and(|before| before != query) {
            let input = Input::from_query(&query);
            condition.set(input.condition);
            attributes.set(input.attributes);
        }
        query
    });

    let parsed_condition = Memo::new(move |_| parse_condition(&condition.read()));
    let parsed_attributes = Memo::new(move |_| parse_attributes(&attributes.read()));
    let outcome = Memo::new(move |_| {
        let (condition, attributes) = (parsed_condition.read(), parsed_attributes.read());
        Some(Outcome::of(
            condition.as_ref().ok()?,
            attributes.as_ref().ok()?,
        ))
    });
    view! {
        <Title text="Condition tester" />
        <h1 class="text-2xl font-semibold tracking-tight">"Condition tester"</h1>
        <p class="mt-1.5 max-w-2xl text-sm/6 text-muted">
            "Try a segment’s condition on a visitor. The same code decides here and on the server."
        </p>
        <form method="get" action="/admin" class="mt-6">
            <Examples condition />
            <div class="mt-3 grid gap-5 lg:grid-cols-2">
                <TextArea
                    name="condition"
                    label="Condition"
                    hint="JSON, as a segment stores it."
                    text=condition
                    mistake=Signal::derive(move || parsed_condition.get().err())
                />
                <TextArea
                    name="attributes"
                    label="Visitor"
                    hint="The visitor’s attributes, as a JSON object."
                    text=attributes
                    mistake=Signal::derive(move || parsed_attributes.get().err())
                />
            </div>
            <div class="mt-5 flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
                <h2 class="text-lg font-semibold tracking-tight">"Result"</h2>
                <Submit />
            </div>
        </form>
        <ResultPanel outcome />
    }
}

/// Buttons that fill in a condition. Without JavaScript they send the form.
#[component]
fn Examples(condition: RwSignal<String>) -> impl IntoView {
    let buttons = EXAMPLES.iter().map(|example| {
        let fill = move |event: leptos::ev::MouseEvent| {
            event.prevent_default();
            condition.set(example.condition.to_owned());
        };
        view! {
            <Button weight=Weight::Quiet name="example" value=example.key on_press=fill>
                {example.label}
            </Button>
        }
    });
    view! {
        <div role="group" aria-labelledby="examples" class="flex flex-wrap items-center gap-2">
            <span id="examples" class="mr-1 text-sm text-muted max-sm:w-full">
                "Example conditions"
            </span>
            {buttons.collect_view()}
        </div>
    }
}

/// Without JavaScript this tests. Afterwards the result is there already, and what is left is to
/// put both texts into the address.
#[component]
fn Submit() -> impl IntoView {
    let live = RwSignal::new(false);
    Effect::new(move |_| live.set(true));
    let weight = Signal::derive(move || {
        if live.get() {
            Weight::Quiet
        } else {
            Weight::Primary
        }
    });
    let label = move || {
        if live.get() {
            "Link to this test"
        } else {
            "Test"
        }
    };
    view! { <Button weight>{label}</Button> }
}
