//! Shared by the engine's integration tests.

pub(crate) mod model;
pub(crate) mod openai_server;
