//! A survey of visits: a small, anonymous sample of the last seven days, on which conditions are
//! tried.
//!
//! Every visit draws a number. Of each hour the 24 are kept that drew the smallest, over all nodes
//! together, with the number of all visits of that hour, for which they stand. A visit that is not
//! kept costs an addition and a comparison.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::Visitor;
use domain::visitor::kept_on_demand;
use time::OffsetDateTime;
use tracing::warn;

use crate::catalog::Catalog;
use crate::engine::Engine;
use crate::store::{SampledVisit, Store, StoreError, WeighedVisit};

/// For how long visits are kept.
pub const KEPT: time::Duration = time::Duration::days(7);
/// Visits kept of an hour: 4,032 of a week, which tell a share to 1.6 per cent of all at worst, 19
/// times out of 20.
const PER_HOUR: usize = 24;
/// Most attributes kept because conditions read them.
const ASKED: usize = 16;
/// How often what was drawn is written.
const INTERVAL: Duration = Duration::from_secs(10);
/// What every number that is drawn is below: they are stored as signed ones.
const ALL: u64 = 1 << 63;

/// Draws visits of one node.
#[derive(Debug)]
pub(crate) struct Survey {
    /// Makes the numbers that are drawn here others than those of other nodes.
    seed: u64,
    /// Visits since the node started.
    visits: AtomicU64,
    /// A visit that draws less is kept.
    bar: AtomicU64,
    /// Held by who writes down what was drawn.
    telling: tokio::sync::Mutex<()>,
    drawn: Mutex<Drawn>,
}

/// What was drawn and is not written yet.
#[derive(Debug)]
struct Drawn {
    /// The start of the hour that it belongs to, in seconds since 1970.
    hour: i64,
    /// Visits that are written.
    told: u64,
    /// By the numbers that they drew.
    visits: BTreeMap<u64, SampledVisit>,
}

/// Writes what is drawn for as long as the returned future is polled. `store` should be a pool of
/// its own.
pub async fn collect(engine: Arc<Engine>, store: Store) {
    loop {
        flush(&engine, &store).await;
        tokio::time::sleep(INTERVAL).await;
    }
}

/// Writes what was drawn since the last time; also for the moment before the server stops.
pub async fn flush(engine: &Engine, store: &Store) {
    // What the database does not take is kept for the next time.
    if let Err(error) = record(&engine.survey, store, engine.now()).await {
        warn!(%error, "survey.record failed; it is tried again");
    }
}

/// The visits of the last seven days.
pub(crate) async fn visits(
    store: &Store,
    now: OffsetDateTime,
) -> Result<Vec<WeighedVisit>, StoreError> {
    store.sampled_visits(now - KEPT).await
}

async fn record(survey: &Survey, store: &Store, now: OffsetDateTime) -> Result<(), StoreError> {
    // What is told twice at the same time is counted twice.
    let _alone = survey.telling.lock().await;
    let told = survey.visits.load(Ordering::Relaxed);
    let (hour, new, drawn) = survey.untold(told);
    let mut bar = None;
    if new > 0 {
        let most = i64::try_from(PER_HOUR).unwrap_or(i64::MAX);
        bar = store
            .record_visits(instant(hour), new, &drawn, most)
            .await?;
    }
    let this_hour = hour_of(now);
    if this_hour != hour {
        store.forget_visits(now - KEPT).await?;
    }
    survey.settle(told, &drawn, bar, this_hour);
    Ok(())
}

impl Engine {
    /// Counts a visit of somebody who does not object to that. `agreed` is whether they agreed to
    /// being recognised, too.
    pub fn surveyed(&self, catalog: &Catalog, visitor: &Visitor<'_>, agreed: bool) {
        self.survey.visited(|| {
            let conditions = catalog.segments.iter().map(|segment| &segment.condition);
            let mut asked: Vec<&str> = conditions.flat_map(kept_on_demand).collect();
            asked.sort_unstable();
            asked.dedup();
            asked.truncate(ASKED);
            SampledVisit {
                sketch: visitor.anonymous(asked.iter().copied(), agreed),
                asked: asked.into_iter().map(str::to_owned).collect(),
            }
        });
    }
}

impl Survey {
    /// A survey that has seen nobody at `now`. Its numbers follow from `seed`.
    pub(crate) fn new(seed: u64, now: OffsetDateTime) -> Self {
        Self {
            seed,
            visits: AtomicU64::new(0),
            bar: AtomicU64::new(ALL),
            telling: tokio::sync::Mutex::new(()),
            drawn: Mutex::new(Drawn {
                hour: hour_of(now),
                told: 0,
                visits: BTreeMap::new(),
            }),
        }
    }

    fn visited(&self, describe: impl FnOnce() -> SampledVisit) {
        let place = self.visits.fetch_add(1, Ordering::Relaxed);
        let number = draw(self.seed, place);
        if number < self.bar.load(Ordering::Relaxed) {
            let visit = describe();
            self.change(|drawn| {
                drawn.visits.insert(number, visit);
                if drawn.visits.len() > PER_HOUR {
                    drawn.visits.pop_last();
                }
                if drawn.visits.len() == PER_HOUR
                    && let Some((largest, _)) = drawn.visits.last_key_value()
                {
                    self.bar.fetch_min(*largest, Ordering::Relaxed);
                }
            });
        }
    }

    /// The hour of what is not written yet, how many visits, and those drawn.
    fn untold(&self, visits: u64) -> (i64, i64, Vec<(i64, SampledVisit)>) {
        self.change(|drawn| {
            let new = i64::try_from(visits - drawn.told).unwrap_or(i64::MAX);
            let all = drawn.visits.iter();
            let all = all.map(|(number, visit)| (number.cast_signed(), visit.clone()));
            (drawn.hour, new, all.collect())
        })
    }

    /// Takes off what was written of visits up to the count `told`. `bar` is what the next ones of
    /// the hour have to draw less than; another hour begins anew.
    fn settle(&self, told: u64, written: &[(i64, SampledVisit)], bar: Option<i64>, this_hour: i64) {
        self.change(|drawn| {
            drawn.told = told;
            for (number, _) in written {
                drawn.visits.remove(&number.cast_unsigned());
            }
            if drawn.hour != this_hour {
                drawn.hour = this_hour;
                self.bar.store(ALL, Ordering::Relaxed);
            } else if let Some(bar) = bar {
                self.bar.fetch_min(bar.cast_unsigned(), Ordering::Relaxed);
            }
        });
    }

    fn change<T>(&self, change: impl FnOnce(&mut Drawn) -> T) -> T {
        change(&mut self.drawn.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The number that the visit at `place` draws, below [`ALL`]: one step of
/// [`SplitMix64`](https://doi.org/10.1145/2714064.2660195), whose states are one constant apart.
fn draw(seed: u64, place: u64) -> u64 {
    let state = seed.wrapping_add(place.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)) >> 1
}

/// The start of an hour, in seconds since 1970.
fn hour_of(now: OffsetDateTime) -> i64 {
    now.unix_timestamp() / 3_600 * 3_600
}

fn instant(seconds: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visit(source: &str) -> SampledVisit {
        let entry = ("utm.source".to_owned(), source.to_owned());
        SampledVisit {
            asked: Vec::new(),
            sketch: std::iter::once(entry).collect(),
        }
    }

    /// A survey of `count` visits, every fourth of which comes from `linkedin`.
    fn of(count: u64) -> Survey {
        let survey = Survey::new(7, OffsetDateTime::UNIX_EPOCH);
        for place in 0..count {
            survey.visited(|| visit(if place % 4 == 0 { "linkedin" } else { "x" }));
        }
        survey
    }

    #[test]
    fn few_visits_are_all_kept_and_of_many_a_bounded_number_drawn_by_lot() {
        assert_eq!(of(5).untold(5).2.len(), 5);
        let survey = of(100_000);
        let (_, new, drawn) = survey.untold(100_000);
        assert_eq!((new, drawn.len()), (100_000, PER_HOUR));
        // They are those with the smallest numbers of all.
        let mut numbers: Vec<i64> = (0..100_000).map(|at| draw(7, at).cast_signed()).collect();
        numbers.sort_unstable();
        let kept: Vec<i64> = drawn.iter().map(|(number, _)| *number).collect();
        assert_eq!(kept, numbers[..PER_HOUR]);
    }

    #[test]
    fn a_visit_that_is_not_drawn_is_not_described() {
        let survey = Survey::new(1, OffsetDateTime::UNIX_EPOCH);
        let mut described = 0_u32;
        for _ in 0..100_000 {
            survey.visited(|| {
                described += 1;
                visit("x")
            });
        }
        // 24 and then one in n / 24: some 200 are expected.
        assert!(described < 500, "{described}");
    }

    #[test]
    fn what_the_database_did_not_take_stays_and_what_it_took_goes() {
        let survey = of(10);
        let (hour, new, drawn) = survey.untold(10);
        assert_eq!((hour, new, drawn.len()), (0, 10, 10));
        assert_eq!(survey.untold(10).1, 10);
        survey.settle(10, &drawn, Some(5), 3_600);
        let (hour, new, drawn) = survey.untold(10);
        assert_eq!((hour, new, drawn.len()), (3_600, 0, 0));
        // Another hour has no bar yet; within an hour the database says where it is.
        assert_eq!(survey.bar.load(Ordering::Relaxed), ALL);
        survey.settle(10, &drawn, Some(5), 3_600);
        assert_eq!(survey.bar.load(Ordering::Relaxed), 5);
    }

    #[test]
    fn numbers_are_drawn_evenly() {
        let below = (0..100_000).filter(|at| draw(3, *at) < ALL / 10).count();
        assert!((9_500..10_500).contains(&below), "{below}");
        assert!((0..100_000).all(|at| draw(3, at) < ALL));
    }
}
