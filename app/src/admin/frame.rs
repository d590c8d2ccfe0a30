use leptos::prelude::*;

/// What surrounds every screen: the header and the main landmark.
#[component]
pub(super) fn Frame(children: Children) -> impl IntoView {
    view! {
        <a
            href="#main"
            class="absolute left-4 top-2 z-10 -translate-y-16 rounded-md bg-ink px-3 py-2 text-sm text-paper \
            focus:translate-y-0"
        >
            "Skip to the content"
        </a>
        <header class="border-b border-line bg-card">
            <div class="mx-auto flex h-14 max-w-7xl items-center gap-3 px-4 sm:px-6">
                <a href="/admin" class="flex items-center gap-2.5 rounded-md font-semibold tracking-tight">
                    <img src="/assets/favicon.svg" alt="" width="26" height="26" class="rounded-lg ring-1 ring-line" />
                    "Landfall admin"
                </a>
                <span aria-hidden="true" class="text-line">
                    "/"
                </span>
                <nav aria-label="Screens">
                    <a href="/admin" aria-current="page" class="rounded-md text-sm text-muted hover:text-ink">
                        "Condition tester"
                    </a>
                </nav>
            </div>
        </header>
        <main id="main" tabindex="-1" class="mx-auto max-w-7xl px-4 py-8 outline-none sm:px-6 sm:py-10">
            {children()}
        </main>
    }
}
