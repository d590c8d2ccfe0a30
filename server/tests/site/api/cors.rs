//! Scripts of other sites.

use super::{ROUTES, in_time};
use crate::client::request;
use crate::command::{bare, run};
use crate::support::{Node, config, options, services, site};

#[tokio::test(flavor = "multi_thread")]
async fn other_sites_may_read_content_when_the_configuration_says_so() {
    let (database, closed) = site().await;
    let boot = async |origins: &[&str]| {
        let mut config = config(&database.url);
        config.cors_origins = origins.iter().map(|&origin| origin.to_owned()).collect();
        Node::boot_with(config, &services().redis_url, options(), |router| router).await
    };
    let listed = boot(&["https://shop.example", "http://127.0.0.1:5173"]).await;
    let open = boot(&["*"]).await;
    let content = format!("{}?page=/pricing&segment=smb", ROUTES[1]);
    let check = async |node: &Node, target: &str, origin: &str, expected: &str| {
        let origin_header = ("Origin", origin);
        let preflight = [origin_header, ("Access-Control-Request-Method", "GET")];
        for answer in [
            in_time(node, target, &[origin_header]).await,
            request(node.address, "OPTIONS", target, &preflight),
        ] {
            let allowed = answer.header("access-control-allow-origin");
            assert_eq!(allowed, expected, "{target} {origin}\n{answer:?}");
            let varies = answer.header("vary").contains("origin");
            assert_eq!(varies, node.address == listed.address && target == content);
        }
    };
    let shop = "https://shop.example";
    check(&listed, &content, shop, shop).await;
    check(&listed, &content, "https://evil.example", "").await;
    check(&listed, "/api/explain?page=/pricing", shop, "").await;
    check(&open, &content, "https://anybody.example", "*").await;
    check(&open, "/api/explain?page=/pricing", shop, "").await;
    check(&closed, &content, shop, "").await;
    // A refusal can be read as well.
    check(&open, ROUTES[0], shop, "*").await;

    let preflight = request(
        listed.address,
        "OPTIONS",
        &content,
        &[
            ("Origin", shop),
            ("Access-Control-Request-Method", "GET"),
            ("Access-Control-Request-Headers", "if-none-match"),
        ],
    );
    assert_eq!(preflight.status, 200);
    assert_eq!(preflight.header("access-control-allow-methods"), "GET,HEAD");
    assert_eq!(
        preflight.header("access-control-allow-headers"),
        "if-none-match"
    );
    let answer = in_time(&listed, &content, &[("Origin", shop)]).await;
    assert!(
        answer
            .header("access-control-expose-headers")
            .contains("x-cache")
    );
}

#[test]
fn a_malformed_origin_is_refused_at_start() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut command = bare(folder.path());
    command.env("LANDFALL_CORS_ORIGINS", r#"["https://shop.example/"]"#);
    let (code, _, complaint) = run(command.arg("migrate"));
    assert_eq!(code, 2, "{complaint}");
    assert!(
        complaint.contains("`cors_origins` contains \"https://shop.example/\""),
        "{complaint}"
    );
}
