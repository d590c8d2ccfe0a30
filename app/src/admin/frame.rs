//! What surrounds every screen: where one is, where one can go, and who one is.

use domain::Role;
use engine::people::Person;
use leptos::prelude::*;

use super::palette::{Palette, Place};
use crate::ui::{Icon, Sign};

/// A screen that can be gone to, and the role it takes.
struct Entry {
    words: &'static str,
    href: &'static str,
    role: Role,
}

const fn entry(words: &'static str, href: &'static str, role: Role) -> Entry {
    Entry { words, href, role }
}

/// The screens of the navigation, in its order.
const SCREENS: [Entry; 11] = [
    entry("Home", "/admin", Role::Viewer),
    entry("Pages", "/admin/pages", Role::Viewer),
    entry("Variants", "/admin/variants", Role::Viewer),
    entry("Segments", "/admin/segments", Role::Viewer),
    entry("Embeddings", "/admin/spaces", Role::Viewer),
    entry("Preview", "/admin/preview", Role::Viewer),
    entry("Insights", "/admin/insights", Role::Viewer),
    entry("Import and export", "/admin/transfer", Role::Viewer),
    entry("Activity", "/admin/activity", Role::Viewer),
    entry("People", "/admin/people", Role::Admin),
    entry("Tokens", "/admin/tokens", Role::Admin),
];

/// What only the palette offers.
const ACTIONS: [Entry; 5] = [
    entry("New page", "/admin/pages/new", Role::Editor),
    entry("New variant", "/admin/variants/new", Role::Editor),
    entry("New segment", "/admin/segments/new", Role::Editor),
    entry(
        "Try a visitor on the segments",
        "/admin/segments/tester",
        Role::Viewer,
    ),
    entry("Your account", "/admin/account", Role::Viewer),
];

/// The frame around a screen. Without a person it has no navigation.
#[component]
pub(super) fn Frame(
    /// Who is signed in.
    #[prop(into)]
    person: Option<Person>,
    /// The present screen's path.
    path: String,
    /// The screen.
    children: Children,
) -> impl IntoView {
    let bar = person.map(|person| view! { <Bar person path /> });
    view! {
        <a
            href="#main"
            class="absolute left-4 top-2 z-30 -translate-y-16 rounded-md bg-ink px-3 py-2 text-sm text-paper \
            focus:translate-y-0"
        >
            "Skip to the content"
        </a>
        <header class="sticky top-0 z-20 border-b border-line bg-card">
            <div class="mx-auto flex min-h-14 max-w-7xl flex-wrap items-center gap-x-5 px-4 sm:px-6">
                <a href="/admin" class="flex min-h-9 items-center gap-2.5 rounded-md font-semibold tracking-tight">
                    <img
                        src="/assets/favicon.svg"
                        alt=""
                        width="26"
                        height="26"
                        class="rounded-lg ring-1 ring-line"
                    />
                    "Landfall"
                </a>
                {bar}
            </div>
        </header>
        <main id="main" tabindex="-1" class="mx-auto max-w-7xl px-4 py-8 outline-none sm:px-6 sm:py-10">
            {children()}
        </main>
    }
}

/// Navigation, palette and account.
#[component]
fn Bar(person: Person, path: String) -> impl IntoView {
    let may = |entry: &&Entry| person.role >= entry.role;
    let places = SCREENS
        .iter()
        .chain(&ACTIONS)
        .filter(may)
        .map(|entry| Place {
            words: entry.words.to_owned(),
            href: entry.href.to_owned(),
        })
        .collect();
    let links = || {
        let links = SCREENS.iter().filter(may).map(|entry| {
            let current = (section(&path) == entry.href).then_some("page");
            view! {
                <li>
                    <a
                        href=entry.href
                        aria-current=current
                        class="flex min-h-9 items-center rounded-md px-2 text-sm whitespace-nowrap text-muted hover:text-ink \
                        aria-[current=page]:bg-wash aria-[current=page]:font-medium aria-[current=page]:text-ink"
                    >
                        {entry.words}
                    </a>
                </li>
            }
        });
        links.collect_view()
    };
    view! {
        <nav aria-label="Screens" class="hidden lg:block">
            <ul class="flex items-center gap-0.5">{links()}</ul>
        </nav>
        <div class="ml-auto flex items-center gap-2">
            <Palette places />
            <details class="group relative lg:hidden">
                <summary class="flex size-9 cursor-pointer list-none items-center justify-center rounded-lg border border-line">
                    <Icon sign=Sign::Menu />
                    <span class="sr-only">"Menu"</span>
                </summary>
                <nav
                    aria-label="Menu"
                    class="absolute right-0 mt-2 w-56 rounded-xl border border-line bg-card p-2 shadow-xl"
                >
                    <ul>{links()}</ul>
                </nav>
            </details>
            <details class="group relative">
                <summary class="flex size-9 cursor-pointer list-none items-center justify-center rounded-full bg-wash text-sm \
                font-semibold uppercase">
                    <span aria-hidden="true">{initial(&person)}</span>
                    <span class="sr-only">"Your account"</span>
                </summary>
                <div class="absolute right-0 mt-2 w-64 rounded-xl border border-line bg-card p-2 shadow-xl">
                    <p class="px-2 py-1.5 text-sm font-medium wrap-anywhere">{person.name.clone()}</p>
                    <p class="px-2 pb-2 text-xs text-muted wrap-anywhere">
                        {person.email.clone()} " · " {person.role.as_str()}
                    </p>
                    <a
                        href="/admin/account"
                        class="flex min-h-9 items-center rounded-md px-2 text-sm hover:bg-wash"
                    >
                        "Your account"
                    </a>
                    <form method="post" action="/admin/api/sign-out">
                        <button class="flex min-h-9 w-full items-center rounded-md px-2 text-left text-sm hover:bg-wash">
                            "Sign out"
                        </button>
                    </form>
                </div>
            </details>
        </div>
    }
}

/// The navigation's address under which a screen stands.
fn section(path: &str) -> &str {
    let end = path
        .match_indices('/')
        .nth(2)
        .map_or(path.len(), |(at, _)| at);
    &path[..end]
}

fn initial(person: &Person) -> String {
    person.name.chars().take(1).collect()
}
