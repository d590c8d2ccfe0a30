use domain::Condition;
use domain::condition::{Attributes, Clause};
use leptos::prelude::*;

use crate::ui::{Icon, Sign};

/// What a condition says about a visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) matched: bool,
    clauses: Vec<Clause>,
}

/// What a segment says about a visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) key: String,
    pub(super) name: String,
    /// `None` while the condition has a mistake.
    pub(super) outcome: Option<Outcome>,
    /// Whether the visitor could belong to it.
    pub(super) holds: bool,
    /// Whether the visitor belongs to it.
    pub(super) claims: bool,
    pub(super) is_edited: bool,
}

impl Outcome {
    /// Evaluates a condition.
    pub(super) fn of<A: Attributes + ?Sized>(condition: &Condition, attributes: &A) -> Self {
        Self {
            matched: condition.matches(attributes),
            clauses: condition.explain(attributes),
        }
    }

    /// Whether there is no condition yet.
    fn asks_nothing(&self) -> bool {
        self.clauses.is_empty()
    }

    fn summary(&self) -> String {
        let all = self.clauses.len();
        let holding = self.clauses.iter().filter(|clause| clause.matched).count();
        let verb = if holding == 1 { "holds" } else { "hold" };
        let outcome = if self.matched { "is" } else { "is not" };
        match all {
            0 => "Nothing is asked, so everyone matches.".to_owned(),
            1 => format!(
                "The one condition {}.",
                if holding == 1 {
                    "holds"
                } else {
                    "does not hold"
                }
            ),
            _ => format!("{holding} of {all} conditions {verb}, which {outcome} enough."),
        }
    }
}

/// The verdict of the condition that is being edited, announced to screen readers, and its clauses.
#[component]
pub(super) fn OutcomePanel(
    /// `None` while the condition has a mistake.
    outcome: Memo<Option<Outcome>>,
) -> impl IntoView {
    let sign = Memo::new(move |_| match &*outcome.read() {
        Some(outcome) if outcome.asks_nothing() => Sign::Plus,
        Some(outcome) if outcome.matched => Sign::Check,
        Some(_) => Sign::Cross,
        None => Sign::Alert,
    });
    let disc = move || match sign.get() {
        Sign::Check => {
            "flex size-8 shrink-0 items-center justify-center rounded-full bg-good-wash text-good"
        }
        Sign::Cross => {
            "flex size-8 shrink-0 items-center justify-center rounded-full bg-bad-wash text-bad"
        }
        _ => "flex size-8 shrink-0 items-center justify-center rounded-full bg-wash text-muted",
    };
    let heading = move || match sign.get() {
        Sign::Check => "This visitor matches",
        Sign::Cross => "This visitor does not match",
        Sign::Plus => "Add a condition to try it.",
        _ => "No result yet",
    };
    let summary = move || {
        outcome.read().as_ref().map_or_else(
            || "The condition has a mistake. Correct it first.".to_owned(),
            Outcome::summary,
        )
    };
    let rows = move || outcome.get().map(|outcome| clauses(outcome.clauses));
    view! {
        <div class="overflow-hidden rounded-lg border border-line">
            <div role="status" class="flex items-center gap-3 px-3 py-3">
                <span class=disc>{move || view! { <Icon sign=sign.get() /> }}</span>
                <div class="min-w-0">
                    <p class="text-sm font-semibold">{heading}</p>
                    <p class="text-xs/5 text-muted">{summary}</p>
                </div>
            </div>
            {rows}
        </div>
    }
}

/// Every segment in the order in which they are tried, the one that claims the visitor marked.
#[component]
pub(super) fn Claims(claims: Memo<Vec<Claim>>) -> impl IntoView {
    let winner = move || {
        let claims = claims.read();
        let found = claims.iter().find(|claim| claim.claims);
        found.map(|claim| claim.name.clone()).unwrap_or_default()
    };
    let rows = move || claims.get().into_iter().map(claim).collect_view();
    view! {
        <div class="overflow-hidden rounded-lg border border-line">
            <p role="status" class="border-b border-line bg-wash px-3 py-2.5 text-sm">
                "This visitor belongs to "
                <strong class="font-semibold wrap-anywhere">{winner}</strong>
            </p>
            <ol class="divide-y divide-line text-sm">{rows}</ol>
        </div>
    }
}

fn claim(claim: Claim) -> AnyView {
    let (sign, words, colour) = match (&claim.outcome, claim.holds) {
        (None, _) => (Sign::Alert, "has a mistake", "text-bad"),
        (_, true) if claim.claims => (Sign::Check, "claims this visitor", "text-good"),
        (_, true) => (Sign::Check, "holds too, but comes later", "text-muted"),
        (_, false) => (Sign::Cross, "does not hold", "text-muted"),
    };
    let name = if claim.claims {
        "min-w-0 font-semibold wrap-anywhere"
    } else {
        "min-w-0 wrap-anywhere"
    };
    let edited = claim.is_edited.then(|| {
        view! { <span class="ml-2 text-xs font-normal text-muted">"as edited here"</span> }
    });
    let line = view! {
        <span class=colour>
            <Icon sign />
        </span>
        <span class=name>{claim.name} {edited}</span>
        <span class="ml-auto max-w-28 shrink-0 text-right text-xs text-muted">{words}</span>
    };
    let rows = claim.outcome.map(|outcome| outcome.clauses);
    match rows.filter(|rows| !rows.is_empty()) {
        Some(rows) => view! {
            <li>
                <details>
                    <summary class="disclosure flex min-h-9 cursor-pointer items-center gap-2 px-3 py-2 hover:bg-wash">
                        {line}
                    </summary>
                    {clauses(rows)}
                </details>
            </li>
        }
        .into_any(),
        None => view! { <li class="flex min-h-9 items-center gap-2 px-3 py-2">{line}</li> }.into_any(),
    }
}

fn clauses(clauses: Vec<Clause>) -> AnyView {
    let rows = clauses.into_iter().map(row);
    view! { <ul class="divide-y divide-line border-t border-line text-sm empty:hidden">{rows.collect_view()}</ul> }
        .into_any()
}

fn row(clause: Clause) -> AnyView {
    let negated = is_negated(&clause.location);
    let (sign, words) = if clause.matched {
        (Sign::Check, "holds")
    } else {
        (Sign::Cross, "does not hold")
    };
    // Under $not and $nor it is the clause that holds which stands in the way.
    let colour = match (clause.matched, negated) {
        (true, false) => "mt-0.5 text-good",
        (false, true) => "mt-0.5 text-muted",
        (false, false) | (true, true) => "mt-0.5 text-bad",
    };
    let tag = negated.then(|| {
        view! {
            <span class="ml-2 rounded-sm border border-line px-1 py-0.5 text-xs text-muted">"must not hold"</span>
        }
    });
    view! {
        <li class="flex gap-2 bg-card px-3 py-2 pl-4">
            <span class=colour>
                <Icon sign />
                <span class="sr-only">{words}</span>
            </span>
            <div class="min-w-0">
                <span class="text-sm/5 wrap-anywhere" title=clause.text.clone()>{clause.words()}</span>
                {tag}
                <p class="text-xs/5 text-muted wrap-anywhere">"It is " {clause.actual_words()}</p>
            </div>
        </li>
    }
    .into_any()
}

/// Whether an odd number of `$not` and `$nor` stands above a clause. Attributes do not begin with
/// `$`, so the parts up to the first that does not are the condition's structure.
fn is_negated(location: &str) -> bool {
    let above = location.split('.').take_while(|part| part.starts_with('$'));
    above
        .filter(|part| *part == "$not" || part.starts_with("$nor"))
        .count()
        % 2
        == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_odd_number_of_negations_above_a_clause_negates_it() {
        let check =
            |location: &str, expected| assert_eq!(is_negated(location), expected, "{location}");
        check("bot.$eq", false);
        check("$or[0].bot", false);
        check("$nor[0].bot", true);
        check("$not.$or[1].utm.source.$in", true);
        check("$nor[0].$not.bot", false);
        check("referrer.host.$not", false);
    }
}
