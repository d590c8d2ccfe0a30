//! What a crash, an interruption or a careless hand leaves behind, and how the next start deals with it.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use landfall::embedded::EmbeddedOptions;
use tokio::time::sleep;

use super::support::{
    am_root, assert_row, bin, both, data_dir, database, options, place, redis, start, write_row,
};

/// Set in the process that a test starts to have it killed.
const OWNER: &str = "LANDFALL_TEST_OWNER_OF";

#[tokio::test]
async fn killing_the_server_stops_the_services_and_loses_no_row() {
    if let Some(folder) = std::env::var_os(OWNER).map(PathBuf::from) {
        // This is the process to be killed.
        let services = start(&options(folder.clone())).await;
        write_row(&services);
        fs::write(folder.join("row-is-written"), "").expect("writable");
        sleep(Duration::from_hours(1)).await;
    }
    let place = place();
    let data = data_dir(&place);
    let mut owner = Killed(
        Command::new(std::env::current_exe().expect("it is known"))
            .args([
                "--exact",
                "recovery::killing_the_server_stops_the_services_and_loses_no_row",
            ])
            .env(OWNER, &data)
            .stdout(Stdio::null())
            .spawn()
            .expect("the test runs itself"),
    );
    eventually("the row is written", || {
        data.join("row-is-written").exists()
    })
    .await;
    let pids = ["postgres/postmaster.pid", "valkey/valkey.pid"].map(|file| {
        let text = fs::read_to_string(data.join(file)).expect("the service runs");
        text.lines().next().expect("a number").trim().to_owned()
    });
    owner.0.kill().expect("it runs");
    owner.0.wait().expect("it is a child");
    if Path::new("/proc/self").exists() {
        eventually("the services have ended", || {
            pids.iter().all(|pid| !runs(pid))
        })
        .await;
    }
    let services = start(&both(&place)).await;
    assert_row(&services);
    services.stop().await;
}

#[tokio::test]
async fn a_stale_pid_file_is_replaced_even_when_its_number_belongs_to_another_process() {
    let place = place();
    let services = start(&database(&place)).await;
    write_row(&services);
    services.stop().await;

    let cluster = data_dir(&place)
        .join("postgres")
        .canonicalize()
        .expect("it is there");
    let owner = fs::metadata(&cluster).expect("it is there");
    let mut command = Command::new("sleep");
    if am_root() {
        // PostgreSQL takes only processes of its own user for competitors.
        command.uid(owner.uid()).gid(owner.gid());
    }
    let stranger = Killed(command.arg("1000").spawn().expect("sleep runs"));
    // No process has the second number: it is above the largest one that Linux hands out.
    for pid in [stranger.0.id(), 4_194_305] {
        let file = cluster.join("postmaster.pid");
        fs::write(
            &file,
            format!(
                "{pid}\n{}\n1\n5432\n\n127.0.0.1\n1 1\nready   \n",
                cluster.display()
            ),
        )
        .expect("writable");
        chown(&file, Some(owner.uid()), Some(owner.gid())).expect("root or the owner");
        let services = start(&database(&place)).await;
        assert_row(&services);
        services.stop().await;
    }
}

#[tokio::test]
async fn a_database_that_was_left_running_is_stopped_cleanly_first() {
    let place = place();
    let services = start(&database(&place)).await;
    write_row(&services);
    services.stop().await;

    let cluster = data_dir(&place)
        .join("postgres")
        .canonicalize()
        .expect("it is there");
    let mut command = Command::new(bin("postgres"));
    command.arg("-D").arg(&cluster).args([
        "-p",
        &free_port().to_string(),
        "-c",
        "unix_socket_directories=",
    ]);
    if am_root() {
        let owner = fs::metadata(&cluster).expect("it is there");
        command.uid(owner.uid()).gid(owner.gid());
    }
    let mut left = Killed(
        command
            .current_dir("/")
            .stderr(Stdio::null())
            .spawn()
            .expect("postgres runs"),
    );
    eventually("the database runs", || {
        fs::read_to_string(cluster.join("postmaster.pid")).is_ok_and(|text| text.contains("ready"))
    })
    .await;

    let services = start(&database(&place)).await;
    assert!(
        left.0.wait().expect("it is a child").success(),
        "a fast shutdown ends with status 0"
    );
    assert_row(&services);
    services.stop().await;
}

#[tokio::test]
async fn what_an_interrupted_first_start_left_behind_is_removed() {
    let place = place();
    let half = data_dir(&place).join("postgres.init-0badc0de");
    fs::create_dir_all(half.join("base")).expect("writable");
    fs::write(half.join("PG_VERSION"), "18\n").expect("writable");
    let precious = place.path().join("precious");
    fs::create_dir(&precious).expect("writable");
    // A link that is not of Landfall's making loses the link only.
    symlink(&precious, data_dir(&place).join("postgres.init-11111111")).expect("writable");

    let services = start(&database(&place)).await;
    write_row(&services);
    services.stop().await;
    assert!(!half.exists());
    assert!(precious.exists());
}

#[tokio::test]
async fn a_lost_password_is_replaced() {
    let place = place();
    let services = start(&database(&place)).await;
    write_row(&services);
    services.stop().await;
    fs::remove_file(data_dir(&place).join("postgres.password")).expect("it is there");
    let services = start(&database(&place)).await;
    assert_row(&services);
    services.stop().await;
}

#[tokio::test]
async fn a_damaged_cache_is_set_aside() {
    let place = place();
    let options = EmbeddedOptions {
        postgres: false,
        ..both(&place)
    };
    start(&options).await.stop().await;
    fs::write(data_dir(&place).join("valkey/dump.rdb"), "this is no dump").expect("writable");
    let services = start(&options).await;
    assert_eq!(redis(services.redis_url().expect("a URL"), "DBSIZE"), ":0");
    services.stop().await;
    let aside = fs::read_to_string(data_dir(&place).join("valkey/dump.rdb.unreadable"))
        .expect("it is kept");
    assert_eq!(aside, "this is no dump");
}

/// A child that does not outlive its test.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port()
}

/// Whether a process runs; one that has ended but was not waited for does not.
fn runs(pid: &str) -> bool {
    fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|command| !command.is_empty())
}

/// Waits until something is so, and fails the test when that takes a minute.
async fn eventually(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..1_200 {
        if is_so() {
            return;
        }
        sleep(Duration::from_millis(50)).await;
    }
    panic!("not within a minute: {what}");
}
