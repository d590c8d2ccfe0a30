use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::MetaTags;

use super::AdminApp;

/// The document around [`AdminApp`]. Its inline script carries the response's nonce.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let package = format!("/{}/{}", options.site_pkg_dir, options.output_name);
    let (style, script, program) = (
        format!("{package}.css"),
        format!("{package}.js"),
        format!("{package}.wasm"),
    );
    let start = format!(
        "import start, {{ hydrate }} from \"{script}\";\
         await start({{ module_or_path: \"{program}\" }});hydrate();"
    );
    // Written by hand because `HydrationScripts` puts the nonce into `crossorigin`.
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="robots" content="noindex" />
                <link rel="icon" href="/assets/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href=style />
                <link rel="modulepreload" href=script />
                <link
                    rel="preload"
                    href=program
                    r#as="fetch"
                    r#type="application/wasm"
                    crossorigin="anonymous"
                />
                <script type="module" nonce=use_nonce()>
                    {start}
                </script>
                <AutoReload options />
                <MetaTags />
            </head>
            <body>
                <AdminApp />
            </body>
        </html>
    }
}
