//! How far a long command has come: a bar on a terminal, lines elsewhere.

use std::io::IsTerminal as _;
use std::ops::ControlFlow;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use engine::ingest::{Progress, Rejection};
use indicatif::{ProgressBar, ProgressStyle};

use super::import::complain;

/// A bar on a terminal; elsewhere a line for every tenth of the work.
pub(super) struct Bar {
    what: &'static str,
    drawn: OnceLock<ProgressBar>,
    total: AtomicUsize,
    tenth: AtomicUsize,
}

impl Bar {
    /// Counts `what`, as in "120 of 1,000 records".
    pub(super) fn new(what: &'static str) -> Self {
        Self {
            what,
            drawn: OnceLock::new(),
            total: AtomicUsize::new(0),
            tenth: AtomicUsize::new(0),
        }
    }
}

#[async_trait]
impl Progress for Bar {
    async fn skip(&self, rejections: &[Rejection], _: usize) {
        complain(rejections);
    }

    async fn start(&self, total: usize) {
        self.total.store(total, Ordering::Relaxed);
        if total > 0 && std::io::stderr().is_terminal() {
            let bar = ProgressBar::new(total as u64);
            if let Ok(style) =
                ProgressStyle::with_template("{bar:40} {pos}/{len} {msg} ({eta} left)")
            {
                bar.set_style(style);
            }
            bar.set_message(self.what);
            // A second start of the same bar keeps the first.
            let _ = self.drawn.set(bar);
        }
    }

    async fn advance(&self, done: usize) -> ControlFlow<()> {
        if let Some(bar) = self.drawn.get() {
            bar.set_position(done as u64);
            return ControlFlow::Continue(());
        }
        let total = self.total.load(Ordering::Relaxed).max(1);
        let tenth = done * 10 / total;
        if tenth > self.tenth.swap(tenth, Ordering::Relaxed) {
            eprintln!("{done} of {total} {}", self.what);
        }
        ControlFlow::Continue(())
    }

    async fn finish(&self) {
        if let Some(bar) = self.drawn.get() {
            bar.finish_and_clear();
        }
    }
}
