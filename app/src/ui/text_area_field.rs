use leptos::prelude::*;

use super::field::{CONTROL, Labelled, described_by, first_mistake, typed_or};

/// A labelled field for several lines of text.
#[component]
pub fn TextAreaField(
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
    /// Lines shown.
    #[prop(default = 3)]
    rows: u32,
    /// Most characters.
    #[prop(optional)]
    max: Option<u32>,
    /// Whether it must not be left empty.
    #[prop(optional)]
    required: bool,
    /// The control's id, when its name stands more than once in the document.
    #[prop(optional, into)]
    id: Option<String>,
) -> impl IntoView {
    let id = id.unwrap_or_else(|| name.clone());
    let described = described_by(&id);
    let invalid = first_mistake(&name).is_some().then_some("true");
    let value = typed_or(&name, value);
    view! {
        <Labelled id=id.clone() name=name.clone() label hint optional=!required>
            <textarea
                id=id
                name=name
                rows=rows
                maxlength=max.map(|max| max.to_string())
                required=required
                autocomplete="off"
                aria-describedby=described
                aria-invalid=invalid
                class=CONTROL
                inner_html=escaped(&value)
            />
        </Labelled>
    }
}

/// Text as HTML: Leptos would write it into the element as it is. A first line break is HTML's own.
pub(crate) fn escaped(text: &str) -> String {
    format!("\n{}", text.replace('&', "&amp;").replace('<', "&lt;"))
}
