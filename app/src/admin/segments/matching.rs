//! Which share of the last days' visits a condition would have matched, while it is written.

use leptos::prelude::*;

use super::shared::SharedCondition;
use crate::admin::AdminError;

/// What share of the last seven days' visits a condition would have matched, as a sentence, or what
/// it reads that no visitor has; empty for what is no condition yet.
///
/// # Errors
/// [`AdminError::SignedOut`] without a session.
#[server(prefix = "/admin/api", endpoint = "segments/matching")]
pub async fn matching(condition: String) -> Result<String, AdminError> {
    use crate::admin::session::AdminSession;

    let session = AdminSession::require(domain::Role::Viewer).await?;
    let Ok(condition) = domain::Condition::parse_str(&condition) else {
        return Ok(String::new());
    };
    if let Some(doubt) = words::doubt(&condition) {
        return Ok(doubt);
    }
    Ok(words::of(
        &session.desk().audience().await?.matching(&condition),
    ))
}

/// Says which share of visits the condition on the screen would have matched, and follows it a
/// moment after it was changed.
#[island]
pub fn MatchingVisits() -> impl IntoView {
    let SharedCondition(condition) = expect_context();
    let said = RwSignal::new(String::new());
    #[cfg(feature = "hydrate")]
    follow(condition, said);
    #[cfg(not(feature = "hydrate"))]
    let _ = condition;
    view! {
        <p class="mt-3 min-h-5 text-sm text-muted tabular-nums noscript:hidden" role="status">{said}</p>
    }
}

#[cfg(feature = "hydrate")]
fn follow(condition: RwSignal<String>, said: RwSignal<String>) {
    use std::time::Duration;

    use crate::admin::timer::Timer;

    let timer = Timer::new(Duration::from_millis(400));
    Effect::new(move |_| {
        condition.track();
        timer.ask(move || {
            leptos::task::spawn_local(async move {
                let asked = condition.get_untracked();
                // What cannot be had now is asked for again after the next change.
                let answer = matching(asked.clone()).await.unwrap_or_default();
                if condition.get_untracked() == asked {
                    said.set(answer);
                }
            });
        });
    });
}

#[cfg(feature = "ssr")]
mod words {
    use domain::Condition;
    use domain::condition::outline::{Comparison, read};
    use domain::visitor::attribute::{Attribute, Kind};
    use engine::desk::audience::Matching;

    use crate::ui::per_cent;

    /// What is nearly always a slip of the pen: something is read that no visitor has, or compared with
    /// what it never is.
    pub(super) fn doubt(condition: &Condition) -> Option<String> {
        let mut paths = condition.attribute_paths();
        paths.retain(|path| Attribute::of(path).is_none());
        let names: Vec<String> = paths.iter().map(|path| format!("“{path}”")).collect();
        if !names.is_empty() {
            return Some(format!(
                "No visitor has {}. Check how it is written.",
                names.join(" or ")
            ));
        }
        let outline = read(condition.source());
        outline.comparisons().into_iter().find_map(never)
    }

    /// What an attribute is instead of what it is compared with.
    fn never(comparison: &Comparison) -> Option<String> {
        let attribute = Attribute::of(&comparison.attribute)?;
        let value = *comparison.never().first()?;
        let is = match attribute.kind {
            Kind::Number => "It is a number; write it without quotation marks.".to_owned(),
            Kind::Bool => "It is true or false, without quotation marks.".to_owned(),
            _ if attribute.closed => format!("It is one of {}.", attribute.values.join(", ")),
            _ => "It is a text; write it in quotation marks.".to_owned(),
        };
        Some(format!("“{}” is never {value}. {is}", attribute.label))
    }

    /// What a share says.
    pub(super) fn of(matching: &Matching) -> String {
        match matching {
            Matching::Quiet => {
                "Too few visits in the last 7 days to say how many would match.".to_owned()
            }
            Matching::Unrecorded(paths) => {
                let names = paths.iter().map(|path| Attribute::name_of(path));
                let names: Vec<String> = names.map(|name| format!("“{name}”")).collect();
                let them = if names.len() == 1 { "it" } else { "them" };
                format!(
                    "Visits are kept without {} until a segment asks for {them}. Save this one; in a day or two it can be said how many match.",
                    names.join(" and ")
                )
            }
            Matching::Share(share) if *share <= 0.0 => {
                "None of the visits of the last 7 days would have matched.".to_owned()
            }
            Matching::Share(share) => {
                format!(
                    "{} of the visits of the last 7 days would have matched.",
                    per_cent(*share)
                )
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn what_no_visitor_has_is_named() {
            let check = |condition: &str, expected: Option<&str>| {
                let condition = Condition::parse_str(condition).expect("a condition");
                assert_eq!(doubt(&condition).as_deref(), expected);
            };
            check(r#"{"utm.source":"x","query.plan":"team"}"#, None);
            check(
                r#"{"utm.sourse":"x","device":"mobile"}"#,
                Some("No visitor has “utm.sourse”. Check how it is written."),
            );
            check(
                r#"{"$or":[{"device":"mobile"},{"time.hour":{"$gte":"9"}}]}"#,
                Some(
                    "“Hour of the day” is never \"9\". It is a number; write it without quotation marks.",
                ),
            );
        }

        #[test]
        fn a_share_is_a_sentence() {
            let check = |matching: Matching, expected: &str| {
                let said = of(&matching);
                assert!(said.starts_with(expected), "{said}");
            };
            check(
                Matching::Share(0.123),
                "12 % of the visits of the last 7 days",
            );
            check(Matching::Share(0.0), "None of the visits");
            check(Matching::Quiet, "Too few visits");
            let unrecorded = vec!["visit.returning".to_owned(), "cookie.plan".to_owned()];
            check(
                Matching::Unrecorded(unrecorded),
                "Visits are kept without “Has been here before” and “Cookie plan” until a segment asks for them.",
            );
        }
    }
}
