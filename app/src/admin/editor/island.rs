use leptos::ev::{FocusEvent, KeyboardEvent, SubmitEvent};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::{Element, HtmlFormElement};

use super::conflict::Conflict;
use super::look::{Look, Preview, go_to};
use super::shape::{Opened, Theirs};
use super::work::{Phase, Work};
use crate::admin::BlocksEditor;
use crate::ui::{Button, CONTROL, LinkButton, Weight};

/// The form of a variant with the page it makes beside it, which follows what is typed.
///
/// Without JavaScript it is a plain form, and the preview shows what is saved.
#[island]
pub fn VariantEditor(
    /// The variant.
    opened: Opened,
    /// The preview's frame.
    children: Children,
) -> impl IntoView {
    let work = Work::new(opened);
    let look = Look::new();
    let previewing = RwSignal::new(false);
    follow(work, look);
    look.keep_fitting();
    let place = StoredValue::new(String::new());
    let entered = move |event: FocusEvent| {
        let block = block_of(&event).unwrap_or_default();
        if !block.is_empty() && place.get_value() != block {
            go_to(&block);
            place.set_value(block);
        }
    };
    let tab = move || if previewing.get() { "preview" } else { "edit" };
    let choose = move |wanted: bool| {
        previewing.set(wanted);
        // Hidden, it had no width.
        request_animation_frame(move || look.fit());
    };
    view! {
        <div data-tab=tab class="group/tabs">
            {bar(work)}
            {tabs(previewing, choose)}
            <div class="grid gap-6 lg:grid-cols-[minmax(0,5fr)_minmax(0,7fr)]">
                <div
                    class="min-w-0 group-data-[tab=preview]/tabs:max-lg:hidden"
                    on:focusin=entered
                >
                    {form(work)}
                </div>
                <div class="min-w-0 group-data-[tab=edit]/tabs:max-lg:hidden noscript:block!">
                    <div class="sticky top-34 h-[calc(100dvh-10rem)] min-h-96">
                        <Preview look>{children()}</Preview>
                    </div>
                </div>
            </div>
        </div>
    }
}

/// Keeps and shows what is typed, and hears the keyboard's way to save.
fn follow(work: Work, look: Look) {
    Effect::new(move |before: Option<()>| {
        work.written.track();
        if before.is_some() {
            work.has_typed();
            look.refresh_soon(work);
        } else if work.opened(|opened| opened.typed.is_some()) {
            look.refresh_soon(work);
        }
    });
    let saving = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
        if (event.ctrl_key() || event.meta_key()) && event.key().eq_ignore_ascii_case("s") {
            event.prevent_default();
            submit();
        }
    });
    let leaving = window_event_listener(leptos::ev::blur, move |_| work.keep_now());
    let closing = window_event_listener(leptos::ev::pagehide, move |_| work.keep_leaving());
    on_cleanup(move || {
        saving.remove();
        leaving.remove();
        closing.remove();
    });
}

/// Sends the form, unless the browser sees that something is missing.
fn submit() {
    let form = document().get_element_by_id("variant-form");
    if let Some(form) = form.and_then(|form| form.dyn_into::<HtmlFormElement>().ok()) {
        // It fails only for a button of another form.
        let _ = form.request_submit();
    }
}

/// What became of the work, and the button that saves it.
fn bar(work: Work) -> AnyView {
    let words = move || match work.phase.get() {
        Phase::Saving => "Saving…".to_owned(),
        Phase::Failed(text) => text,
        Phase::Kept if work.unsaved.get() => "Unsaved changes, kept as a draft".to_owned(),
        _ if work.unsaved.get() => "Unsaved changes".to_owned(),
        Phase::Saved | Phase::Kept => "All changes are saved".to_owned(),
        Phase::Begun => String::new(),
    };
    let class = move || match work.phase.get() {
        Phase::Failed(_) => "min-w-0 text-sm text-bad wrap-anywhere",
        _ => "min-w-0 text-sm text-muted",
    };
    let publishing = work.opened(|opened| opened.id.is_some()).then(|| {
        view! {
            <button
                type="button"
                popovertarget="publishing"
                // What is published is what is saved.
                on:click=move |_| {
                    if work.unsaved.get_untracked() {
                        submit();
                    }
                }
                class="inline-flex min-h-9 items-center rounded-lg border border-line bg-card px-3 text-sm font-medium shadow-xs \
                hover:border-muted sm:[anchor-name:--publishing]"
            >
                "Publishing"
            </button>
        }
    });
    let history = work.opened(|opened| opened.id).map(|id| {
        let href = format!("/admin/variants/{id}/history");
        view! { <LinkButton href>"History"</LinkButton> }
    });
    view! {
        <div class="sticky top-14 z-10 -mx-1 mb-4 flex flex-wrap items-center gap-3 border-b border-line bg-paper px-1 py-2.5">
            <p role="status" class=class>
                {words}
            </p>
            <div class="ml-auto flex items-center gap-2 max-sm:[anchor-name:--publishing]">
                {history} {publishing}
                <Button weight=Weight::Primary form="variant-form">
                    "Save"
                    <kbd class="font-sans text-xs max-sm:hidden">"Ctrl S"</kbd>
                </Button>
            </div>
        </div>
    }
    .into_any()
}

/// On a narrow screen either the form or the preview is there.
fn tabs(previewing: RwSignal<bool>, choose: impl Fn(bool) + Copy + 'static) -> AnyView {
    let tab = |wanted: bool, words: &'static str| {
        let pressed = move || {
            if previewing.get() == wanted {
                "true"
            } else {
                "false"
            }
        };
        view! {
            <button
                type="button"
                aria-pressed=pressed
                on:click=move |_| choose(wanted)
                class="min-h-9 grow rounded-md px-3 text-sm text-muted aria-pressed:bg-card aria-pressed:font-semibold \
                aria-pressed:text-ink aria-pressed:shadow-xs"
            >
                {words}
            </button>
        }
    };
    view! {
        <div role="group" aria-label="What is shown" class="mb-4 flex rounded-lg bg-wash p-1 lg:hidden noscript:hidden">
            {tab(false, "Edit")}
            {tab(true, "Preview")}
        </div>
    }
    .into_any()
}

fn form(work: Work) -> AnyView {
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        work.save();
    };
    let facts = work.opened(Clone::clone);
    let id = facts
        .id
        .map(|id| view! { <input type="hidden" name="id" value=id.to_string() /> });
    let base = move || work.base.get().to_string();
    view! {
        <form
            id="variant-form"
            method="post"
            action="/admin/api/variants/save"
            class="grid min-w-0 gap-5"
            on:submit=submit
        >
            {move || work.theirs.get().map(|theirs| conflict(work, theirs))}
            {id}
            <input type="hidden" name="base" value=base />
            <input type="hidden" name="key" value=facts.key />
            <input type="hidden" name="tab" value=facts.tab />
            <input type="hidden" name="page" value=facts.page />
            <input type="hidden" name="locale" value=facts.locale />
            {name(work)}
            {segment(work, facts.segments)}
            <BlocksEditor editing=work.editing name="content" />
        </form>
    }
    .into_any()
}

fn name(work: Work) -> AnyView {
    view! {
        <div class="min-w-0">
            <label for="name" class="text-sm font-medium">
                "Name"
            </label>
            <input
                id="name"
                name="name"
                type="text"
                maxlength="120"
                required
                autocomplete="off"
                aria-describedby="name-hint"
                value=work.name.get_untracked()
                prop:value=move || work.name.get()
                on:input:target=move |event| work.name.set(event.target().value())
                class=format!("{CONTROL} mt-1.5")
            />
            <p id="name-hint" class="mt-1 text-xs/5 text-muted">
                "Only you and your colleagues see it."
            </p>
        </div>
    }
    .into_any()
}

fn segment(work: Work, segments: Vec<(String, String)>) -> AnyView {
    let chosen = work.segment.get_untracked();
    let choices = segments.into_iter().map(|(key, name)| {
        let selected = key == chosen;
        view! {
            <option value=key selected=selected>
                {name}
            </option>
        }
    });
    view! {
        <div class="min-w-0">
            <label for="segment" class="text-sm font-medium">
                "Who sees it"
            </label>
            <select
                id="segment"
                name="segment"
                aria-describedby="segment-hint"
                prop:value=move || work.segment.get()
                on:change:target=move |event| work.segment.set(event.target().value())
                class=format!("{CONTROL} mt-1.5")
            >
                <option value="">"Anybody it fits well enough"</option>
                {choices.collect_view()}
            </select>
            <p id="segment-hint" class="mt-1 text-xs/5 text-muted">
                "The segment it is written for. Visitors of that segment see the variant that is nearest to them."
            </p>
        </div>
    }
    .into_any()
}

/// Somebody else saved meanwhile: both versions, and the choice.
fn conflict(work: Work, theirs: Theirs) -> AnyView {
    let Theirs {
        author,
        differences,
        ..
    } = theirs;
    let saved = author.clone();
    view! {
        <Conflict
            author
            noun="variant"
            text="Nothing was overwritten. Both versions stay in the history, whichever you choose."
            differences
            saved
        >
            <Button weight=Weight::Primary on_press=Callback::new(move |_| work.keep_mine())>
                "Keep mine on top"
            </Button>
            <Button on_press=Callback::new(move |_| work.take_theirs())>"Take theirs"</Button>
        </Conflict>
    }
    .into_any()
}

/// The id of the block in which something got the focus.
fn block_of(event: &FocusEvent) -> Option<String> {
    let element = event.target()?.dyn_into::<Element>().ok()?;
    let place = element.closest("[data-place]").ok()??;
    let place = place.get_attribute("data-place")?;
    let (block, _) = place.split_once(':')?;
    Some(block.to_owned())
}
