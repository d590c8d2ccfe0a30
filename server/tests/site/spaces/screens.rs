//! The screen of embeddings.

use engine::spaces::SwitchOptions;

use super::support::{Moving, moving, someone};
use crate::client::Answer;
use crate::desk::support::{Role, Site, Visit};

/// The same site with people who sign in.
pub(super) async fn with_people(site: &Moving) -> Site {
    let node = site.node().await;
    let url = site.database.url.clone();
    let store = site.store().clone();
    Site {
        database: crate::support::Database { url, store },
        node,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_admins_change_spaces_and_viewers_may_look() {
    let site = moving().await;
    let space = site.fill().await.to_string();
    let desk = with_people(&site).await;
    let viewer = desk.sign_in(Role::Viewer).await;
    let publisher = desk.sign_in(Role::Publisher).await;
    let model = site.new.space().to_string();
    let calls: [(&str, Vec<(&str, &str)>); 8] = [
        ("spaces/start", vec![("model", &model)]),
        ("spaces/pause", vec![("space", &space)]),
        ("spaces/resume", vec![("space", &space)]),
        ("spaces/cancel", vec![("space", &space)]),
        ("spaces/switch", vec![("space", &space)]),
        ("spaces/rollback", vec![("space", &space)]),
        ("spaces/retry", vec![("space", &space)]),
        ("spaces/drop", vec![("space", &space)]),
    ];
    for (function, fields) in &calls {
        assert_eq!(
            desk.call_signed_out(function, fields).status,
            401,
            "{function}"
        );
        for visit in [&viewer, &publisher] {
            assert_eq!(desk.call(visit, function, fields).status, 403, "{function}");
        }
    }
    for screen in [
        "/admin/spaces",
        &format!("/admin/spaces/drift?space={space}"),
    ] {
        let answer = desk.open(&viewer, screen);
        assert_eq!(answer.status, 200, "{screen}");
        let forms = answer.select("main form[method=post]");
        assert!(forms.is_empty(), "{screen}: {forms:?}");
    }
    for events in ["/admin/spaces/events", "/admin/spaces/drift/events"] {
        let answer = desk.node.get(&format!("{events}?space={space}"), &[]);
        assert_eq!(answer.status, 401, "{events}");
    }
    let csv = desk.open(&viewer, &format!("/admin/spaces/drift.csv?space={space}"));
    assert_eq!(csv.status, 200);
    assert!(csv.text().starts_with("page,segment,"), "{}", csv.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_plans_fills_compares_switches_and_goes_back() {
    let site = moving().await;
    let desk = with_people(&site).await;
    let admin = desk.sign_in(Role::Admin).await;
    let model = site.new.space().to_string();
    let query: String = form_urlencoded::byte_serialize(model.as_bytes()).collect();
    let plan = desk.open(&admin, &format!("/admin/spaces/plan?model={query}"));
    assert_eq!(plan.status, 200);
    assert!(plan.text().contains("embedded already"), "{}", plan.text());
    assert_eq!(
        desk.call(&admin, "spaces/start", &[("model", &model)])
            .status,
        200
    );
    let state = "SELECT state FROM embedding_spaces WHERE version = 2";
    // The node works on it by itself.
    crate::support::eventually("the space is complete", || {
        (site.database.query(state) == "ready").then_some(())
    })
    .await;
    // A job that is over says so at once, and the answer ends.
    let events = desk.open(&admin, "/admin/spaces/events?space=2");
    assert_eq!(events.header("content-type"), "text/event-stream");
    assert!(events.text().contains("data: over"), "{}", events.text());
    // It is found out in the background: until then the screen says how far that is.
    crate::support::eventually("the comparison", || {
        let drift = desk.open(&admin, "/admin/spaces/drift?space=2");
        assert_eq!(drift.status, 200);
        let pictures = drift.select("svg[role=img]").len();
        assert_eq!(pictures + drift.select("main progress").len(), 1);
        (pictures == 1).then_some(())
    })
    .await;
    let told = desk.open(&admin, "/admin/spaces/drift/events?space=2");
    assert!(told.text().contains("data: over"), "{}", told.text());
    for (field, text) in [
        ("floor", "much"),
        ("term_floor", "1.5"),
        ("keep_days", "-1"),
    ] {
        let wrong = [("space", "2"), (field, text)];
        let answer = desk.call(&admin, "spaces/switch", &wrong);
        assert_eq!(answer.status, 422, "{field}");
        assert!(answer.text().contains(field), "{}", answer.text());
    }
    let fields = [
        ("space", "2"),
        ("floor", "0.25"),
        ("term_floor", "0.125"),
        ("keep_days", "3"),
    ];
    assert_eq!(desk.call(&admin, "spaces/switch", &fields).status, 200);
    assert_eq!(site.database.query(state), "active");
    let kept =
        "SELECT keep_until > now() + interval '2 days' AND keep_until < now() + interval '4 days'
                FROM embedding_spaces WHERE version = 1";
    assert_eq!(site.database.query(kept), "t");
    let floors = "SELECT value -> 'thresholds' ->> 'similarity_floor', value -> 'thresholds' ->> 'term_floor'
                  FROM settings WHERE key = 'site'";
    assert_eq!(site.database.query(floors), "0.25|0.125");
    // A second click finds its work done.
    assert_eq!(desk.call(&admin, "spaces/switch", &fields).status, 409);
    // A second press does not go forth again.
    for status in [200, 409] {
        let answer = desk.call(&admin, "spaces/rollback", &[("space", "1")]);
        assert_eq!(answer.status, status, "{answer:?}");
    }
    assert_eq!(site.database.query(state), "ready");
    assert_eq!(
        desk.call(&admin, "spaces/drop", &[("space", "1")]).status,
        409
    );
    assert_eq!(
        desk.call(&admin, "spaces/drop", &[("space", "2")]).status,
        200
    );
    let who = format!(
        "SELECT count(*) FROM audit_log WHERE action LIKE 'space.%' AND actor = '{}'",
        admin.person.email
    );
    assert_eq!(site.database.query(&who), "4");
}

/// The screen that compares a space, once the comparison is made.
async fn compared(desk: &Site, visit: &Visit, address: &str) -> Answer {
    crate::support::eventually("the comparison", || {
        let screen = desk.open(visit, address);
        let there = !screen.select("svg[role=img]").is_empty();
        there.then_some(screen)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_floors_of_a_switch_are_fields_of_the_switch_itself() {
    let site = moving().await;
    site.fill().await;
    let desk = with_people(&site).await;
    let admin = desk.sign_in(Role::Admin).await;
    let address = "/admin/spaces/drift?space=2&floor=0.125&term_floor=0.3125";
    let screen = compared(&desk, &admin, address).await;
    // They begin as what was compared, to the last digit.
    for (field, value) in [("floor", "0.125"), ("term_floor", "0.3125")] {
        let own = format!("form[method=post] input[name={field}]:not([type=hidden])");
        let value = Some(value.to_owned());
        assert_eq!(screen.attribute(&own, "value"), value, "{field}");
        let tried = format!("form[method=get] input[name={field}]");
        assert_eq!(screen.attribute(&tried, "value"), value, "{field}");
    }
    // What is refused comes back with a sentence, beside the switch's own field.
    let fields = [("space", "2"), ("floor", "0.25"), ("term_floor", "a third")];
    let refused = desk.send(&admin, "spaces/switch", address, &fields);
    assert_eq!(refused.status, 302);
    let place = refused.header("location");
    let (_, place) = place.split_once("site.example").expect("it is a screen");
    let screen = desk.open(&admin, place);
    let sentence = "is no number; write one such as 0.35";
    assert_eq!(
        screen.select("main [role=alert]").concat(),
        format!("Term floor: {sentence}")
    );
    let mistakes = |form: &str| screen.select(&format!("{form} [data-mistake]")).concat();
    assert_eq!(mistakes("form[method=post]"), sentence);
    assert_eq!(mistakes("form[method=get]"), "");
    let typed = "form[method=post] input[name=term_floor]";
    assert_eq!(screen.attribute(typed, "value").as_deref(), Some("a third"));
    let active = site.store().active_space().await.unwrap().unwrap();
    assert_eq!(active.version, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_keeps_the_present_space_for_no_day_is_not_promised_a_way_back() {
    let site = moving().await;
    site.fill().await;
    let desk = with_people(&site).await;
    let admin = desk.sign_in(Role::Admin).await;
    let address = "/admin/spaces/drift?space=2";
    let screen = compared(&desk, &admin, address).await;
    let question = screen.select("#switch").concat();
    assert!(
        question.contains("with 0 days it is deleted at once"),
        "{question}"
    );
    let fields = [("space", "2"), ("keep_days", "0")];
    let switched = desk.send(&admin, "spaces/switch", address, &fields);
    assert_eq!(switched.status, 302);
    let place = switched.header("location");
    assert!(place.ends_with("notice=space-switched-for-good"), "{place}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_comparison_names_leads_to_where_it_can_be_changed() {
    let site = moving().await;
    site.fill().await;
    let desk = with_people(&site).await;
    let viewer = desk.sign_in(Role::Viewer).await;
    let screen = compared(&desk, &viewer, "/admin/spaces/drift?space=2").await;
    let links = |address: &str| screen.select(&format!("table a[href^='{address}']"));
    let names = site.database.query("SELECT name FROM variants");
    let names: Vec<&str> = names.lines().collect();
    let variants = links("/admin/variants/");
    assert!(variants.iter().any(|name| names.contains(&name.as_str())));
    for name in &variants {
        assert!(names.contains(&name.as_str()), "{name}");
    }
    assert!(links("/admin/pages/").contains(&"/pricing".to_owned()));
    for kind in ["variants", "pages"] {
        let first = format!("table a[href^='/admin/{kind}/']");
        let href = screen.attribute(&first, "href").expect("there is one");
        let there = desk.open(&viewer, &href);
        assert_eq!(there.status, 200, "{href}");
        let named = screen.select(&first)[0].clone();
        assert!(there.text().contains(&named), "{href}: {named}");
    }
    let tables = screen.select("table").concat();
    assert!(tables.contains("Small companies"), "{tables}");
    assert!(
        !tables.contains("pricing--") && !tables.contains("smb"),
        "{tables}"
    );
    // Files have the names that files have.
    let csv = desk.open(&viewer, "/admin/spaces/drift.csv?space=2");
    assert!(csv.text().contains("/pricing,smb,en,,"), "{}", csv.text());
    assert!(csv.text().contains(",pricing--smb--en,"), "{}", csv.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_text_that_was_refused_is_in_a_file() {
    let site = moving().await;
    site.database.query(
        "INSERT INTO campaign_terms (text_hash, text, uses, first_seen, last_seen, page_id, segment_id)
         SELECT sha256(convert_to(text, 'UTF8')), text, 3, now(), now(), p.id, s.id
         FROM (SELECT 'term ' || n FROM generate_series(10, 33) n) t (text), pages p, segments s
         WHERE p.external_id = 'pricing' AND s.key = 'smb';
         INSERT INTO embedding_failures (space_version, text_hash, subject, error, attempts)
         SELECT DISTINCT ON (text_hash) 1, text_hash, subject, '=too, long', 3 FROM embedded_texts",
    );
    let refused = site
        .database
        .query("SELECT count(*) FROM embedding_failures");
    let refused: usize = refused.parse().expect("a number");
    assert!(refused > 24, "{refused}");
    let desk = with_people(&site).await;
    let viewer = desk.sign_in(Role::Viewer).await;
    let screen = desk.open(&viewer, "/admin/spaces");
    assert_eq!(screen.select("main details li").len(), 20);
    let details = screen.select("main details").concat();
    assert!(
        details.contains(&format!("and {} more", refused - 20)),
        "{details}"
    );
    let href = screen.attribute("main details a[href*='.csv']", "href");
    let file = desk.open(&viewer, &href.expect("there is a file"));
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    let rows: Vec<&str> = file.text().lines().collect();
    assert_eq!(rows.len(), refused + 1);
    assert_eq!(rows[0], "text,error,attempts,failed_at");
    let row = rows
        .iter()
        .find(|row| row.starts_with("variant pricing--smb--en,"));
    let row = row.expect("its text was refused");
    assert!(row.contains(",\"'=too, long\",3,2"), "{row}");
    let gone = desk.open(&viewer, "/admin/spaces/refused.csv?space=99");
    assert_eq!(gone.status, 404);
    let stranger = desk.node.get("/admin/spaces/refused.csv?space=1", &[]);
    assert_eq!(stranger.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_space_in_which_a_text_was_refused_can_be_switched_to_when_somebody_says_so() {
    let site = moving().await;
    let space = site.fill().await;
    site.database.query(
        "WITH refused AS (
             DELETE FROM embeddings WHERE space_version = 2
               AND variant_id = (SELECT id FROM variants WHERE external_id = 'pricing--smb--en')
             RETURNING text_hash)
         INSERT INTO embedding_failures (space_version, text_hash, subject, error, attempts)
         SELECT 2, text_hash, 'variant pricing--smb--en', 'refused', 3 FROM refused",
    );
    let desk = with_people(&site).await;
    let admin = desk.sign_in(Role::Admin).await;
    let address = format!("/admin/spaces/drift?space={space}");
    let screen = compared(&desk, &admin, &address).await;
    assert_eq!(screen.select("input[name=incomplete]").len(), 1);
    let space = space.to_string();
    let without = [("space", space.as_str())];
    assert_eq!(desk.call(&admin, "spaces/switch", &without).status, 409);
    let agreed = [("space", space.as_str()), ("incomplete", "true")];
    assert_eq!(desk.call(&admin, "spaces/switch", &agreed).status, 200);
    let active = site.store().active_space().await.unwrap().unwrap();
    assert_eq!(active.version.to_string(), space);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_provider_said_is_shown_as_text() {
    let site = moving().await;
    let space = site.fill().await;
    site.database.query(
        "INSERT INTO embedding_failures (space_version, text_hash, subject, error, attempts)
         SELECT 2, text_hash, '<b>subject</b>', '<script>alert(1)</script>', 1 FROM embedded_texts LIMIT 1",
    );
    let desk = with_people(&site).await;
    let viewer = desk.sign_in(Role::Viewer).await;
    let answer = desk.open(&viewer, "/admin/spaces");
    assert!(
        answer.text().contains("&lt;script&gt;alert(1)"),
        "{}",
        answer.text()
    );
    assert!(!answer.text().contains("<script>alert(1)"));
    // An unknown space is not there; one that decides cannot be compared with itself.
    assert_eq!(
        desk.open(&viewer, "/admin/spaces/drift?space=99").status,
        404
    );
    assert_eq!(
        desk.open(&viewer, "/admin/spaces/drift?space=x").status,
        404
    );
    let options = SwitchOptions {
        incomplete: true,
        ..SwitchOptions::default()
    };
    site.spaces
        .switch(&someone(), space, options)
        .await
        .unwrap();
    assert_eq!(
        desk.open(&viewer, &format!("/admin/spaces/drift?space={space}"))
            .status,
        409
    );
}
