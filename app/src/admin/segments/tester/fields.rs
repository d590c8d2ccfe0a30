use domain::visitor::Sketch;
use domain::visitor::attribute::{ATTRIBUTES, Attribute, Kind};
use leptos::prelude::*;

use super::query::{MORE, more};

/// What most conditions ask about; the rest stands behind "More".
const FIRST: &[&str] = &[
    "utm.source",
    "utm.medium",
    "utm.campaign",
    "utm.term",
    "referrer.host",
    "geo.country",
    "device",
    "language",
    "time.hour",
    "time.weekday",
    "visit.count",
];

const CONTROL: &str = "mt-1 block min-h-9 w-full min-w-0 rounded-lg border border-edge bg-card px-2 text-base sm:text-sm";

/// A field for every attribute.
#[component]
pub(super) fn Fields(sketch: RwSignal<Sketch>) -> impl IntoView {
    let single = || ATTRIBUTES.iter().filter(|it| it.prefix().is_none());
    let is_first = |it: &&Attribute| FIRST.contains(&it.path);
    let first = single().filter(is_first).map(|it| field(it, sketch));
    let rest = single()
        .filter(|it| !is_first(it))
        .map(|it| field(it, sketch));
    let lines = Signal::derive(move || more(&sketch.read()));
    view! {
        <div class="grid grid-cols-2 gap-3">{first.collect_view()}</div>
        <details class="group">
            <summary class="disclosure flex min-h-6 cursor-pointer items-center gap-1 text-sm font-medium">"More about this visitor"</summary>
            <div class="mt-3 grid grid-cols-2 gap-3">{rest.collect_view()}</div>
            <label class="mt-3 block text-xs font-medium">
                "Parameters and cookies, one a line"
                <textarea
                    name=MORE
                    data-path=MORE
                    rows="3"
                    placeholder="query.plan=team"
                    spellcheck="false"
                    autocomplete="off"
                    autocapitalize="off"
                    class="mt-1 block w-full rounded-lg border border-edge bg-card px-2 py-1.5 font-mono text-base \
                    placeholder:text-muted sm:text-code"
                    inner_html=escaped(&lines.get_untracked())
                    prop:value=move || lines.get()
                ></textarea>
            </label>
        </details>
    }
}

fn field(attribute: &'static Attribute, sketch: RwSignal<Sketch>) -> AnyView {
    let path = attribute.path;
    let id = format!("visitor-{path}");
    let text = move || sketch.read().text(path).to_owned();
    let values: Vec<(&str, &str)> = match attribute.kind {
        Kind::Bool => vec![("true", "Yes"), ("false", "No")],
        _ if attribute.closed => attribute.values.iter().map(|it| (*it, *it)).collect(),
        _ => Vec::new(),
    };
    let control = if values.is_empty() {
        let list = (!attribute.values.is_empty()).then(|| format!("values-{path}"));
        view! {
            <input
                id=id.clone()
                type=if attribute.kind == Kind::Date { "date" } else { "text" }
                inputmode=(attribute.kind == Kind::Number).then_some("numeric")
                name=path
                data-path=path
                value=text()
                prop:value=text
                list=list
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                class=CONTROL
            />
        }
        .into_any()
    } else {
        let options = values.into_iter().map(|(value, words)| {
            view! {
                <option value=value selected=move || sketch.read().text(path) == value>
                    {words}
                </option>
            }
        });
        view! {
            <select id=id.clone() name=path data-path=path prop:value=text class=CONTROL>
                <option value="">"Not known"</option>
                {options.collect_view()}
            </select>
        }
        .into_any()
    };
    // A label around a choice would be called by all its options as well.
    view! {
        <div class="min-w-0">
            <label for=id class="text-xs font-medium">
                {attribute.label}
            </label>
            {control}
        </div>
    }
    .into_any()
}

fn escaped(text: &str) -> String {
    format!("\n{}", text.replace('&', "&amp;").replace('<', "&lt;"))
}
