//! Starting, stopping and sharing the services.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use landfall::embedded::{Embedded, EmbeddedError, EmbeddedOptions, attach_or_start};

use super::support::{
    am_root, assert_row, both, data_dir, place, query, redis, start, try_query, write_row,
};

/// How people reach the site of a server.
const SITE: &str = "http://127.0.0.1:3132";

#[tokio::test]
async fn a_fresh_start_serves_a_database_with_pgvector_and_a_cache() {
    let place = place();
    let services = start(&both(&place)).await;
    let url = services.database_url().expect("PostgreSQL was asked for");
    query(url, "CREATE EXTENSION IF NOT EXISTS vector");
    assert_eq!(
        query(url, "SELECT '[1,2,3]'::vector <=> '[1,2,3]'::vector"),
        "0"
    );
    assert_eq!(query(url, "SHOW server_encoding"), "UTF8");
    assert_eq!(query(url, "SHOW data_checksums"), "on");
    assert_eq!(
        query(
            url,
            "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
        ),
        "f"
    );
    query(url, "CREATE DATABASE of_a_test");
    assert_eq!(
        query(
            &format!("{}/of_a_test", url.trim_end_matches("/landfall")),
            "SELECT count(*) FROM pg_extension WHERE extname = 'vector'"
        ),
        "1"
    );
    assert_eq!(
        redis(
            services.redis_url().expect("Valkey was asked for"),
            "CONFIG GET maxmemory-policy"
        ),
        "allkeys-lru"
    );

    let data = data_dir(&place);
    for secret in [
        "services.json",
        "postgres.password",
        "valkey/valkey.conf",
        "log/postgres.log",
        "log/valkey.log",
    ] {
        let mode = fs::metadata(data.join(secret))
            .expect(secret)
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{secret}");
    }
    let wrong = url.replace("landfall:", "landfall:x");
    assert!(
        try_query(&wrong, "SELECT 1")
            .expect_err("a wrong password")
            .contains("password authentication failed")
    );
    services.stop().await;
    assert!(
        !data.join("services.json").exists(),
        "a stopped server announces nothing"
    );
    assert!(
        !data.join("postgres/postmaster.pid").exists(),
        "PostgreSQL has shut down in good order"
    );
}

#[tokio::test]
async fn only_the_services_asked_for_are_started() {
    let place = place();
    let services = start(&EmbeddedOptions {
        postgres: false,
        ..both(&place)
    })
    .await;
    assert_eq!(services.database_url(), None);
    assert!(services.redis_url().is_some());
    let refused = attach_or_start(&both(&place))
        .await
        .expect_err("that process has no database");
    assert!(
        matches!(
            refused,
            EmbeddedError::NotOffered {
                service: "PostgreSQL",
                ..
            }
        ),
        "{refused}"
    );
    services.stop().await;
}

#[tokio::test]
async fn rows_and_cached_values_survive_a_restart() {
    let place = place();
    let services = start(&both(&place)).await;
    write_row(&services);
    redis(services.redis_url().expect("a URL"), "SET page cached");
    services.stop().await;

    let services = start(&both(&place)).await;
    assert_row(&services);
    assert_eq!(
        redis(services.redis_url().expect("a URL"), "GET page"),
        "cached"
    );
    services.stop().await;
}

#[tokio::test]
async fn a_cache_that_cannot_be_saved_still_stops_in_good_order() {
    let place = place();
    let services = start(&EmbeddedOptions {
        postgres: false,
        ..both(&place)
    })
    .await;
    redis(services.redis_url().expect("a URL"), "SET page cached");
    fs::remove_dir_all(data_dir(&place).join("valkey")).expect("it is there");
    services.stop().await;
    let log = fs::read_to_string(data_dir(&place).join("log/valkey.log")).expect("readable");
    assert!(
        log.contains("is now ready to exit, bye bye"),
        "it was not killed: {log}"
    );
}

#[tokio::test]
async fn a_new_database_never_meets_the_cache_of_an_old_one() {
    let place = place();
    let services = start(&both(&place)).await;
    redis(services.redis_url().expect("a URL"), "SET page cached");
    services.stop().await;
    fs::remove_dir_all(data_dir(&place).join("postgres")).expect("it is there");

    let services = start(&both(&place)).await;
    assert_eq!(
        redis(services.redis_url().expect("a URL"), "EXISTS page"),
        ":0"
    );
    services.stop().await;
}

#[tokio::test]
async fn a_second_server_is_refused_and_a_command_uses_the_first() {
    let place = place();
    let first = start(&EmbeddedOptions {
        base_url: Some(SITE.to_owned()),
        ..both(&place)
    })
    .await;
    let refused = Embedded::start(&both(&place))
        .await
        .expect_err("the folder is taken")
        .to_string();
    assert!(
        refused.contains(&format!("process {}", std::process::id())),
        "{refused}"
    );
    assert!(refused.contains("Stop that process first"), "{refused}");

    let attached = attach_or_start(&both(&place))
        .await
        .expect("the services run");
    assert_eq!(attached.database_url(), first.database_url());
    assert_eq!(attached.redis_url(), first.redis_url());
    assert_eq!(attached.base_url(), Some(SITE));
    attached.stop().await;
    // A link leads to the server that runs, whatever the settings of the command say.
    let mut user = Command::new(env!("CARGO_BIN_EXE_landfall"));
    user.current_dir(place.path())
        .env_remove("DATABASE_URL")
        .env_remove("REDIS_URL")
        .arg("--data-dir")
        .arg(data_dir(&place))
        .args(["user", "add", "bob@site.example"]);
    let output = user.output().expect("the program starts");
    let link = String::from_utf8_lossy(&output.stdout);
    assert!(
        link.starts_with(&format!("{SITE}/admin/welcome/")),
        "{output:?}"
    );
    assert_eq!(
        query(first.database_url().expect("a URL"), "SELECT 1"),
        "1",
        "a command leaves the server's services running"
    );
    first.stop().await;

    let alone = attach_or_start(&both(&place))
        .await
        .expect("the folder is free again");
    assert_eq!(query(alone.database_url().expect("a URL"), "SELECT 1"), "1");
    alone.stop().await;
}

#[tokio::test]
async fn a_folder_that_the_services_cannot_enter_has_their_files_elsewhere() {
    let place = place();
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o700)).expect("it is ours");
    let services = start(&both(&place)).await;
    write_row(&services);
    services.stop().await;
    let links: Vec<PathBuf> = ["postgres", "valkey"]
        .iter()
        .filter_map(|name| fs::read_link(data_dir(&place).join(name)).ok())
        .collect();
    // An ordinary user runs the services himself and can enter his own folders.
    assert_eq!(links.len(), if am_root() { 2 } else { 0 });
    let services = start(&both(&place)).await;
    assert_row(&services);
    services.stop().await;
    for link in links {
        fs::remove_dir_all(link).expect("it is there");
    }
}
