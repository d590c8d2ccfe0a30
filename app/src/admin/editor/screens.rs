//! The screens on which a variant is written.

use domain::{Locale, Role, VariantId};
use engine::desk::Desk;
use engine::desk::variants::VariantDetail;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use serde_json::Value;

use super::conflict::Differences;
use super::island::VariantEditor;
use super::load::{self, Kept};
use super::preview;
use super::shape::Opened;
use crate::admin::author::author_first;
use crate::admin::pages::{language_name, page_choices};
use crate::admin::screen::{row, screen};
use crate::admin::session::AdminSession;
use crate::admin::variants::publishing::PublishingPanel;
use crate::admin::{AdminError, Form, instant};
use crate::ui::{
    Button, EmptyState, LinkButton, Moment, PageHeader, Panel, SelectField, Weight, Whole,
};

/// The screen above these.
const UP: (&str, &str) = ("Variants", "/admin/variants");

/// `/admin/variants/{id}`: a variant with its preview. Whoever may not edit sees the preview.
pub(in crate::admin) fn variant() -> impl IntoView {
    let id = use_params_map().read_untracked().get("id");
    let going_on = use_query_map().read_untracked().get("continue");
    screen("Variant", Role::Viewer, async move |session| {
        let id = row(id, "This variant")?;
        let detail = session.desk().variant(VariantId(id)).await?;
        let opened = load::existing(session.desk(), &detail);
        let back = format!("/admin/variants/{id}");
        let body = if session.may(Role::Editor) {
            let author = session.who_saved(detail.author.clone());
            edit(&session, opened, Some(&author), going_on, &back).await?
        } else {
            let shown = opened.saved.content.clone();
            view! { <div class="h-[75dvh] overflow-hidden rounded-xl border border-line shadow-xs">{look(&session, &opened, &shown)?}</div> }.into_any()
        };
        let lead = lead(&detail, session.desk());
        let name = detail.record.name.clone();
        // Whoever edits has it beside what saves.
        let header = if session.may(Role::Editor) {
            view! { <PageHeader title=name lead up=UP /> }.into_any()
        } else {
            let history = format!("{back}/history");
            view! {
                <PageHeader title=name lead up=UP>
                    <LinkButton href=history>"History"</LinkButton>
                </PageHeader>
            }
            .into_any()
        };
        Ok(wide(view! {
            {header}
            {body}
            <div
                id="publishing"
                popover=""
                class="fixed inset-auto top-30 right-4 m-0 max-h-[calc(100dvh-9rem)] w-[min(26rem,calc(100vw-2rem))] overflow-y-auto rounded-xl \
                border-0 bg-transparent p-0 text-ink shadow-2xl lg:right-8 supports-[position-area:bottom]:inset-auto! \
                supports-[position-area:bottom]:my-2 supports-[position-area:bottom]:max-h-[calc(100%-1rem)] \
                [position-anchor:--publishing] [position-area:bottom_span-left]"
            >
                <div id="publishing-panel" data-live="">
                    <PublishingPanel session=session.clone() variant=detail back />
                </div>
            </div>
        }))
    })
}

/// `/admin/variants/new`: first what it is a variant of, then the editor.
pub(in crate::admin) fn new() -> impl IntoView {
    let query = use_query_map();
    let asked = |name: &str| query.read_untracked().get(name).unwrap_or_default();
    let (page, segment, locale) = (asked("page"), asked("segment"), asked("locale"));
    let going_on = query.read_untracked().get("continue");
    screen("New variant", Role::Editor, async move |session| {
        let catalog = session.desk().engine().catalog();
        let found = catalog.pages().find(|p| p.external_id.as_str() == page);
        let Some(found) = found else {
            return Ok(choose(&session, &page, &segment, &locale));
        };
        let locale = locale.parse().ok();
        let locale: Option<Locale> = locale.filter(|l| catalog.site.locales.contains(l));
        let locale = locale.unwrap_or(catalog.site.default_locale);
        let opened = load::new(session.desk(), found, locale, &segment);
        let back = format!("/admin/variants/new?page={page}&segment={segment}&locale={locale}");
        let lead = format!("Of {}, in {}", found.path, language_name(locale));
        let writer = session.desk().has_writer().then(|| writer(&opened));
        let body = edit(&session, opened, None, going_on, &back).await?;
        Ok(wide(view! {
            <PageHeader title="New variant" lead up=UP>
                {writer}
            </PageHeader>
            {body}
        }))
    })
}

/// What lets the language model write a first draft for a segment.
fn writer(opened: &Opened) -> impl IntoView + use<> {
    let mut audiences = vec![(String::new(), "Anybody".to_owned())];
    audiences.extend(opened.segments.iter().cloned());
    let (page, locale) = (opened.page.clone(), opened.locale.clone());
    let segment = opened.saved.segment.clone();
    view! {
        <Panel>
            <Form action="/admin/api/variants/write".to_owned() class="grid gap-2 p-4".to_owned()>
                <input type="hidden" name="page" value=page />
                <input type="hidden" name="locale" value=locale />
                <div class="grid items-end gap-2 sm:grid-cols-[minmax(0,1fr)_auto]">
                    <SelectField name="segment" id="written-for" label="Let a language model write for" options=audiences value=segment />
                    <Button>"Write a draft"</Button>
                </div>
                <Whole />
                <p class="text-xs/5 text-muted in-[[aria-busy]]:hidden">
                    "It takes up to a minute, and opens as a draft of its own. You publish it, or not."
                </p>
                <p role="status" class="hidden text-xs/5 text-muted in-[[aria-busy]]:block">
                    "The model is writing. The draft opens here as soon as it is there."
                </p>
            </Form>
        </Panel>
    }
}

/// The editor; where something typed is kept that is not saved, first the choice what becomes of
/// it. `author` saved the newest revision; `going_on` is the revision on top of which the person chose to go on.
async fn edit(
    session: &AdminSession,
    mut opened: Opened,
    author: Option<&str>,
    going_on: Option<String>,
    back: &str,
) -> Result<AnyView, AdminError> {
    let person = session.person().id;
    let kept = load::kept(session.desk(), person, &opened).await?;
    let going_on: Option<i32> = going_on.and_then(|revision| revision.parse().ok());
    match (kept, going_on) {
        (Some(kept), None) => return Ok(unsaved(&opened, kept, author, back)),
        (Some(kept), Some(revision)) => {
            let desk = session.desk();
            desk.move_draft(person, &opened.key, &kept.tab, &opened.tab)
                .await?;
            opened.base = revision;
            opened.typed = Some(kept.written);
        }
        (None, _) => {}
    }
    let shown = opened.typed.as_ref().unwrap_or(&opened.saved);
    let frame = look(session, &opened, &shown.content.clone())?;
    Ok(view! {
        <Whole />
        <VariantEditor opened>{frame}</VariantEditor>
    }
    .into_any())
}

/// Something typed is kept: when, what, and the choice.
fn unsaved(opened: &Opened, kept: Kept, author: Option<&str>, back: &str) -> AnyView {
    let separator = if back.contains('?') { '&' } else { '?' };
    let on = format!("{back}{separator}continue={}", opened.base);
    let key = opened.key.clone();
    let stale = kept.base != opened.base;
    // What a save was refused for is no other news than that.
    let meanwhile = if stale {
        let author = author.map_or_else(|| "Somebody else".to_owned(), author_first);
        view! {
            <p role="alert" class="rounded-lg bg-bad-wash px-4 py-3 text-sm/6 text-bad">
                {author}
                " saved the variant after you began. If you continue and save, yours goes on top; theirs \
                stays in the history."
            </p>
        }
        .into_any()
    } else {
        view! { <Whole /> }.into_any()
    };
    let history = opened.id.map(|id| {
        let href = format!("/admin/variants/{id}/history");
        view! { <LinkButton href>"History"</LinkButton> }
    });
    view! {
        <Panel title="You have unsaved changes">
            <div class="grid gap-4 p-4">
                {meanwhile}
                <p class="text-sm/6">
                    "You typed something on " <Moment at=instant::text(kept.at) /> " that was not saved."
                </p>
                <Differences differences=kept.differences saved="Saved" />
                <div class="flex flex-wrap gap-2">
                    <LinkButton weight=Weight::Primary href=on>
                        "Continue"
                    </LinkButton>
                    <Form action="/admin/api/variants/discard".to_owned()>
                        <input type="hidden" name="key" value=key />
                        <input type="hidden" name="tab" value=kept.tab />
                        <Button weight=Weight::Danger>"Discard"</Button>
                    </Form>
                    {history}
                </div>
            </div>
        </Panel>
    }
    .into_any()
}

fn look(session: &AdminSession, opened: &Opened, content: &Value) -> Result<AnyView, AdminError> {
    let gone = || AdminError::NotFound("This page".to_owned());
    let locale = opened.locale.parse().map_err(|_| gone())?;
    let catalog = session.desk().engine().catalog();
    let document = preview::of_variant(&catalog, &opened.page, locale, content).ok_or_else(gone)?;
    Ok(preview::frame(document))
}

/// What a new variant is of, for whom, and in which language.
fn choose(session: &AdminSession, page: &str, segment: &str, locale: &str) -> AnyView {
    let catalog = session.desk().engine().catalog();
    let pages = page_choices(&catalog, |page| page.external_id.to_string());
    if pages.is_empty() {
        let make = session.may(Role::Publisher).then(|| {
            view! {
                <LinkButton weight=Weight::Primary href="/admin/pages/new">
                    "Create a page"
                </LinkButton>
            }
        });
        return view! {
            <PageHeader title="New variant" up=UP />
            <EmptyState
                title="First there is a page"
                text="A variant is what one audience sees of a page instead of what everybody sees. There is no page yet."
            >
                {make}
            </EmptyState>
        }
        .into_any();
    }
    let locales = catalog.site.locales.iter();
    let locales = locales
        .map(|locale| (locale.to_string(), language_name(*locale)))
        .collect();
    let mut segments = vec![(String::new(), "Anybody it fits well enough".to_owned())];
    segments.extend(load::segments(session.desk()));
    let locale = match locale {
        "" => catalog.site.default_locale.to_string(),
        locale => locale.to_owned(),
    };
    view! {
        <PageHeader title="New variant" lead="What one audience sees of a page instead of what everybody sees." up=UP />
        <form method="get" action="/admin/variants/new" class="grid max-w-xl gap-5 rounded-xl border border-line bg-card p-5 shadow-xs">
            <SelectField name="page" label="Page" options=pages value=page />
            <SelectField
                name="segment"
                label="Who sees it"
                hint="You can change it later."
                options=segments
                value=segment
            />
            <SelectField name="locale" label="Language" options=locales value=locale />
            <p>
                <Button weight=Weight::Primary>"Write it"</Button>
            </p>
        </form>
    }
    .into_any()
}

/// What a variant is of and for whom, in which language.
pub(in crate::admin) fn lead(detail: &VariantDetail, desk: &Desk) -> String {
    let (page, locale) = (&detail.page_path, detail.record.locale);
    let who = detail.record.segment.as_ref().map_or_else(
        || "anybody".to_owned(),
        |key| load::segment_name(desk, key.as_str()),
    );
    format!(
        "{page} · {} · for {who} · revision {}",
        language_name(locale),
        detail.revision
    )
}

/// A screen that takes the whole window's width.
fn wide(content: impl IntoView + 'static) -> AnyView {
    view! { <div data-wide="">{content}</div> }.into_any()
}
