//! What stands in the way of a start is named, with the way out.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use landfall::embedded::{Embedded, EmbeddedOptions};

use super::support::{both, data_dir, database, place, start};

#[tokio::test]
async fn a_folder_that_is_no_usable_cluster_is_refused_and_left_as_it_is() {
    async fn check(prepare: impl Fn(&Path), expected: &str) {
        let place = place();
        let cluster = data_dir(&place).join("postgres");
        prepare(&cluster);
        let before = listing(&data_dir(&place));
        let refused = Embedded::start(&database(&place))
            .await
            .expect_err(expected)
            .to_string();
        assert!(refused.contains(expected), "{refused}");
        assert!(refused.contains("Nothing has been changed"), "{refused}");
        let mut after = listing(&data_dir(&place));
        after.retain(|path| !path.ends_with("lock") && !path.to_string_lossy().contains("/log"));
        assert_eq!(after, before);
    }
    let file = |path: PathBuf, text: &str| {
        fs::create_dir_all(path.parent().expect("it has one")).expect("writable");
        fs::write(path, text).expect("writable");
    };
    check(
        |cluster| fs::create_dir(cluster).expect("writable"),
        "PG_VERSION is missing",
    )
    .await;
    check(
        |cluster| file(cluster.join("PG_VERSION"), "18\n"),
        "global/pg_control is missing",
    )
    .await;
    check(
        |cluster| {
            file(cluster.join("PG_VERSION"), "17\n");
            file(cluster.join("global/pg_control"), "");
        },
        "the data of PostgreSQL 17, but PostgreSQL 18 is installed",
    )
    .await;
    check(
        |cluster| symlink("/nowhere/at/all", cluster).expect("writable"),
        "leads to /nowhere/at/all, which does not exist",
    )
    .await;
}

#[tokio::test]
async fn a_port_in_use_is_named_with_its_service() {
    let place = place();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = taken.local_addr().expect("it is bound").port();
    let options = [
        (
            "PostgreSQL",
            EmbeddedOptions {
                postgres_port: Some(port),
                ..database(&place)
            },
        ),
        (
            "Valkey",
            EmbeddedOptions {
                valkey_port: Some(port),
                ..both(&place)
            },
        ),
    ];
    for (service, options) in options {
        let refused = Embedded::start(&options)
            .await
            .expect_err("the port is taken")
            .to_string();
        assert!(
            refused.contains(&format!("{service} cannot listen on 127.0.0.1:{port}")),
            "{refused}"
        );
        assert!(refused.contains("configure another port"), "{refused}");
    }
    // The refusal of Valkey came after PostgreSQL had started, and must have stopped it again.
    assert!(!data_dir(&place).join("postgres/postmaster.pid").exists());
    drop(taken);
    let services = start(&EmbeddedOptions {
        postgres_port: Some(port),
        ..both(&place)
    })
    .await;
    assert!(
        services
            .database_url()
            .expect("a URL")
            .contains(&format!(":{port}/"))
    );
    services.stop().await;
}

#[tokio::test]
async fn a_failing_start_quotes_the_log() {
    let place = place();
    start(&database(&place)).await.stop().await;
    let config = data_dir(&place).join("postgres/postgresql.conf");
    let mut text = fs::read_to_string(&config).expect("readable");
    text.push_str("\nno_such_setting = 1\n");
    fs::write(&config, text).expect("writable");
    let refused = Embedded::start(&database(&place))
        .await
        .expect_err("the configuration is wrong")
        .to_string();
    assert!(
        refused.contains(r#"unrecognized configuration parameter "no_such_setting""#),
        "{refused}"
    );
    assert!(refused.contains("log/postgres.log"), "{refused}");
}

#[tokio::test]
async fn missing_programs_name_the_command_that_installs_them() {
    let place = place();
    let options = EmbeddedOptions {
        runtime_dir: place.path().join("nothing"),
        ..both(&place)
    };
    for options in [
        options.clone(),
        EmbeddedOptions {
            postgres: false,
            ..options
        },
    ] {
        let refused = Embedded::start(&options)
            .await
            .expect_err("nothing is installed")
            .to_string();
        assert!(refused.contains("Run `make setup`"), "{refused}");
    }
}

/// Everything below a folder, without following links.
fn listing(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("readable") {
        let path = entry.expect("readable").path();
        if path.is_dir() && !path.is_symlink() {
            found.extend(listing(&path));
        }
        found.push(path);
    }
    found.sort();
    found
}
