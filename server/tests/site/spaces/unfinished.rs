//! Spaces that were begun and with which nothing goes on.

use std::sync::Arc;

use engine::embedding::Providers;
use engine::spaces::Spaces;

use super::screens::with_people;
use super::support::{Gated, Moving, Scattered, moving, settings, someone};
use crate::client::Answer;
use crate::command::{on, succeed};
use crate::desk::support::Role;

/// A job that somebody stopped, with what was last in its way; returns the space's version.
async fn stop(site: &Moving) -> i32 {
    let space = site.start().await;
    site.spaces.cancel(&someone(), space).await.unwrap();
    site.database
        .query("UPDATE jobs SET error = 'The cable is cut.'");
    space
}

fn words(screen: &Answer) -> String {
    screen.select("main").concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_space_whose_job_was_stopped_says_so_and_how_to_go_on() {
    let site = moving().await;
    let space = stop(&site).await;
    let desk = with_people(&site).await;
    let admin = desk.sign_in(Role::Admin).await;
    let screen = desk.open(&admin, "/admin/spaces");
    let told = words(&screen);
    let total = site.database.query("SELECT total FROM jobs");
    assert!(told.contains("Not finished"), "{told}");
    assert!(!told.contains("Being filled"), "{told}");
    let far = format!("Stopped at 0 of {total} texts, ");
    assert!(told.contains(&far), "{told}");
    assert!(told.contains("Its last error: The cable is cut."), "{told}");
    let plan = screen.attribute("main a[href^='/admin/spaces/plan']", "href");
    assert!(told.contains("Start again"), "{told}");
    let plan = desk.open(&admin, &plan.expect("it leads on"));
    assert_eq!(plan.status, 200);

    let folder = site.folder("", "");
    let status = || succeed(on(folder.path(), &site.database.url).args(["embed", "status"]));
    let said = status();
    assert!(
        said.contains("  state    not finished; landfall embed start goes on\n"),
        "{said}"
    );
    assert!(said.contains("  job      cancelled 20"), "{said}");
    assert!(
        said.contains(&format!(" UTC, 0 of {total} texts: The cable is cut.")),
        "{said}"
    );
    site.start().await;
    site.spaces.pause(&someone(), space).await.unwrap();
    let said = status();
    assert!(said.contains("is being filled"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_space_whose_model_is_not_configured_any_more_says_that_it_cannot_be_filled() {
    let site = moving().await;
    let space = stop(&site).await;
    let folder = site.folder("", "");
    let providers = Providers::new(Arc::new(Scattered::new("old")));
    let site = Moving {
        spaces: Spaces::new(site.store().clone(), providers.clone(), settings()),
        providers,
        ..site
    };
    let desk = with_people(&site).await;
    let admin = desk.sign_in(Role::Admin).await;
    let screen = desk.open(&admin, "/admin/spaces");
    let told = words(&screen);
    for part in [
        "Not finished",
        "Stopped at 0 of ",
        "Its last error: The cable is cut.",
        "This model is not configured here, so this space cannot be filled.",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!told.contains("Start again"), "{told}");
    let delete = format!("[popovertarget=drop-{space}]");
    assert_eq!(screen.select(&delete)[0], "Delete");

    let file = folder.path().join("landfall.toml");
    let config = std::fs::read_to_string(&file).expect("it is ours");
    let (old, _) = config.split_once("[next_embedding]").expect("it has two");
    std::fs::write(&file, old).expect("it is ours");
    let said = succeed(on(folder.path(), &site.database.url).args(["embed", "status"]));
    assert!(said.contains("  state    not finished\n"), "{said}");
    assert!(said.contains("  model    not configured here\n"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_job_is_open_only_its_own_line_says_how_far_it_is() {
    let site = moving().await.with(Arc::new(Gated::new("new")));
    let space = site.start().await;
    let desk = with_people(&site).await;
    let viewer = desk.sign_in(Role::Viewer).await;
    let counted = || {
        let screen = desk.open(&viewer, "/admin/spaces");
        let names = screen.select("main dt");
        let counted = names.iter().filter(|name| *name == "Texts with a vector");
        (counted.count(), screen.select("main progress").len())
    };
    // The space that decides has no job.
    assert_eq!(counted(), (1, 1));
    site.spaces.cancel(&someone(), space).await.unwrap();
    assert_eq!(counted(), (2, 0));
}
