//! The overview.

use super::support::{Role, desk};
use crate::support::Database;

#[tokio::test(flavor = "multi_thread")]
async fn the_overview_tells_what_waits() {
    let site = desk().await;
    let viewer = site.sign_in(Role::Viewer).await;
    site.database.query(
        "UPDATE variants SET ends_at = now() + interval '2 days' WHERE external_id = 'pricing--smb--en'",
    );
    let linkedin = "/pricing?utm_source=linkedin";
    for target in [linkedin, linkedin, "/landing/routes?utm_source=google"] {
        assert_eq!(site.node.get(target, &[]).status, 200);
    }
    site.node.count_visits().await;
    let shown = site.open(&viewer, "/admin");
    assert_eq!(shown.status, 200);
    let text = shown.select("main").concat();
    for part in [
        "1draft waits to be published",
        "Prices for small companies",
        "/landing/routes for Small companies",
        "Default instead",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    // A viewer is offered nothing that would be refused.
    assert!(shown.select("a[href='/admin/variants/new']").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_site_says_where_to_begin() {
    let database = Database::create().await;
    let node = database.node().await;
    let site = super::support::Site { database, node };
    let publisher = site.sign_in(Role::Publisher).await;
    let shown = site.open(&publisher, "/admin");
    assert_eq!(shown.status, 200);
    assert_eq!(
        shown.select("ol a[href='/admin/pages/new']"),
        ["Create a page"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_numbers_take_a_session_and_count_visits() {
    let site = desk().await;
    let viewer = site.sign_in(Role::Viewer).await;
    assert_eq!(site.call_signed_out("home/now", &[]).status, 401);
    for _ in 0..4 {
        site.node.get("/pricing", &[]);
    }
    let answer = site.call(&viewer, "home/now", &[]);
    assert_eq!(answer.status, 200, "{answer:?}");
    let doing: serde_json::Value = serde_json::from_str(answer.text()).expect("JSON");
    let answers: u64 = doing["latency"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| row[1].as_str().unwrap().parse::<u64>().unwrap())
        .sum();
    assert_eq!(answers, 4);
    // Hits are among them as well.
    assert_eq!(doing["segments"][0][0], "Everyone else");
    assert_eq!(doing["segments"][0][1], "4");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_does_in_one_go_is_one_publication() {
    let site = desk().await;
    let viewer = site.sign_in(Role::Viewer).await;
    site.database.query("DELETE FROM audit_log");
    let note = |actor: &str, action: &str, things: usize, ago: &str| {
        site.database.query(&format!(
            "INSERT INTO audit_log (actor, action, subject, at) \
             SELECT '{actor}', '{action}', '{action}-' || n, now() - interval '{ago}' \
             FROM generate_series(1, {things}) n"
        ));
    };
    note("ann", "variant.publish", 1, "3 hours");
    note("ann", "variant.publish", 2, "50 minutes");
    note("bob", "page.import", 100, "40 minutes");
    note("bob", "segment.save", 3, "35 minutes");
    note("bob", "variant.import", 1_200, "30 minutes");
    note("ann", "variant.archive", 1, "20 minutes");
    let shown = site.open(&viewer, "/admin").select("section");
    let publications = shown.iter().find(|text| text.contains("Last publications"));
    let text = publications.expect("a panel");
    for (expected, times) in [
        ("ann archived the variant variant.archive-1", 1),
        (
            "bob imported the variant variant.import-1200 and 1,299 more",
            1,
        ),
        ("ann published the variant variant.publish-2 and 1 more", 1),
        ("ann published the variant variant.publish-1", 1),
        ("bob", 1),
        ("ann", 3),
    ] {
        assert_eq!(text.matches(expected).count(), times, "{expected}: {text}");
    }
}
