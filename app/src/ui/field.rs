use domain::Problem;
use leptos::prelude::*;

/// What was wrong with the form as it was sent last. A screen provides it as context, and fields
/// find their own part of it by name.
#[derive(Debug, Clone, Default)]
pub struct Mistakes {
    /// What is to be said of the form as a whole.
    pub whole: Option<String>,
    /// What is wrong with single fields.
    pub fields: Vec<Problem>,
    /// What was typed into its fields, by their names.
    pub typed: Vec<(String, String)>,
}

impl Mistakes {
    fn of(name: &str) -> Option<String> {
        let message = |mistakes: &Self| {
            let found = mistakes.fields.iter().filter(|p| p.field == name);
            let messages: Vec<&str> = found.map(|problem| problem.message.as_str()).collect();
            (!messages.is_empty()).then(|| messages.join("\n"))
        };
        with_context(message).flatten()
    }
}

/// The look of a control that takes text.
pub(crate) const CONTROL: &str = "block w-full min-h-10 rounded-lg border border-edge bg-card px-3 py-2 text-base text-ink \
     shadow-xs placeholder:text-muted aria-invalid:border-bad sm:text-sm";

/// What is wrong with a field at first; scripts write into it too.
pub(super) fn first_mistake(name: &str) -> Option<String> {
    Mistakes::of(name)
}

/// What was typed into a field of a form that was refused; otherwise `value`.
pub(crate) fn typed_or(name: &str, value: String) -> String {
    let typed = |mistakes: &Mistakes| {
        let found = mistakes.typed.iter().find(|(field, _)| field == name)?;
        Some(found.1.clone())
    };
    with_context(typed).flatten().unwrap_or(value)
}

/// Whether a box was ticked in a form that was refused; otherwise `checked`. Browsers do not send a box
/// that is not ticked.
pub(super) fn typed_or_checked(name: &str, value: &str, checked: bool) -> bool {
    let typed = |mistakes: &Mistakes| {
        let mut fields = mistakes.typed.iter();
        (!mistakes.typed.is_empty())
            .then(|| fields.any(|(field, text)| field == name && text == value))
    };
    with_context(typed).flatten().unwrap_or(checked)
}

/// The ids of what describes a field: its hint and its mistake.
pub(super) fn described_by(id: &str) -> String {
    format!("{id}-hint {id}-mistake")
}

/// A field's label, control, hint and mistake, in this order.
#[component]
pub(super) fn Labelled(
    /// The control's id.
    id: String,
    /// The field's name in its form.
    name: String,
    /// What to write here.
    #[prop(into)]
    label: String,
    /// One sentence of help; may be empty.
    #[prop(into)]
    hint: String,
    /// Whether the field may be left empty, which the label then says.
    optional: bool,
    /// The control.
    children: Children,
) -> impl IntoView {
    let mistake = first_mistake(&name);
    // An empty text is a node, and a paragraph around it takes room.
    let hint = (!hint.is_empty()).then_some(hint);
    let (hint_id, mistake_id) = (format!("{id}-hint"), format!("{id}-mistake"));
    view! {
        <div class="min-w-0">
            <label for=id class="flex items-baseline justify-between gap-3 text-sm font-medium">
                {label} {optional.then(|| view! { <span class="text-xs font-normal text-muted">"Optional"</span> })}
            </label>
            <div class="mt-1.5">{children()}</div>
            <p id=hint_id class="mt-1.5 text-xs/5 text-muted empty:hidden">
                {hint}
            </p>
            <p
                id=mistake_id
                data-mistake=name
                class="mt-1.5 text-sm text-bad whitespace-pre-line empty:hidden first-letter:uppercase"
            >
                {mistake}
            </p>
        </div>
    }
}

/// Where a form says what is wrong with something that is no single control.
#[component]
pub fn Mistake(
    /// What it is about, as the problem's field names it.
    #[prop(into)]
    name: String,
    /// The id by which a control refers to it.
    #[prop(optional, into)]
    id: Option<String>,
) -> impl IntoView {
    let mistake = first_mistake(&name);
    view! {
        <p
            id=id
            data-mistake=name
            role="alert"
            class="rounded-lg bg-bad-wash px-4 py-3 text-sm/6 text-bad whitespace-pre-line empty:hidden first-letter:uppercase"
        >
            {mistake}
        </p>
    }
}

/// Where a form says what is wrong with it as a whole: put it first in the form.
#[component]
pub fn Whole() -> impl IntoView {
    let text = use_context::<Mistakes>().and_then(|mistakes| mistakes.whole);
    view! {
        <p
            role="alert"
            tabindex="-1"
            data-mistake=""
            class="rounded-lg bg-bad-wash px-4 py-3 text-sm text-bad empty:hidden"
        >
            {text}
        </p>
    }
}

/// Where a long form says beside its button that it was not saved: what is wrong is told where it is, which
/// may be out of sight.
#[component]
pub fn Refused() -> impl IntoView {
    let refused = use_context::<Mistakes>().filter(|mistakes| !mistakes.fields.is_empty());
    view! {
        <p role="status" data-refused="" class="text-sm text-bad empty:hidden">
            {refused.map(|_| "Not saved: correct what is marked.")}
        </p>
    }
}
