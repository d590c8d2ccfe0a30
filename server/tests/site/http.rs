//! The protocol: caches, encodings, conditional requests, refusals.

use std::io::Read as _;

use crate::client::{Answer, get, request, send};
use crate::support::site;

/// Addresses with different answers, so that a busy machine gets several chances to be in time.
const ADDRESSES: [&str; 8] = [
    "/pricing",
    "/landing/routes",
    "/pricing?segment=enterprise",
    "/pricing?segment=smb",
    "/pricing?segment=dach",
    "/pricing?segment=mobile",
    "/de/pricing?segment=enterprise",
    "/landing/routes?segment=enterprise",
];

fn cache(answer: &Answer) -> (&str, &str) {
    (
        answer.header("x-content-cache"),
        answer.header("x-content-source"),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_answer_is_computed_and_the_next_comes_from_memory() {
    let (_database, node) = site().await;
    let mut computed = 0;
    for address in ADDRESSES {
        let first = node.get(address, &[]);
        if cache(&first).0 == "ERROR" {
            continue;
        }
        computed += 1;
        let (source, similarity) = if address.contains("segment=") {
            (
                "vector",
                first.header("x-similarity").parse::<f32>().is_ok(),
            )
        } else {
            ("default", first.header("x-similarity").is_empty())
        };
        assert_eq!(
            (cache(&first), similarity),
            (("MISS", source), true),
            "{address}"
        );
        let second = node.get(address, &[]);
        assert_eq!(cache(&second), ("HIT", "memory"), "{address}");
        assert_eq!(second.body, first.body);
        assert_eq!(second.header("etag"), first.header("etag"));
    }
    assert!(computed > 0, "no answer was ready in time");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_node_computed_another_finds_in_redis() {
    let (database, first) = site().await;
    let second = database.node().await;
    let found = async |address| {
        let here = first.settled(address, &[]).await;
        let there = second.get(address, &[]);
        // Redis may be too slow on a busy machine, and then the other node computes it again.
        (cache(&there) == ("HIT", "redis")).then(|| {
            assert_eq!(there.body, here.body);
            assert_eq!(cache(&second.get(address, &[])), ("HIT", "memory"));
        })
    };
    let mut shared = 0;
    for address in ADDRESSES {
        shared += usize::from(found(address).await.is_some());
    }
    assert!(shared > 0, "nothing came from Redis");
}

#[tokio::test(flavor = "multi_thread")]
async fn head_answers_like_get_without_the_body() {
    let (_database, node) = site().await;
    node.settled("/pricing", &[]).await;
    for accept in ["identity", "gzip", "br"] {
        let headers = [("Accept-Encoding", accept)];
        let [get, head] =
            ["GET", "HEAD"].map(|method| request(node.address, method, "/pricing", &headers));
        let fixed = |answer: &Answer| -> Vec<(String, String)> {
            let headers = answer.headers.iter();
            headers
                .filter(|(name, _)| !["date", "server-timing"].contains(&name.as_str()))
                .cloned()
                .collect()
        };
        assert_eq!((get.status, fixed(&get)), (head.status, fixed(&head)));
        assert_eq!(get.header("content-length"), get.body.len().to_string());
        assert!(head.body.is_empty() && !get.body.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_encoding_holds_the_same_document_under_its_own_tag() {
    let (_database, node) = site().await;
    let plain = node.settled("/pricing", &[]).await;
    assert_eq!(plain.header("cache-control"), "private, no-cache");
    assert_eq!(plain.header("content-encoding"), "");
    let mut tags = vec![plain.header("etag").to_owned()];
    for encoding in ["gzip", "br"] {
        let answer = node.get("/pricing", &[("Accept-Encoding", encoding)]);
        assert_eq!(answer.header("content-encoding"), encoding);
        assert_eq!(answer.header("cache-control"), "private, no-cache");
        assert!(answer.header("vary").contains("accept-encoding"));
        assert!(answer.body.len() < plain.body.len());
        assert_eq!(decode(encoding, &answer.body), plain.body);
        tags.push(answer.header("etag").to_owned());
    }
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), 3, "{tags:?}");
}

fn decode(encoding: &str, body: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    match encoding {
        "gzip" => flate2::read::GzDecoder::new(body).read_to_end(&mut plain),
        _ => brotli::Decompressor::new(body, 4_096).read_to_end(&mut plain),
    }
    .expect("it is whole");
    plain
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_the_browser_has_is_not_sent_again() {
    let (_database, node) = site().await;
    let tag = node
        .settled("/pricing", &[])
        .await
        .header("etag")
        .to_owned();
    let other = node
        .settled("/landing/routes", &[])
        .await
        .header("etag")
        .to_owned();
    for (condition, status) in [
        (tag.clone(), 304),
        (format!("W/{tag}"), 304),
        (format!("{other}, {tag}"), 304),
        ("*".to_owned(), 304),
        (other, 200),
        ("nonsense".to_owned(), 200),
    ] {
        let answer = node.get("/pricing", &[("If-None-Match", &condition)]);
        assert_eq!(answer.status, status, "{condition}");
        assert_eq!(answer.header("etag"), tag);
        assert_eq!(answer.body.is_empty(), status == 304, "{condition}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_path_leads_on_to_the_pages_that_exist() {
    let (_database, node) = site().await;
    let answer = node.get("/no-such-x7q-page?also=x7q", &[("Cookie", "x=x7q")]);
    assert_eq!(answer.status, 404);
    let text = answer.text();
    for link in ["href=\"/pricing\"", "href=\"/landing/routes\""] {
        assert!(text.contains(link), "{link}: {text}");
    }
    assert!(!text.contains("x7q"), "{text}");
    let german = node.get("/de/gibt-es-nicht", &[]);
    assert_eq!(german.status, 404);
    assert!(german.text().contains("href=\"/de/pricing\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_spelling_of_a_path_is_redirected_with_its_query() {
    let (_database, node) = site().await;
    for (target, location) in [
        (
            "/pricing/?utm_source=google&a=%20b",
            "/pricing?utm_source=google&a=%20b",
        ),
        ("/PRICING", "/pricing"),
        ("/pri%63ing?x", "/pricing?x"),
        ("//pricing", "/pricing"),
        ("/en/pricing?a=b", "/pricing?a=b"),
        ("/DE/pricing/", "/de/pricing"),
        ("/admin/", "/admin"),
    ] {
        let answer = node.get(target, &[]);
        assert_eq!(
            (answer.status, answer.header("location")),
            (308, location),
            "{target}"
        );
        assert_eq!(
            answer.header("x-content-type-options"),
            "nosniff",
            "{target}"
        );
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("frame-ancestors"), "{target}: {policy}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_does_not_say_what_it_is_for_is_refused() {
    let (_database, node) = site().await;
    for (head, status) in [
        ("GET /pricing HTTP/1.1\r\nHost: x\r\n", 200),
        ("GET /pricing HTTP/1.1\r\n", 400),
        ("GET /pricing HTTP/1.1\r\nHost: x\r\nHost: y\r\n", 400),
        ("POST /pricing HTTP/1.1\r\nContent-Length: 0\r\n", 400),
        ("GET pricing HTTP/1.1\r\nHost: x\r\n", 400),
        ("GET http://x/pricing HTTP/1.1\r\nHost: x\r\n", 200),
        ("GET /pricing HTTP/1.0\r\n", 200),
    ] {
        let request = format!("{head}Connection: close\r\n\r\n");
        let answer = send(node.address, request.as_bytes());
        assert_eq!(answer.status, status, "{head}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_beyond_the_limits_is_refused_with_the_right_status() {
    let (_database, node) = site().await;
    let cookies = "name=value; ".repeat(500);
    let check = |target: &str, headers: &[(&str, &str)], status: u16| {
        let answer = get(node.address, target, headers);
        assert_eq!(answer.status, status, "{}", &target[..target.len().min(60)]);
    };
    check(&format!("/pricing?{}", "x".repeat(9_000)), &[], 414);
    check(&format!("/pricing?{}", "x".repeat(60_000)), &[], 414);
    check(&format!("/{}", "x".repeat(2_000)), &[], 414);
    check("/pricing", &[("Cookie", cookies.as_str())], 431);
    check("/pricing", &[("Cookie", "x".repeat(20_000).as_str())], 431);
    check("/admin", &[("Cookie", cookies.as_str())], 431);
    check("/%FF", &[], 400);
    check("/%C3%28/pricing", &[], 400);
    check("/pricing%00", &[], 400);
    check("/pricing%0d%0aSet-Cookie:%20a=b", &[], 400);
    for raw in [
        &b"GET /\xff HTTP/1.1\r\n"[..],
        b"GET /pri\x01cing HTTP/1.1\r\n",
    ] {
        let request = [raw, b"Host: x\r\nConnection: close\r\n\r\n"].concat();
        assert!(
            (400..500).contains(&send(node.address, &request).status),
            "{raw:?}"
        );
    }
    // And the server is as well as before.
    assert_eq!(node.settled("/pricing", &[]).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_can_only_be_read() {
    let (_database, node) = site().await;
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "BREW"] {
        let answer = request(node.address, method, "/pricing", &[("Content-Length", "0")]);
        assert_eq!(
            (answer.status, answer.header("allow")),
            (405, "GET, HEAD"),
            "{method}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_a_visitor_sends_is_repeated_in_the_page() {
    let (_database, node) = site().await;
    let hostile = "\"><script>x7q()</script>";
    let cookie = format!("user_segment={hostile}; landfall_visit={hostile}; landfall_consent=yes");
    let query = "%22%3E%3Cscript%3Ex7q()%3C/script%3E";
    let headers = [
        ("Cookie", cookie.as_str()),
        ("User-Agent", hostile),
        ("Referer", "https://x7q.example/\"><script>"),
        ("Accept-Language", hostile),
        ("CF-IPCountry", hostile),
        ("X-Forwarded-Host", "x7q.example"),
        ("If-None-Match", hostile),
    ];
    let target =
        format!("/pricing?utm_source={query}&utm_term={query}&segment={query}&x7q={query}");
    let answer = node.settled(&target, &headers).await;
    assert_eq!(
        (answer.status, answer.h1().as_str()),
        (200, "Prices for everyone")
    );
    assert!(!answer.text().contains("x7q"));
    for (name, value) in &answer.headers {
        assert!(
            !value.contains("x7q") && !value.contains("script>"),
            "{name}: {value}"
        );
    }
    let foreign = b"GET /pricing HTTP/1.1\r\nHost: x7q.example\r\nConnection: close\r\n\r\n";
    assert!(!send(node.address, foreign).text().contains("x7q"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_page_may_do_nothing_in_a_window_of_its_own() {
    let (_database, node) = site().await;
    for target in [
        "/healthz",
        "/metrics",
        "/robots.txt",
        "/assets/nowhere.svg",
        "/pkg/nowhere.js",
        "/api/v1/export",
    ] {
        let answer = node.get(target, &[]);
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'"),
            "{target}: {answer:?}"
        );
        assert!(
            policy.contains("frame-ancestors 'none'"),
            "{target}: {policy}"
        );
        assert_eq!(
            answer.header("x-content-type-options"),
            "nosniff",
            "{target}"
        );
        assert!(!answer.header("referrer-policy").is_empty(), "{target}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{target}");
    }
    // Nobody keeps it that something is missing.
    let missing = node.get("/assets/nowhere.svg", &[]);
    assert_eq!(
        (missing.status, missing.header("cache-control")),
        (404, "no-store")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_for_one_answer_is_compressed_on_its_way() {
    let (_database, node) = site().await;
    for (target, coding) in [
        ("/metrics", "gzip"),
        ("/admin/sign-in", "gzip"),
        // Its tag names its bytes.
        ("/sitemap.xml", ""),
    ] {
        let answer = node.get(target, &[("Accept-Encoding", "gzip, br")]);
        assert_eq!(answer.status, 200, "{target}");
        assert_eq!(answer.header("content-encoding"), coding, "{target}");
        let plain = node.get(target, &[]);
        assert_eq!(plain.header("content-encoding"), "", "{target}");
        assert!(
            plain
                .header("vary")
                .to_lowercase()
                .contains("accept-encoding")
                || coding.is_empty()
        );
    }
    let icon = node.get("/favicon.ico", &[]);
    assert_eq!(
        (icon.status, icon.header("location")),
        (308, "/assets/favicon.svg")
    );
}
