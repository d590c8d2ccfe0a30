//! Waiting a moment before something is done.

use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;

/// Something that is done a while after it was last asked for.
#[derive(Clone, Copy)]
pub(in crate::admin) struct Timer {
    wait: Duration,
    running: StoredValue<Option<TimeoutHandle>>,
}

impl Timer {
    pub(in crate::admin) fn new(wait: Duration) -> Self {
        let running = StoredValue::new(None);
        on_cleanup(move || {
            stop(running);
        });
        Self { wait, running }
    }

    /// Does it after the wait, unless it is asked for again or called off before.
    pub(in crate::admin) fn ask(self, work: impl FnOnce() + 'static) {
        self.call_off();
        let running = self.running;
        let due = move || {
            running.set_value(None);
            work();
        };
        self.running
            .set_value(set_timeout_with_handle(due, self.wait).ok());
    }

    /// Does not do it after all. Whether it was to be done.
    pub(in crate::admin) fn call_off(self) -> bool {
        stop(self.running)
    }
}

fn stop(running: StoredValue<Option<TimeoutHandle>>) -> bool {
    let handle = running.try_update_value(Option::take).flatten();
    handle.is_some_and(|handle| {
        handle.clear();
        true
    })
}
