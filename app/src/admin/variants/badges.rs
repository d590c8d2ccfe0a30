//! Where a variant stands, in a word or two.

use domain::variant::Status;
use leptos::prelude::*;
use time::OffsetDateTime;

use crate::ui::{Badge, Tone};

/// A variant's status as of `now`; whether it has changes that visitors do not see; and whether its
/// text cannot be compared yet.
pub(super) fn badges(
    status: Status,
    dates: (Option<OffsetDateTime>, Option<OffsetDateTime>),
    changed: bool,
    embedded: bool,
    now: OffsetDateTime,
) -> impl IntoView + use<> {
    let (tone, words) = standing(status, dates, now);
    let shown = matches!(status, Status::Scheduled | Status::Published);
    view! {
        <span class="inline-flex flex-wrap gap-1.5">
            <Badge tone>{words}</Badge>
            {(changed && shown).then(|| view! { <Badge tone=Tone::Busy>"Changed"</Badge> })}
            {(!embedded).then(|| view! { <span title=NOT_EMBEDDED><Badge tone=Tone::Busy>"Not embedded yet"</Badge></span> })}
        </span>
    }
}

/// What it means that a text has no vector.
pub(super) const NOT_EMBEDDED: &str = "Its text has no vector yet, so it cannot be compared. Until it has, \
     the variant is shown by segment and language alone. This is made up for in the background, unless the provider \
     refused the text: Embeddings lists such texts, and an admin can have them tried again there.";

fn standing(
    status: Status,
    (starts_at, ends_at): (Option<OffsetDateTime>, Option<OffsetDateTime>),
    now: OffsetDateTime,
) -> (Tone, &'static str) {
    let ended = ends_at.is_some_and(|end| end <= now);
    match status {
        Status::Draft => (Tone::Plain, "Draft"),
        Status::Archived => (Tone::Plain, "Archived"),
        Status::Scheduled | Status::Published if ended => (Tone::Plain, "Ended"),
        Status::Scheduled | Status::Published if status.is_live(starts_at, ends_at, now) => {
            (Tone::Good, "Published")
        }
        Status::Scheduled | Status::Published => (Tone::Busy, "Scheduled"),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_schedule_is_said_as_what_visitors_see_of_it() {
        let (start, end) = (
            datetime!(2026-03-01 00:00 UTC),
            datetime!(2026-04-01 00:00 UTC),
        );
        let check = |now, expected| {
            let (_, words) = standing(Status::Scheduled, (Some(start), Some(end)), now);
            assert_eq!(words, expected);
        };
        check(datetime!(2026-02-01 00:00 UTC), "Scheduled");
        check(start, "Published");
        check(end, "Ended");
    }
}
