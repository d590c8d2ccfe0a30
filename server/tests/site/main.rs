//! The whole server, as visitors and people at the command line meet it, against real PostgreSQL with pgvector and Valkey.

mod api;
mod client;
mod command;
mod explain;
mod faults;
mod files;
mod http;
mod import;
mod publishing;
mod sessions;
mod support;
mod transport;
mod visitors;
