//! Above the list: search, status, and the filters that are folded away until they are needed.

use domain::variant::Status;
use engine::catalog::Catalog;
use engine::desk::variants::VariantSort;
use leptos::prelude::*;

use super::filter::{ANY, CHANGED, ListQuery, UNEMBEDDED};
use crate::admin::author::author_first;
use crate::admin::pages::{language_name, page_choices};
use crate::ui::{Button, Icon, SelectField, Sign};

/// The form that finds variants. It works without JavaScript.
pub(super) fn filters(
    query: &ListQuery,
    catalog: &Catalog,
    authors: Vec<(String, String)>,
) -> impl IntoView + use<> {
    let [q, by, _, _, _, status, ..] = query.fields().map(|(_, value)| value);
    let by_meaning = by == "meaning";
    let clear = query.is_filtered().then(|| {
        view! {
            <a
                href="/admin/variants"
                class="inline-flex min-h-9 items-center rounded-md px-1 text-sm text-muted underline underline-offset-4 hover:text-ink"
            >
                "Clear"
            </a>
        }
    });
    let (statuses, more) = (statuses(query), more(query, catalog, authors));
    view! {
        <form method="get" action="/admin/variants" role="search" class="mb-5 grid grid-cols-1 gap-3">
            <input type="hidden" name="status" value=status />
            <div class="flex flex-wrap items-center gap-x-4 gap-y-3">
                <div class="flex min-w-0 grow basis-72 items-center gap-2 rounded-lg border border-edge bg-card pl-3 shadow-xs \
                focus-within:border-accent">
                    <span class="text-muted">
                        <Icon sign=Sign::Search />
                    </span>
                    <input
                        type="search"
                        name="q"
                        value=q
                        maxlength="200"
                        aria-label="Search variants"
                        placeholder="Words, a name, or what it is about"
                        autocomplete="off"
                        class="min-h-10 w-full min-w-0 rounded-lg bg-card pr-3 text-base text-ink placeholder:text-muted sm:text-sm"
                    />
                </div>
                <fieldset class="flex items-center gap-4 text-sm">
                    <legend class="sr-only">"How to search"</legend>
                    {way("", "By words", !by_meaning)}
                    {way("meaning", "By meaning", by_meaning)}
                </fieldset>
                <div class="flex items-center gap-3">
                    <Button>"Search"</Button>
                    {clear}
                </div>
            </div>
            {statuses}
            {more}
        </form>
    }
}

fn way(value: &'static str, words: &'static str, checked: bool) -> impl IntoView {
    view! {
        <label class="flex min-h-6 items-center gap-2 whitespace-nowrap">
            <input type="radio" name="by" value=value checked=checked class="size-4 accent-accent" />
            {words}
        </label>
    }
}

/// One link a status.
fn statuses(query: &ListQuery) -> impl IntoView + use<> {
    let chosen = query.fields()[5].1.clone();
    let choices = [("", "All")]
        .into_iter()
        .chain(Status::ALL.map(|status| (status.as_str(), words(status))))
        .chain([
            (CHANGED, "Changed since published"),
            (UNEMBEDDED, "Not embedded yet"),
        ]);
    let links = choices.map(|(status, words)| {
        let href = query.href_with_status(status);
        let current = (status == chosen).then_some("true");
        view! {
            <li>
                <a
                    href=href
                    aria-current=current
                    class="inline-flex min-h-8 items-center rounded-full border border-line px-3 text-sm whitespace-nowrap text-muted \
                    hover:border-muted hover:text-ink aria-current:border-ink aria-current:bg-ink aria-current:text-paper"
                >
                    {words}
                </a>
            </li>
        }
    });
    view! {
        <ul aria-label="Status" class="flex flex-wrap gap-2">
            {links.collect_view()}
        </ul>
    }
}

/// The filters that are folded away unless one of them is set.
fn more(
    query: &ListQuery,
    catalog: &Catalog,
    authors: Vec<(String, String)>,
) -> impl IntoView + use<> {
    let [_, _, page, segment, locale, _, author, sort] = query.fields().map(|(_, value)| value);
    let everything = |words: &str| [(String::new(), words.to_owned())].into_iter();
    let pages = page_choices(catalog, |page| page.external_id.to_string());
    let pages = everything("All pages").chain(pages);
    let any = [(ANY.to_owned(), "For any segment".to_owned())];
    let named = catalog.segments.iter();
    let segments = everything("All segments")
        .chain(any)
        .chain(named.map(|s| (s.key.to_string(), s.name.clone())));
    let locales = catalog.site.locales.iter();
    let locales = everything("All languages")
        .chain(locales.map(|locale| (locale.to_string(), language_name(*locale))));
    let people = everything("Anybody").chain(
        authors
            .into_iter()
            .map(|(author, name)| (author, author_first(&name))),
    );
    let open = query.has_more();
    let orders = VariantSort::ALL.map(|order| {
        let (name, words) = match order {
            VariantSort::Updated => ("", "Last saved first"),
            VariantSort::Name => ("name", "By name"),
            VariantSort::Page => ("page", "By page"),
            VariantSort::Status => ("status", "By status"),
        };
        (name.to_owned(), words.to_owned())
    });
    view! {
        <details open=open>
            <summary class="disclosure inline-flex min-h-8 cursor-pointer items-center gap-1 text-sm font-medium">
                "More filters and order"
            </summary>
            <div class="mt-3 grid grid-cols-1 gap-4 rounded-xl border border-line bg-card p-4 shadow-xs min-[480px]:grid-cols-2 md:grid-cols-3 xl:grid-cols-[repeat(5,minmax(0,1fr))_auto]">
                <SelectField name="page" label="Page" options=pages.collect() value=page />
                <SelectField name="segment" label="Segment" options=segments.collect() value=segment />
                <SelectField name="locale" label="Language" options=locales.collect() value=locale />
                <SelectField name="author" label="Last saved by" options=people.collect() value=author />
                <SelectField name="sort" label="Order" options=orders.to_vec() value=sort />
                <div class="self-end">
                    <Button>"Show"</Button>
                </div>
            </div>
        </details>
    }
}

fn words(status: Status) -> &'static str {
    match status {
        Status::Draft => "Drafts",
        Status::Scheduled => "Scheduled",
        Status::Published => "Published",
        Status::Archived => "Archived",
    }
}
