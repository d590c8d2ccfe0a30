//! Which share of visits the conditions of segments would have matched.

use super::support::{Role, Site, Visit, desk};

/// Lets visitors come, and writes what of them is kept.
async fn come(site: &Site, count: usize, target: &str, headers: &[(&str, &str)]) {
    for _ in 0..count {
        assert_eq!(site.node.get(target, headers).status, 200);
    }
    site.node.write_survey(&site.database.store).await;
}

fn matching(site: &Site, visit: &Visit, condition: &str) -> String {
    let answer = site.call(visit, "segments/matching", &[("condition", condition)]);
    assert_eq!(answer.status, 200, "{answer:?}");
    serde_json::from_str(answer.text()).expect("a sentence")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_and_the_editor_say_which_share_of_visits_matches() {
    let site = desk().await;
    let viewer = site.sign_in(Role::Viewer).await;
    let linkedin = r#"{"utm.source":"linkedin"}"#;
    assert!(matching(&site, &viewer, linkedin).starts_with("Too few visits"));
    come(&site, 6, "/pricing?utm_source=linkedin", &[]).await;
    come(&site, 18, "/pricing", &[]).await;
    assert_eq!(
        matching(&site, &viewer, linkedin),
        "25 % of the visits of the last 7 days would have matched."
    );
    assert_eq!(
        matching(&site, &viewer, r#"{"utm.source":"made-up"}"#),
        "None of the visits of the last 7 days would have matched."
    );
    // What is still being written is no mistake.
    assert_eq!(matching(&site, &viewer, r#"{"utm.source":"#), "");
    let list = site
        .open(&viewer, "/admin/segments")
        .select("main li")
        .concat();
    assert!(list.contains("25 % of visits"), "{list}");
    assert!(list.contains("Matches nobody lately"), "{list}");
    let signed_out = site.call_signed_out("segments/matching", &[("condition", "{}")]);
    assert_eq!(signed_out.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_condition_asks_for_is_neither_kept_nor_guessed() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    let bristol = [("X-City", "Bristol")];
    let condition = r#"{"geo.city":"Bristol"}"#;
    come(&site, 24, "/pricing?gclid=abc&plan=team", &bristol).await;
    assert!(
        matching(&site, &publisher, condition).starts_with("Visits are kept without “City” until")
    );
    let kept =
        "SELECT string_agg(attributes::text, '') ~ 'Bristol|gclid|abc|team' FROM visit_samples";
    assert_eq!(site.database.query(kept), "f");

    let fields = [
        ("key", "bristol"),
        ("name", "Bristol"),
        ("description", "Companies in Bristol."),
        ("condition", condition),
    ];
    assert_eq!(
        site.call(&publisher, "segments/create", &fields).status,
        200
    );
    // Of an hour 24 visits are kept, drawn by lot; it takes a few until one of them is new.
    let asked = "SELECT count(*) > 0 FROM visit_samples WHERE asked @> ARRAY['geo.city']";
    for _ in 0..200 {
        if site.database.query(asked) == "t" {
            break;
        }
        come(&site, 24, "/pricing", &bristol).await;
    }
    site.database
        .query("UPDATE visit_hours SET visits = 100000");
    let said = matching(&site, &publisher, condition);
    assert!(said.starts_with("100 % of the visits"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn crawlers_and_who_objects_are_not_counted_and_cookies_take_consent() {
    let site = desk().await;
    let crawler = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
    come(&site, 5, "/pricing", &[("User-Agent", crawler)]).await;
    come(&site, 5, "/pricing", &[("Sec-GPC", "1")]).await;
    // What a shared cache asks for is for many.
    come(&site, 5, "/pricing", &[("X-Landfall-Segment", "smb")]).await;
    assert_eq!(site.database.query("SELECT count(*) FROM visit_hours"), "0");

    // The site has a segment for those who come back.
    let returning = "SELECT count(*) FROM visit_samples \
                     WHERE attributes @> '[[\"visit.returning\", \"true\"]]'";
    let earlier = "landfall_visit=4.2026-01-05";
    come(&site, 1, "/pricing", &[("Cookie", earlier)]).await;
    assert_eq!(site.database.query(returning), "0");
    let agreed = format!("{earlier}; landfall_consent=yes");
    come(&site, 1, "/pricing", &[("Cookie", &agreed)]).await;
    assert_eq!(site.database.query(returning), "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_keeps_24_visits_for_all_of_its_own_and_a_week_is_all() {
    let site = desk().await;
    let viewer = site.sign_in(Role::Viewer).await;
    come(&site, 60, "/pricing?utm_source=linkedin", &[]).await;
    come(&site, 20, "/pricing?utm_source=linkedin", &[]).await;
    // The test may run while an hour ends.
    let kept = "SELECT sum(h.visits) || ' ' || bool_and(s.kept = least(h.visits, 24)) \
                FROM visit_hours h JOIN (SELECT hour, count(*) AS kept FROM visit_samples \
                GROUP BY hour) s USING (hour)";
    assert_eq!(site.database.query(kept), "80 true");
    let linkedin = r#"{"utm.source":"linkedin"}"#;
    assert!(matching(&site, &viewer, linkedin).starts_with("100 %"));
    // As if it had been eight days ago.
    site.database
        .query("ALTER TABLE visit_samples DROP CONSTRAINT visit_samples_hour_fkey");
    for table in ["visit_hours", "visit_samples"] {
        let sql = format!("UPDATE {table} SET hour = hour - interval '8 days'");
        site.database.query(&sql);
    }
    assert!(matching(&site, &viewer, linkedin).starts_with("Too few visits"));
}
