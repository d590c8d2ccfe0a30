//! Threads that give way to all others.

use tokio::sync::oneshot;
use tracing::debug;

/// How much they give way: 0 not at all, 19 most.
const NICE: i32 = 10;

/// Threads of low priority.
#[derive(Debug)]
pub(super) struct Pool(rayon::ThreadPool);

impl Pool {
    pub(super) fn new(threads: usize) -> Result<Self, std::io::Error> {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads.max(1))
            .thread_name(|number| format!("warm-{number}"))
            .start_handler(|_| give_way())
            .build()
            .map(Self)
            .map_err(std::io::Error::other)
    }

    /// Runs `work` on one of the threads; `None` when it panics.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let (done, outcome) = oneshot::channel();
        self.0.spawn(move || {
            let value = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
            let _ = done.send(value.ok());
        });
        outcome.await.ok().flatten()
    }
}

/// On Linux a priority belongs to a thread, and a thread's id names it.
fn give_way() {
    let thread = rustix::thread::gettid();
    if let Err(error) = rustix::process::setpriority_process(Some(thread), NICE) {
        debug!(%error, "warm.pool keeps its priority");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_is_done_with_low_priority_and_a_panic_stays_there() {
        let pool = Pool::new(1).unwrap();
        let nice = || rustix::process::getpriority_process(Some(rustix::thread::gettid())).unwrap();
        assert_eq!(pool.run(nice).await, Some(NICE));
        assert_eq!(pool.run(|| panic!("on purpose")).await, None::<()>);
        assert_eq!(pool.run(|| 7).await, Some(7));
    }
}
