//! Which screen stands at which address.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::{SsrMode, path};

use super::screen::unknown;

/// The admin's body. Every screen is complete before any of it is sent, so that its status and
/// where it leads are known.
#[component]
pub fn AdminApp() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title formatter=|screen: String| format!("{screen} · Landfall") />
        <Router>
            <FlatRoutes fallback=unknown>
                <Route path=path!("/admin/*any") view=unknown ssr=SsrMode::Async />
            </FlatRoutes>
        </Router>
    }
}
