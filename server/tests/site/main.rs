//! The whole server, as visitors and people at the command line meet it, against real PostgreSQL with pgvector and Valkey.

mod api;
#[path = "../../../engine/tests/support/chat_server.rs"]
mod chat_server;
mod client;
mod coherence;
mod command;
mod crawlers;
mod desk;
mod explain;
mod faults;
mod files;
mod http;
mod import;
mod load;
mod node;
mod publishing;
mod rollout;
mod sessions;
mod shared_cache;
mod spaces;
mod support;
mod terms;
mod transport;
mod varnish;
mod visitors;
mod warming;
