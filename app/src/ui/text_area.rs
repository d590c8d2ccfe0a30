use leptos::html::Textarea;
use leptos::prelude::*;

use super::{Icon, Panel, Sign};

/// What is wrong with a field's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Where inside the text, in the words of its language; empty for the whole of it.
    pub place: String,
    /// What is wrong there, and what to do instead.
    pub text: String,
}

/// A labelled field for text in a formal language, with room for a mistake below it.
///
/// It works without JavaScript. What is typed before the page is hydrated, or restored by the
/// browser, reaches `text` on hydration.
#[component]
pub fn TextArea(
    /// The field's name in its form, and its id in the document.
    name: &'static str,
    /// What to write here.
    label: &'static str,
    /// One sentence of help.
    hint: &'static str,
    /// The text; it follows what is typed, and the field follows what is set.
    text: RwSignal<String>,
    /// What is wrong with the text at present.
    #[prop(into)]
    mistake: Signal<Option<Mistake>>,
) -> impl IntoView {
    let field = NodeRef::<Textarea>::new();
    Effect::new(move |adopted: Option<bool>| {
        let Some(field) = field.get() else {
            return false;
        };
        let wanted = text.get();
        let shown = field.value();
        if shown != wanted {
            if adopted == Some(true) {
                field.set_value(&wanted);
            } else {
                text.set(shown);
            }
        }
        true
    });
    let (hint_id, mistake_id) = (format!("{name}-hint"), format!("{name}-mistake"));
    let described_by = format!("{hint_id} {mistake_id}");
    view! {
        <Panel>
            <div class="flex flex-wrap items-baseline gap-x-3 border-b border-line px-4 py-3">
                <label for=name class="text-sm font-semibold">
                    {label}
                </label>
                <p id=hint_id class="text-xs text-muted">
                    {hint}
                </p>
            </div>
            <textarea
                id=name
                name=name
                node_ref=field
                rows="10"
                spellcheck="false"
                autocomplete="off"
                autocapitalize="off"
                aria-describedby=described_by
                aria-invalid=move || mistake.read().is_some().then_some("true")
                class="block field-sizing-content max-h-160 min-h-48 w-full grow resize-y bg-card px-4 py-3 \
                font-mono text-base/6 outline-none focus-visible:shadow-field sm:text-code lg:min-h-88"
                inner_html=escaped(&text.get_untracked())
                on:input:target=move |event| text.set(event.target().value())
            />
            <div id=mistake_id>
                {move || mistake.get().map(|mistake| view! { <MistakeLine mistake /> })}
            </div>
        </Panel>
    }
}

#[component]
fn MistakeLine(mistake: Mistake) -> impl IntoView {
    let place = (!mistake.place.is_empty()).then(|| {
        view! { <code class="font-semibold wrap-anywhere">{mistake.place}</code> }
    });
    view! {
        <div class="flex gap-2.5 border-t border-line bg-bad-wash px-4 py-2.5 text-sm text-bad">
            <span class="mt-0.5">
                <Icon sign=Sign::Alert />
            </span>
            <div class="min-w-0">
                {place} <p class="wrap-anywhere first-letter:uppercase">{mistake.text}</p>
            </div>
        </div>
    }
}

/// A field's text as HTML: Leptos would write it into the element as it is.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
