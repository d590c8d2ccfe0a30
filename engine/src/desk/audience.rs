//! Who came in the last seven days, and whom conditions would have matched.

use domain::visitor::{RecalledVisit, kept_on_demand};
use domain::{Condition, SegmentKey};

use super::{Desk, DeskError};
use crate::catalog::Catalog;
use crate::store::WeighedVisit;
use crate::survey;

/// Visits below which nothing is said about who comes.
const TELLING: f64 = 20.0;

/// A sample of the visits of the last seven days, crawlers and those who object left out.
#[derive(Debug)]
pub struct Audience(Vec<Seen>);

/// A visit of the sample.
#[derive(Debug)]
struct Seen {
    visit: RecalledVisit,
    /// Attributes that were kept because a segment's condition reads them.
    asked: Vec<String>,
    /// How many visits it stands for.
    weight: f64,
}

/// What is known about one of several conditions.
#[derive(Debug, Clone, PartialEq)]
pub struct Reach {
    /// What share of visits it would have matched.
    pub matching: Matching,
    /// The share, 0 to 1, of visits for which it is the first that holds; `None` while there are
    /// too few.
    pub claimed: Option<f64>,
}

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
        let visits = survey::visits(&self.store, self.engine.now()).await?;
        Ok(Audience::of(visits))
    }
}

impl Audience {
    fn of(visits: Vec<WeighedVisit>) -> Self {
        let seen = visits
            .into_iter()
            .map(|WeighedVisit { visit, weight }| Seen {
                visit: RecalledVisit::from(&visit.sketch),
                asked: visit.asked,
                weight,
            });
        Self(seen.collect())
    }

    /// What share of visits each of `conditions` would have matched, and for which it would have
    /// been the first. For the former those visits count that were kept with all it reads.
    pub fn reach(&self, conditions: &[&Condition]) -> Vec<Reach> {
        let asked: Vec<Vec<&str>> = conditions.iter().map(|it| kept_on_demand(it)).collect();
        let mut tallies = vec![Tally::default(); conditions.len()];
        for seen in &self.0 {
            let mut is_claimed = false;
            for ((condition, asked), tally) in conditions.iter().zip(&asked).zip(&mut tallies) {
                let holds = condition.matches(&seen.visit);
                if holds && !is_claimed {
                    tally.claimed += seen.weight;
                    is_claimed = true;
                }
                if asked
                    .iter()
                    .all(|path| seen.asked.iter().any(|it| it == path))
                {
                    tally.able += seen.weight;
                    tally.matched += if holds { seen.weight } else { 0.0 };
                }
            }
        }
        let total: f64 = self.0.iter().map(|seen| seen.weight).sum();
        let tallies = asked.into_iter().zip(tallies);
        tallies
            .map(|(asked, tally)| tally.reach(asked, total))
            .collect()
    }

    /// What share of visits `condition` would have matched.
    pub fn matching(&self, condition: &Condition) -> Matching {
        let reach = self.reach(&[condition]).pop();
        reach.map_or(Matching::Quiet, |reach| reach.matching)
    }

    /// Key and name of the segments that none of these visits would have matched.
    pub(super) fn silent(&self, catalog: &Catalog) -> Vec<(SegmentKey, String)> {
        let conditions: Vec<&Condition> = catalog
            .segments
            .iter()
            .map(|segment| &segment.condition)
            .collect();
        let reached = catalog.segments.iter().zip(self.reach(&conditions));
        reached
            .filter(|(_, reach)| reach.matching.is_nobody())
            .map(|(segment, _)| (segment.key.clone(), segment.name.clone()))
            .collect()
    }
}

/// What visits say about one condition.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    /// Visits that were kept with all it reads.
    able: f64,
    /// Those of them for which it holds.
    matched: f64,
    /// Visits for which it is the first that holds.
    claimed: f64,
}

impl Tally {
    fn reach(self, asked: Vec<&str>, total: f64) -> Reach {
        let matching = if self.able >= TELLING {
            Matching::Share(self.matched / self.able)
        } else if total >= TELLING {
            Matching::Unrecorded(asked.into_iter().map(str::to_owned).collect())
        } else {
            Matching::Quiet
        };
        Reach {
            matching,
            claimed: (total >= TELLING).then(|| self.claimed / total),
        }
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
        Audience::of(visits.iter().map(visit).collect())
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
        let conditions = [
            condition(r#"{"utm.source":"google"}"#),
            condition("{}"),
            condition(r#"{"utm.source":"linkedin"}"#),
        ];
        let reach = audience.reach(&conditions.each_ref());
        let claimed: Vec<_> = reach.into_iter().map(|reach| reach.claimed).collect();
        assert_eq!(claimed, [Some(0.25), Some(0.75), Some(0.0)]);
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
        let expected = Reach {
            matching: Matching::Quiet,
            claimed: None,
        };
        assert_eq!(audience.reach(&[&Condition::always()]), [expected]);
        assert!(!Matching::Quiet.is_nobody());
    }
}
