//! The form of a block, made from what its fields may hold.

use domain::block::{FieldKind, FieldSpec, Icon as Drawing};
use leptos::prelude::*;

use super::editing::Editing;
use super::entries::entries;
use super::tree;
use crate::ui::{CONTROL, Icon, Sign};

/// Lines longer than this are given room to wrap.
const ONE_ROW: usize = 120;

/// Whose fields are shown: the content's, to write into, or the page's, to look at.
#[derive(Clone, Copy)]
pub(super) struct Source {
    pub(super) editing: Editing,
    pub(super) inherited: bool,
}

impl Source {
    pub(super) fn with<R>(self, look: impl FnOnce(&serde_json::Value) -> R) -> R {
        if self.inherited {
            let nothing = tree::empty();
            self.editing
                .with_base(|base| look(base.unwrap_or(&nothing)))
        } else {
            self.editing.content().with_untracked(look)
        }
    }

    pub(super) fn id(self, place: &str) -> String {
        self.editing.dom_id(place)
    }
}

/// The fields of what stands at `place`.
pub(super) fn fields(source: Source, specs: &'static [FieldSpec], place: &str) -> AnyView {
    let all = specs
        .iter()
        .map(|spec| field(source, spec, format!("{place}/{}", spec.name)));
    view! { <div class="grid gap-4">{all.collect_view()}</div> }.into_any()
}

/// One field.
pub(super) fn field(source: Source, spec: &'static FieldSpec, place: String) -> AnyView {
    match spec.kind {
        FieldKind::Group(fields) => group(source, spec, fields, place),
        FieldKind::Lines { .. } | FieldKind::List { .. } => entries(source, spec, place),
        FieldKind::Icon => labelled(source, spec, place, icons, optional(spec)),
        _ => labelled(source, spec, place, control, optional(spec)),
    }
}

/// A field for a text, with something of one's own beside its label.
pub(super) fn text_field(
    source: Source,
    spec: &'static FieldSpec,
    place: String,
    aside: AnyView,
) -> AnyView {
    labelled(source, spec, place, control, aside)
}

fn optional(spec: &FieldSpec) -> AnyView {
    (!spec.required)
        .then(|| view! { <span class="text-xs font-normal text-muted">"Optional"</span> })
        .into_any()
}

/// A label with the number of characters, the control, a hint, and what is wrong.
fn labelled(
    source: Source,
    spec: &'static FieldSpec,
    place: String,
    control: fn(Source, &FieldSpec, &str) -> AnyView,
    aside: AnyView,
) -> AnyView {
    let id = source.id(&place);
    let hint = match spec.kind {
        FieldKind::Markdown { .. } => "**bold**, *italic*, [a link](/demo), ## a heading, - a list",
        FieldKind::Url => "A path such as /demo, or https://…",
        FieldKind::Picture => "A path such as /pictures/van.webp, or https://…",
        _ => spec.hint,
    };
    let count = spec
        .max_chars()
        .filter(|_| !source.inherited)
        .map(|max| characters(source, place.clone(), max));
    view! {
        <div class="min-w-0">
            <div class="flex min-h-6 items-center gap-3">
                <label for=id.clone() class="mr-auto text-sm font-medium">
                    {spec.label}
                </label>
                {aside}
                {count}
            </div>
            <div class="mt-1.5">{control(source, spec, &place)}</div>
            <p id=format!("{id}-hint") class="mt-1 text-xs/5 text-muted empty:hidden wrap-anywhere">
                {hint}
            </p>
            {mistake(source, place)}
        </div>
    }
    .into_any()
}

/// How long the text is, of how long it may be.
pub(super) fn characters(source: Source, place: String, max: usize) -> AnyView {
    let content = source.editing.content();
    let length = Memo::new(move |_| content.with(|c| tree::text(c, &place).chars().count()));
    let class = move || {
        if length.get() > max {
            "text-xs font-semibold tabular-nums text-bad"
        } else {
            "text-xs tabular-nums text-muted"
        }
    };
    view! { <span class=class>{move || format!("{}/{max}", length.get())}</span> }.into_any()
}

/// What is wrong at a place.
pub(super) fn mistake(source: Source, place: String) -> AnyView {
    let id = format!("{}-mistake", source.id(&place));
    let text = move || source.editing.mistake(&place);
    view! {
        <p id=id class="mt-1 text-sm text-bad empty:hidden first-letter:uppercase wrap-anywhere">
            {text}
        </p>
    }
    .into_any()
}

/// The control for a text: one row, or as many as it needs.
pub(super) fn control(source: Source, spec: &FieldSpec, place: &str) -> AnyView {
    let (max, line) = match spec.kind {
        FieldKind::Text { max } | FieldKind::Markdown { max } => (max, false),
        FieldKind::Line { max } | FieldKind::Lines { max, .. } => (max, true),
        _ => (0, true),
    };
    let id = source.id(place);
    let text = source.with(|content| tree::text(content, place).to_owned());
    let described = format!("{id}-hint {id}-mistake");
    let watched = place.to_owned();
    let invalid = move || source.editing.mistake(&watched).map(|_| "true");
    let place = (!source.inherited).then(|| place.to_owned());
    let optional = !spec.required && !matches!(spec.kind, FieldKind::Lines { .. });
    let (line, optional) = (line.then_some(""), optional.then_some(""));
    if max > ONE_ROW {
        let class =
            format!("{CONTROL} field-sizing-content min-h-16 max-h-96 resize-y read-only:bg-wash");
        view! {
            <textarea
                id=id
                data-place=place
                data-line=line
                data-optional=optional
                readonly=source.inherited
                rows="2"
                autocomplete="off"
                aria-describedby=described
                aria-invalid=invalid
                class=class
                inner_html=escaped(&text)
            />
        }
        .into_any()
    } else {
        let class = format!("{CONTROL} read-only:bg-wash");
        let keyboard = matches!(spec.kind, FieldKind::Url | FieldKind::Picture).then_some("url");
        view! {
            <input
                type="text"
                id=id
                data-place=place
                data-line=line
                data-optional=optional
                readonly=source.inherited
                value=text
                inputmode=keyboard
                autocomplete="off"
                aria-describedby=described
                aria-invalid=invalid
                class=class
            />
        }
        .into_any()
    }
}

fn icons(source: Source, _: &FieldSpec, place: &str) -> AnyView {
    let chosen = source.with(|content| tree::text(content, place).to_owned());
    let choices = Drawing::ALL.map(|icon| {
        let name = icon.as_str();
        let selected = name == chosen;
        view! {
            <option value=name selected=selected>
                {tree::capitalised(name)}
            </option>
        }
    });
    let id = source.id(place);
    let described = format!("{id}-hint {id}-mistake");
    let place = (!source.inherited).then(|| place.to_owned());
    view! {
        <select
            id=id
            data-place=place
            data-optional=""
            disabled=source.inherited
            aria-describedby=described
            class=CONTROL
        >
            <option value="">"None"</option>
            {choices.to_vec()}
        </select>
    }
    .into_any()
}

/// Fields that belong together. What may be left out can be added and taken away.
fn group(
    source: Source,
    spec: &'static FieldSpec,
    inside: &'static [FieldSpec],
    place: String,
) -> AnyView {
    let there = source.with(|content| tree::get(content, &place).is_some());
    if !there {
        return (!source.inherited)
            .then(|| add_button(source, "add-group", &place, spec.label))
            .into_any();
    }
    let removable = !spec.required && !source.inherited;
    let remove = removable.then(|| remove_button(place.clone(), spec.label));
    let id = source.id(&place);
    view! {
        <fieldset id=id class="min-w-0 rounded-lg border border-line p-3">
            <div class="mb-2 flex min-h-8 items-center justify-between gap-2">
                <legend class="float-left text-sm font-semibold">{spec.label}</legend>
                {remove}
            </div>
            {fields(source, inside, &place)}
            {mistake(source, place)}
        </fieldset>
    }
    .into_any()
}

/// A button that adds something; the id lets it be found when that is gone again.
pub(super) fn add_button(source: Source, act: &'static str, place: &str, words: &str) -> AnyView {
    view! {
        <button
            type="button"
            id=source.id(&format!("{place}+"))
            data-act=act
            data-place=place.to_owned()
            class="inline-flex min-h-8 items-center gap-1.5 justify-self-start rounded-lg border border-dashed border-line px-2.5 \
            text-sm text-muted hover:border-muted hover:text-ink"
        >
            <Icon sign=Sign::Plus />
            {format!("Add {}", words.to_ascii_lowercase())}
        </button>
    }
    .into_any()
}

/// A button that takes away what it is called after.
pub(super) fn remove_button(place: String, words: &str) -> AnyView {
    sign_button(
        "remove",
        place,
        Sign::Cross,
        format!("Remove {words}"),
        None,
    )
}

/// A small button with a sign, which says what it does to those who cannot see it. One that `ends`
/// says has nothing to do stays where the keyboard can find it.
pub(super) fn sign_button(
    act: &'static str,
    place: String,
    sign: Sign,
    words: String,
    id: Option<String>,
) -> AnyView {
    view! {
        <button
            type="button"
            id=id
            data-act=act
            data-place=place
            aria-label=words.clone()
            title=words
            class="inline-flex size-8 shrink-0 items-center justify-center rounded-lg text-muted hover:bg-wash hover:text-ink"
        >
            <Icon sign />
        </button>
    }
    .into_any()
}

/// A field's text as HTML: Leptos would write it into the element as it is.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
