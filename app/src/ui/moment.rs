use leptos::prelude::*;

/// An instant. The server writes it in UTC; the frame's script writes it as its reader does.
#[component]
pub fn Moment(
    /// The instant, RFC 3339.
    #[prop(into)]
    at: String,
) -> impl IntoView {
    let words = at
        .get(..16)
        .map(|minute| format!("{} UTC", minute.replace('T', " ")));
    view! {
        <time datetime=at class="whitespace-nowrap tabular-nums">
            {words}
        </time>
    }
}
