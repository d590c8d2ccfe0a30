//! Who came in the last seven days, and whom conditions would have matched.

use domain::visitor::kept_on_demand;
use domain::{Condition, SegmentKey};

use super::{Desk, DeskError};
use crate::catalog::Catalog;
use crate::store::{StoreError, WeighedVisit};
use crate::survey;

/// Visits below which nothing is said about who comes.
const TELLING: f64 = 20.0;

/// A sample of the visits of the last seven days, crawlers and those who object left out.
#[derive(Debug)]
pub struct Audience(Vec<WeighedVisit>);

/// What share of visits a condition would have matched.
#[derive(Debug, Clone, PartialEq)]
pub enum Matching {
    /// There were too few visits to say.
    Quiet,
    /// Visits were kept without these attributes, because no segment asked for them.
    Unrecorded(Vec<String>),
    /// The share, 0 to 1.
    Share(f64),
}

impl Desk {
    /// Who came in the last seven days.
    ///
    /// # Errors
    /// [`DeskError::Store`] when the database fails.
    pub async fn audience(&self) -> Result<Audience, DeskError> {
        let visits: Result<_, StoreError> = survey::visits(&self.store, self.engine.now()).await;
        Ok(Audience(visits?))
    }
}

impl Audience {
    /// What share of visits `condition` would have matched. Counted are visits that were kept with
    /// all it reads.
    pub fn matching(&self, condition: &Condition) -> Matching {
        let asked = kept_on_demand(condition);
        let (mut all, mut matched) = (0.0, 0.0);
        for WeighedVisit { visit, weight } in &self.0 {
            if asked
                .iter()
                .all(|path| visit.asked.iter().any(|it| it == path))
            {
                all += weight;
                if condition.matches(&visit.sketch) {
                    matched += weight;
                }
            }
        }
        if all >= TELLING {
            Matching::Share(matched / all)
        } else if self.total() >= TELLING {
            Matching::Unrecorded(asked.into_iter().map(str::to_owned).collect())
        } else {
            Matching::Quiet
        }
    }

    /// The share, 0 to 1, of visits for which each of `conditions` is the first that holds; nothing
    /// while there were too few visits.
    pub fn claims(&self, conditions: &[Condition]) -> Vec<f64> {
        let total = self.total();
        if total < TELLING {
            return Vec::new();
        }
        let mut claims = vec![0.0; conditions.len()];
        for WeighedVisit { visit, weight } in &self.0 {
            let first = conditions.iter().position(|it| it.matches(&visit.sketch));
            if let Some(claim) = first.and_then(|place| claims.get_mut(place)) {
                *claim += weight / total;
            }
        }
        claims
    }

    /// Key and name of the segments that none of these visits would have matched.
    pub(super) fn silent(&self, catalog: &Catalog) -> Vec<(SegmentKey, String)> {
        let segments = catalog.segments.iter();
        segments
            .filter(|segment| self.matching(&segment.condition).is_nobody())
            .map(|segment| (segment.key.clone(), segment.name.clone()))
            .collect()
    }

    /// How many visits there were in all.
    fn total(&self) -> f64 {
        self.0.iter().map(|visit| visit.weight).sum()
    }
}

impl Matching {
    /// Whether nobody matches although there were visits enough.
    pub fn is_nobody(&self) -> bool {
        matches!(self, Self::Share(share) if *share <= 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::SampledVisit;

    /// Visits of `(weight, utm.source)`, with the city of some.
    fn audience(visits: &[(f64, &str, Option<&str>)]) -> Audience {
        let visit = |(weight, source, city): &(f64, &str, Option<&str>)| WeighedVisit {
            visit: SampledVisit {
                asked: city.iter().map(|_| "geo.city".to_owned()).collect(),
                sketch: [("utm.source", Some(*source)), ("geo.city", *city)]
                    .into_iter()
                    .filter_map(|(path, text)| Some((path.to_owned(), text?.to_owned())))
                    .collect(),
            },
            weight: *weight,
        };
        Audience(visits.iter().map(visit).collect())
    }

    fn condition(json: &str) -> Condition {
        Condition::parse_str(json).unwrap()
    }

    #[test]
    fn a_share_counts_each_visit_for_those_it_stands_for() {
        let audience = audience(&[(30.0, "linkedin", None), (10.0, "google", None)]);
        let check = |json: &str, expected: f64| {
            assert_eq!(
                audience.matching(&condition(json)),
                Matching::Share(expected),
                "{json}"
            );
        };
        check(r#"{"utm.source":"linkedin"}"#, 0.75);
        check("{}", 1.0);
        check(r#"{"utm.source":"xing"}"#, 0.0);
        let claims = audience.claims(&[
            condition(r#"{"utm.source":"google"}"#),
            condition("{}"),
            condition(r#"{"utm.source":"linkedin"}"#),
        ]);
        assert_eq!(claims, [0.25, 0.75, 0.0]);
    }

    #[test]
    fn only_visits_kept_with_what_a_condition_reads_can_tell() {
        let berlin = condition(r#"{"geo.city":"Berlin"}"#);
        let before = audience(&[(50.0, "x", None)]);
        let unrecorded = Matching::Unrecorded(vec!["geo.city".to_owned()]);
        assert_eq!(before.matching(&berlin), unrecorded);
        let since = audience(&[
            (500.0, "x", None),
            (20.0, "x", Some("Berlin")),
            (60.0, "x", Some("Bonn")),
        ]);
        assert_eq!(since.matching(&berlin), Matching::Share(0.25));
    }

    #[test]
    fn a_few_visits_tell_nothing() {
        let audience = audience(&[(19.0, "x", None)]);
        assert_eq!(audience.matching(&Condition::always()), Matching::Quiet);
        assert!(audience.claims(&[Condition::always()]).is_empty());
        assert!(!Matching::Quiet.is_nobody());
    }
}
