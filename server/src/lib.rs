//! The `landfall` binary's parts: command line, configuration, HTTP and embedded services.

pub mod cli;
pub mod config;
pub mod demo;
pub mod embedded;
pub mod http;
mod render;
pub mod runtime;
mod telemetry;
