//! The embedded services against the real programs: what a fresh machine, a crash or a careless hand can do to them.

mod recovery;
mod refusals;
mod start;
mod support;
