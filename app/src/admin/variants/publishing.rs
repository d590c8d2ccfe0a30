//! Publishing one variant: what visitors see now, what waits, and what can be done.

use domain::Role;
use domain::variant::Status;
use engine::desk::local_time::LocalTime;
use engine::desk::variants::VariantDetail;
use leptos::prelude::*;
use time::OffsetDateTime;

use super::badges::{NOT_EMBEDDED, badges};
use crate::admin::author::author_first;
use crate::admin::session::AdminSession;
use crate::admin::{Form, instant};
use crate::ui::{Button, Confirm, Moment, Panel, TextField, Weight, Whole};

/// The panel beside a variant. Its forms lead back to the screen at `back`.
#[component]
pub fn PublishingPanel(
    /// Who looks at it.
    session: AdminSession,
    /// The variant.
    variant: VariantDetail,
    /// The present screen's address.
    #[prop(into)]
    back: String,
) -> impl IntoView {
    let engine = session.desk().engine();
    let (now, site) = (engine.now(), engine.catalog());
    let clocks = LocalTime::of(&site.site);
    let record = &variant.record;
    let changes = variant.published_revision.is_some() && variant.has_changes();
    let badges = badges(
        record.status,
        (record.starts_at, record.ends_at),
        changes,
        variant.embedded,
        now,
    );
    let forms = session
        .may(Role::Publisher)
        .then(|| forms(&variant, &clocks, back, now));
    let more = session.may(Role::Editor).then(|| more(&variant));
    let embedded =
        (!variant.embedded).then(|| view! { <p class="text-xs/5 text-muted">{NOT_EMBEDDED}</p> });
    let seen = seen(&variant, &clocks, now);
    let (published_by, waiting) = (published_by(&variant, now), waiting(&variant));
    view! {
        <Panel title="Publishing">
            <div class="grid gap-4 p-4">
                <div class="grid gap-2">
                    {badges} <p class="text-sm/6">{seen}</p> {embedded} {published_by} {waiting}
                </div>
                {forms}
                {more}
            </div>
        </Panel>
    }
}

/// What visitors see.
fn seen(variant: &VariantDetail, clocks: &LocalTime, now: OffsetDateTime) -> String {
    let record = &variant.record;
    let (start, end) = (record.starts_at, record.ends_at);
    let revision = variant.published_revision.unwrap_or(variant.revision);
    let until = end.map_or_else(String::new, |end| format!(", until {}", clocks.spoken(end)));
    match record.status {
        Status::Draft => "No visitor sees this variant yet.".to_owned(),
        Status::Archived => "Archived: no visitor sees this variant any more.".to_owned(),
        Status::Scheduled | Status::Published => match (start, end) {
            (_, Some(end)) if end <= now => {
                format!(
                    "No visitor sees it any more: it ended on {}.",
                    clocks.spoken(end)
                )
            }
            (Some(start), _) if start > now => format!(
                "Visitors will see revision {revision} from {}{until}. Until then they do not see this variant.",
                clocks.spoken(start)
            ),
            _ => format!("Visitors see revision {revision}{until}."),
        },
    }
}

fn published_by(variant: &VariantDetail, now: OffsetDateTime) -> Option<impl IntoView + use<>> {
    let (at, by) = variant.published.clone()?;
    let ahead = variant.record.starts_at.is_some_and(|start| start > now);
    let words = match variant.record.status {
        Status::Scheduled if ahead => "Scheduled ",
        _ => "Last published ",
    };
    Some(view! {
        <p class="text-xs text-muted wrap-anywhere">
            {words} <Moment at=instant::text(at) /> " · " {author_first(&by)}
        </p>
    })
}

/// What visitors do not see yet.
fn waiting(variant: &VariantDetail) -> Option<impl IntoView + use<>> {
    let shown = variant.published_revision?;
    let revision = variant.revision;
    (shown != revision).then(|| {
        let href = format!("/admin/variants/{}/history#changes", variant.id);
        let words = format!("Revision {revision} has changes that are not published. ");
        view! {
            <p class="text-sm/6">
                {words}
                <a href=href class="text-accent underline underline-offset-4">
                    "See what changed"
                </a>
            </p>
        }
    })
}

fn forms(
    variant: &VariantDetail,
    clocks: &LocalTime,
    back: String,
    now: OffsetDateTime,
) -> impl IntoView + use<> {
    let record = &variant.record;
    let live = record.status.is_live(record.starts_at, record.ends_at, now);
    let publish = (!live || variant.has_changes()).then(|| {
        view! {
            <Button weight=Weight::Primary name="what" value="now">
                "Publish now"
            </Button>
        }
    });
    let withdraw = (record.status != Status::Draft).then(|| {
        view! {
            <Button name="what" value="withdraw">
                "Back to draft"
            </Button>
        }
    });
    let archive = (record.status != Status::Archived).then(|| {
        view! {
            <Button weight=Weight::Danger name="what" value="archive">
                "Archive"
            </Button>
        }
    });
    let until = live.then(|| until(variant, clocks, back.clone()));
    let schedule = schedule(variant, clocks, back.clone(), now, live);
    let id = variant.id.0;
    view! {
        <Form action="/admin/api/variants/publish".to_owned() class="grid grid-cols-1 gap-3".to_owned()>
            <Whole />
            <input type="hidden" name="ids[]" value=id />
            <input type="hidden" name="back" value=back />
            <div class="flex flex-wrap gap-2">{publish} {withdraw} {archive}</div>
        </Form>
        {until}
        {schedule}
    }
}

/// When visitors stop seeing what they see now.
fn until(variant: &VariantDetail, clocks: &LocalTime, back: String) -> impl IntoView + use<> {
    let end = variant.record.ends_at.map(|end| clocks.entered(end));
    let hint = format!(
        "On the site's clocks ({}). Empty is for good.",
        clocks.zone()
    );
    view! {
        <Dates summary="End" what="until" words="Save the end" id=variant.id.0 back>
            <TextField
                id="until"
                name="ends_at"
                label="Visitors see it until"
                kind="datetime-local"
                value=end.unwrap_or_default()
                hint=hint
            />
        </Dates>
    }
}

fn schedule(
    variant: &VariantDetail,
    clocks: &LocalTime,
    back: String,
    now: OffsetDateTime,
    live: bool,
) -> impl IntoView + use<> {
    let entered = |at: Option<OffsetDateTime>| {
        at.filter(|at| *at > now)
            .map(|at| clocks.entered(at))
            .unwrap_or_default()
    };
    let record = &variant.record;
    let (start, end) = (entered(record.starts_at), entered(record.ends_at));
    let open = !start.is_empty();
    let hint = format!("On the site's clocks ({}).", clocks.zone());
    let warning = live.then_some(
        "Visitors stop seeing this variant until it starts again. To change without a gap, duplicate it and schedule the copy.",
    );
    view! {
        <Dates summary="Schedule" what="schedule" words="Schedule" id=variant.id.0 back open>
            <TextField
                name="starts_at"
                label="Show from"
                kind="datetime-local"
                value=start
                hint=hint
                required=true
            />
            <TextField name="ends_at" label="Until" kind="datetime-local" value=end />
            <p class="text-xs/5 text-muted empty:hidden">{warning}</p>
        </Dates>
    }
}

/// A form with dates, folded away unless it is `open`.
#[component]
fn Dates(
    summary: &'static str,
    /// What the form does, as [`super::actions::What`] is spelt.
    what: &'static str,
    /// What its button says.
    words: &'static str,
    /// The variant's row.
    id: i64,
    /// The screen to come back to.
    back: String,
    #[prop(optional)] open: bool,
    /// The dates.
    children: Children,
) -> impl IntoView {
    view! {
        <details class="rounded-lg border border-line" open=open>
            <summary class="disclosure flex min-h-9 cursor-pointer items-center gap-1 px-2.5 text-sm font-medium">
                {summary}
            </summary>
            <div class="border-t border-line p-3">
                <Form
                    action="/admin/api/variants/publish".to_owned()
                    class="grid grid-cols-1 gap-4".to_owned()
                >
                    <Whole />
                    <input type="hidden" name="ids[]" value=id />
                    <input type="hidden" name="back" value=back />
                    {children()}
                    <div>
                        <Button name="what" value=what>
                            {words}
                        </Button>
                    </div>
                </Form>
            </div>
        </details>
    }
}

/// What else can be done with a variant.
fn more(variant: &VariantDetail) -> impl IntoView + use<> {
    let id = variant.id.0;
    let name = variant.record.name.clone();
    let hidden = variant.published.is_none() || variant.record.status == Status::Archived;
    let delete = hidden.then(|| {
        view! {
            <Confirm
                id="delete-variant"
                label="Delete"
                title=format!("Delete “{name}”?")
                text="The variant and all its revisions are gone then. This cannot be undone."
                action="/admin/api/variants/delete"
            >
                <input type="hidden" name="id" value=id />
            </Confirm>
        }
    });
    view! {
        <div class="flex flex-wrap gap-2 border-t border-line pt-4">
            <form method="post" action="/admin/api/variants/duplicate">
                <input type="hidden" name="id" value=id />
                <Button>"Duplicate"</Button>
            </form>
            {delete}
        </div>
    }
}
