//! The editor of a page.

use domain::record::PageRecord;
use domain::{Locale, PageContent, PageId, Role, SiteSettings};
use engine::store::EditedPage;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::history::as_of;
use super::languages::{Languages, Tongue, name};
use super::rollout::RolloutField;
use super::unsaved::both;
use crate::admin::Form;
use crate::admin::instant;
use crate::admin::screen::{row, screen};
use crate::admin::session::AdminSession;
use crate::ui::{
    Acknowledgement, Button, CheckField, Confirm, Counted, Icon, LinkButton, Mistake, Moment,
    PageHeader, Panel, Refused, Sign, TextAreaField, TextField, Weight, Whole,
};

/// Longest intent, as an import has it.
const INTENT: usize = 400;
/// The screen above those of one page.
const UP: (&str, &str) = ("Pages", "/admin/pages");
const SEEN_AT_ONCE: &str = "What you save here is live at once.";

/// What the form of a page is filled with.
struct Draft {
    /// The page and its edition; `None` for a new one.
    saved: Option<(PageId, i32)>,
    path: String,
    intent: String,
    rollout: f64,
    terms: bool,
    tongues: Vec<Tongue>,
    missing: Vec<Locale>,
}

/// A page that does not exist yet.
#[component]
pub fn NewPage() -> impl IntoView {
    screen("New page", Role::Publisher, async |session| {
        let site = &session.desk().engine().catalog().site;
        let locale = site.default_locale;
        let draft = Draft {
            saved: None,
            path: String::new(),
            intent: String::new(),
            rollout: domain::rollout::EVERYBODY,
            terms: true,
            tongues: vec![Tongue {
                locale,
                content: first_content(),
                first: true,
                new: false,
                address: site.name.clone(),
                page: String::new(),
            }],
            missing: others(site, &[locale]),
        };
        Ok(view! {
            <PageHeader
                title="New page"
                up=UP
                lead=format!(
                    "An address, what it is for, and what it says to everybody. {SEEN_AT_ONCE} Variants come afterwards.",
                )
            />
            <PageForm draft may_save=true />
        }
        .into_any())
    })
}

/// A page that exists.
#[component]
pub fn EditPage() -> impl IntoView {
    let id = use_params_map().read_untracked().get("id");
    let query = use_query_map().read_untracked().clone();
    screen("Page", Role::Viewer, async move |session| {
        let id = row(id, "This page")?;
        let page = session.desk().page(PageId(id)).await?;
        let catalog = session.desk().engine().catalog();
        let add: Option<Locale> = query.get("add").and_then(|locale| locale.parse().ok());
        let change = query.get("as_of").and_then(|change| change.parse().ok());
        // What was not saved comes before what was.
        let other = match (both(&session, &page).await?, change) {
            (Some(both), _) => Some(both),
            (None, Some(change)) => Some(as_of(&session, &page, change).await?),
            (None, None) => None,
        };
        let shown = other.as_ref().map_or(&page.record, |(record, _)| record);
        let draft = draft(&page, shown, &catalog.site, add);
        let notice = other.map(|(_, notice)| notice);
        let address = page
            .record
            .path
            .in_locale(catalog.site.default_locale, catalog.site.default_locale);
        let title = draft
            .tongues
            .first()
            .map_or_else(String::new, |tongue| tongue.content.title.clone());
        let of_page = |path: &str| {
            crate::admin::address::begun(format!("{path}?"))
                .append_pair("page", page.record.id.as_str())
                .finish()
        };
        let history = format!("/admin/pages/{id}/history");
        let variants = of_page("/admin/variants");
        let new_variant = of_page("/admin/variants/new");
        let may_write = session.may(Role::Editor);
        Ok(view! {
            <PageHeader title lead=lead(&session) up=UP>
                <LinkButton href=address>
                    "Open the page" <Icon sign=Sign::Out />
                </LinkButton>
                <LinkButton href=history>"History"</LinkButton>
                <LinkButton href=variants>"Its variants"</LinkButton>
                {may_write
                    .then(|| {
                        view! {
                            <LinkButton weight=Weight::Primary href=new_variant>
                                <Icon sign=Sign::Plus />
                                "New variant"
                            </LinkButton>
                        }
                    })}
            </PageHeader>
            {notice}
            <div class="grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_18rem]">
                <PageForm draft may_save=session.may(Role::Publisher) />
                <Facts page may_delete=session.may(Role::Publisher) />
            </div>
        }
        .into_any())
    })
}

#[component]
fn PageForm(draft: Draft, may_save: bool) -> impl IntoView {
    let (action, button) = match draft.saved {
        Some(_) => ("/admin/api/pages/save", "Save and show to visitors"),
        None => ("/admin/api/pages/create", "Create page"),
    };
    let hidden = draft.saved.map(|(page, edition)| {
        view! {
            <input type="hidden" name="page" value=page.to_string() />
            <input type="hidden" name="edition" value=edition.to_string() />
        }
    });
    let id = draft.saved.is_none().then(|| {
        view! {
            <TextField
                name="id"
                label="Id"
                hint="The name by which imports know the page. It stays when the path changes; left empty, it is made from the path."
                max=128
            />
        }
    });
    let moves = if draft.saved.is_some() {
        "Where the page is, without a language. When you change it, the old address leads to the new one."
    } else {
        "Where the page is, without a language: /landing/fleet."
    };
    let save = may_save.then(|| {
        view! {
            <Acknowledgement name="orphans" words="Yes, without what these variants say there" />
            <div class="sticky bottom-0 z-10 -mx-4 flex items-center justify-end gap-3 border-t border-line bg-paper px-4 py-3 sm:mx-0 sm:px-0">
                <div class="group mr-auto">
                    <Refused />
                    <p class="text-sm text-muted group-has-[[data-refused]:not(:empty)]:hidden max-sm:hidden">{SEEN_AT_ONCE}</p>
                </div>
                <div class="shrink-0">
                    <Button weight=Weight::Primary>{button}</Button>
                </div>
            </div>
        }
    });
    view! {
        <Form action=action.to_owned() class="min-w-0".to_owned() guarded=true>
            <fieldset disabled=!may_save class="grid min-w-0 gap-6">
                <Whole />
                {hidden}
                <Panel title="The page">
                    <div class="grid gap-5 p-4">
                        <div class="grid gap-5 sm:grid-cols-2">
                            <TextField name="path" label="Path" hint=moves value=draft.path max=200 required=true />
                            {id}
                        </div>
                        <Counted max=INTENT count=draft.intent.chars().count()>
                            <TextAreaField
                                name="intent"
                                label="Intent"
                                hint="One sentence saying what the page is for. Variants are compared with it, so be concrete."
                                value=draft.intent
                                required=true
                            />
                        </Counted>
                        <div>
                            <label for="rollout" class="text-sm font-medium">
                                "Rollout"
                            </label>
                            <div class="mt-1.5">
                                <RolloutField value=draft.rollout />
                            </div>
                            <Mistake id="rollout-mistake" name="rollout" />
                        </div>
                        <div>
                            <CheckField
                                name="ignore_terms"
                                label="Ignore campaign terms"
                                checked=!draft.terms
                            />
                            <p class="mt-1.5 text-xs/5 text-muted">
                                "Otherwise the words of utm_term or utm_campaign choose, by their meaning, among the variants that the visitor may get."
                            </p>
                        </div>
                    </div>
                </Panel>
                <section aria-labelledby="languages" class="min-w-0">
                    <h2 id="languages" class="mb-3 text-lg font-semibold">
                        "What it says to everybody"
                    </h2>
                    <Languages tongues=draft.tongues missing=draft.missing may_save />
                </section>
                {save}
            </fieldset>
        </Form>
    }
}

/// What is to be known about a page beside what it says.
#[component]
fn Facts(page: EditedPage, may_delete: bool) -> impl IntoView {
    let count = page.variants;
    let path = page.record.path.to_string();
    let history = format!("/admin/pages/{}/history", page.id);
    let redirects = page.redirects.into_iter().map(|path| {
        view! { <li class="font-mono text-xs/6 wrap-anywhere">{path.to_string()}</li> }
    });
    let leads = (redirects.len() > 0).then(|| {
        view! {
            <Fact words="Old addresses that lead here">
                <ul>{redirects.collect_view()}</ul>
            </Fact>
        }
    });
    let states = [
        (count.published, "published"),
        (count.scheduled, "scheduled"),
        (count.draft, "in draft"),
        (count.archived, "archived"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, words)| format!("{count} {words}"))
    .collect::<Vec<_>>()
    .join(", ");
    let states = if states.is_empty() {
        "None yet".to_owned()
    } else {
        states
    };
    let delete = may_delete.then(|| match count.total() {
        0 => view! {
            <Confirm
                id="delete-page"
                label="Delete the page"
                title=format!("Delete {path}?")
                text="The page is gone for visitors at once, in every language. This cannot be undone; an export keeps a copy."
                action="/admin/api/pages/delete"
            >
                <input type="hidden" name="page" value=page.id.to_string() />
            </Confirm>
        }
        .into_any(),
        _ => view! {
            <p class="text-xs/5 text-muted">
                "A page can be deleted when it has no variants any more."
            </p>
        }
        .into_any(),
    });
    view! {
        <aside class="grid gap-4">
            <Panel title="About this page">
                <dl class="grid gap-4 p-4 text-sm">
                    <Fact words="Id">
                        <span class="font-mono text-xs/6 wrap-anywhere">{page.record.id.to_string()}</span>
                    </Fact>
                    <Fact words="Variants">{states}</Fact>
                    {leads}
                    <Fact words="Last saved">
                        <Moment at=instant::text(page.updated_at) />
                        <a class="ml-2 text-accent underline underline-offset-4" href=history>
                            "What changed"
                        </a>
                    </Fact>
                </dl>
            </Panel>
            {delete}
        </aside>
    }
}

#[component]
fn Fact(words: &'static str, children: Children) -> impl IntoView {
    view! {
        <div>
            <dt class="text-xs text-muted">{words}</dt>
            <dd class="mt-0.5">{children()}</dd>
        </div>
    }
}

/// What the form of `page` is filled with: what `record` says. `add` is a language to be copied from
/// the first one.
fn draft(
    page: &EditedPage,
    record: &PageRecord,
    site: &SiteSettings,
    add: Option<Locale>,
) -> Draft {
    let PageRecord {
        path,
        intent,
        rollout,
        terms,
        contents,
        ..
    } = record;
    let default = site.default_locale;
    let mut locales: Vec<Locale> = contents.keys().copied().collect();
    locales.sort_by_key(|locale| (*locale != default, *locale));
    let first = locales.first().copied();
    let tongue = |locale: Locale, content: &PageContent, new: bool| Tongue {
        locale,
        content: content.clone(),
        first: Some(locale) == first,
        new,
        address: format!("{} › {}", site.name, path.in_locale(locale, default)),
        page: page.record.id.to_string(),
    };
    let mut tongues: Vec<Tongue> = locales
        .iter()
        .filter_map(|locale| Some(tongue(*locale, contents.get(locale)?, false)))
        .collect();
    let wanted = add.filter(|add| site.locales.contains(add) && !locales.contains(add));
    if let (Some(add), Some(first)) = (wanted, first.and_then(|first| contents.get(&first))) {
        tongues.push(tongue(add, first, true));
        locales.push(add);
    }
    Draft {
        saved: Some((page.id, page.edition)),
        path: path.to_string(),
        intent: intent.clone(),
        rollout: *rollout,
        terms: *terms,
        tongues,
        missing: others(site, &locales),
    }
}

/// The site's languages that are not among `known`.
fn others(site: &SiteSettings, known: &[Locale]) -> Vec<Locale> {
    let mut missing: Vec<Locale> = site.locales.clone();
    missing.retain(|locale| !known.contains(locale));
    missing.sort_by_key(|locale| name(*locale));
    missing
}

/// What a page begins with: a headline that is still to be written.
fn first_content() -> PageContent {
    let hero = serde_json::json!([{"type": "hero", "id": "hero", "headline": ""}]);
    PageContent {
        title: String::new(),
        description: String::new(),
        blocks: serde_json::from_value(hero).unwrap_or_default(),
    }
}

/// What the person may do with a page.
fn lead(session: &AdminSession) -> &'static str {
    if session.may(Role::Publisher) {
        "What everybody sees for whom there is no better variant."
    } else if session.may(Role::Editor) {
        "What a page says to everybody is live as soon as it is saved. Saving it takes the role publisher; you can write variants of it."
    } else {
        "What everybody sees for whom there is no better variant. You can look at it; changing it takes another role."
    }
}
