//! The editor of blocks: one form for every kind of block, made from what its fields may hold
//! ([`domain::block::BlockSpec`]).
//!
//! A screen whose form is plain puts [`ContentField`] into it:
//!
//! ```text
//! <Form action="/admin/api/pages/save">
//!     <ContentField name="content" content=json base=None />
//! </Form>
//! ```
//!
//! The form then sends the whole content as JSON in the field `content`, which the server function
//! reads by [`domain::PageContent::from_json`]. An island that reacts to what is typed makes an
//! [`Editing`] of its own, shows it by [`BlocksEditor`] and watches [`Editing::content`].

mod actions;
mod editing;
mod entries;
mod events;
mod field;
mod focus;
mod json;
mod list;
mod texts;
mod tree;

use leptos::prelude::*;
use serde_json::Value;

pub use editing::Editing;

/// The editor: title, description and blocks, and the form field `name` with all of it as JSON.
///
/// Without JavaScript only that field is there to write into.
#[component]
pub fn BlocksEditor(
    /// What is edited, and where the person is in it.
    editing: Editing,
    /// The form field's name.
    #[prop(into)]
    name: String,
) -> impl IntoView {
    let own = editing.with_base(|base| base.is_none());
    let undo = move || {
        editing.removed.get().map(|removed| {
            view! {
                <div class="fixed inset-x-4 bottom-4 z-20 mx-auto flex w-fit max-w-full items-center gap-3 rounded-xl border \
                border-line bg-ink px-4 py-2 text-sm text-paper shadow-xl">
                    <span class="min-w-0">{removed.words}</span>
                    <button
                        type="button"
                        data-act="undo"
                        class="min-h-8 rounded-lg px-2 font-semibold underline underline-offset-4"
                    >
                        "Undo"
                    </button>
                </div>
            }
        })
    };
    view! {
        <div
            id=editing.dom_id("")
            class="grid min-w-0 gap-5"
            on:input=move |event| events::typed(editing, &event)
            on:focusout=move |event| events::left(editing, &event)
            on:click=move |event| events::pressed(editing, &event)
            on:keydown=move |event| events::key(editing, &event)
            on:pointerdown=move |event| events::held(&event)
            on:dragstart=move |event| events::drag_begun(editing, &event)
            on:dragover=move |event| events::dragged_over(editing, &event)
            on:drop=move |event| events::dropped(editing, &event)
            on:dragend=move |event| events::drag_ended(editing, &event)
        >
            <p role="status" class="sr-only">
                {move || editing.said.get()}
            </p>
            <div class="grid gap-5 noscript:hidden">
                {texts::texts(editing)}
                <div class="grid gap-2.5">
                    <h3 class="text-sm font-semibold">"Blocks"</h3>
                    {list::list(editing)}
                    {own.then(|| list::add_block(editing))}
                    {editing.own_mistakes()}
                </div>
                {undo}
            </div>
            {json::json(editing, name)}
        </div>
    }
}

/// The editor as a field of a plain form.
#[island]
pub fn ContentField(
    /// The form field's name; also begins the ids of everything inside.
    name: String,
    /// The content at first: a [`domain::PageContent`], or with a `base` a
    /// [`domain::ContentOverride`].
    content: Value,
    /// The page's content, when what is edited is what a variant changes of it.
    base: Option<Value>,
) -> impl IntoView {
    let editing = Editing::new(&name, content, base);
    view! { <BlocksEditor editing name /> }
}
