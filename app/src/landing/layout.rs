//! The frame around every page: skip link, header, main part and footer.
//!
//! Ids of the layout end in an underscore, which a block's id cannot.

use domain::block::Action;
use domain::{Locale, SiteSettings};
use leptos::prelude::*;

use super::labels::{Labels, labels, native_name};
use super::{LandingPage, icons};

/// A light above the horizon: the sign beside the site's name.
const MARK: &str = r#"<rect width="32" height="32" rx="9" class="fill-panel"/><circle cx="16" cy="12.5" r="4.5" class="fill-glow"/><path d="M5.5 21.5c3.5-2.5 7-2.5 10.5 0s7 2.5 10.5 0" stroke-width="2.5" stroke-linecap="round" class="stroke-on-panel"/>"#;

/// A language of the page and where it is found.
pub(super) struct Language {
    locale: Locale,
    address: String,
}

/// The languages between which a visitor of the page may switch.
pub(super) fn languages(page: &LandingPage<'_>) -> Vec<Language> {
    let address = |locale| page.path.in_locale(locale, page.site.default_locale);
    page.locales
        .iter()
        .map(|locale| Language {
            locale: *locale,
            address: address(*locale),
        })
        .collect()
}

/// The whole document: a language, a head and what stands in the main part.
pub(super) fn document<Head: IntoView, Main: IntoView>(
    site: &SiteSettings,
    locale: Locale,
    head: Head,
    languages: &[Language],
    main: Main,
) -> impl IntoView + use<Head, Main> {
    let words = labels(locale);
    let links = site.navigation.get(&locale).map_or(&[][..], Vec::as_slice);
    view! {
        <html lang=locale.as_str().to_owned()>
            <head>{head}</head>
            <body class="font-sans">
                <a
                    href="#main_"
                    class="button sr-only bg-accent text-on-accent focus:not-sr-only focus:absolute focus:top-3 focus:left-3 focus:px-5 focus:py-3"
                >
                    {words.skip}
                </a>
                {header(site, locale, words, links, languages)}
                <main id="main_" tabindex="-1">
                    {main}
                </main>
                {footer(site, locale, words, links, languages)}
            </body>
        </html>
    }
}

fn header(
    site: &SiteSettings,
    locale: Locale,
    words: &'static Labels,
    links: &[Action],
    languages: &[Language],
) -> impl IntoView + use<> {
    let menu = (!links.is_empty()).then(|| {
        view! {
            <nav
                id="menu_"
                popover=""
                aria-label=words.menu
                class="max-lg:dropdown lg:static lg:block lg:overflow-visible lg:bg-transparent lg:text-ink"
            >
                <ul class="lg:flex lg:flex-wrap lg:justify-end lg:gap-x-2">
                    {links
                        .iter()
                        .map(|link| {
                            view! {
                                <li>
                                    <a
                                        href=link.url.as_str().to_owned()
                                        class="block rounded-lg px-3.5 py-2.5 font-medium hover:bg-wash lg:py-2"
                                    >
                                        {link.label.clone()}
                                    </a>
                                </li>
                            }
                        })
                        .collect_view()}
                </ul>
            </nav>
        }
    });
    let opener = (!links.is_empty()).then(|| {
        view! {
            <button
                type="button"
                popovertarget="menu_"
                class="flex min-h-11 shrink-0 items-center gap-2 rounded-lg border border-line bg-card px-3.5 font-medium lg:hidden"
            >
                {icons::icon(icons::MENU, "size-5")}
                {words.menu}
            </button>
        }
    });
    view! {
        <header class="border-b border-line">
            <div class="shell flex min-h-17 items-center gap-2">
                <a
                    href=home(site, locale)
                    class="mr-auto flex min-w-0 items-center gap-3 py-2 text-xl font-bold tracking-tight"
                >
                    {mark()}
                    <span class="min-w-0 wrap-break-word">{site.name.clone()}</span>
                </a>
                {menu}
                {language_menu(locale, words, languages)}
                {opener}
            </div>
        </header>
    }
}

fn language_menu(
    locale: Locale,
    words: &'static Labels,
    languages: &[Language],
) -> impl IntoView + use<> {
    let name = native_name(locale);
    let label = format!("{}: {name}", words.language);
    (languages.len() > 1).then(|| {
        view! {
            <button
                type="button"
                popovertarget="languages_"
                aria-label=label
                class="flex min-h-11 shrink-0 items-center gap-2 rounded-lg px-2.5 font-medium hover:bg-wash"
            >
                {icons::icon(icons::GLOBE, "size-5 text-muted")}
                <span class="max-sm:sr-only">{name}</span>
                {icons::icon(icons::CHEVRON, "size-4 text-muted max-sm:hidden")}
            </button>
            <nav id="languages_" popover="" aria-label=words.language class="dropdown">
                {language_list(
                    locale,
                    languages,
                    "grid",
                    "block rounded-lg px-3.5 py-2.5 hover:bg-wash aria-[current]:font-semibold aria-[current]:text-accent",
                )}
            </nav>
        }
    })
}

fn language_list(
    locale: Locale,
    languages: &[Language],
    list: &'static str,
    link: &'static str,
) -> impl IntoView + use<> {
    let items = languages
        .iter()
        .map(|language| {
            let code = language.locale.as_str().to_owned();
            view! {
                <li>
                    <a
                        href=language.address.clone()
                        lang=code.clone()
                        hreflang=code
                        aria-current=(language.locale == locale).then_some("true")
                        class=link
                    >
                        {native_name(language.locale)}
                    </a>
                </li>
            }
        })
        .collect_view();
    view! { <ul class=list>{items}</ul> }
}

fn footer(
    site: &SiteSettings,
    locale: Locale,
    words: &'static Labels,
    links: &[Action],
    languages: &[Language],
) -> impl IntoView + use<> {
    let line = site.footer.get(&locale).cloned();
    let navigation = (!links.is_empty()).then(|| {
        view! {
            <nav aria-label=words.footer>
                <ul class="flex flex-wrap gap-x-7 gap-y-1">
                    {links
                        .iter()
                        .map(|link| {
                            view! {
                                <li>
                                    <a
                                        href=link.url.as_str().to_owned()
                                        class="block py-1 hover:text-accent"
                                    >
                                        {link.label.clone()}
                                    </a>
                                </li>
                            }
                        })
                        .collect_view()}
                </ul>
            </nav>
        }
    });
    let switch = (languages.len() > 1).then(|| {
        language_list(
            locale,
            languages,
            "flex flex-wrap gap-x-6 gap-y-1",
            "block py-1 text-muted hover:text-accent aria-[current]:text-ink",
        )
    });
    view! {
        <footer class="border-t border-line bg-wash">
            <div class="shell grid gap-8 py-12 lg:py-16">
                <div class="flex flex-wrap items-center justify-between gap-x-12 gap-y-6">
                    <a
                        href=home(site, locale)
                        class="flex min-w-0 items-center gap-3 py-1 text-lg font-bold tracking-tight"
                    >
                        {mark()}
                        {site.name.clone()}
                    </a>
                    {navigation}
                </div>
                <div class="flex flex-wrap items-start justify-between gap-x-12 gap-y-4 border-t border-line pt-6 text-sm">
                    {line.map(|line| view! { <p class="max-w-2xl py-1 text-muted">{line}</p> })}
                    {switch}
                </div>
            </div>
        </footer>
    }
}

fn home(site: &SiteSettings, locale: Locale) -> String {
    if locale == site.default_locale {
        return "/".to_owned();
    }
    format!("/{}", locale.as_str().to_ascii_lowercase())
}

fn mark() -> impl IntoView {
    view! {
        <svg
            class="size-8 shrink-0"
            viewBox="0 0 32 32"
            fill="none"
            aria-hidden="true"
            inner_html=MARK
        />
    }
}
