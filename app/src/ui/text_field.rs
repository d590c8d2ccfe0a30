use leptos::prelude::*;

use super::field::{CONTROL, Labelled, described_by, first_mistake, typed_or};

/// A labelled field for one line of text.
#[component]
pub fn TextField(
    /// The field's name in its form.
    #[prop(into)]
    name: String,
    /// What to write here.
    #[prop(into)]
    label: String,
    /// One sentence of help.
    #[prop(optional, into)]
    hint: String,
    /// The text at first.
    #[prop(optional, into)]
    value: String,
    /// HTML's type: `text`, `email`, `password`, `search`, `number`, `date`, `datetime-local`.
    #[prop(default = "text")]
    kind: &'static str,
    /// Most characters.
    #[prop(optional)]
    max: Option<u32>,
    /// Whether it must not be left empty.
    #[prop(optional)]
    required: bool,
    /// Whether it narrows a list: then it goes without saying that it may be left empty.
    #[prop(optional)]
    filter: bool,
    /// What browsers may fill in, in HTML's words.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// The control's id, when its name stands more than once in the document.
    #[prop(optional, into)]
    id: Option<String>,
) -> impl IntoView {
    let id = id.unwrap_or_else(|| name.clone());
    let described = described_by(&id);
    let invalid = first_mistake(&name).is_some().then_some("true");
    let value = typed_or(&name, value);
    view! {
        <Labelled id=id.clone() name=name.clone() label hint optional={!required && !filter}>
            <input
                id=id
                name=name
                type=kind
                value=value
                maxlength=max.map(|max| max.to_string())
                required=required
                autocomplete=autocomplete
                aria-describedby=described
                aria-invalid=invalid
                class=CONTROL
            />
        </Labelled>
    }
}
