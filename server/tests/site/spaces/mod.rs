//! Changing the embedding model without anyone noticing.

mod drift;
mod edits;
mod faults;
mod jobs;
mod kill;
#[path = "../../../../engine/tests/support/openai_server.rs"]
#[expect(
    dead_code,
    reason = "shared with the engine's own tests, which use all of it"
)]
mod openai_server;
mod screens;
mod statements;
mod support;
mod switch;
