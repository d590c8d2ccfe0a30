//! Landfall's command line.

use std::process::ExitCode;

use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    landfall::cli::run(landfall::cli::Cli::parse()).await
}
