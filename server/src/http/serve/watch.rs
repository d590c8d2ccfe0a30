//! What a connection is waiting for and since when, so that one look now and then replaces a timer for each request.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use super::limits::Limits;

/// No answer waits for its client.
const TAKING: u64 = u64::MAX;
/// `Watch::waiting`: for the headers of a request that has begun, or for a connection's first one.
const HEAD: u8 = 0;
/// `Watch::waiting`: for a request to begin.
const NEXT: u8 = 1;

/// Milliseconds since a worker began, as of its last look at its connections.
#[derive(Debug)]
pub(super) struct Clock {
    start: Instant,
    looked: AtomicU64,
    now: AtomicU64,
}

/// The state of one connection. All of it changes on the thread that owns the connection.
#[derive(Debug)]
pub(super) struct Watch {
    clock: Arc<Clock>,
    in_flight: AtomicU32,
    waiting: AtomicU8,
    since: AtomicU64,
    stalled: AtomicU64,
    multiplexed: AtomicBool,
    linger: AtomicBool,
    closing: AtomicBool,
    task: OnceLock<Waker>,
}

/// What should become of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing is overdue.
    Keep,
    /// Nothing has been asked for long: say good-bye.
    Close,
    /// The client takes too long: cut it off.
    Cut,
}

/// A request that is being answered, for as long as this lives.
#[derive(Debug)]
pub(super) struct InFlight(Arc<Watch>);

impl Clock {
    pub(super) fn start() -> Arc<Self> {
        Arc::new(Self {
            start: Instant::now(),
            looked: AtomicU64::new(0),
            now: AtomicU64::new(0),
        })
    }

    /// Moves on by what has passed since the last look, which should be about `period`. What is far longer was a
    /// pause of this thread or of the machine, and does not count against clients.
    pub(super) fn advance(&self, period: Duration) {
        self.advance_to(milliseconds(self.start.elapsed()), milliseconds(period));
    }

    fn advance_to(&self, elapsed: u64, period: u64) {
        let passed = elapsed.saturating_sub(self.looked.swap(elapsed, Relaxed));
        self.now.fetch_add(passed.min(2 * period), Relaxed);
    }

    fn now(&self) -> u64 {
        self.now.load(Relaxed)
    }
}

impl Watch {
    /// Of a connection that has just been opened.
    pub(super) fn new(clock: Arc<Clock>) -> Arc<Self> {
        Arc::new(Self {
            in_flight: AtomicU32::new(0),
            waiting: AtomicU8::new(HEAD),
            since: AtomicU64::new(clock.now()),
            stalled: AtomicU64::new(TAKING),
            multiplexed: AtomicBool::new(false),
            linger: AtomicBool::new(false),
            closing: AtomicBool::new(false),
            task: OnceLock::new(),
            clock,
        })
    }

    /// A request has arrived; `multiplexed` when others may arrive beside it.
    pub(super) fn begin(self: &Arc<Self>, multiplexed: bool) -> InFlight {
        self.in_flight.fetch_add(1, Relaxed);
        if multiplexed {
            self.multiplexed.store(true, Relaxed);
        }
        InFlight(Arc::clone(self))
    }

    /// A request has arrived, and its whole answer has been sent.
    pub(super) fn answered(&self) {
        self.wait_for(NEXT);
    }

    /// The client is sending what nobody will read.
    pub(super) fn linger(&self) {
        self.linger.store(true, Relaxed);
    }

    /// Asks for the connection to be closed after the requests in flight.
    pub(super) fn close(&self) {
        self.closing.store(true, Relaxed);
        if let Some(task) = self.task.get() {
            task.wake_by_ref();
        }
    }

    /// Whether somebody asked for the connection to be closed.
    pub(super) fn is_closing(&self) -> bool {
        self.closing.load(Relaxed)
    }

    /// The same; the connection's task asks at every turn, and is woken when the answer changes.
    pub(super) fn closing(&self, cx: &Context<'_>) -> bool {
        // A task has one waker for all its life.
        self.task.get_or_init(|| cx.waker().clone());
        self.is_closing()
    }

    /// Whether no request is in flight and no answer on its way.
    pub(super) fn at_rest(&self) -> bool {
        self.in_flight.load(Relaxed) == 0 && self.stalled.load(Relaxed) == TAKING
    }

    /// Compares what the connection is waiting for with what it may take.
    pub(super) fn verdict(&self, limits: &Limits) -> Verdict {
        // Instants are as old as the last look.
        let now = self.clock.now();
        let slack = milliseconds(limits.period());
        let overdue = |since: u64, limit| {
            now.saturating_sub(since) > milliseconds(limit).saturating_add(slack)
        };
        let stalled = self.stalled.load(Relaxed);
        if stalled != TAKING {
            return if overdue(stalled, limits.write) {
                Verdict::Cut
            } else {
                Verdict::Keep
            };
        }
        if self.in_flight.load(Relaxed) > 0 {
            return Verdict::Keep;
        }
        let since = self.since.load(Relaxed);
        match self.waiting.load(Relaxed) {
            HEAD if overdue(since, limits.head) => Verdict::Cut,
            NEXT if overdue(since, limits.idle) && self.closing.load(Relaxed) => Verdict::Cut,
            NEXT if overdue(since, limits.idle) => Verdict::Close,
            _ => Verdict::Keep,
        }
    }

    fn wait_for(&self, what: u8) {
        self.since.store(self.clock.now(), Relaxed);
        self.waiting.store(what, Relaxed);
    }

    /// Bytes have arrived, or the client's end.
    pub(super) fn received(&self) {
        // Between two requests HTTP/2 has a traffic of its own, which is no request that has begun.
        if self.waiting.load(Relaxed) == NEXT
            && self.in_flight.load(Relaxed) == 0
            && !self.multiplexed.load(Relaxed)
        {
            self.wait_for(HEAD);
        }
    }

    /// The system has taken bytes, or, while `outcome` is pending, will not take any more.
    pub(super) fn sent<T>(&self, outcome: &Poll<T>) {
        let stalled = self.stalled.load(Relaxed);
        if outcome.is_ready() {
            if stalled != TAKING {
                self.stalled.store(TAKING, Relaxed);
            }
        } else if stalled == TAKING {
            self.stalled.store(self.clock.now(), Relaxed);
        }
    }

    /// Whether the connection ends while the client may still be sending. If so, the time for it begins.
    pub(super) fn ends_early(&self) -> bool {
        let early = self.linger.load(Relaxed) || self.waiting.load(Relaxed) == HEAD;
        if early {
            self.wait_for(HEAD);
        }
        early
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        if self.0.in_flight.fetch_sub(1, Relaxed) == 1 {
            self.0.wait_for(NEXT);
        }
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The verdict 5 s, 15 s, 40 s and 90 s after `what` happened.
    fn check(what: impl FnOnce(&Arc<Watch>) -> Option<InFlight>, expected: [Verdict; 4]) {
        let clock = Clock::start();
        let watch = Watch::new(Arc::clone(&clock));
        let _held = what(&watch);
        let found = [5_000, 15_000, 40_000, 90_000].map(|later| {
            clock.now.store(later, Relaxed);
            watch.verdict(&Limits::default())
        });
        assert_eq!(found, expected);
    }

    #[test]
    fn a_pause_of_the_machine_is_nobodys_fault() {
        let clock = Clock::start();
        let now = [900, 2_000, 3_500, 60_000, 61_000].map(|elapsed| {
            clock.advance_to(elapsed, 1_000);
            clock.now()
        });
        assert_eq!(now, [900, 2_000, 3_500, 5_500, 6_500]);
    }

    #[test]
    fn a_connection_is_kept_for_as_long_as_its_state_allows() {
        use Verdict::{Close, Cut, Keep};
        let answered = |watch: &Arc<Watch>, multiplexed| drop(watch.begin(multiplexed));
        check(|_| None, [Keep, Cut, Cut, Cut]);
        check(|watch| Some(watch.begin(false)), [Keep, Keep, Keep, Keep]);
        check(
            |watch| {
                answered(watch, false);
                None
            },
            [Keep, Keep, Keep, Close],
        );
        check(
            |watch| {
                answered(watch, false);
                watch.close();
                None
            },
            [Keep, Keep, Keep, Cut],
        );
        check(
            |watch| {
                answered(watch, false);
                watch.received();
                None
            },
            [Keep, Cut, Cut, Cut],
        );
        check(
            |watch| {
                answered(watch, true);
                watch.received();
                None
            },
            [Keep, Keep, Keep, Close],
        );
        check(
            |watch| {
                answered(watch, false);
                watch.sent(&Poll::<()>::Pending);
                None
            },
            [Keep, Keep, Cut, Cut],
        );
        check(
            |watch| {
                answered(watch, false);
                watch.sent(&Poll::<()>::Pending);
                watch.sent(&Poll::Ready(()));
                None
            },
            [Keep, Keep, Keep, Close],
        );
    }
}
