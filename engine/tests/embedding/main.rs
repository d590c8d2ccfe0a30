//! Both embedding providers, with the local model's real weights. One program, so that they are loaded once.

#[path = "../support/mod.rs"]
mod support;

mod local;
mod openai;
