//! The preview beside the form: which width it has, and how new content gets into it.

use std::time::Duration;

use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::{Document, HtmlElement, HtmlIFrameElement};

use super::actions::preview_draft;
use super::patch::hold_the_same;
use super::work::Work;
use crate::admin::AdminError;
use crate::admin::timer::Timer;

/// From the last key until the preview is asked for.
const LOOK_AFTER: Duration = Duration::from_millis(150);
/// Until a preview that did not come is asked for again.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(3);
/// Widths in CSS pixels, and what has them.
const WIDTHS: [(i32, &str); 3] = [(360, "Phone"), (768, "Tablet"), (1280, "Desktop")];

/// The preview as the form and its own buttons share it.
#[derive(Clone, Copy)]
pub(super) struct Look {
    place: NodeRef<Div>,
    width: RwSignal<i32>,
    /// Counts what is asked for, so that an old answer does not replace a newer one.
    asked: StoredValue<u32>,
    shown: StoredValue<u32>,
    waiting: Timer,
    again: Timer,
    failed: RwSignal<bool>,
}

impl Look {
    pub(super) fn new() -> Self {
        Self {
            place: NodeRef::new(),
            width: RwSignal::new(1280),
            asked: StoredValue::new(0),
            shown: StoredValue::new(0),
            waiting: Timer::new(LOOK_AFTER),
            again: Timer::new(LOOK_AGAIN_AFTER),
            failed: RwSignal::new(false),
        }
    }

    /// Shows what is typed, soon. Nobody waits for it.
    pub(super) fn refresh_soon(self, work: Work) {
        self.again.call_off();
        self.waiting.ask(move || {
            let (page, locale) = work.opened(|opened| (opened.page.clone(), opened.locale.clone()));
            let content = work.editing.content().get_untracked().to_string();
            let number = self.asked.try_update_value(|asked| {
                *asked += 1;
                *asked
            });
            let Some(number) = number else { return };
            spawn_local(async move {
                let answer = preview_draft(page, locale, content, false).await;
                if self.shown.get_value() > number {
                    return;
                }
                self.shown.set_value(number);
                self.failed.set(answer.is_err());
                match answer {
                    Ok(html) => show(&html),
                    Err(AdminError::Unreachable | AdminError::Unavailable) => {
                        self.again.ask(move || self.refresh_soon(work));
                    }
                    Err(_) => {}
                }
            });
        });
    }

    /// Scales the frame so that the chosen width fits into its place.
    pub(super) fn fit(self) {
        let (Some(place), Some(frame)) = (self.place.get_untracked(), frame()) else {
            return;
        };
        let (room, height) = (place.client_width(), place.client_height());
        let width = self.width.get_untracked();
        if room == 0 {
            return;
        }
        let scale = (f64::from(room) / f64::from(width)).min(1.0);
        let left = (f64::from(room) - f64::from(width) * scale) / 2.0;
        let style = HtmlElement::style(&frame);
        for (name, value) in [
            ("width", format!("{width}px")),
            ("height", format!("{}px", f64::from(height) / scale)),
            ("transform", format!("translateX({left}px) scale({scale})")),
        ] {
            let _ = style.set_property(name, &value);
        }
    }

    /// Fits the frame now, and whenever the window or the width changes.
    pub(super) fn keep_fitting(self) {
        Effect::new(move |before: Option<()>| {
            let room = self.place.get().map_or(0, |place| place.client_width());
            let narrow = (1..480).contains(&room) || is_phone();
            if before.is_none() && narrow {
                self.width.set(360);
            }
            self.width.track();
            self.fit();
        });
        let resized = window_event_listener(leptos::ev::resize, move |_| self.fit());
        on_cleanup(move || resized.remove());
    }
}

/// Whether the window is as narrow as a phone's; the preview may have no room at all as long as it is not shown.
fn is_phone() -> bool {
    let width = window().inner_width().ok().and_then(|it| it.as_f64());
    width.is_some_and(|width| width < 640.0)
}

/// Scrolls the preview to the block with this id, when it is out of sight.
pub(super) fn go_to(block: &str) {
    let Some(document) = inside() else { return };
    let (Some(block), Some(view)) = (
        document.get_element_by_id(block),
        document.scrolling_element(),
    ) else {
        return;
    };
    // It is of the frame's own kind of elements, which no check of types recognises here.
    let block: HtmlElement = block.unchecked_into();
    let (top, bottom) = (
        block.offset_top(),
        block.offset_top() + block.offset_height(),
    );
    let (from, room) = (view.scroll_top(), view.client_height());
    if bottom < from || top > from + room {
        view.set_scroll_top(top);
    }
}

/// The frame with its choice of widths. `children` is the frame.
#[component]
pub(super) fn Preview(look: Look, children: Children) -> impl IntoView {
    let buttons = WIDTHS.map(|(width, what)| {
        let pressed = move || {
            if look.width.get() == width {
                "true"
            } else {
                "false"
            }
        };
        view! {
            <button
                type="button"
                aria-pressed=pressed
                on:click=move |_| look.width.set(width)
                class="min-h-8 rounded-md px-2.5 text-xs text-muted aria-pressed:bg-card aria-pressed:font-semibold \
                aria-pressed:text-ink aria-pressed:shadow-xs"
            >
                {what}
                " "
                <span class="tabular-nums">{width}</span>
            </button>
        }
    });
    view! {
        <div class="flex h-full min-h-0 flex-col overflow-hidden rounded-xl border border-line bg-wash">
            <div class="flex flex-wrap items-center gap-2 border-b border-line px-3 py-2">
                <h2 class="mr-auto text-sm font-semibold">"Preview"</h2>
                <p role="status" class="text-xs text-bad">
                    {move || look.failed.get().then_some("The preview is not up to date.")}
                </p>
                <div role="group" aria-label="Width of the preview" class="flex rounded-lg bg-wash noscript:hidden">
                    {buttons.to_vec()}
                </div>
            </div>
            <div node_ref=look.place class="min-h-0 grow overflow-hidden">
                {children()}
            </div>
        </div>
    }
}

fn frame() -> Option<HtmlIFrameElement> {
    let element = document().get_element_by_id("preview-frame")?;
    element.dyn_into().ok()
}

fn inside() -> Option<Document> {
    frame()?.content_document()
}

/// Makes the frame's body hold what the document's does, and touches only what is not the same: neither the place
/// one has scrolled to nor a picture nor a drawing in motion begins anew. Scripts would not run: the
/// frame may run none.
fn show(html: &str) {
    let start = html.find("<body").and_then(|start| {
        let end = html[start..].find('>')?;
        Some(start + end + 1)
    });
    let (Some(start), Some(end)) = (start, html.rfind("</body>")) else {
        return;
    };
    let Some(document) = inside() else { return };
    let (Some(present), Ok(wanted)) = (document.body(), document.create_element("body")) else {
        return;
    };
    wanted.set_inner_html(&html[start..end]);
    hold_the_same(&present, &wanted);
}
