use leptos::prelude::*;
use leptos_meta::MetaTags;

use super::AdminApp;
use super::theme::Theme;

/// The document around [`AdminApp`]. It has no inline script: what readies the islands is a file
/// of its own, which finds the bundle beside itself.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let package = format!("/{}", options.site_pkg_dir);
    let file = |name: &str| format!("{package}/{}.{name}", options.output_name);
    // Asked for anew with every new bundle.
    let islands = format!("/assets/islands.js?of={}", options.site_pkg_dir);
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=Theme::chosen().forced()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="robots" content="noindex" />
                <link rel="icon" href="/assets/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href=file("css") />
                <link rel="modulepreload" href=file("js") />
                <link
                    rel="preload"
                    href=file("wasm")
                    r#as="fetch"
                    r#type="application/wasm"
                    crossorigin="anonymous"
                />
                <script type="module" src=islands></script>
                <AutoReload options=options.clone() />
                <MetaTags />
            </head>
            <body>
                <AdminApp />
            </body>
        </html>
    }
}
