//! Embeddings: the spaces there are, filling a new one, comparing it, switching to it and back.

#[cfg(feature = "ssr")]
mod actions;
#[cfg(feature = "ssr")]
mod drift;
#[cfg(feature = "ssr")]
mod functions;
#[cfg(feature = "ssr")]
mod list;
#[cfg(feature = "ssr")]
mod panel;
#[cfg(feature = "ssr")]
mod picture;
#[cfg(feature = "ssr")]
mod plan;
#[cfg(feature = "ssr")]
pub mod plan_words;
mod progress;
#[cfg(feature = "ssr")]
mod refused;
#[cfg(feature = "ssr")]
mod switch;
#[cfg(feature = "ssr")]
mod words;

#[cfg(feature = "ssr")]
pub(super) use {drift::drift, list::list, plan::plan};

#[cfg(feature = "ssr")]
pub use drift::comparison_words;
#[cfg(feature = "ssr")]
pub use picture::drift_picture;
pub use progress::Progress;
#[cfg(feature = "ssr")]
pub use words::job as job_words;
