use leptos::prelude::*;

use super::field::{CONTROL, Labelled, described_by, first_mistake, typed_or};

/// A labelled choice of one out of several.
#[component]
pub fn SelectField(
    /// The field's name in its form.
    #[prop(into)]
    name: String,
    /// What to choose here.
    #[prop(into)]
    label: String,
    /// One sentence of help.
    #[prop(optional, into)]
    hint: String,
    /// Each choice: what the form sends, and what people read.
    options: Vec<(String, String)>,
    /// What is chosen at first.
    #[prop(optional, into)]
    value: String,
    /// The control's id, when its name stands more than once in the document.
    #[prop(optional, into)]
    id: Option<String>,
) -> impl IntoView {
    let id = id.unwrap_or_else(|| name.clone());
    let described = described_by(&id);
    let invalid = first_mistake(&name).is_some().then_some("true");
    let value = typed_or(&name, value);
    let choices = options.into_iter().map(move |(choice, words)| {
        let selected = choice == value;
        view! {
            <option value=choice selected=selected>
                {words}
            </option>
        }
    });
    view! {
        <Labelled id=id.clone() name=name.clone() label hint optional=false>
            <select
                id=id
                name=name
                aria-describedby=described
                aria-invalid=invalid
                class=CONTROL
            >
                {choices.collect_view()}
            </select>
        </Labelled>
    }
}
