use domain::condition::outline::{Comparison, Operator};
use domain::visitor::attribute::{Attribute, Kind};
use leptos::prelude::*;
use serde_json::Value;

use super::group::tools;
use super::{Builder, control_id, options, spelt};

const CONTROL: &str = "min-h-9 w-full min-w-0 rounded-lg border border-edge bg-card px-2 text-base sm:text-sm aria-invalid:border-bad";

/// One comparison: attribute, operator and value.
pub(super) fn row(builder: Builder, comparison: &Comparison, place: &[usize]) -> AnyView {
    let attribute = Attribute::of(&comparison.attribute);
    let label = attribute.map_or(comparison.attribute.as_str(), |it| it.label);
    let spelt = spelt(place);
    let mistake_id = control_id(place, "mistake");
    let owned = place.to_vec();
    let mistake = move || builder.mistake(&owned);
    view! {
        <li class="@container min-w-0 rounded-lg border border-line bg-card p-2 sm:p-2.5">
            <div class="flex flex-col gap-1 @md:flex-row @md:items-start">
                <div class="grid min-w-0 grow grid-cols-1 items-start gap-2 @md:grid-cols-2 \
                @2xl:grid-cols-[minmax(11rem,5fr)_minmax(11rem,4fr)_minmax(0,6fr)]">
                    <div class="grid min-w-0 gap-2">
                        <select
                            id=control_id(place, "attribute")
                            data-act="attribute"
                            data-place=spelt.clone()
                            aria-label="Attribute"
                            class=CONTROL
                            inner_html=options::attributes(&comparison.attribute)
                        ></select>
                        {name(comparison, attribute, &spelt)}
                    </div>
                    <select
                        id=control_id(place, "operator")
                        data-act="operator"
                        data-place=spelt.clone()
                        aria-label=format!("How {label} is compared")
                        class=CONTROL
                        inner_html=options::operators(comparison)
                    ></select>
                    <div class="min-w-0 empty:hidden @md:col-span-2 @2xl:col-span-1">{value(builder, comparison, attribute, place)}</div>
                </div>
                <div class="self-end @md:self-auto @md:pt-0.5">{tools(place, label)}</div>
            </div>
            <p id=mistake_id class="mt-1.5 text-sm text-bad empty:hidden first-letter:uppercase">
                {mistake}
            </p>
        </li>
    }
    .into_any()
}

/// The name of one of many attributes, and of one that no catalogue has.
fn name(
    comparison: &Comparison,
    attribute: Option<&Attribute>,
    place: &str,
) -> Option<impl IntoView + use<>> {
    let (label, name) = match attribute {
        Some(attribute) => {
            let prefix = attribute.prefix()?;
            (
                format!("{}: name", attribute.label),
                comparison.attribute.strip_prefix(prefix)?,
            )
        }
        None => (
            "Path of the attribute".to_owned(),
            comparison.attribute.as_str(),
        ),
    };
    let name = name.to_owned();
    Some(view! {
        <input
            type="text"
            data-act="name"
            data-place=place.to_owned()
            value=name.clone()
            prop:value=name
            placeholder="Name"
            aria-label=label
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            class=CONTROL
        />
    })
}

fn value(
    builder: Builder,
    comparison: &Comparison,
    attribute: Option<&Attribute>,
    place: &[usize],
) -> AnyView {
    let text = comparison.text();
    let values = attribute.map_or(&[][..], |it| it.values);
    let kind = comparison.kind();
    let one = matches!(comparison.operator, Operator::Is | Operator::IsNot);
    if comparison.operator.takes_nothing() {
        return ().into_any();
    }
    if one && kind == Kind::Bool {
        let words = [("true", "Yes"), ("false", "No")];
        return choice(place, options::values(words.into_iter(), &text));
    }
    if one && attribute.is_some_and(|it| it.closed) {
        let words = values.iter().map(|value| (*value, *value));
        return choice(place, options::values(words, &text));
    }
    let is_list = comparison.operator.takes_list();
    let suggested = (is_list && !values.is_empty()).then(|| chips(comparison, values, place));
    let list = (one && !values.is_empty()).then(|| format!("values-{}", comparison.attribute));
    let (placeholder, hint) = match kind {
        _ if is_list => ("One, another", "Commas separate the values"),
        _ if comparison.operator.takes_pattern() => ("^enterprise", "Regular expression"),
        Kind::Number => ("Number", ""),
        Kind::Date => ("2026-11-25", ""),
        Kind::Version => ("17.4", ""),
        Kind::Text | Kind::Bool => ("Value", ""),
    };
    let label = match hint {
        "" => "Value".to_owned(),
        hint => format!("Value. {hint}"),
    };
    let owned = place.to_vec();
    let invalid = move || builder.mistake(&owned).map(|_| "true");
    let type_ = match kind {
        Kind::Date if !is_list => "date",
        _ => "text",
    };
    view! {
        <input
            type=type_
            inputmode=(kind == Kind::Number && !is_list).then_some("decimal")
            data-act="value"
            data-place=spelt(place)
            value=text.clone()
            prop:value=text
            list=list
            placeholder=placeholder
            aria-label=label
            aria-describedby=control_id(place, "mistake")
            aria-invalid=invalid
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            class=CONTROL
        />
        {suggested}
    }
    .into_any()
}

/// Exactly one out of few values.
fn choice(place: &[usize], options: String) -> AnyView {
    view! {
        <select
            data-act="option"
            data-place=spelt(place)
            aria-label="Value"
            aria-describedby=control_id(place, "mistake")
            class=CONTROL
            inner_html=options
        ></select>
    }
    .into_any()
}

/// Suggested values of a list: pressed ones are in it.
fn chips(comparison: &Comparison, values: &[&'static str], place: &[usize]) -> AnyView {
    let chips = values.iter().map(|value| {
        let is_in = comparison.values.contains(&Value::from(*value));
        let class = if is_in {
            "min-h-6 rounded-full border border-accent bg-accent px-2 text-xs font-medium text-on-accent"
        } else {
            "min-h-6 rounded-full border border-line bg-card px-2 text-xs text-muted hover:border-muted hover:text-ink"
        };
        view! {
            <button
                type="button"
                id=control_id(place, &format!("toggle-{value}"))
                data-act="toggle"
                data-place=spelt(place)
                data-value=*value
                aria-pressed=if is_in { "true" } else { "false" }
                class=class
            >
                {*value}
            </button>
        }
    });
    view! {
        <div role="group" aria-label="Suggested values" class="mt-1.5 flex flex-wrap gap-1">
            {chips.collect_view()}
        </div>
    }
    .into_any()
}
