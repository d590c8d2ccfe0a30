//! What a page would look like with what is typed, before anybody sees it.

use leptos::html::Dialog;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::admin::blocks::Editing;
use crate::admin::editor::preview_draft;
use crate::ui::Button;

/// A button that shows the page as typed in a window of its own. Nothing of it is saved.
#[component]
pub(super) fn PageAsTyped(
    /// The page's external id; empty while there is no page.
    page: String,
    /// The language.
    locale: String,
    editing: Editing,
) -> impl IntoView {
    let window = NodeRef::<Dialog>::new();
    let shown = RwSignal::new(String::new());
    let trouble = RwSignal::new(String::new());
    let title = format!("The page as typed, in {locale}");
    let heading = format!("look-{locale}");
    let labelled_by = heading.clone();
    let look = move |_| {
        let (page, locale) = (page.clone(), locale.clone());
        let content = editing.content().get_untracked().to_string();
        spawn_local(async move {
            match preview_draft(page, locale, content, true).await {
                Ok(document) => {
                    trouble.set(String::new());
                    shown.set(document);
                    if let Some(window) = window.get_untracked() {
                        // It fails only when the window is open already.
                        let _ = window.show_modal();
                    }
                }
                Err(error) => trouble.set(error.to_string()),
            }
        });
    };
    let close = move |_| {
        if let Some(window) = window.get_untracked() {
            window.close();
        }
    };
    view! {
        <div class="flex flex-wrap items-center gap-3 noscript:hidden">
            <Button on_press=Callback::new(look)>"See the page as typed"</Button>
            <p role="status" class="text-sm text-bad empty:hidden">
                {trouble}
            </p>
        </div>
        <dialog
            node_ref=window
            aria-labelledby=labelled_by
            class="m-auto h-[min(60rem,calc(100dvh-2rem))] w-[min(80rem,calc(100vw-2rem))] flex-col overflow-hidden rounded-xl \
            border border-line bg-card p-0 text-ink shadow-xl open:flex backdrop:bg-black/50"
        >
            <div class="flex items-center justify-between gap-3 border-b border-line px-4 py-2.5">
                <h2 id=heading class="text-sm font-semibold">
                    {title.clone()}
                </h2>
                <Button on_press=Callback::new(close)>"Close"</Button>
            </div>
            <iframe
                title=title
                sandbox="allow-popups allow-popups-to-escape-sandbox"
                srcdoc=shown
                class="block min-h-0 w-full grow border-0 bg-white"
            ></iframe>
        </dialog>
    }
}
