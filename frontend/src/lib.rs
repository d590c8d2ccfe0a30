//! The browser's entry point.

use wasm_bindgen::prelude::wasm_bindgen;

/// Takes over the admin's page that the server rendered.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::admin::AdminApp);
}
