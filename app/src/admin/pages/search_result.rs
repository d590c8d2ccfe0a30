use leptos::ev::Event;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::HtmlInputElement;

/// Characters that search engines usually show of a title and of a description.
const TITLE: usize = 60;
const DESCRIPTION: usize = 160;

/// How a page looks among a search engine's results, as its title and description are typed into
/// the fields inside.
#[island]
pub fn SearchResult(
    /// The page's address, as people read it.
    address: String,
    /// The title at first.
    title: String,
    /// The description at first.
    description: String,
    /// The fields; the names of the two that count end in `[title]` and `[description]`.
    children: Children,
) -> impl IntoView {
    let (title, description) = (RwSignal::new(title), RwSignal::new(description));
    let typed = move |event: Event| {
        let Some(field) = event.target() else { return };
        let field: HtmlInputElement = field.unchecked_into();
        let name = field.get_attribute("name").unwrap_or_default();
        if name.ends_with("[title]") {
            title.set(event_target_value(&event));
        } else if name.ends_with("[description]") {
            description.set(event_target_value(&event));
        }
    };
    let shown = |text: RwSignal<String>, max: usize, empty: &'static str| {
        move || {
            text.with(|text| match text.trim() {
                "" => empty.to_owned(),
                text if text.chars().count() > max => {
                    let start: String = text.chars().take(max).collect();
                    format!("{} …", start.trim_end())
                }
                text => text.to_owned(),
            })
        }
    };
    view! {
        <div class="grid gap-5 lg:grid-cols-2" on:input=typed>
            <div class="grid content-start gap-4">{children()}</div>
            <div>
                <p class="text-sm font-medium">"In search results"</p>
                <div class="mt-1.5 rounded-lg border border-line bg-paper p-4">
                    <p class="text-xs text-muted wrap-anywhere">{address}</p>
                    <p class="mt-1 text-lg/6 text-accent wrap-anywhere">
                        {shown(title, TITLE, "A title")}
                    </p>
                    <p class="mt-1 text-sm/5 text-muted wrap-anywhere">
                        {shown(description, DESCRIPTION, "A sentence or two about the page.")}
                    </p>
                </div>
                <p class="mt-1.5 text-xs/5 text-muted">
                    "Search engines show about " {TITLE} " characters of a title and " {DESCRIPTION}
                    " of a description."
                </p>
            </div>
        </div>
    }
}
