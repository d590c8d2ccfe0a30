//! What surrounds every screen: where one is, where one can go, and who one is.

use domain::Role;
use engine::people::Person;
use leptos::prelude::*;

use super::palette::{Palette, Place};
use super::theme::ThemeChoice;
use crate::ui::{Icon, Sign, Strokes};

/// A screen that can be gone to, and the role it takes.
struct Entry {
    words: &'static str,
    href: &'static str,
    role: Role,
    /// A drawing beside the words; see [`Strokes`].
    strokes: &'static str,
}

const fn entry(
    words: &'static str,
    href: &'static str,
    role: Role,
    strokes: &'static str,
) -> Entry {
    Entry {
        words,
        href,
        role,
        strokes,
    }
}

/// The screens of the navigation, in its order: what is written, what is seen, what is kept.
const SCREENS: [&[Entry]; 3] = [
    &[
        entry(
            "Home",
            "/admin",
            Role::Viewer,
            r#"<path d="M2.5 7.2 8 2.7l5.5 4.5v6.1h-3.8V9.6H6.3v3.7H2.5z"/>"#,
        ),
        entry(
            "Pages",
            "/admin/pages",
            Role::Viewer,
            r#"<path d="M3.8 2.2h5.4l3 3v8.6H3.8zM9 2.4v3h3M6.2 8.4h3.6M6.2 11h3.6"/>"#,
        ),
        entry(
            "Variants",
            "/admin/variants",
            Role::Viewer,
            r#"<path d="M5.6 5.6h7.9v7.9H5.6zM2.5 10.4V2.5h7.9"/>"#,
        ),
        entry(
            "Segments",
            "/admin/segments",
            Role::Viewer,
            r#"<path d="M2.3 3h11.4L9.4 8.4v4.9l-2.8-1.5V8.4z"/>"#,
        ),
        entry(
            "Preview",
            "/admin/preview",
            Role::Viewer,
            r#"<path d="M1.5 8S4 3.7 8 3.7 14.5 8 14.5 8 12 12.3 8 12.3 1.5 8 1.5 8Z"/><circle cx="8" cy="8" r="1.9"/>"#,
        ),
    ],
    &[
        entry(
            "Insights",
            "/admin/insights",
            Role::Viewer,
            r#"<path d="M3 13.5V9.2M8 13.5V2.7M13 13.5V6.2"/>"#,
        ),
        entry(
            "Activity",
            "/admin/activity",
            Role::Viewer,
            r#"<circle cx="8" cy="8" r="5.8"/><path d="M8 4.7V8l2.3 1.6"/>"#,
        ),
    ],
    &[
        entry(
            "Import and export",
            "/admin/transfer",
            Role::Viewer,
            r#"<path d="M5 13V3M2.6 5.4 5 3l2.4 2.4M11 3v10M8.6 10.6 11 13l2.4-2.4"/>"#,
        ),
        entry(
            "Embeddings",
            "/admin/spaces",
            Role::Viewer,
            r#"<circle cx="4" cy="11.6" r="1.7"/><circle cx="12" cy="10.4" r="1.7"/><circle cx="7.3" cy="4.2" r="1.7"/><path d="m4.7 10 1.9-4.2M8.4 5.6l2.6 3.5"/>"#,
        ),
        entry(
            "People",
            "/admin/people",
            Role::Admin,
            r#"<circle cx="6" cy="5.3" r="2.5"/><path d="M1.7 13.3c0-2.5 1.8-4.1 4.3-4.1s4.3 1.6 4.3 4.1M10.4 3a2.5 2.5 0 0 1 0 4.6M12 9.6c1.5.5 2.3 1.9 2.3 3.7"/>"#,
        ),
        entry(
            "Tokens",
            "/admin/tokens",
            Role::Admin,
            r#"<circle cx="4.9" cy="11.1" r="2.6"/><path d="M6.8 9.2 13 3M10.3 5.7l2.2 2.2"/>"#,
        ),
    ],
];

/// What only the palette offers.
const ACTIONS: [Entry; 5] = [
    entry("New page", "/admin/pages/new", Role::Publisher, ""),
    entry("New variant", "/admin/variants/new", Role::Editor, ""),
    entry("New segment", "/admin/segments/new", Role::Publisher, ""),
    entry(
        "Try a visitor on the segments",
        "/admin/segments/tester",
        Role::Viewer,
        "",
    ),
    entry("Your account", "/admin/account", Role::Viewer, ""),
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
    let bar = person
        .clone()
        .map(|person| view! { <Bar person path=path.clone() /> });
    let side = person.map(|person| {
        view! {
            <nav
                aria-label="Screens"
                class="sticky top-14 hidden h-[calc(100dvh-3.5rem)] shrink-0 overflow-y-auto border-r border-line bg-card px-3 py-5 \
                lg:block xl:w-56"
            >
                {links(&person, &path)}
            </nav>
        }
    });
    view! {
        <a
            href="#main"
            class="absolute left-4 top-2 z-30 -translate-y-16 rounded-md bg-ink px-3 py-2 text-sm text-paper \
            focus:translate-y-0"
        >
            "Skip to the content"
        </a>
        <header class="sticky top-0 z-20 flex min-h-14 items-center gap-2 border-b border-line bg-card px-4 sm:px-6 lg:px-5">
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
        </header>
        <div class="flex">
            {side}
            <main id="main" tabindex="-1" class="min-w-0 grow outline-none">
                <div class="mx-auto max-w-7xl px-4 py-7 has-data-wide:max-w-none sm:px-6 sm:py-9 lg:px-8">
                    {children()}
                </div>
            </main>
        </div>
    }
}

/// The navigation's links, in groups. Between a tablet and a desk only their drawings show.
fn links(person: &Person, path: &str) -> impl IntoView + use<> {
    let groups = SCREENS.into_iter().map(|group| {
        let links = group.iter().filter(|entry| person.role >= entry.role).map(|entry| {
            let current = (section(path) == entry.href).then_some("page");
            view! {
                <li>
                    <a
                        href=entry.href
                        aria-current=current
                        title=entry.words
                        class="flex min-h-9 items-center gap-3 rounded-lg px-2.5 text-sm whitespace-nowrap text-muted \
                        hover:bg-wash hover:text-ink aria-[current=page]:bg-wash aria-[current=page]:font-medium \
                        aria-[current=page]:text-ink lg:max-xl:min-h-10 lg:max-xl:px-3"
                    >
                        <Strokes strokes=entry.strokes />
                        <span class="lg:max-xl:sr-only">{entry.words}</span>
                    </a>
                </li>
            }
        });
        view! {
            <ul class="grid gap-0.5 not-first:mt-3 not-first:border-t not-first:border-line not-first:pt-3">
                {links.collect_view()}
            </ul>
        }
    });
    groups.collect_view()
}

/// Palette, menu and account.
#[component]
fn Bar(person: Person, path: String) -> impl IntoView {
    let places = SCREENS
        .iter()
        .copied()
        .flatten()
        .chain(&ACTIONS)
        .filter(|entry| person.role >= entry.role)
        .map(|entry| Place {
            kind: String::new(),
            words: entry.words.to_owned(),
            path: String::new(),
            href: entry.href.to_owned(),
        })
        .collect();
    let menu = links(&person, &path);
    view! {
        <div class="ml-auto flex items-center gap-2">
            <Palette places />
            <details class="group relative lg:hidden">
                <summary class="flex size-9 cursor-pointer list-none items-center justify-center rounded-lg border border-line">
                    <Icon sign=Sign::Menu />
                    <span class="sr-only">"Menu"</span>
                </summary>
                <nav
                    aria-label="Menu"
                    class="absolute right-0 mt-2 max-h-[calc(100dvh-5rem)] w-60 overflow-y-auto rounded-xl border border-line bg-card \
                    p-2 shadow-xl"
                >
                    {menu}
                </nav>
            </details>
            <details class="group relative">
                <summary class="flex size-9 cursor-pointer list-none items-center justify-center rounded-full bg-wash text-sm \
                font-semibold uppercase ring-1 ring-line ring-inset">
                    <span aria-hidden="true">{initial(&person)}</span>
                    <span class="sr-only">"Your account"</span>
                </summary>
                <div class="absolute right-0 mt-2 w-64 rounded-xl border border-line bg-card p-2 shadow-xl">
                    <p class="px-2 pt-1.5 text-sm font-medium wrap-anywhere">{person.name.clone()}</p>
                    <p class="px-2 pb-2.5 text-xs/5 text-muted wrap-anywhere">
                        {person.email.clone()} " · " {person.role.as_str()}
                    </p>
                    <div class="border-y border-line py-1">
                        <ThemeChoice back=path />
                    </div>
                    <a
                        href="/admin/account"
                        class="mt-1 flex min-h-9 items-center rounded-md px-2 text-sm hover:bg-wash"
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
