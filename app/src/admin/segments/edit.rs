use domain::Role;
use domain::condition::outline::words;
use domain::record::SegmentRecord;
use engine::desk::segments::SegmentUses;
use engine::store::SegmentSummary;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::actions::known;
use super::builder::ConditionBuilder;
use super::count::CharacterCount;
use super::delete::uses;
use super::matching::MatchingVisits;
use super::shared::ConditionDesk;
use super::suggestions::Suggestions;
use super::tester::{TriedSegment, VisitorTester, start};
use super::unsaved::both;
use crate::admin::Form;
use crate::admin::past::as_it_was;
use crate::admin::screen::screen;
use crate::ui::{
    Button, LinkButton, PageHeader, Panel, Refused, TextAreaField, TextField, Weight, Whole,
};

/// The screen above those of one segment.
pub(super) const UP: (&str, &str) = ("Segments", "/admin/segments");
/// Most characters of a description.
const DESCRIPTION: u32 = 400;

/// The screen that makes a segment.
pub(in crate::admin) fn new() -> impl IntoView {
    screen("New segment", Role::Publisher, async |session| {
        let segments = tried(session.desk().segment_summaries().await?);
        let fields = Fields {
            action: "/admin/api/segments/create",
            present: None,
            condition: "{}".to_owned(),
        };
        Ok(view! {
            <PageHeader
                title="New segment"
                up=UP
                lead="A named audience: who belongs to it, and a sentence that says what they want."
            />
            {desk(fields, segments, String::new())}
        }
        .into_any())
    })
}

/// The screen of one segment.
pub(in crate::admin) fn edit() -> impl IntoView {
    let key = use_params_map().read_untracked().get("key");
    let change = use_query_map().read_untracked().get("as_of");
    screen("Segment", Role::Viewer, async move |session| {
        let key = known(&key.unwrap_or_default())?;
        let segment = session.desk().segment(&key).await?;
        let used = session.desk().segment_uses(&segment).await?;
        let segments = tried(session.desk().segment_summaries().await?);
        let name = segment.record.name.clone();
        let change = change.and_then(|change| change.parse().ok());
        let mut notice = None;
        let body = if session.may(Role::Publisher) {
            let mut present = segment.clone();
            // What was not saved comes before what was.
            let other = match (both(&session, &segment.record).await?, change) {
                (Some(both), _) => Some(both),
                (None, Some(change)) => {
                    let (record, at) = session.desk().as_of(&segment.record, change).await?;
                    let screen = format!("/admin/segments/{key}");
                    Some((record, as_it_was::<SegmentRecord>(at, screen)))
                }
                (None, None) => None,
            };
            if let Some((record, words)) = other {
                present.record = record;
                notice = Some(words);
            }
            let fields = Fields {
                action: "/admin/api/segments/save",
                condition: pretty(&present.record),
                present: Some(present),
            };
            desk(fields, segments, key.to_string())
        } else {
            let condition = pretty(&segment.record);
            facts(segment, condition, segments)
        };
        let delete = (session.may(Role::Publisher) && !key.is_default()).then(|| {
            view! {
                <LinkButton weight=Weight::Danger href=format!("/admin/segments/{key}/delete")>
                    "Delete"
                </LinkButton>
            }
        });
        let history = format!("/admin/segments/{key}/history");
        Ok(view! {
            <PageHeader title=name lead=format!("Key: {key}") up=UP>
                <LinkButton href=history>"History"</LinkButton>
                {delete}
            </PageHeader>
            {notice}
            {body}
            {usage(used)}
        }
        .into_any())
    })
}

/// What the form of a segment holds at first.
struct Fields {
    action: &'static str,
    /// The segment that is edited; `None` for a new one.
    present: Option<SegmentSummary>,
    /// Its condition as JSON text.
    condition: String,
}

/// The form, and beside it the tester of its condition.
fn desk(fields: Fields, segments: Vec<TriedSegment>, edited: String) -> AnyView {
    let condition = fields.condition.clone();
    let is_default = fields
        .present
        .as_ref()
        .is_some_and(|segment| segment.record.key.is_default());
    view! {
        <ConditionDesk condition>
            <div class="grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_26rem]">
                {form(fields, is_default)}
                {(!is_default).then(|| tester(segments, edited))}
            </div>
        </ConditionDesk>
        <Suggestions />
    }
    .into_any()
}

/// The tester beside the form. It finds the condition in its context, hence it is made inside of
/// what provides that.
fn tester(segments: Vec<TriedSegment>, edited: String) -> AnyView {
    view! {
            <aside aria-labelledby="tester" class="min-w-0">
                <Panel>
                    <h2 id="tester" class="border-b border-line px-4 py-3 text-sm font-semibold">
                        "Try a visitor"
                    </h2>
                    <div class="p-4">
                        <p class="hidden text-sm text-muted noscript:block">"The tester needs JavaScript."</p>
                        <div class="noscript:hidden">
                            <VisitorTester segments edited visitor=start() />
                        </div>
                    </div>
                </Panel>
            </aside>
        }
    .into_any()
}

fn form(fields: Fields, is_default: bool) -> AnyView {
    let Fields {
        action,
        present,
        condition,
    } = fields;
    let words = if present.is_some() {
        "Save"
    } else {
        "Make the segment"
    };
    let edition = present.as_ref().map(|segment| segment.edition);
    let record = present.map(|segment| segment.record);
    let key = match &record {
        Some(record) => view! { <input type="hidden" name="key" value=record.key.to_string() /> }.into_any(),
        None => view! {
            <TextField
                name="key"
                label="Key"
                hint="Its name in cookies, addresses and files. Left empty, it is made from the name. It cannot be changed later."
                max=64
            />
        }
        .into_any(),
    };
    let name = record
        .as_ref()
        .map(|it| it.name.clone())
        .unwrap_or_default();
    let description = record.map(|it| it.description).unwrap_or_default();
    let length = description.chars().count();
    let condition = if is_default {
        view! {
            <input type="hidden" name="condition" value="{}" />
            <p class="text-sm/6 text-muted">
                "Everyone whom no other segment claims belongs to this one. It has no condition of its own and comes last."
            </p>
        }
        .into_any()
    } else {
        condition_fields(condition)
    };
    view! {
        <Form action=action.to_owned() class="grid min-w-0 gap-5".to_owned() guarded=true>
            <Whole />
            {edition.map(|edition| view! { <input type="hidden" name="base" value=edition /> })}
            <Panel>
                <div class="grid gap-5 p-4">
                    <TextField
                        name="name"
                        label="Name"
                        hint="What colleagues call these visitors."
                        value=name
                        max=80
                        required=true
                    />
                    {key}
                    <TextAreaField
                        name="description"
                        label="Description"
                        hint="A sentence about who they are and what they want. Variants for anybody are compared with it, so be specific."
                        value=description
                        max=DESCRIPTION
                        required=true
                    />
                    <CharacterCount field="description".to_owned() length max=DESCRIPTION as usize />
                </div>
            </Panel>
            <Panel title="Who belongs to it">
                // The builder says what is wrong by itself, once is enough.
                <div class="group p-4">
                    {condition}
                    <p
                        data-mistake="condition"
                        class="mt-3 text-sm text-bad empty:hidden wrap-anywhere group-has-[[data-said]:not(:empty)]:hidden"
                    ></p>
                </div>
            </Panel>
            <div class="flex flex-wrap items-center gap-2">
                <Button weight=Weight::Primary>{words}</Button>
                <LinkButton href="/admin/segments">"Cancel"</LinkButton>
                <Refused />
            </div>
        </Form>
    }
    .into_any()
}

/// The builder, or without JavaScript a field for JSON text.
fn condition_fields(condition: String) -> AnyView {
    view! {
        <ConditionBuilder />
        <MatchingVisits />
        <noscript>
            <TextAreaField
                name="condition_text"
                label="Condition"
                hint="JSON, such as {\"utm.source\": \"linkedin\"}. {} matches everyone."
                value=condition
                rows=12
                required=true
            />
        </noscript>
    }
    .into_any()
}

/// What viewers see.
fn facts(segment: SegmentSummary, condition: String, segments: Vec<TriedSegment>) -> AnyView {
    let record = segment.record;
    let edited = record.key.to_string();
    let words = words(&record.condition);
    view! {
        <ConditionDesk condition=condition.clone()>
            <div class="grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_26rem]">
                <Panel>
                    <dl class="grid gap-4 p-4 text-sm/6">
                        <div>
                            <dt class="text-xs text-muted">"Description"</dt>
                            <dd class="wrap-anywhere">{record.description}</dd>
                        </div>
                        <div>
                            <dt class="text-xs text-muted">"Who belongs to it"</dt>
                            <dd class="wrap-anywhere">{words}</dd>
                            <dd>
                                <MatchingVisits />
                            </dd>
                        </div>
                        <div>
                            <dt class="text-xs text-muted">"Condition as JSON"</dt>
                            <dd>
                                <pre class="text-code whitespace-pre-wrap wrap-anywhere">{condition}</pre>
                            </dd>
                        </div>
                    </dl>
                </Panel>
                <Panel title="Try a visitor">
                    <div class="p-4">
                        <VisitorTester segments edited visitor=start() />
                    </div>
                </Panel>
            </div>
        </ConditionDesk>
        <Suggestions />
    }
    .into_any()
}

fn usage(used: SegmentUses) -> AnyView {
    let text = if used.total == 0 {
        view! {
            <p class="p-4 text-sm text-muted">
                "No variant is written for this segment yet. Its visitors see what resembles its description, or the default content."
            </p>
        }
        .into_any()
    } else {
        uses(used)
    };
    view! {
        <div class="mt-8">
            <Panel title="Where it is used">{text}</Panel>
        </div>
    }
    .into_any()
}

/// The segments as a tester tries them.
pub(super) fn tried(segments: Vec<SegmentSummary>) -> Vec<TriedSegment> {
    let records = segments.into_iter().map(|segment| segment.record);
    let tried = records.map(|record| TriedSegment {
        key: record.key.into(),
        name: record.name,
        condition: record.condition.to_string(),
    });
    tried.collect()
}

fn pretty(record: &SegmentRecord) -> String {
    serde_json::to_string_pretty(&record.condition).unwrap_or_default()
}
