//! What the commands print.

use std::sync::Arc;
use std::time::Duration;

use app::admin::{job_words, plan_words};
use engine::embedding::Tokens;
use engine::spaces::{
    Decided, Drift, Named, Outcome, Overview, Plan, Share, SpaceView, Spaces, Switched, floor_words,
};
use engine::store::{EmbedJob, EmbedJobState, IndexState, SpaceState};
use time::OffsetDateTime;

use super::super::CommandError;

/// Rows of each table of a comparison.
const ROWS: usize = 10;

pub(super) fn plan(plan: &Plan) {
    say!("space    {}", plan.spec);
    say!(
        "texts    {} to embed, {} embedded already",
        plan.texts,
        plan.present
    );
    match plan.tokens {
        Tokens::Counted(tokens) => say!("tokens   {tokens}"),
        Tokens::Estimated(tokens) => say!("tokens   about {tokens}"),
    }
    say!("cost     {}", plan_words::cost(plan));
    match (plan.time, &plan.trouble) {
        (Some(time), _) => say!("time     about {}", words(time)),
        (None, Some(trouble)) => say!("time     unknown: {trouble}"),
        (None, None) => say!("time     none"),
    }
    say!("index    {}", plan_words::index(plan));
}

pub(super) fn switched(switched: Switched) {
    say!("space {} decides now", switched.to);
    if let Some(floors) = switched.remembered {
        let floor = |floor: Option<f32>| floor.map(floor_words).unwrap_or_default();
        say!(
            "it decided before: the similarity floor is {} now, the term floor {}",
            floor(floors.similarity),
            floor(floors.term)
        );
    }
    if let Some(from) = switched.from.filter(|_| switched.kept.is_zero()) {
        say!("space {from} is deleted; there is no way back to it");
    }
}

pub(super) fn rolled_back(switched: Switched) {
    let before = switched
        .until
        .map(|until| format!(", as until {}", minute(until)));
    say!(
        "space {} decides again{}",
        switched.to,
        before.unwrap_or_default()
    );
    if let Some(from) = switched.from.filter(|_| !switched.kept.is_zero()) {
        say!("space {from} is kept; another rollback leads to it");
    }
}

pub(super) async fn overview(overview: &Overview, spaces: &Spaces) -> Result<(), CommandError> {
    if overview.spaces.is_empty() {
        say!("there is no space yet; an import makes the first");
    }
    for view in &overview.spaces {
        let space = &view.row.space;
        say!("space {}  {}", space.version, space.spec);
        say!("  state    {}", state(view));
        say!(
            "  texts    {} of {} have a vector",
            view.coverage.present(),
            view.coverage.texts
        );
        say!("  index    {}", index(view.index));
        if let Some(error) = &view.row.index_error {
            say!("           it could not be built and is tried again: {error}");
        }
        if let Some(job) = &view.job {
            say!("  job      {}", job_line(job, view.index));
        }
        if !view.reachable {
            say!("  model    not configured here");
        }
        for letter in spaces.dead_letters(space.version).await? {
            say!("  refused  {}: {}", letter.subject, letter.error);
        }
    }
    for model in &overview.models {
        say!("no space yet  {model}");
    }
    Ok(())
}

fn state(view: &SpaceView) -> String {
    match view.row.state {
        SpaceState::Building if view.is_worked_on() => "is being filled".to_owned(),
        SpaceState::Building if view.reachable => {
            "not finished; landfall embed start goes on".to_owned()
        }
        SpaceState::Building => "not finished".to_owned(),
        SpaceState::Ready {
            keep_until: Some(until),
            ..
        } => format!("complete, kept until {}", until.date()),
        SpaceState::Ready { .. } => "complete".to_owned(),
        SpaceState::Active { since } => format!("decides since {}", since.date()),
        SpaceState::Retired { .. } => "is being deleted".to_owned(),
    }
}

fn index(state: IndexState) -> String {
    match state {
        IndexState::Impossible => "none: pgvector has none for so many dimensions".to_owned(),
        IndexState::Missing => "missing".to_owned(),
        IndexState::Invalid => "left invalid by an interruption".to_owned(),
        IndexState::Building { share } => format!("{:.0} % built", share * 100.0),
        IndexState::Valid => "valid".to_owned(),
    }
}

fn job_line(job: &EmbedJob, index: IndexState) -> String {
    if job.is_moving() {
        return format!("{}: {}", job.state.as_str(), job_words(job, index));
    }
    let rate = job.rate();
    let rate = rate.map_or_else(String::new, |rate| format!(", {rate:.1} a second"));
    let error = job.error.as_ref();
    let error = error.map_or_else(String::new, |error| format!(": {error}"));
    let state = match job.state {
        EmbedJobState::Cancelled { at } | EmbedJobState::Failed { at } => {
            format!("{} {}", job.state.as_str(), minute(at))
        }
        _ => job.state.as_str().to_owned(),
    };
    format!("{state}, {} of {} texts{rate}{error}", job.done, job.total)
}

pub(super) fn drift(drift: &Drift) {
    say!("from     space {}  {}", drift.from.version, drift.from.name);
    say!("to       space {}  {}", drift.to.version, drift.to.name);
    say!(
        "change   {} of {} decisions ({:.1} %), {:.1} % of visits{}",
        drift.all.changed,
        drift.all.decisions,
        drift.all.of_decisions() * 100.0,
        drift.all.of_visits() * 100.0,
        if drift.weighted {
            ""
        } else {
            " (no visits are known: all count alike)"
        }
    );
    say!(
        "floor    {} before, {} after; {} would let the same share through",
        floor_words(drift.from.floor),
        floor_words(drift.to.floor),
        floor_words(drift.suggested_floor)
    );
    say!("         {} pairs cross it", drift.below.len());
    say!(
        "terms    floor {} before, {} after; {}",
        floor_words(drift.from.term_floor),
        floor_words(drift.to.term_floor),
        match &drift.terms {
            Some(terms) => format!(
                "{} would hear the same share\n         {} of {} are heard before, {} after",
                floor_words(terms.suggested_floor),
                terms.heard_in_old,
                terms.known,
                terms.heard_in_new
            ),
            None => "none is known in both spaces to choose it by".to_owned(),
        }
    );
    shares("by page", &drift.by_page);
    shares("by segment", &drift.by_segment);
    let changed: Vec<&Decided> = drift.decisions.iter().filter(|d| d.changes()).collect();
    if !changed.is_empty() {
        say!("\nbiggest movers (similarity in the old space, in the new)");
        for decided in changed.iter().take(ROWS) {
            let term = decided
                .term
                .as_ref()
                .map(|term| format!(" \"{}\"", term.text));
            say!(
                "  {} {} {}{}",
                decided.page.key,
                decided.segment.key,
                decided.locale,
                term.unwrap_or_default()
            );
            say!("    from {}", outcome(&decided.from));
            say!("    to   {}", outcome(&decided.to));
        }
        rest(changed.len());
    }
}

fn shares<Id>(title: &str, shares: &[(Arc<Named<Id>>, Share)]) {
    say!("\n{title}");
    for (named, share) in shares.iter().take(ROWS) {
        say!(
            "  {:>5} of {:<5} {:>5.1} % of visits  {}",
            share.changed,
            share.decisions,
            share.of_visits() * 100.0,
            named.key
        );
    }
    rest(shares.len());
}

/// Says how many rows are not shown.
fn rest(rows: usize) {
    let more = rows.saturating_sub(ROWS);
    if more > 0 {
        say!("  and {more} more; --csv FILE has all of them");
    }
}

fn outcome(outcome: &Outcome) -> String {
    let number =
        |value: Option<f32>| value.map_or_else(|| "      -".to_owned(), |v| format!("{v:+.4}"));
    format!(
        "{} {}  {}",
        number(outcome.in_old),
        number(outcome.in_new),
        outcome
            .variant
            .as_ref()
            .map_or("default content", |variant| &variant.key)
    )
}

/// An instant to the minute.
fn minute(at: OffsetDateTime) -> String {
    format!("{} {:02}:{:02} UTC", at.date(), at.hour(), at.minute())
}

fn words(time: Duration) -> String {
    match time.as_secs() {
        0 => "a second".to_owned(),
        seconds @ 1..=119 => format!("{seconds} seconds"),
        seconds @ 120..=7_199 => format!("{} minutes", seconds / 60),
        seconds => format!("{} hours", seconds / 3_600),
    }
}
