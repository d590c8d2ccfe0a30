//! Landfall's command line.

use std::env;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode};

use clap::Parser;

/// Read by the local model's arithmetic once, at its first use.
const ARITHMETIC_THREADS: &str = "RAYON_NUM_THREADS";

fn main() -> ExitCode {
    if env::var_os(ARITHMETIC_THREADS).is_none() {
        restart_with_one_arithmetic_thread();
    }
    let cli = landfall::cli::Cli::parse();
    match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(landfall::cli::run(cli)),
        Err(error) => {
            eprintln!("landfall: the system refuses threads: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Replaces this process by itself with the variable set.
///
/// Texts are spread over threads by the embedding provider. Inside one text the arithmetic library
/// would start spinning threads of its own, which slow every visitor, and it can be told so by this
/// variable alone. Setting a variable of a running process is unsound, so the process starts anew;
/// should that fail, it goes on as it is, only slower.
fn restart_with_one_arithmetic_thread() {
    if let Ok(program) = env::current_exe() {
        let mut arguments = env::args_os();
        let mut command = Command::new(program);
        if let Some(name) = arguments.next() {
            command.arg0(name);
        }
        let error = command.args(arguments).env(ARITHMETIC_THREADS, "1").exec();
        eprintln!("landfall: could not limit the local model to one thread a text: {error}");
    }
}
