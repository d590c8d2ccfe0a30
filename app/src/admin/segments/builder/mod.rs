//! The visual condition builder.

mod change;
mod group;
mod options;
mod row;
mod text;

use domain::Condition;
use domain::condition::ConditionError;
use domain::condition::outline::{Group, Join, Part, read, write};
use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::{Element, Event, HtmlElement};
use serde_json::Value;

use super::shared::SharedCondition;
use change::Change;
use text::JsonText;

/// Builds a condition from groups of comparisons, or takes it as JSON text. What it holds is the
/// form's field `condition`.
#[island]
pub fn ConditionBuilder() -> impl IntoView {
    let SharedCondition(condition) = expect_context();
    let outline = outline_of(&condition.read_untracked());
    let builder = Builder {
        condition,
        as_text: RwSignal::new(outline.is_none()),
        outline: StoredValue::new(outline.unwrap_or_else(|| Group::empty(Join::All))),
        shape: RwSignal::new(0),
        edits: RwSignal::new(0),
        focus: StoredValue::new(String::new()),
    };
    Effect::new(move |_| {
        builder.shape.track();
        builder.restore_focus();
    });
    let shown = move || {
        if builder.as_text.get() {
            view! { <JsonText builder /> }.into_any()
        } else {
            outline_view(builder)
        }
    };
    view! {
        <input
            type="hidden"
            name="condition"
            value=condition.get_untracked()
            prop:value=move || condition.get()
        />
        {shown}
    }
}

/// Everything about one builder; copies share it.
#[derive(Clone, Copy)]
struct Builder {
    /// The condition as JSON text: what is saved.
    condition: RwSignal<String>,
    /// Whether the text is edited instead of the outline.
    as_text: RwSignal<bool>,
    outline: StoredValue<Group>,
    /// Counts changes after which the outline is drawn anew: not while somebody types.
    shape: RwSignal<u32>,
    /// Counts all changes.
    edits: RwSignal<u32>,
    /// The id of the control that has the focus after the outline was drawn anew.
    focus: StoredValue<String>,
}

impl Builder {
    /// Does what the control at an event asks for.
    fn act(self, event: &Event, change: fn(&mut Group, &Ask) -> Change) {
        let Some(ask) = Ask::of(event) else { return };
        let Some(done) = self
            .outline
            .try_update_value(|outline| change(outline, &ask))
        else {
            return;
        };
        if done == Change::Nothing {
            return;
        }
        let json = self.outline.with_value(write);
        self.condition.set(pretty(&json));
        self.edits.update(|count| *count += 1);
        if let Change::Shape(focus) = done {
            self.focus.set_value(focus);
            self.shape.update(|count| *count += 1);
        }
    }

    fn restore_focus(self) {
        let id = self.focus.get_value();
        if id.is_empty() {
            return;
        }
        request_animation_frame(move || {
            let element = document().get_element_by_id(&id);
            if let Some(element) = element.and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
                let _ = element.focus();
            }
        });
    }

    /// What is wrong with the part at a place; read again after every change.
    fn mistake(self, place: &[usize]) -> Option<String> {
        self.edits.track();
        self.outline
            .with_value(|outline| part_mistake(outline.part(place)?))
    }
}

/// What a control asks for: `data-act` says what, `data-place` where.
struct Ask {
    act: String,
    place: Vec<usize>,
    /// The control's value, or for a button what it stands for.
    value: String,
}

impl Ask {
    fn of(event: &Event) -> Option<Self> {
        let target = event.target()?.dyn_into::<Element>().ok()?;
        let control = target.closest("[data-act]").ok()??;
        let act = control.get_attribute("data-act")?;
        let place = control.get_attribute("data-place").unwrap_or_default();
        let value = match control.get_attribute("data-value") {
            Some(value) => value,
            None if control.tag_name() == "BUTTON" => String::new(),
            None => event_target_value(event),
        };
        Some(Self {
            act,
            place: place.split('.').filter_map(|it| it.parse().ok()).collect(),
            value,
        })
    }
}

fn outline_view(builder: Builder) -> AnyView {
    let press = move |event: ev::MouseEvent| builder.act(&event, change::press);
    let choose = move |event: ev::Event| builder.act(&event, change::choose);
    let write = move |event: ev::Event| builder.act(&event, change::write);
    let drawn = move || {
        builder.shape.track();
        builder
            .outline
            .with_value(|outline| group::outermost(builder, outline))
    };
    // Where no single part is wrong, the whole may be.
    let mistake = move || {
        let condition = builder.condition.read();
        let error = Condition::parse_str(&condition).err()?;
        Some(if builder.outline.with_value(is_marked) {
            "Correct what is marked before you save.".to_owned()
        } else {
            told(&error)
        })
    };
    let to_text = move |_| builder.as_text.set(true);
    view! {
        <div class="min-w-0 noscript:hidden" on:click=press on:change=choose on:input=write>
            {drawn}
        </div>
        <p data-said="" class="mt-3 text-sm text-bad empty:hidden wrap-anywhere" role="status">
            {mistake}
        </p>
        <p class="mt-3 noscript:hidden">
            <button type="button" class=QUIET on:click=to_text>
                "Edit as JSON"
            </button>
        </p>
    }
    .into_any()
}

/// The look of small buttons that do not stand out.
const QUIET: &str = "inline-flex min-h-8 items-center gap-1.5 rounded-lg border border-line bg-card px-2.5 text-sm font-medium \
     text-muted hover:border-muted hover:text-ink";

/// What is wrong with one part, apart from those inside it.
fn part_mistake(part: &Part) -> Option<String> {
    match part {
        Part::Comparison(comparison) => comparison.mistake(),
        Part::Group(group) if group.parts.is_empty() => {
            Some("Add a condition here, or remove the group.".to_owned())
        }
        _ => None,
    }
}

/// Whether something is wrong with any part of a group.
fn is_marked(group: &Group) -> bool {
    group.parts.iter().any(|part| match part {
        Part::Group(inner) if is_marked(inner) => true,
        other => part_mistake(other).is_some(),
    })
}

/// The outline of JSON text; `None` when it is not a condition that can be compiled.
fn outline_of(text: &str) -> Option<Group> {
    Condition::parse_str(text).ok()?;
    let json: Value = serde_json::from_str(text).ok()?;
    Some(read(&json))
}

/// What is wrong, as a sentence. It may begin with a path, which has no capitals.
fn told(error: &ConditionError) -> String {
    let text = error.to_string();
    let mut rest = text.chars();
    match rest.next() {
        Some(first) if error.path().is_empty() => {
            format!("{}{}", first.to_uppercase(), rest.as_str())
        }
        _ => text,
    }
}

fn pretty(json: &Value) -> String {
    serde_json::to_string_pretty(json).unwrap_or_default()
}

/// A place as an attribute and inside ids.
fn spelt(place: &[usize]) -> String {
    let numbers: Vec<String> = place.iter().map(ToString::to_string).collect();
    numbers.join(".")
}

/// The id of a control of the part at a place.
fn control_id(place: &[usize], control: &str) -> String {
    format!("condition-{}-{control}", spelt(place).replace('.', "-"))
}
