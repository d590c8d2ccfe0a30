//! Everything that does I/O for the domain: the database, the caches, the embedding providers.
//!
//! Knows neither HTTP nor HTML. [`Engine`] is the way of a request; [`ingest`] is the way in.

pub mod body;
mod breaker;
pub mod cache;
pub mod catalog;
pub mod clock;
pub mod content;
pub mod decide;
pub mod desk;
pub mod embedding;
mod engine;
pub mod explain;
pub mod ingest;
pub mod metrics;
pub mod people;
pub mod pulse;
pub mod spaces;
pub mod store;
pub mod survey;
pub mod terms;
pub mod visits;
pub mod warm;
pub mod writer;

pub use engine::{CacheResult, Engine, Parts, Recognised, Served, Source, Tier};
