//! Configuration files, and what `serve` says when it cannot start.

use std::fs;
use std::net::TcpListener;

use crate::command::{bare, on, run};
use crate::support::{empty_database, query};

#[test]
fn a_setting_nobody_knows_is_refused_by_name() {
    let check = |file: &str, variable: (&str, &str), name: &str| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("landfall.toml"), file).expect("writable");
        let (code, printed, complaint) = run(bare(folder.path())
            .env(variable.0, variable.1)
            .arg("migrate"));
        assert_eq!((code, printed.as_str()), (2, ""), "{complaint}");
        assert!(complaint.contains(name), "{complaint}");
        let kept = fs::read_dir(folder.path()).expect("readable").count();
        assert_eq!(kept, 1, "nothing was started");
    };
    let none = ("UNRELATED", "");
    check("colour = \"red\"", none, "colour");
    check("[embedding]\nflavour = \"mild\"", none, "flavour");
    check("listen = \"everywhere\"", none, "listen");
    check("memory_cache_mb = -1", none, "memory_cache_mb");
    check("database_connections = 1", none, "database_connections");
    check("worker_threads = 0", none, "worker_threads");
    check("max_connections = 0", none, "max_connections");
    check("tls_certificate = \"a.pem\"", none, "tls_key");
    check("tls_key = \"a.pem\"", none, "tls_certificate");
    check("", ("LANDFALL_COLOUR", "red"), "colour");
    check("", ("LANDFALL_EMBEDDING__PROVIDER", "oracle"), "oracle");
}

#[test]
fn a_port_in_use_is_said_before_anything_is_started() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("it is bound").to_string();
    let database = empty_database();
    let (code, _, complaint) =
        run(on(folder.path(), &database).args(["serve", "--listen", &address]));
    assert_eq!(code, 1, "{complaint}");
    assert!(
        complaint.contains(&format!("{address} is in use")),
        "{complaint}"
    );
    assert!(complaint.contains("--listen"), "{complaint}");
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(query(&database, tables), "0");
}

#[test]
fn a_certificate_that_cannot_be_read_is_named_before_anything_is_started() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = "tls_certificate = \"no-such.pem\"\ntls_key = \"no-such.key\"";
    fs::write(folder.path().join("landfall.toml"), file).expect("writable");
    let (code, _, complaint) = run(bare(folder.path()).args(["serve", "--listen", "127.0.0.1:0"]));
    assert_eq!(code, 1, "{complaint}");
    let expected = "tls_certificate: no-such.pem cannot be read";
    assert!(complaint.contains(expected), "{complaint}");
    let kept = fs::read_dir(folder.path()).expect("readable").count();
    assert_eq!(kept, 1, "nothing was started");
}
