//! Preview as: pages as others would see them, and links to them.

use std::sync::Arc;

use domain::Role;
use scraper::{Html, Selector};

use super::support::{Site, Visit, desk};
use crate::client::Answer;
use crate::support::{CONTENT, Database, Node, SetClock, config, options, services};

const FRAME: &str = "/admin/preview/frame";
const SCRIPT: &str = "\"><script>alert(1)</script>";

fn attribute(answer: &Answer, selector: &str, name: &str) -> String {
    let selector = Selector::parse(selector).expect("a selector");
    let document = Html::parse_document(answer.text());
    let found = document.select(&selector).next();
    let found = found.unwrap_or_else(|| panic!("{selector:?}: {answer:?}"));
    found.attr(name).unwrap_or_default().to_owned()
}

/// What a site has counted and what its memory holds.
fn counted(node: &Node) -> Vec<String> {
    let metrics = node.get("/metrics", &[]);
    let watched = [
        "landfall_requests_total",
        "landfall_redis_lookups_total",
        "landfall_redis_locks_total",
        "landfall_memory_cache",
        "landfall_render_duration_seconds_count",
    ];
    let lines = metrics.text().lines();
    lines
        .filter(|line| watched.iter().any(|name| line.starts_with(name)))
        .map(str::to_owned)
        .collect()
}

/// Whether a frame shows a page, with links that lead out of the frame.
fn shows(frame: &Answer, page: &Answer) -> bool {
    let outward = "<base target=\"_blank\">";
    frame.text().contains(outward) && frame.text().replacen(outward, "", 1) == page.text()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_is_what_that_visitor_gets_and_leaves_no_trace() {
    let site = desk().await;
    let viewer = site.sign_in(Role::Viewer).await;
    let before = counted(&site.node);
    let visitors = [
        ("page=/pricing", "/pricing", vec![]),
        (
            "page=/pricing&utm_source=linkedin",
            "/pricing?utm_source=linkedin",
            vec![],
        ),
        ("page=/pricing&segment=smb", "/pricing?segment=smb", vec![]),
        (
            "page=/pricing&country=at&locale=de",
            "/de/pricing",
            vec![("CF-IPCountry", "AT")],
        ),
        (
            "page=/pricing&returning=true",
            "/pricing",
            vec![("Cookie", "landfall_visit=1.2026-01-05")],
        ),
    ];
    let frames: Vec<Answer> = visitors
        .iter()
        .map(|(query, _, _)| site.open(&viewer, &format!("{FRAME}?{query}")))
        .collect();
    let screen = site.open(&viewer, "/admin/preview?page=/pricing&utm_source=linkedin");
    assert_eq!(screen.status, 200);
    assert_eq!(counted(&site.node), before);

    for (frame, (query, target, headers)) in frames.iter().zip(&visitors) {
        assert_eq!(frame.status, 200, "{query}");
        let page = site.node.in_time(target, headers).await;
        assert!(shows(frame, &page), "{query}");
        assert_eq!(frame.header("cache-control"), "private, no-store");
        assert_eq!(frame.header("x-robots-tag"), "noindex, nofollow");
        let policy = frame.header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'self'"), "{policy}");
        assert_eq!(frame.header("x-frame-options"), "SAMEORIGIN");
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
    }
    assert_ne!(frames[0].text(), frames[1].text());
    assert_eq!(
        attribute(&screen, "iframe", "src"),
        format!("{FRAME}?page=%2Fpricing&utm_source=linkedin")
    );
    let sandbox = attribute(&screen, "iframe", "sandbox");
    assert_eq!(sandbox, "allow-popups allow-popups-to-escape-sandbox");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_screen_says_why() {
    let site = desk().await;
    let viewer = site.sign_in(Role::Viewer).await;
    let target = "/admin/preview?page=/pricing&utm_source=google&country=DE&cookie=user_segment%3Denterprise";
    let screen = site.open(&viewer, target);
    let text = screen.select("main").concat();
    for said in [
        "The visitor belongs to Enterprise: a cookie names it",
        "It is the only variant written for this segment",
        "Campaign source is linkedin · it is google",
        "Without cookies",
        "Prices for small companies, for Small companies: its condition is the first that holds",
        "Without the campaign source",
        "Without the country",
        "Nothing would change.",
        "local/all-MiniLM-L6-v2 (384 dimensions), version 1",
        "in no cache yet",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    // What is one and the same thing is said once.
    assert!(!text.contains("anything in the address"), "{text}");
    assert_eq!(screen.select("svg rect.fill-accent").len(), 1);

    site.node.in_time("/pricing?segment=enterprise", &[]).await;
    let again = site.open(&viewer, target).select("main").concat();
    assert!(again.contains("in memory"), "{again}");
    // Viewers share nothing.
    assert!(!text.contains("Share this preview"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_signal_that_the_visitor_brings_has_a_line_and_no_other_has() {
    let site = desk().await;
    let viewer = site.sign_in(Role::Viewer).await;
    let lines = |query: &str| {
        let screen = site.open(&viewer, &format!("/admin/preview?page=/pricing&{query}"));
        let terms = screen.select("main dt");
        terms
            .iter()
            .filter_map(|term| Some(term.strip_prefix("Without ")?.to_owned()))
            .collect::<Vec<_>>()
    };
    assert_eq!(lines("locale=en"), [""; 0]);
    assert_eq!(lines("country=DE"), ["the country"]);
    assert_eq!(lines("device=mobile"), ["the device"]);
    assert_eq!(lines("referrer=github.com"), ["the referring site"]);
    assert_eq!(lines("returning=true"), ["earlier visits"]);
    assert_eq!(lines("utm_campaign=spring"), ["the campaign term"]);
    let all = "segment=smb&utm_source=linkedin&utm_medium=cpc&utm_campaign=spring&utm_term=fleet\
               &referrer=github.com&country=DE&device=mobile&language=de&time=2099-06-01T10:00\
               &cookie=plan%3Dpro&returning=true";
    assert_eq!(
        lines(all),
        [
            "the chosen segment",
            "the campaign term",
            "the campaign source",
            "the campaign medium",
            "the campaign name",
            "anything in the address",
            "the referring site",
            "the country",
            "the device",
            "the language of the browser",
            "the chosen time",
            "earlier visits",
            "cookies",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_take_part_only_when_they_are_asked_for() {
    let site = desk().await;
    let viewer = site.sign_in(Role::Viewer).await;
    let headline = |query: &str| {
        let frame = site.open(&viewer, &format!("{FRAME}?page=/pricing&{query}"));
        frame.h1()
    };
    let default = headline("");
    assert_eq!(headline("segment=with-draft"), default);
    let draft = headline("segment=with-draft&drafts=true");
    assert_ne!(draft, default);
    let screen = site.open(
        &viewer,
        "/admin/preview?page=/pricing&segment=with-draft&drafts=true",
    );
    let text = screen.select("main").concat();
    assert!(text.contains("A draft nobody sees"), "{text}");
    assert!(text.contains("a draft’s, and in no cache"), "{text}");
    assert!(screen.select("main ol span").contains(&"Draft".to_owned()));

    // A published variant that was changed since: the change takes the place of what visitors see.
    let published = headline("segment=smb");
    site.database.query(
        r#"INSERT INTO variant_revisions (variant_id, number, name, segment, locale, content, text_hash)
           SELECT id, 2, 'Prices, new', 'smb', 'en',
                  '{"blocks":[{"type":"hero","id":"hero","headline":"Not yet to be seen"}]}', sha256('x')
           FROM variants WHERE external_id = 'pricing--smb--en';
           UPDATE variants SET head_revision = 2 WHERE external_id = 'pricing--smb--en'"#,
    );
    assert_eq!(headline("segment=smb"), published);
    assert_eq!(headline("segment=smb&drafts=true"), "Not yet to be seen");
    // Its text has not been embedded before.
    let screen = site.open(
        &viewer,
        "/admin/preview?page=/pricing&segment=smb&drafts=true",
    );
    assert!(!screen.select("main").concat().contains("no vector"));
    // Visitors go on seeing what is published.
    let page = site.node.in_time("/pricing?segment=smb", &[]).await;
    assert_eq!(page.h1(), published);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_previewed_is_told_beside_the_field() {
    let site = desk().await;
    let viewer = site.sign_in(Role::Viewer).await;
    let told = |query: &str| {
        let screen = site.open(&viewer, &format!("/admin/preview?page=/pricing&{query}"));
        let frame = site.open(&viewer, &format!("{FRAME}?page=/pricing&{query}"));
        assert_eq!((screen.status, frame.status), (200, 422), "{query}");
        let mistakes = screen.select("[data-mistake]:not(:empty)");
        assert_eq!(mistakes.len(), 2, "{query}: {mistakes:?}");
        mistakes[1].clone()
    };
    assert!(told("country=Germany").contains("two letters"));
    assert!(told("locale=fr").contains("is not a language of this site"));
    assert!(told("segment=nobody").contains("choose another"));
    assert!(told("device=watch").contains("desktop, tablet or mobile"));
    assert!(told("time=tomorrow").contains("write it as 2026-03-29T14:30"));
    assert!(told("time=2026-03-29T02:30").contains("does not exist in Europe/Berlin"));
    assert!(told(&format!("utm_term={}", "x".repeat(201))).contains("more than 200"));

    let chosen = |query: &str| {
        let screen = site.open(&viewer, &format!("/admin/preview?page=/pricing&{query}"));
        screen.select("select[name=country] option[selected]")
    };
    assert_eq!(chosen("country=at"), ["Austria"]);
    assert_eq!(chosen("country=XK"), ["XK"]);
    let wide = |query: &str| {
        let screen = site.open(&viewer, &format!("/admin/preview?page=/pricing&{query}"));
        screen.select("nav[aria-label=Width] a[aria-current]")
    };
    assert_eq!(wide("device=mobile"), ["Phone 360"]);
    assert_eq!(wide("device=mobile&width=1280"), ["Desktop 1280"]);
    assert!(wide("country=at").is_empty());

    let missing = site.open(&viewer, "/admin/preview?page=/nowhere");
    assert_eq!(missing.status, 404);
    assert_eq!(
        site.open(&viewer, &format!("{FRAME}?page=/nowhere")).status,
        404
    );

    // Later instants show what is scheduled for them.
    let now = site.open(&viewer, &format!("{FRAME}?page=/pricing&segment=with-plan"));
    let then = site.open(
        &viewer,
        &format!("{FRAME}?page=/pricing&segment=with-plan&time=2099-06-01T10:00"),
    );
    assert_ne!(now.h1(), then.h1());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_in_a_field_is_shown_and_not_run() {
    let site = desk().await;
    let editor = site.sign_in(Role::Editor).await;
    let fields = ["utm_source", "utm_term", "referrer", "language", "cookie"];
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("page", "/pricing")
        .extend_pairs(fields.map(|name| (name, SCRIPT)))
        .finish();
    let screen = site.open(&editor, &format!("/admin/preview?{query}"));
    assert_eq!(screen.status, 200);
    assert!(!screen.text().contains("<script>alert"));
    assert_eq!(attribute(&screen, "input[name=cookie]", "value"), SCRIPT);
}

/// Makes a link as a form does, and returns its path.
fn share(site: &Site, visit: &Visit, query: &str) -> String {
    let fields = [("query", query), ("days", "7")];
    let answer = site.call(visit, "preview/share", &fields);
    assert_eq!(
        answer.header("location"),
        "/admin/preview/shared",
        "{answer:?}"
    );
    let screen = site.open(visit, "/admin/preview/shared");
    let link = attribute(&screen, "#copied-text", "value");
    let path = link
        .strip_prefix("https://site.example")
        .expect("the site's own address");
    path.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_a_link_sees_that_preview_and_nothing_else() {
    let site = desk().await;
    let editor = site.sign_in(Role::Editor).await;
    let query = "page=/pricing&segment=with-draft&drafts=true";
    let path = share(&site, &editor, query);
    let before = counted(&site.node);
    let opened = site.node.get(&path, &[]);
    assert_eq!(opened.status, 200);
    let frame = site.open(&editor, &format!("{FRAME}?{query}"));
    assert!(shows(&frame, &opened));
    for (name, expected) in [
        ("cache-control", "private, no-store"),
        ("x-robots-tag", "noindex, nofollow"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(opened.header(name), expected, "{name}");
    }
    let policy = opened.header("content-security-policy");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(opened.headers.iter().all(|(name, _)| name != "set-cookie"));

    let (claim, signature) = path["/preview/".len()..]
        .split_once('.')
        .expect("two parts");
    let other = share(&site, &editor, "page=/landing/routes");
    let (other, _) = other["/preview/".len()..]
        .split_once('.')
        .expect("two parts");
    for forged in [
        format!("{other}.{signature}"),
        format!("{claim}.{}", signature.to_lowercase()),
        format!("{claim}."),
        format!(".{signature}"),
        "a.b".to_owned(),
    ] {
        let answer = site.node.get(&format!("/preview/{forged}"), &[]);
        assert_eq!(answer.status, 404, "{forged}");
        assert_eq!(answer.h1(), "This is no preview link");
        assert_eq!(answer.header("cache-control"), "private, no-store");
    }
    let plain = site.node.get("/preview/pricing", &[]);
    assert_eq!(
        (plain.status, plain.h1().as_str()),
        (404, "There is no page here")
    );
    assert_eq!(counted(&site.node), before);

    let log = "SELECT actor, subject, after -> 'scene' ->> 'segment' FROM audit_log
               WHERE action = 'preview.share' ORDER BY id LIMIT 1";
    assert_eq!(
        site.database.query(log),
        format!("{}|/pricing|with-draft", editor.person.email)
    );
    // The page goes, and so does what there was to see.
    site.database.query(
        "DELETE FROM variants WHERE page_id = (SELECT id FROM pages WHERE external_id = 'pricing');
         DELETE FROM pages WHERE external_id = 'pricing';
         UPDATE catalog_state SET revision = revision + 1;
         SELECT pg_notify('landfall_catalog', revision::text) FROM catalog_state",
    );
    let gone = crate::support::eventually("the page is gone", || {
        let answer = site.node.get(&path, &[]);
        (answer.status == 404).then_some(answer)
    })
    .await;
    assert_eq!(gone.h1(), "There is no preview");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_ends_when_it_says_so() {
    let database = Database::create().await;
    database.import(CONTENT).await;
    let clock = Arc::new(SetClock::default());
    let redis = &services().redis_url;
    let node = Node::boot_by(
        Arc::clone(&clock) as _,
        config(&database.url),
        redis,
        options(),
        |router| router,
    )
    .await;
    let site = Site { database, node };
    let editor = site.sign_in(Role::Editor).await;
    let path = share(&site, &editor, "page=/pricing");
    let week = 7 * 24 * 3_600;
    clock.set(week - 60);
    assert_eq!(site.node.get(&path, &[]).status, 200);
    clock.set(week + 60);
    let over = site.node.get(&path, &[]);
    assert_eq!(
        (over.status, over.h1().as_str()),
        (410, "This preview has expired")
    );
    assert_eq!(over.header("x-robots-tag"), "noindex, nofollow");
}

#[tokio::test(flavor = "multi_thread")]
async fn previews_are_for_people_and_links_are_made_by_editors() {
    let site = desk().await;
    let viewer = site.sign_in(Role::Viewer).await;
    let signed_out = site.node.get(&format!("{FRAME}?page=/pricing"), &[]);
    assert_eq!(signed_out.status, 401);
    let fields = [("query", "page=/pricing"), ("days", "7")];
    assert_eq!(site.call_signed_out("preview/share", &fields).status, 401);
    assert_eq!(site.call(&viewer, "preview/share", &fields).status, 403);
    let editor = site.sign_in(Role::Editor).await;
    for (query, days) in [
        ("page=/pricing", "8"),
        ("page=/pricing", "-1"),
        ("page=/nowhere", "7"),
        ("page=/pricing&country=Germany", "7"),
        ("", "7"),
    ] {
        let answer = site.call(
            &editor,
            "preview/share",
            &[("query", query), ("days", days)],
        );
        assert!(
            [404, 422].contains(&answer.status),
            "{query} {days}: {answer:?}"
        );
    }
    let long = format!(
        "page=/pricing&utm_term={0}&cookie={0}&utm_source={0}&language={0}",
        "x".repeat(200)
    );
    assert_eq!(
        site.call(&editor, "preview/share", &[("query", &long), ("days", "7")])
            .status,
        422
    );
}
