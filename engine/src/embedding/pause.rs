//! What a call to a provider waits for before it asks again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Pacer;

/// A pause before a provider is asked again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// What is in the way.
    pub reason: String,
    /// What is left of it.
    pub left: Duration,
}

/// The pause that a provider's calls make at this moment; of several, the one begun last.
#[derive(Debug, Default)]
pub(crate) struct Pausing(Mutex<Option<Arc<Begun>>>);

#[derive(Debug)]
struct Begun {
    reason: String,
    /// By the clock of whoever pauses.
    until: Duration,
}

/// Ends a pause when it is dropped, as when nobody waits for the call any more.
pub(super) struct Ends<'a> {
    pausing: &'a Pausing,
    begun: Arc<Begun>,
}

impl Pausing {
    /// Says that a call waits until `until`, by the clock of its pacer.
    pub(super) fn begin(&self, reason: String, until: Duration) -> Ends<'_> {
        let begun = Arc::new(Begun { reason, until });
        *self.lock() = Some(Arc::clone(&begun));
        Ends {
            pausing: self,
            begun,
        }
    }

    /// The pause, and what is left of it by the clock of `pacer`.
    pub(super) fn now(&self, pacer: &dyn Pacer) -> Option<Pause> {
        let begun = self.lock().clone()?;
        Some(Pause {
            reason: begun.reason.clone(),
            left: begun.until.saturating_sub(pacer.now()),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<Begun>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        let mut present = self.pausing.lock();
        if present
            .as_ref()
            .is_some_and(|begun| Arc::ptr_eq(begun, &self.begun))
        {
            *present = None;
        }
    }
}
