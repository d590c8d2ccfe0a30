//! Import and export: files that come and go.

#[cfg(feature = "ssr")]
mod actions;
mod drop_file;
#[cfg(feature = "ssr")]
mod export;
#[cfg(feature = "ssr")]
mod findings;
#[cfg(feature = "ssr")]
mod history;
#[cfg(feature = "ssr")]
mod import;
#[cfg(feature = "ssr")]
mod job;
mod progress;
#[cfg(feature = "ssr")]
mod rejected;

#[cfg(feature = "ssr")]
pub(super) use import::transfer;
#[cfg(feature = "ssr")]
pub(super) use job::job;
