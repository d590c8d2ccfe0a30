//! The admin: rendered on the server, hydrated in the browser, one folder per screen.

mod conditions;
mod frame;
#[cfg(feature = "ssr")]
mod shell;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::path;

#[cfg(feature = "ssr")]
pub use shell::shell;

use conditions::ConditionTester;
use frame::Frame;

/// The admin's body, the same on the server and in the browser.
#[component]
pub fn AdminApp() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title formatter=|screen: String| format!("{screen} · Landfall admin") />
        <Router>
            <Frame>
                <Routes fallback=|| view! { <p>"There is no such screen."</p> }>
                    <Route path=path!("/admin") view=ConditionTester />
                </Routes>
            </Frame>
        </Router>
    }
}
