//! Changing the embedding model without anyone noticing.

mod commands;
mod drift;
mod edits;
mod faults;
mod index;
mod jobs;
mod kill;
mod nearest;
#[path = "../../../../engine/tests/support/openai_server.rs"]
mod openai_server;
mod plans;
mod restart;
mod screens;
mod statements;
mod support;
mod switch;
mod told;
mod unfinished;
mod waits;
