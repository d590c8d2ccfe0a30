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
mod rights;
mod segments;
mod sign_in;
mod stale;
pub(crate) mod support;
mod transfer;
mod variants;
mod written;

use crate::client::{Answer, request};
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
    assert_eq!(answer.h1(), "Not there");
    assert_eq!(answer.header("cache-control"), "private, no-store");
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("frame-ancestors 'self'"), "{policy}");
    assert!(!policy.contains("unsafe-inline"), "{policy}");
    let links = answer.select("nav[aria-label=Screens] a");
    assert!(links.contains(&"Segments".to_owned()), "{links:?}");
    assert!(!links.contains(&"People".to_owned()), "{links:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_character_that_no_text_may_have_is_refused_and_not_a_failure() {
    let site = desk().await;
    let editor = site.sign_in(Role::Editor).await;
    for target in [
        "/admin/activity?subject=a%00",
        "/admin/activity?kind=a%00",
        "/admin/activity?person=a%00",
        "/admin/pages?q=a%00",
        "/admin/variants?q=a%00",
        "/admin/variants?page=a%00",
        "/admin/variants?author=a%00",
        "/admin/preview?page=a%00",
        "/admin/preview/frame?page=a%00",
        "/admin/insights?space=a%00",
        "/admin/activity.csv?subject=a%00",
        "/admin/transfer/export?page=a%00",
    ] {
        let answer = site.open(&editor, target);
        assert!(answer.status < 500, "{target}: {answer:?}");
    }
    let answer = site.open(&editor, "/admin/pages?q=a%00");
    assert_eq!(answer.status, 422);
    let said = answer.select("main").concat();
    assert!(said.contains("U+0000"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_of_the_admin_is_protected() {
    let site = desk().await;
    let admin = site.sign_in(Role::Admin).await;
    let long = format!("/admin/pages?q={}", "x".repeat(9_000));
    for (target, status) in [
        ("/admin", 200),
        ("/admin/nowhere", 404),
        ("/admin/api/nowhere", 404),
        ("/admin/activity.csv", 200),
        ("/admin/preview/frame?page=/pricing", 200),
        ("/admin/preview/frame?page=/nowhere", 404),
        ("/admin/transfer/progress", 404),
        (long.as_str(), 414),
    ] {
        for method in ["GET", "HEAD"] {
            let headers = [("Cookie", admin.cookie.as_str())];
            let answer = request(site.node.address, method, target, &headers);
            let told = format!("{method} {}", &target[..target.len().min(60)]);
            assert_eq!(answer.status, status, "{told}");
            protected(&answer, &told);
        }
    }
    for method in ["TRACE", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT2"] {
        let headers = [("Cookie", admin.cookie.as_str())];
        for target in ["/admin/pages", "/admin/api/pages/save"] {
            let answer = request(site.node.address, method, target, &headers);
            assert!(
                matches!(answer.status, 400..=405),
                "{method} {target}: {answer:?}"
            );
        }
    }
}

/// Expects what keeps an answer out of caches, of foreign frames, and from being taken for a script.
fn protected(answer: &Answer, told: &str) {
    assert_eq!(
        answer.header("cache-control"),
        "private, no-store",
        "{told}"
    );
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{told}");
    assert_eq!(answer.header("x-frame-options"), "SAMEORIGIN", "{told}");
    assert!(!answer.header("referrer-policy").is_empty(), "{told}");
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("default-src 'none'"), "{told}: {policy}");
    assert!(
        policy.contains("frame-ancestors 'self'"),
        "{told}: {policy}"
    );
    assert!(!policy.contains("unsafe-inline"), "{told}: {policy}");
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
