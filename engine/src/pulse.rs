//! How busy this node is at the moment.
//!
//! Counters only ever grow, so what happens now is the difference to a few moments ago. A few
//! readings are kept for that.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::engine::{CacheResult, Engine};

/// How often the counters are read.
const INTERVAL: Duration = Duration::from_secs(5);
/// How many readings are kept: five minutes.
const KEPT: usize = 61;
/// What counts as now.
const NOW: Duration = Duration::from_mins(1);

/// The last readings of an engine's counters.
#[derive(Debug, Default)]
pub(crate) struct Pulse(Mutex<VecDeque<Reading>>);

/// Answers by cache result, in the order of [`CacheResult::ALL`], up to an instant.
#[derive(Debug, Clone, Copy)]
struct Reading {
    at: Instant,
    answers: [u64; CacheResult::ALL.len()],
}

/// What goes on at the moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Rate {
    /// Landing pages a second over the last minute.
    pub per_second: f64,
    /// The share of them, 0 to 1, that caches answered; `None` when nobody asked.
    pub hit_rate: Option<f64>,
    /// The share of them, 0 to 1, for which the default content stood in; `None` when nobody asked.
    pub error_rate: Option<f64>,
    /// Landing pages a second in each part of the last five minutes, the oldest first.
    pub history: Vec<f64>,
}

/// Reads the counters now and then for as long as the returned future is polled.
pub async fn collect(engine: Arc<Engine>) {
    loop {
        engine.pulse.take(Reading::of(&engine));
        tokio::time::sleep(INTERVAL).await;
    }
}

/// What goes on at the moment.
pub fn rate(engine: &Engine) -> Rate {
    let mut readings: Vec<Reading> = engine.pulse.all();
    readings.push(Reading::of(engine));
    over(&readings)
}

impl Reading {
    fn of(engine: &Engine) -> Self {
        Self {
            at: Instant::now(),
            answers: CacheResult::ALL.map(|result| engine.metrics.answers(result)),
        }
    }

    fn total(&self) -> u64 {
        self.answers.iter().sum()
    }
}

impl Pulse {
    fn take(&self, reading: Reading) {
        let mut readings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if readings.len() == KEPT {
            readings.pop_front();
        }
        readings.push_back(reading);
    }

    fn all(&self) -> Vec<Reading> {
        let readings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        readings.iter().copied().collect()
    }
}

/// What `readings`, oldest first, say about their end.
fn over(readings: &[Reading]) -> Rate {
    let history = readings
        .windows(2)
        .map(|pair| per_second(&pair[0], &pair[1]))
        .collect();
    let Some(now) = readings.last() else {
        return Rate {
            per_second: 0.0,
            hit_rate: None,
            error_rate: None,
            history,
        };
    };
    // The last reading before this minute, or the oldest there is.
    let start = readings
        .iter()
        .rev()
        .find(|reading| now.at - reading.at >= NOW)
        .unwrap_or(&readings[0]);
    let since = |result: CacheResult| {
        let index = result as usize;
        now.answers[index] - start.answers[index]
    };
    let all = now.total() - start.total();
    let share = |some: u64| (all > 0).then(|| float(some) / float(all));
    Rate {
        per_second: per_second(start, now),
        hit_rate: share(since(CacheResult::Hit) + since(CacheResult::Stale)),
        error_rate: share(since(CacheResult::Error)),
        history,
    }
}

fn per_second(one: &Reading, other: &Reading) -> f64 {
    // Two readings at almost the same moment would make a few visits look like many.
    let seconds = (other.at - one.at).as_secs_f64().max(1.0);
    float(other.total() - one.total()) / seconds
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts this large differ by nothing anybody sees"
)]
fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn now_is_the_last_minute_and_not_the_whole_life() {
        let start = Instant::now();
        let reading = |second: u64, answers| Reading {
            at: start + Duration::from_secs(second),
            answers,
        };
        let rate = over(&[
            reading(0, [0, 0, 0, 0]),
            reading(100, [0, 0, 1_000, 0]),
            reading(130, [80, 10, 1_005, 5]),
            reading(160, [100, 14, 1_015, 11]),
        ]);
        // 140 answers in the 60 seconds from 100 on.
        assert!((rate.per_second - 140.0 / 60.0).abs() < 1e-9);
        assert_eq!(rate.hit_rate, Some(114.0 / 140.0));
        assert_eq!(rate.error_rate, Some(11.0 / 140.0));
        assert_eq!(rate.history.len(), 3);
        assert!((rate.history[0] - 10.0).abs() < 1e-9);
    }

    #[test]
    fn a_quiet_site_has_no_hit_rate() {
        let reading = Reading {
            at: Instant::now(),
            answers: [3, 0, 1, 0],
        };
        let rate = over(&[reading, reading]);
        assert!(rate.per_second.abs() < f64::EPSILON);
        assert_eq!(rate.hit_rate, None);
    }
}
