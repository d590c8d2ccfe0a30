//! The live tester: which segment would claim a visitor, and which part of a condition decides.

mod fields;
mod presets;
mod query;
mod verdict;

use domain::Condition;
use domain::visitor::Sketch;
use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::{Element, Event};
use serde::{Deserialize, Serialize};

use super::shared::SharedCondition;
use fields::Fields;
use presets::{PRESETS, Preset};
use verdict::{Claim, Claims, Outcome, OutcomePanel};

#[cfg(feature = "ssr")]
pub(super) use presets::start;
#[cfg(feature = "ssr")]
pub(super) use query::sketch_of;

/// A segment as a tester tries it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TriedSegment {
    /// Its key.
    pub key: String,
    /// Its name for people.
    pub name: String,
    /// Its condition, as JSON text.
    pub condition: String,
}

/// Composes a visitor and tries them on every segment. On a screen that edits a condition, that
/// condition is tried too, instead of the stored one of the segment `edited`.
///
/// It evaluates in the browser, by the code that decides on the server.
#[island]
pub fn VisitorTester(
    /// Every segment in the order in which they are tried, `default` last.
    segments: Vec<TriedSegment>,
    /// The key of the segment whose condition is being edited; empty for a new one.
    #[prop(optional)]
    edited: Option<String>,
    /// The visitor at first.
    visitor: Sketch,
) -> impl IntoView {
    let sketch = RwSignal::new(visitor);
    let alone = edited.is_none();
    let shared = edited
        .is_some()
        .then(use_context::<SharedCondition>)
        .flatten();
    let tried = StoredValue::new(Tried::new(segments, edited));
    // Compiled again when it changes, and not for every visitor.
    let live = Memo::new(move |_| {
        let text = shared?.0;
        Condition::parse_str(&text.read()).ok()
    });
    let outcome = Memo::new(move |_| Some(Outcome::of(live.read().as_ref()?, &*sketch.read())));
    let claims = Memo::new(move |_| {
        tried.with_value(|tried| tried.claims(live.read().as_ref(), &sketch.read()))
    });
    let press = move |event: ev::MouseEvent| {
        let preset = control(&event, "data-preset");
        if let Some(preset) = preset.and_then(|name| Preset::named(&name)) {
            sketch.set(preset.sketch());
        }
    };
    let compose = move |event: Event| {
        let Some(path) = control(&event, "data-path") else {
            return;
        };
        let text = event_target_value(&event);
        sketch.update(|sketch| query::set(sketch, &path, &text));
    };
    let buttons = PRESETS.iter().map(|preset| {
        view! {
            <button
                type="button"
                data-preset=preset.name
                class="min-h-7 rounded-full border border-line bg-card px-2.5 text-xs font-medium text-muted \
                hover:border-muted hover:text-ink"
            >
                {preset.name}
            </button>
        }
    });
    // On a screen of its own there is room for what is asked beside what is answered.
    let columns = if alone {
        "grid items-start gap-6 lg:grid-cols-2 lg:*:first:order-last"
    } else {
        "grid gap-4"
    };
    view! {
        <div on:click=press on:input=compose class="grid gap-4">
            <div role="group" aria-label="Visitors to begin with" class="flex flex-wrap gap-1.5 noscript:hidden">
                {buttons.collect_view()}
            </div>
            {shared.map(|_| view! { <OutcomePanel outcome /> })}
            <div class=columns>
                <Claims claims />
                <div class="grid gap-4">
                    <Fields sketch />
                </div>
            </div>
        </div>
    }
}

/// The segments with their conditions compiled.
struct Tried {
    segments: Vec<(TriedSegment, Option<Condition>)>,
    /// Where the segment stands that is being edited.
    edited: Option<usize>,
}

impl Tried {
    fn new(mut segments: Vec<TriedSegment>, edited: Option<String>) -> Self {
        let place = edited.map(|key| {
            let found = segments.iter().position(|it| it.key == key);
            found.unwrap_or_else(|| {
                // A new segment is tried after the others, but before `default`.
                let place = segments.len().saturating_sub(1);
                let new = TriedSegment {
                    key,
                    name: "This new segment".to_owned(),
                    condition: "{}".to_owned(),
                };
                segments.insert(place, new);
                place
            })
        });
        let compiled = segments.into_iter().map(|segment| {
            let condition = Condition::parse_str(&segment.condition).ok();
            (segment, condition)
        });
        Self {
            segments: compiled.collect(),
            edited: place,
        }
    }

    /// What each segment says about a visitor; `live` is the condition that is being edited.
    fn claims(&self, live: Option<&Condition>, sketch: &Sketch) -> Vec<Claim> {
        let last = self.segments.len().saturating_sub(1);
        let mut is_claimed = false;
        let claim = |(place, (segment, stored)): (usize, &(TriedSegment, Option<Condition>))| {
            let is_edited = self.edited == Some(place);
            let condition = if is_edited { live } else { stored.as_ref() };
            let outcome = condition.map(|condition| Outcome::of(condition, sketch));
            // Crawlers are visitors without signals: no condition is put to them.
            let holds = place == last
                || (!sketch.is_bot() && outcome.as_ref().is_some_and(|it| it.matched));
            let claims = holds && !is_claimed;
            is_claimed |= claims;
            Claim {
                key: segment.key.clone(),
                name: segment.name.clone(),
                outcome,
                holds,
                claims,
                is_edited,
            }
        };
        self.segments.iter().enumerate().map(claim).collect()
    }
}

/// What the control at an event is about.
fn control(event: &Event, attribute: &str) -> Option<String> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    let control = target.closest(&format!("[{attribute}]")).ok()??;
    control.get_attribute(attribute)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(edited: Option<&str>, live: &str, visitor: &[(&str, &str)], expected: &str) {
        let segment = |key: &str, condition: &str| TriedSegment {
            key: key.to_owned(),
            name: key.to_owned(),
            condition: condition.to_owned(),
        };
        let segments = vec![
            segment("broken", r#"{"a":{"$no":1}}"#),
            segment("dach", r#"{"geo.country":{"$in":["DE","AT","CH"]}}"#),
            segment("mobile", r#"{"device":"mobile"}"#),
            segment("default", "{}"),
        ];
        let tried = Tried::new(segments, edited.map(str::to_owned));
        let sketch: Sketch = visitor
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect();
        let live = Condition::parse_str(live).ok();
        let claims = tried.claims(live.as_ref(), &sketch);
        let claiming: Vec<&str> = claims
            .iter()
            .filter(|claim| claim.claims)
            .map(|claim| claim.key.as_str())
            .collect();
        assert_eq!(claiming, [expected], "{visitor:?}");
    }

    #[test]
    fn the_first_segment_whose_condition_holds_claims_the_visitor() {
        let german_phone = [("geo.country", "DE"), ("device", "mobile")];
        check(None, "", &german_phone, "dach");
        check(None, "", &german_phone[1..], "mobile");
        check(None, "", &[], "default");
    }

    #[test]
    fn the_edited_condition_counts_instead_of_the_stored_one() {
        let german_phone = [("geo.country", "DE"), ("device", "mobile")];
        check(
            Some("dach"),
            r#"{"geo.country":"AT"}"#,
            &german_phone,
            "mobile",
        );
        check(Some("dach"), "{", &german_phone, "mobile");
        check(
            Some(""),
            r#"{"utm.source":"x"}"#,
            &[("utm.source", "x")],
            "",
        );
    }

    #[test]
    fn no_condition_is_put_to_a_crawler() {
        check(
            None,
            "",
            &[("device", "mobile"), ("bot", "true")],
            "default",
        );
    }
}
