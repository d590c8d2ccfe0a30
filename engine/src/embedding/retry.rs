//! When to try again, and when to stop.

use std::{
    fmt::Debug,
    hash::{BuildHasher, RandomState},
    time::{Duration, Instant},
};

use async_trait::async_trait;

use super::pause::Pausing;
use super::{EmbeddingError, error::asks_to_wait};

/// The longest pause that a provider gets between two calls when it asks for one.
const LONGEST_ASKED: Duration = Duration::from_hours(1);

/// How patiently failing requests are repeated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RetryPolicy {
    /// Requests sent before giving up, the first included.
    pub max_attempts: u32,
    /// Longest pause after the first failure; each further failure doubles it.
    pub base: Duration,
    /// No pause is longer than this, unless the provider asks for it.
    pub cap: Duration,
    /// No pause ends later than this after the first request was sent, whatever the provider asks for.
    pub total: Duration,
}

impl Default for RetryPolicy {
    /// Six attempts, pauses of half a second doubling up to 30 seconds, two minutes in all.
    fn default() -> Self {
        Self {
            max_attempts: 6,
            base: Duration::from_millis(500),
            cap: Duration::from_secs(30),
            total: Duration::from_mins(2),
        }
    }
}

impl RetryPolicy {
    /// The pause after the failure of `attempt` (from 1). `jitter`, 0 to 1, places it between half and the whole of
    /// the exponential step, so that many clients do not come back at once. `retry_after` is what the provider asked
    /// for: the pause is then that and at most `base` more. Otherwise it is never longer than `cap`.
    pub fn delay(&self, attempt: u32, retry_after: Option<Duration>, jitter: f64) -> Duration {
        let jitter = jitter.clamp(0.0, 1.0);
        if let Some(asked) = retry_after {
            return asked.saturating_add(self.base.mul_f64(jitter));
        }
        let doublings = attempt.saturating_sub(1);
        let step = self.base.saturating_mul(2_u32.saturating_pow(doublings));
        step.min(self.cap).mul_f64(f64::midpoint(1.0, jitter))
    }

    /// The pause between two calls, after so many that failed: as long as the provider `asked` for, an
    /// hour at most, or as for [`Self::delay`] when it asked for none.
    pub fn rest(&self, failures: u32, asked: Option<Duration>, jitter: f64) -> Duration {
        let asked = asked.map(|asked| asked.min(LONGEST_ASKED));
        self.delay(failures, asked, jitter)
    }
}

/// The time and the randomness that retrying needs, so that a test can supply its own.
#[async_trait]
pub trait Pacer: Send + Sync + Debug {
    /// Time since some fixed moment; never decreases.
    fn now(&self) -> Duration;

    /// A number from 0 to 1, evenly distributed.
    fn jitter(&self) -> f64;

    /// Waits.
    async fn sleep(&self, delay: Duration);
}

/// The machine's clock and randomness.
#[derive(Debug)]
pub struct SystemPacer {
    start: Instant,
}

impl SystemPacer {
    /// Starts the clock at zero.
    pub fn new() -> Self {
        Self {
            start: Instant::now(),
        }
    }
}

impl Default for SystemPacer {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Pacer for SystemPacer {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn jitter(&self) -> f64 {
        // Each `RandomState` has random keys, so the hash of nothing is a random number: enough to spread retries.
        let random = RandomState::new().hash_one(());
        let [a, b, c, d, ..] = random.to_ne_bytes();
        f64::from(u32::from_ne_bytes([a, b, c, d])) / f64::from(u32::MAX)
    }

    async fn sleep(&self, delay: Duration) {
        tokio::time::sleep(delay).await;
    }
}

/// How one attempt failed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: EmbeddingError,
    pub(crate) retry: Retry,
}

/// Whether another attempt can help.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Retry {
    Never,
    /// Yes, after a pause. The provider may have asked for one.
    After(Option<Duration>),
}

/// Calls `attempt` until it succeeds, fails for good or `policy` is exhausted. Says in `pausing` what it
/// waits for meanwhile.
///
/// # Errors
/// The last attempt's, inside [`EmbeddingError::GaveUp`] when it would have been tried again.
pub(crate) async fn retrying<T, F>(
    policy: &RetryPolicy,
    pacer: &dyn Pacer,
    pausing: &Pausing,
    mut attempt: impl FnMut() -> F,
) -> Result<T, EmbeddingError>
where
    F: Future<Output = Result<T, Failure>>,
{
    let start = pacer.now();
    let mut attempts = 0;
    loop {
        attempts += 1;
        let Failure { error, retry } = match attempt().await {
            Ok(value) => return Ok(value),
            Err(failure) => failure,
        };
        let Retry::After(asked) = retry else {
            return Err(error);
        };
        // Who asks for no pause gets one all the same.
        let asked = asked.filter(|asked| !asked.is_zero());
        let delay = policy.delay(attempts, asked, pacer.jitter());
        let waited = pacer.now().saturating_sub(start);
        if attempts >= policy.max_attempts || waited.saturating_add(delay) > policy.total {
            return Err(EmbeddingError::GaveUp {
                attempts,
                asked,
                last: Box::new(error),
            });
        }
        tracing::warn!(
            attempt = attempts,
            delay_seconds = delay.as_secs_f64(),
            %error,
            "embedding request failed, trying again"
        );
        let reason = match asked {
            Some(asked) => format!("{}: {error}", asks_to_wait(asked)),
            None => error.to_string(),
        };
        let _pause = pausing.begin(reason, pacer.now().saturating_add(delay));
        pacer.sleep(delay).await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    const POLICY: RetryPolicy = RetryPolicy {
        max_attempts: 4,
        base: Duration::from_secs(1),
        cap: Duration::from_secs(10),
        total: Duration::from_mins(1),
    };

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn check(attempt: u32, retry_after: Option<u64>, jitter: f64, expected_seconds: f64) {
        let delay = POLICY.delay(attempt, retry_after.map(seconds), jitter);
        assert_eq!(delay, Duration::from_secs_f64(expected_seconds));
    }

    #[test]
    fn pauses_double_up_to_the_cap() {
        check(1, None, 1.0, 1.0);
        check(2, None, 1.0, 2.0);
        check(4, None, 1.0, 8.0);
        check(5, None, 1.0, 10.0);
        check(u32::MAX, None, 1.0, 10.0);
    }

    #[test]
    fn jitter_takes_away_at_most_half() {
        check(3, None, 0.0, 2.0);
        check(3, None, 0.5, 3.0);
        check(3, None, 9.0, 4.0);
        check(9, None, 0.0, 5.0);
    }

    #[test]
    fn a_pause_is_never_shorter_than_the_provider_asked() {
        check(1, Some(7), 0.0, 7.0);
        check(1, Some(7), 0.5, 7.5);
        check(1, Some(3600), 0.5, 3600.5);
    }

    #[test]
    fn between_two_calls_a_provider_gets_the_pause_it_asks_for_up_to_an_hour() {
        let check = |failures, asked: Option<u64>, expected_seconds| {
            let rest = POLICY.rest(failures, asked.map(seconds), 1.0);
            assert_eq!(rest, Duration::from_secs_f64(expected_seconds));
        };
        check(9, None, 10.0);
        check(9, Some(2), 3.0);
        check(1, Some(3_000), 3_001.0);
        check(1, Some(u64::MAX), 3_601.0);
    }

    #[test]
    fn the_systems_jitter_stays_in_its_range_and_varies() {
        let pacer = SystemPacer::new();
        let drawn: Vec<f64> = (0..50).map(|_| pacer.jitter()).collect();
        assert!(drawn.iter().all(|value| (0.0..=1.0).contains(value)));
        assert!(drawn.iter().any(|value| (value - drawn[0]).abs() > 0.01));
    }

    /// Time passes only while sleeping.
    #[derive(Debug, Default)]
    struct Stepped(Mutex<Duration>);

    #[async_trait]
    impl Pacer for Stepped {
        fn now(&self) -> Duration {
            *self.0.lock().unwrap()
        }

        fn jitter(&self) -> f64 {
            1.0
        }

        async fn sleep(&self, delay: Duration) {
            *self.0.lock().unwrap() += delay;
        }
    }

    async fn run(policy: RetryPolicy, retry: Retry) -> (String, Duration) {
        let pacer = Stepped::default();
        let result: Result<(), _> = retrying(&policy, &pacer, &Pausing::default(), || async {
            Err(Failure {
                error: EmbeddingError::Unreachable {
                    reason: "cable cut".into(),
                },
                retry,
            })
        })
        .await;
        (result.unwrap_err().to_string(), pacer.now())
    }

    #[tokio::test]
    async fn it_stops_at_the_last_attempt_the_last_moment_or_a_final_failure() {
        let unreachable = "the embedding provider cannot be reached: cable cut";
        assert_eq!(
            run(POLICY, Retry::After(None)).await,
            (
                format!("gave up after 4 attempts: {unreachable}"),
                seconds(7)
            )
        );
        let once = RetryPolicy {
            max_attempts: 1,
            ..POLICY
        };
        assert_eq!(
            run(once, Retry::After(None)).await,
            (unreachable.to_owned(), seconds(0))
        );
        let hasty = RetryPolicy {
            total: seconds(5),
            ..POLICY
        };
        assert_eq!(
            run(hasty, Retry::After(None)).await,
            (
                format!("gave up after 3 attempts: {unreachable}"),
                seconds(3)
            )
        );
        assert_eq!(
            run(POLICY, Retry::Never).await,
            (unreachable.to_owned(), seconds(0))
        );
        // A pause that would end too late is left to the caller, who may have more time.
        assert_eq!(
            run(POLICY, Retry::After(Some(seconds(60)))).await,
            (
                format!("the embedding provider asks to wait 60 s: {unreachable}"),
                seconds(0)
            )
        );
    }
}
