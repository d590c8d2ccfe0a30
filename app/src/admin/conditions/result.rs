use domain::Condition;
use domain::condition::Clause;
use leptos::prelude::*;
use serde_json::Value;

use crate::ui::{Icon, Panel, Sign};

/// What a condition says about a visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outcome {
    matched: bool,
    clauses: Vec<Clause>,
}

impl Outcome {
    /// Evaluates a condition.
    pub(super) fn of(condition: &Condition, attributes: &Value) -> Self {
        Self {
            matched: condition.matches(attributes),
            clauses: condition.explain(attributes),
        }
    }

    fn heading(&self) -> &'static str {
        if self.matched {
            "This visitor matches"
        } else {
            "This visitor does not match"
        }
    }

    fn summary(&self) -> String {
        let all = self.clauses.len();
        let holding = self.clauses.iter().filter(|clause| clause.matched).count();
        let verb = if holding == 1 { "holds" } else { "hold" };
        let outcome = if self.matched {
            "satisfies"
        } else {
            "does not satisfy"
        };
        match all {
            0 if self.matched => "The condition asks nothing, so it matches everyone.".to_owned(),
            0 => "The condition asks nothing of an attribute.".to_owned(),
            1 => format!("{holding} of 1 clause holds, which {outcome} the condition."),
            _ => format!("{holding} of {all} clauses {verb}, which {outcome} the condition."),
        }
    }
}

/// The verdict, announced to screen readers, and every clause below it. Without an outcome it says
/// that something has to be corrected first.
#[component]
pub(super) fn ResultPanel(
    /// `None` while one of the texts has a mistake.
    outcome: Memo<Option<Outcome>>,
) -> impl IntoView {
    let sign = Memo::new(move |_| match &*outcome.read() {
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
        Sign::Alert => {
            "flex size-8 shrink-0 items-center justify-center rounded-full bg-wash text-muted"
        }
    };
    let heading = move || {
        outcome
            .read()
            .as_ref()
            .map_or("No result yet", Outcome::heading)
    };
    let summary = move || {
        outcome.read().as_ref().map_or_else(
            || "Correct what is marked above.".to_owned(),
            Outcome::summary,
        )
    };
    let clauses = move || {
        let outcome = outcome.get()?;
        (!outcome.clauses.is_empty()).then(|| view! { <Clauses clauses=outcome.clauses /> })
    };
    view! {
        <div class="mt-3">
            <Panel>
                <div role="status" class="flex items-center gap-3 px-4 py-3.5">
                    <span class=disc>{move || view! { <Icon sign=sign.get() /> }}</span>
                    <div class="min-w-0">
                        <p class="font-semibold">{heading}</p>
                        <p class="text-sm text-muted">{summary}</p>
                    </div>
                </div>
                {clauses}
            </Panel>
        </div>
    }
}

#[component]
fn Clauses(clauses: Vec<Clause>) -> impl IntoView {
    let rows = clauses.into_iter().map(|clause| view! { <Row clause /> });
    view! {
        <table class="w-full border-t border-line text-left text-sm">
            <caption class="sr-only">"Every clause of the condition"</caption>
            <thead class="bg-wash text-xs text-muted max-sm:sr-only">
                <tr>
                    <th scope="col" class="w-12 py-2 pl-5 font-medium">
                        <span class="sr-only">"Holds"</span>
                    </th>
                    <th scope="col" class="px-3 py-2 font-medium">
                        "What is asked"
                    </th>
                    <th scope="col" class="w-2/5 py-2 pr-4 font-medium">
                        "The visitor’s value"
                    </th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
}

#[component]
fn Row(clause: Clause) -> impl IntoView {
    let negated = is_negated(&clause.location);
    let (sign, words) = if clause.matched {
        (Sign::Check, "holds")
    } else {
        (Sign::Cross, "does not hold")
    };
    // Under $not and $nor it is the clause that holds which stands in the way.
    let colour = match (clause.matched, negated) {
        (true, false) => "inline-flex h-5.5 items-center text-good",
        (false, true) => "inline-flex h-5.5 items-center text-muted",
        (false, false) | (true, true) => "inline-flex h-5.5 items-center text-bad",
    };
    let asked = clause
        .text
        .strip_prefix(&clause.path)
        .unwrap_or(&clause.text)
        .to_owned();
    let tag = negated.then(|| {
        view! {
            <span class="ml-2 rounded-sm border border-line px-1.5 py-0.5 font-sans text-xs text-muted">
                "must not hold"
            </span>
        }
    });
    // A place without structure above it only repeats what is asked.
    let place = clause.location.starts_with('$').then(|| {
        view! { <div class="mt-0.5 font-mono text-xs text-muted wrap-anywhere">{clause.location}</div> }
    });
    let value = if clause.actual == "missing" {
        "text-muted italic"
    } else {
        "font-mono text-code wrap-anywhere"
    };
    view! {
        <tr class="border-t border-line align-top max-sm:grid max-sm:grid-cols-[3rem_minmax(0,1fr)] max-sm:py-1">
            <td class="py-2.5 pl-5 max-sm:row-span-2">
                <span class=colour>
                    <Icon sign />
                    <span class="sr-only">{words}</span>
                </span>
            </td>
            <td class="px-3 py-2.5 max-sm:pb-0">
                <code class="text-code wrap-anywhere">
                    <span class="font-semibold">{clause.path}</span>
                    <span class="text-muted">{asked}</span>
                </code>
                {tag}
                {place}
            </td>
            <td class="py-2.5 pr-4 max-sm:px-3 max-sm:pt-1">
                <span class="mr-1.5 text-xs text-muted sm:hidden">"is"</span>
                <span class=value>{clause.actual}</span>
            </td>
        </tr>
    }
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
