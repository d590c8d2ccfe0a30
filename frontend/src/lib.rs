//! The browser's entry point.

use wasm_bindgen::prelude::wasm_bindgen;

/// Readies the program. The islands of a screen are functions of their own, which `app` exports.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    app::admin::start();
}
