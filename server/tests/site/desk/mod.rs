//! The marketer's desk: screens and server functions over HTTP.

mod activity;
mod administration;
mod audience;
mod editor;
mod home;
mod insights;
mod links;
mod pages;
mod people;
mod preview;
mod segments;
mod sign_in;
pub(crate) mod support;
mod transfer;
mod variants;
mod written;

use crate::support::Database;
use support::{Role, desk};

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_signed_out_is_sent_to_sign_in_and_back() {
    let site = desk().await;
    let answer = site.node.get("/admin/nowhere?a=b%26c", &[]);
    assert_eq!(answer.status, 303);
    assert_eq!(
        answer.header("location"),
        "/admin/sign-in?next=%2Fadmin%2Fnowhere%3Fa%3Db%2526c"
    );
    for cookie in [
        "landfall_session=made-up",
        "landfall_session=AAAAAAAAAAAAAAAAAAAAAA",
    ] {
        let answer = site.node.get("/admin/nowhere", &[("Cookie", cookie)]);
        assert_eq!(answer.status, 303, "{answer:?}");
    }
    assert_eq!(sessions(&site.database), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screen_that_is_not_there_says_so_inside_the_frame() {
    let site = desk().await;
    let viewer = site.sign_in(Role::Viewer).await;
    let answer = site.open(&viewer, "/admin/nowhere");
    assert_eq!(answer.status, 404);
    assert_eq!(answer.select("main h2"), ["Not there"]);
    assert_eq!(answer.header("cache-control"), "private, no-store");
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("frame-ancestors 'self'"), "{policy}");
    assert!(!policy.contains("unsafe-inline"), "{policy}");
    let links = answer.select("nav[aria-label=Screens] a");
    assert!(links.contains(&"Segments".to_owned()), "{links:?}");
    assert!(!links.contains(&"People".to_owned()), "{links:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_an_earlier_epoch_is_over() {
    let site = desk().await;
    let viewer = site.sign_in(Role::Viewer).await;
    assert_eq!(site.open(&viewer, "/admin/nowhere").status, 404);
    site.database.query("UPDATE users SET epoch = epoch + 1");
    assert_eq!(site.open(&viewer, "/admin/nowhere").status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_another_site_is_refused() {
    let site = desk().await;
    for (name, value) in [
        ("Origin", "https://evil.example"),
        ("Sec-Fetch-Site", "cross-site"),
    ] {
        let answer = site.node.post("/admin/api/sign-out", &[(name, value)], "");
        assert_eq!(answer.status, 403, "{answer:?}");
    }
}

fn sessions(database: &Database) -> String {
    database.query("SELECT count(*) FROM tower_sessions.session")
}
