//! The `landfall` program itself.

use std::path::Path;
use std::process::{Command, Output};

use crate::support::services;

/// The program in `folder`, deaf to the settings of whoever runs the tests.
pub(crate) fn bare(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_landfall"));
    command.current_dir(folder);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let foreign = text.starts_with("LANDFALL_")
            && !["LANDFALL_CACHE", "LANDFALL_RUNTIME_DIR"].contains(&&*text);
        if foreign || ["DATABASE_URL", "REDIS_URL"].contains(&&*text) {
            command.env_remove(&name);
        }
    }
    command
}

/// The program in `folder`, working on the database.
pub(crate) fn on(folder: &Path, database_url: &str) -> Command {
    let mut command = bare(folder);
    command.args(["--database-url", database_url]);
    command.args(["--redis-url", &services().redis_url]);
    command
}

/// Runs the command and returns exit code, standard output and standard error.
pub(crate) fn run(command: &mut Command) -> (i32, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("the program starts");
    let text = |bytes| String::from_utf8(bytes).expect("it speaks UTF-8");
    (
        status.code().expect("it was not killed"),
        text(stdout),
        text(stderr),
    )
}

/// Runs a command that must succeed and returns what it prints.
pub(crate) fn succeed(command: &mut Command) -> String {
    let (code, printed, complaint) = run(command);
    assert_eq!(code, 0, "{complaint}");
    printed
}
