//! How often each page is visited by whom: what the warmer goes by.
//!
//! Cached decisions count the visits they answer. Now and then the counts are collected and added
//! to a sorted set in Redis, which all nodes share and which survives their restarts. What a
//! decision has counted is collected as well when a publication drops it, and its successor takes
//! it over when it is computed again.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::{DecisionKey, Locale, PageId, SegmentId};

use crate::catalog::Catalog;
use crate::engine::Engine;

/// How often the counts are collected.
const INTERVAL: Duration = Duration::from_secs(10);
/// Most places kept in Redis.
const MAX_PLACES: usize = 100_000;
/// Places a command, when they are added to and when they are read: more would keep Redis busy for
/// longer than a visitor waits for it.
const BATCH: usize = 200;
const READ_BATCH: usize = 1_000;
/// How often the warmer asks for the counts before it goes without them, and its pause between.
const ATTEMPTS: u32 = 4;
const PAUSE: Duration = Duration::from_millis(250);
/// After this time a visit counts half as much as a new one, in seconds: a week.
const HALF_LIFE: f64 = 604_800.0;
/// From here weights are counted, in seconds since 1970: the start of 2026.
const LANDMARK: i64 = 1_767_225_600;

/// Visits that were collected and that Redis does not know of yet.
#[derive(Debug, Default)]
pub(crate) struct Uncounted(Mutex<HashMap<Place, u32>>);

/// Whom a visit is counted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    /// The page.
    pub page: PageId,
    /// The visitor's segment.
    pub segment: SegmentId,
    /// The language asked for.
    pub locale: Locale,
}

/// Recent visits by place, crawlers left out: a visit a week ago counts half as much as one now.
#[derive(Debug, Clone, Default)]
pub struct Traffic(HashMap<Place, f64>);

/// Collects visit counts for as long as the returned future is polled.
pub async fn collect(engine: Arc<Engine>) {
    loop {
        tokio::time::sleep(INTERVAL).await;
        flush(&engine).await;
    }
}

/// Adds what was counted since the last time; also for the moment before the server stops.
pub async fn flush(engine: &Engine) {
    let catalog = engine.catalog();
    for (key, decision) in engine.memory.decisions() {
        count(engine, &catalog, key, decision.take_visits());
    }
    send(engine).await;
}

/// Drops from memory what no visitor of `catalog` can get any more, but not the visits it counted.
pub(crate) fn forget_outdated(engine: &Engine, catalog: &Catalog) {
    engine
        .memory
        .forget_outdated(catalog, |key, visits| count(engine, catalog, key, visits));
}

/// Counts visits for the place, and for the campaign term that they brought.
fn count(engine: &Engine, catalog: &Catalog, key: DecisionKey, visits: u32) {
    engine.uncounted.add(key, visits);
    if let Some(term) = key.term {
        let place = (key.page, key.segment);
        engine.terms().used(catalog, term, visits, place);
    }
}

/// The places with their decayed counts, as far as Redis knows them. It is asked again when it does not
/// answer as fast as for visitors: nobody waits, and the order of all that follows depends on it.
pub(crate) async fn patient_ranking(engine: &Engine) -> HashMap<Place, f64> {
    let mut attempts = 1;
    loop {
        let (ranking, is_whole) = ranking(engine).await;
        if is_whole || attempts == ATTEMPTS {
            return ranking;
        }
        attempts += 1;
        tokio::time::sleep(PAUSE).await;
    }
}

/// The places with their decayed counts, as far as Redis tells them at once; and whether these are all.
async fn ranking(engine: &Engine) -> (HashMap<Place, f64>, bool) {
    let Some(shared) = &engine.shared else {
        return (HashMap::new(), true);
    };
    let instance = engine.catalog().instance.clone();
    let mut ranking = HashMap::new();
    for skip in (0..MAX_PLACES).step_by(READ_BATCH) {
        // Without the rest the warmer still knows the most visited.
        let Some(some) = shared.visits(&instance, skip, READ_BATCH).await else {
            return (ranking, false);
        };
        let last = some.len() < READ_BATCH;
        let places = some
            .into_iter()
            .filter_map(|(name, count)| Some((Place::parse(&name)?, count)));
        ranking.extend(places);
        if last {
            break;
        }
    }
    (ranking, true)
}

/// Recent visits of all nodes, as far as Redis knows them; this node's latest are added.
///
/// Nothing while there is no Redis.
pub async fn traffic(engine: &Engine) -> Traffic {
    let now = weight(engine.unix_time());
    let (mut places, _) = ranking(engine).await;
    for count in places.values_mut() {
        *count /= now;
    }
    for (place, visits) in engine.uncounted.all() {
        *places.entry(place).or_default() += f64::from(visits);
    }
    Traffic(places)
}

/// Adds the counts in Redis; those it does not take are kept for the next time.
async fn send(engine: &Engine) {
    let all = engine.uncounted.all();
    let Some(shared) = &engine.shared else {
        engine.uncounted.settle(&all);
        return;
    };
    if all.is_empty() {
        return;
    }
    let instance = engine.catalog().instance.clone();
    let weight = weight(engine.unix_time());
    for batch in all.chunks(BATCH) {
        let weighted: Vec<(String, f64)> = batch
            .iter()
            .map(|(place, visits)| (place.to_string(), f64::from(*visits) * weight))
            .collect();
        if shared.add_visits(&instance, &weighted).await.is_some() {
            engine.uncounted.settle(batch);
        }
    }
    shared.trim_visits(&instance, MAX_PLACES).await;
}

impl FromIterator<(Place, f64)> for Traffic {
    fn from_iter<I: IntoIterator<Item = (Place, f64)>>(places: I) -> Self {
        Self(places.into_iter().collect())
    }
}

impl Traffic {
    /// Every place with its recent visits.
    pub fn places(&self) -> impl Iterator<Item = (Place, f64)> {
        self.0.iter().map(|(place, visits)| (*place, *visits))
    }

    /// All recent visits.
    pub fn total(&self) -> f64 {
        self.0.values().sum()
    }

    /// The share, 0 to 1, of recent visits that each `key` of a place got; empty without visits.
    pub fn shares<K: Eq + Hash>(&self, key: impl Fn(&Place) -> K) -> HashMap<K, f64> {
        let total = self.total();
        let mut shares = HashMap::new();
        for (place, visits) in self.0.iter().filter(|_| total > 0.0) {
            *shares.entry(key(place)).or_default() += visits / total;
        }
        shares
    }
}

impl Uncounted {
    fn add(&self, key: DecisionKey, visits: u32) {
        if visits > 0 {
            self.change(|counts| {
                let count = counts.entry(Place::from(key)).or_default();
                *count = count.saturating_add(visits);
            });
        }
    }

    fn all(&self) -> Vec<(Place, u32)> {
        self.change(|counts| {
            counts
                .iter()
                .map(|(place, visits)| (*place, *visits))
                .collect()
        })
    }

    /// Takes off what Redis has been told.
    fn settle(&self, told: &[(Place, u32)]) {
        self.change(|counts| {
            for (place, visits) in told {
                if let Some(count) = counts.get_mut(place) {
                    *count = count.saturating_sub(*visits);
                    if *count == 0 {
                        counts.remove(place);
                    }
                }
            }
        });
    }

    fn change<T>(&self, change: impl FnOnce(&mut HashMap<Place, u32>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What a visit counts at `now`, in seconds since 1970.
///
/// New visits grow heavier instead of old ones lighter, so that nothing has to be rewritten. The
/// numbers last until 2045.
fn weight(now: i64) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "seconds of this century are exact in a float"
    )]
    let age = (now - LANDMARK) as f64;
    (age / HALF_LIFE).exp2()
}

impl From<DecisionKey> for Place {
    fn from(key: DecisionKey) -> Self {
        Self {
            page: key.page,
            segment: key.segment,
            locale: key.locale,
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.page, self.segment, self.locale)
    }
}

impl Place {
    fn parse(name: &str) -> Option<Self> {
        let mut parts = name.splitn(3, ':');
        Some(Self {
            page: PageId(parts.next()?.parse().ok()?),
            segment: SegmentId(parts.next()?.parse().ok()?),
            locale: parts.next()?.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_the_journey() {
        let place = Place {
            page: PageId(7),
            segment: SegmentId(3),
            locale: "de-AT".parse().unwrap(),
        };
        assert_eq!(place.to_string(), "7:3:de-AT");
        assert_eq!(Place::parse("7:3:de-AT"), Some(place));
        for broken in ["", "7", "7:x:de", "7:3:", "7:3"] {
            assert_eq!(Place::parse(broken), None, "{broken}");
        }
    }

    #[test]
    fn shares_add_up_by_whatever_is_asked_for() {
        let place = |page, segment| Place {
            page: PageId(page),
            segment: SegmentId(segment),
            locale: Locale::default(),
        };
        let counts = [((1, 1), 2.0), ((1, 2), 1.0), ((2, 2), 1.0)];
        let counts = counts.map(|((page, segment), visits)| (place(page, segment), visits));
        let traffic = Traffic(HashMap::from(counts));
        assert_eq!(
            traffic.shares(|place| place.page),
            HashMap::from([(PageId(1), 0.75), (PageId(2), 0.25)])
        );
        assert_eq!(
            traffic.shares(|place| place.segment),
            HashMap::from([(SegmentId(1), 0.5), (SegmentId(2), 0.5)])
        );
        assert!(Traffic::default().shares(|place| place.page).is_empty());
    }

    #[test]
    fn a_visit_a_week_later_counts_twice_as_much() {
        let ratio = weight(LANDMARK + 7 * 86_400 + 50) / weight(LANDMARK + 50);
        assert!((ratio - 2.0).abs() < 1e-9);
        assert!(weight(LANDMARK + 19 * 366 * 86_400).is_finite());
    }
}
