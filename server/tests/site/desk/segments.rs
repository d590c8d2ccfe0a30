//! Segments at the desk: made, edited, ordered, deleted.

use super::support::{Role, Site, Visit, desk};
use crate::support::eventually;

const SCRIPT: &str = "</textarea><script>alert('x')</script>";

/// The fields of a segment's form, with what `changed` says instead.
fn fields<'a>(changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("key", "bakers"),
        ("name", "Bakers"),
        ("description", "Bakeries that deliver before six."),
        ("condition", r#"{"utm.source":"bakers-weekly"}"#),
    ];
    for (name, value) in changed {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    fields
}

fn create(site: &Site, visit: &Visit, changed: &[(&str, &str)]) -> (u16, String) {
    let answer = site.call(visit, "segments/create", &fields(changed));
    (answer.status, answer.text().to_owned())
}

fn save(site: &Site, visit: &Visit, base: &str, changed: &[(&str, &str)]) -> (u16, String) {
    let mut fields = fields(changed);
    fields.push(("base", base));
    let answer = site.call(visit, "segments/save", &fields);
    (answer.status, answer.text().to_owned())
}

/// The keys in the order in which they are tried.
fn order(site: &Site) -> String {
    let sql = "SELECT string_agg(key, ' ' ORDER BY key = 'default', priority, key) FROM segments";
    site.database.query(sql)
}

/// Waits until a visitor belongs to a segment.
async fn belongs(site: &Site, target: &str, expected: &str) {
    eventually(&format!("{target} belongs to {expected}"), || {
        let answer = site.node.get(target, &[]);
        (answer.header("x-content-variant") == expected).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_claims_visitors_when_it_is_made_and_as_it_is_saved() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    let (status, text) = create(&site, &publisher, &[]);
    assert_eq!(status, 200, "{text}");
    belongs(&site, "/pricing?utm_source=bakers-weekly", "bakers").await;
    // Its description can be compared at once.
    let vectors = "SELECT count(*) FROM query_embeddings WHERE text_hash = \
                   sha256('Bakeries that deliver before six.')";
    assert_eq!(site.database.query(vectors), "1");
    // A second click finds its work done; somebody else's segment is not overwritten.
    assert_eq!(create(&site, &publisher, &[]).0, 200);
    let (status, text) = create(&site, &publisher, &[("name", "Brewers")]);
    assert_eq!(status, 422);
    assert!(text.contains("is the key of Bakers already"), "{text}");

    let changed = [("condition", r#"{"utm.source":"dough"}"#)];
    assert_eq!(save(&site, &publisher, "1", &changed).0, 200);
    belongs(&site, "/pricing?utm_source=dough", "bakers").await;
    belongs(&site, "/pricing?utm_source=bakers-weekly", "default").await;
    let noted = "SELECT string_agg(action || ' ' || actor, ', ' ORDER BY id) FROM audit_log \
                 WHERE subject = 'bakers'";
    let who = &publisher.person.email;
    assert_eq!(
        site.database.query(noted),
        format!("segment.create {who}, segment.save {who}")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_save_overwrites_nothing() {
    let site = desk().await;
    let ann = site.sign_in(Role::Publisher).await;
    let bob = site.sign_in(Role::Publisher).await;
    create(&site, &ann, &[]);
    let hers = [("name", "Bakers and brewers")];
    assert_eq!(save(&site, &ann, "1", &hers).0, 200);
    // A second click on the same change is no other change.
    assert_eq!(save(&site, &ann, "1", &hers).0, 200);
    let (status, text) = save(&site, &bob, "1", &[("name", "Confectioners")]);
    assert_eq!(status, 409);
    assert!(text.contains(&ann.person.name), "{text}");
    let name = "SELECT name FROM segments WHERE key = 'bakers'";
    assert_eq!(site.database.query(name), "Bakers and brewers");
    // The order is none of a segment's own.
    let moved = [("key", "bakers"), ("direction", "up")];
    assert_eq!(site.call(&bob, "segments/move", &moved).status, 200);
    assert_eq!(save(&site, &bob, "2", &[("name", "Confectioners")]).0, 200);
    assert_eq!(save(&site, &bob, "3", &[("key", "gone")]).0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_fields_are_told_by_name_and_nothing_is_saved() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    let check = |changed: &[(&str, &str)], field: &str, words: &str| {
        let (status, text) = create(&site, &publisher, changed);
        assert_eq!(status, 422, "{changed:?}: {text}");
        assert!(text.contains(&format!(r#""field":"{field}""#)), "{text}");
        assert!(text.contains(words), "{text}");
    };
    let long = "x".repeat(401);
    check(&[("key", "Bad Key")], "key", "lower-case letters");
    check(
        &[("key", ""), ("name", "Ярославль")],
        "key",
        "cannot be made",
    );
    check(&[("name", " ")], "name", "is empty");
    check(&[("name", &long)], "name", "the limit is 80");
    check(&[("description", &long)], "description", "the limit is 400");
    check(&[("condition", "")], "condition", "{} matches everyone");
    check(&[("condition", "{")], "condition", "not valid JSON");
    check(
        &[("condition", r#"{"a":{"$gt":true}}"#)],
        "condition",
        "a.$gt",
    );
    check(
        &[("condition", r#"{"a":{"$regex":"("}}"#)],
        "condition",
        "unclosed",
    );
    check(&[("condition", r#"{"a":"\u0000"}"#)], "condition", "U+0000");
    check(
        &[("condition", &"[".repeat(10_000))],
        "condition",
        "levels deep",
    );
    assert!(!order(&site).contains("bakers"));
    // Without JavaScript the text counts, and the key is made from the name.
    let plain = [
        ("key", ""),
        ("condition", "{}"),
        ("condition_text", r#"{"device":"tablet"}"#),
    ];
    assert_eq!(create(&site, &publisher, &plain).0, 200);
    let condition = "SELECT condition FROM segments WHERE key = 'bakers'";
    assert_eq!(site.database.query(condition), r#"{"device": "tablet"}"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_segment_of_everybody_else_keeps_its_condition_and_its_place() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    let default = |condition| {
        let changed = [
            ("key", "default"),
            ("name", "The rest"),
            ("condition", condition),
        ];
        save(&site, &publisher, "1", &changed)
    };
    let (status, text) = default(r#"{"device":"mobile"}"#);
    assert_eq!(status, 422, "{text}");
    assert_eq!(default("{}").0, 200);
    let delete = site.call(&publisher, "segments/delete", &[("key", "default")]);
    assert_eq!(delete.status, 409);
    let moved = [("key", "default"), ("direction", "up")];
    assert_eq!(site.call(&publisher, "segments/move", &moved).status, 404);
    assert!(order(&site).ends_with(" default"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_decides_who_claims_a_visitor() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    let before = "enterprise smb dach returning mobile with-draft with-past with-plan default";
    assert_eq!(order(&site), before);
    let german = [("CF-IPCountry", "DE")];
    let both = |expected: &str| {
        let answer = site.node.get("/pricing?utm_source=google", &german);
        (answer.header("x-content-variant") == expected).then_some(())
    };
    eventually("the first of both", || both("smb")).await;
    let send = |key, direction| {
        let fields = [("key", key), ("direction", direction)];
        site.call(&publisher, "segments/move", &fields)
    };
    let answer = send("dach", "up");
    assert_eq!(
        answer.header("location"),
        "/admin/segments?moved=dach&direction=up&notice=segments-ordered"
    );
    let after = "enterprise dach smb returning mobile with-draft with-past with-plan default";
    assert_eq!(order(&site), after);
    eventually("the other one first", || both("dach")).await;
    // At the ends of the order nothing changes.
    assert_eq!(send("enterprise", "up").status, 200);
    assert_eq!(send("with-plan", "down").status, 200);
    assert_eq!(send("dach", "sideways").status, 422);
    assert_eq!(order(&site), after);
    let noted = "SELECT count(*) FROM audit_log WHERE action = 'segment.order'";
    assert_eq!(site.database.query(noted), "1");

    let all = |keys: &str| {
        site.call(&publisher, "segments/order", &[("keys", keys)])
            .status
    };
    let reversed = "with-plan,with-past,with-draft,mobile,returning,smb,dach,enterprise";
    assert_eq!(all(reversed), 200);
    assert_eq!(order(&site), reversed.replace(',', " ") + " default");
    let priorities = "SELECT string_agg(priority::text, ' ' ORDER BY priority) FROM segments \
                      WHERE key <> 'default'";
    assert_eq!(site.database.query(priorities), "10 20 30 40 50 60 70 80");
    // Exactly those that are there, each once.
    for wrong in [
        "mobile",
        "with-plan,with-past,with-draft,mobile,returning,smb,dach,dach",
        &format!("{reversed},default"),
        &format!("{reversed},gone"),
    ] {
        assert_eq!(all(wrong), 409, "{wrong}");
    }
    assert_eq!(all("<script>"), 404);
    assert_eq!(order(&site), reversed.replace(',', " ") + " default");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_in_use_is_not_deleted_and_says_where_it_is_used() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    let delete = || site.call(&publisher, "segments/delete", &[("key", "smb")]);
    assert_eq!(delete().status, 409);
    belongs(&site, "/pricing?segment=smb", "smb").await;
    let screen = site.open(&publisher, "/admin/segments/smb/delete");
    let id = "SELECT id FROM variants WHERE external_id = 'pricing--smb--en'";
    let href = format!("/admin/variants/{}", site.database.query(id));
    let link = screen.attribute(&format!("main a[href='{href}']"), "href");
    assert_eq!(link.as_deref(), Some(href.as_str()));
    assert_eq!(screen.select("main form button"), [""; 0]);

    let variants = "DELETE FROM variants v USING segments s \
                    WHERE s.id = v.segment_id AND s.key = 'smb'";
    site.database.query(variants);
    let screen = site.open(&publisher, "/admin/segments/smb/delete");
    assert_eq!(screen.select("main form button"), ["Delete the segment"]);
    assert_eq!(delete().status, 200);
    assert_eq!(delete().status, 404);
    belongs(&site, "/pricing?segment=smb", "default").await;
    let noted = "SELECT before ->> 'name' FROM audit_log WHERE action = 'segment.delete'";
    assert_eq!(site.database.query(noted), "Small companies");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_editors_change_segments() {
    let site = desk().await;
    let viewer = site.sign_in(Role::Viewer).await;
    let moved = [("key", "smb"), ("direction", "up")];
    let mut saved = fields(&[("key", "smb")]);
    saved.push(("base", "1"));
    let before = order(&site);
    for (function, fields) in [
        ("segments/create", fields(&[])),
        ("segments/save", saved),
        ("segments/move", moved.to_vec()),
        ("segments/order", vec![("keys", "smb")]),
        ("segments/delete", vec![("key", "smb")]),
    ] {
        assert_eq!(
            site.call(&viewer, function, &fields).status,
            403,
            "{function}"
        );
        assert_eq!(
            site.call_signed_out(function, &fields).status,
            401,
            "{function}"
        );
    }
    assert_eq!(order(&site), before);
    // What viewers may not do is not offered to them.
    let list = site.open(&viewer, "/admin/segments");
    assert_eq!(list.status, 200);
    assert_eq!(list.select("main button"), [""; 0]);
    assert!(!list.select("main a").contains(&"New segment".to_owned()));
    let segment = site.open(&viewer, "/admin/segments/smb");
    assert_eq!(segment.select("main form"), [""; 0]);
    assert!(
        segment
            .select("dd")
            .contains(&"Campaign source is google".to_owned())
    );
    assert_eq!(site.open(&viewer, "/admin/segments/smb/delete").status, 403);
    assert_eq!(site.open(&viewer, "/admin/segments/new").status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_says_who_belongs_and_what_is_written_for_them() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    let list = site.open(&publisher, "/admin/segments");
    let rows = list.select("main ol > li");
    assert_eq!(rows.len(), 9);
    let row = &rows[2];
    for words in [
        "Germany, Austria, Switzerland",
        "dach",
        "Country is one of DE · AT · CH",
    ] {
        assert!(row.contains(words), "{row}");
    }
    assert!(rows[8].contains("Everyone whom no other segment claims"));
    assert!(rows[6].contains("1 variant"), "{}", rows[6]);
    // The arrow that was pressed keeps the focus.
    let moved = site.open(&publisher, "/admin/segments?moved=dach&direction=down");
    let focused = moved.attribute("main button[autofocus]", "aria-label");
    assert_eq!(
        focused.as_deref(),
        Some("Move Germany, Austria, Switzerland down")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_texts_are_shown_as_texts() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    let viewer = site.sign_in(Role::Viewer).await;
    let condition = serde_json::json!({ format!("query.{SCRIPT}"): SCRIPT }).to_string();
    let hostile = [
        ("name", SCRIPT),
        ("description", SCRIPT),
        ("condition", &condition),
    ];
    let (status, text) = create(&site, &publisher, &hostile);
    assert_eq!(status, 200, "{text}");
    for (visit, target) in [
        (&publisher, "/admin/segments"),
        (&publisher, "/admin/segments/bakers"),
        (&publisher, "/admin/segments/bakers/delete"),
        (&viewer, "/admin/segments/bakers"),
        (&publisher, "/admin/segments/tester"),
    ] {
        let screen = site.open(visit, target);
        assert_eq!(screen.status, 200, "{target}");
        assert!(screen.select("main script").is_empty(), "{target}");
        let shown = screen.select("main").concat();
        assert!(shown.contains(SCRIPT), "{target}");
    }
    let form = site.open(&publisher, "/admin/segments/bakers");
    assert_eq!(form.select("textarea#description"), [SCRIPT]);
    let held = form.attribute("input[name=condition]", "value").unwrap();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&held)
            .unwrap()
            .to_string(),
        condition
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_javascript_a_condition_is_text_and_the_server_tries_visitors() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    let form = site.open(&publisher, "/admin/segments/dach");
    let fallback = form.select("noscript").concat();
    assert!(fallback.contains("geo.country"), "{fallback}");

    let claimed = |query: &str| {
        let screen = site.open(&publisher, &format!("/admin/segments/tester?{query}"));
        screen.select("main [role=status] strong").concat()
    };
    assert_eq!(
        claimed("device=mobile&geo.country=DE"),
        "Germany, Austria, Switzerland"
    );
    assert_eq!(claimed("device=mobile"), "On a phone");
    assert_eq!(claimed("visit.count=2"), "Returning");
    assert_eq!(claimed("more=query.never%3Dwith-plan"), "Only a plan");
    assert_eq!(claimed("bot=true&device=mobile"), "Everyone else");
    let mistake = site.send(
        &publisher,
        "segments/create",
        "/admin/segments/new",
        &fields(&[("condition_text", "{")]),
    );
    let back = mistake.header("location").to_owned();
    assert!(
        back.starts_with("https://site.example/admin/segments/new?"),
        "{back}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_a_segment_meant_before_is_opened_from_its_history_and_saved_again() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    assert_eq!(create(&site, &publisher, &[]).0, 200);
    let dough = [("condition", r#"{"utm.source":"dough"}"#)];
    assert_eq!(save(&site, &publisher, "1", &dough).0, 200);
    let renamed = [dough[0], ("name", "Pastry cooks")];
    assert_eq!(save(&site, &publisher, "2", &renamed).0, 200);
    // Where it stands among the others is no part of its history.
    let first = site.call(
        &publisher,
        "segments/move",
        &[("key", "bakers"), ("direction", "up")],
    );
    assert_eq!(first.status, 200);

    let history = site.open(&publisher, "/admin/segments/bakers/history");
    assert_eq!(history.select("ol > li h3"), ["Saved", "Saved", "Created"]);
    assert_eq!(history.select("ol > li:nth-child(1) dt"), ["Name"]);
    let condition = history.select("ol > li:nth-child(2) dd > *");
    assert_eq!(
        condition,
        [
            "Before: Campaign source is bakers-weekly",
            "After: Campaign source is dough"
        ]
    );
    let back = history.attribute("ol > li:nth-child(3) a", "href");
    let opened = site.open(&publisher, &back.expect("a way back"));
    let field = |name: &str| opened.attribute(&format!("input[name='{name}']"), "value");
    assert_eq!(field("name").as_deref(), Some("Bakers"));
    assert_eq!(field("base").as_deref(), Some("3"));
    assert!(opened.text().contains("bakers-weekly"));
    // Nothing has changed so far, and saving it is one more change.
    belongs(&site, "/pricing?utm_source=dough", "bakers").await;
    assert_eq!(save(&site, &publisher, "3", &[]).0, 200);
    belongs(&site, "/pricing?utm_source=bakers-weekly", "bakers").await;

    let viewer = site.sign_in(Role::Viewer).await;
    let history = site.open(&viewer, "/admin/segments/bakers/history");
    assert_eq!((history.status, history.select("ol a").len()), (200, 0));
    let unknown = site.open(&publisher, "/admin/segments/bakers?as_of=1");
    assert_eq!(unknown.status, 404);
}
