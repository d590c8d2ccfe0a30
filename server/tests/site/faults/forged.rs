//! Segments that visitors make up.

use crate::client::Answer;
use crate::support::site;

/// Stands in every forged name, so that an echo can be heard.
const MARK: &str = "f0rged";

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_segment_changes_nothing_and_is_not_repeated() {
    let (_database, node) = site().await;
    let plain = node.settled("/pricing", &[]).await;
    let long = MARK.repeat(1_300);
    for name in [
        "f0rged",
        "smb,f0rged",
        "<script>f0rged()</script>",
        "\"><img src=f0rged>",
        "smb\r\nset-cookie: f0rged=1\r\n\r\n<h1>f0rged</h1>",
        "smb\0f0rged",
        "../../f0rged",
        "{{f0rged}}",
        &long,
    ] {
        let escaped: String = name.bytes().map(escape).collect();
        // No client gets a line break into a header; its escape must not become one.
        let word = if name.contains(char::is_control) {
            &escaped
        } else {
            name
        };
        let (target, cookie) = (
            format!("/pricing?segment={escaped}"),
            format!("user_segment={word}"),
        );
        let short = name.len() < 100;
        let ways: [(&str, &[(&str, &str)]); 4] = [
            (&target, &[]),
            ("/pricing", &[("Cookie", &cookie)]),
            ("/pricing", &[("x-landfall-segment", word)]),
            (
                // An address has its limit, which escapes reach sooner.
                if short { &target } else { "/pricing" },
                &[("Cookie", &cookie), ("x-landfall-segment", word)],
            ),
        ];
        let fitting = ways.iter().filter(|(target, _)| target.len() < 8_192);
        for (target, headers) in fitting {
            let answer = node.settled(target, headers).await;
            assert_eq!(seen(&answer), seen(&plain), "{target} {headers:?}");
            assert!(answer.body == plain.body, "{target} {headers:?}");
            let heads = format!("{:?}", answer.headers);
            assert!(!heads.contains(MARK), "{heads}");
            assert!(!answer.text().contains(MARK), "{target} {headers:?}");
        }
    }
    let known = node
        .settled("/pricing", &[("Cookie", "user_segment=smb")])
        .await;
    assert_eq!(known.header("x-content-variant"), "smb");
}

/// What a visitor gets, and what caches are told about it.
fn seen(answer: &Answer) -> (u16, [&str; 6]) {
    let headers = [
        "x-content-variant",
        "etag",
        "vary",
        "cache-control",
        "set-cookie",
        "surrogate-control",
    ];
    (answer.status, headers.map(|name| answer.header(name)))
}

fn escape(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() {
        char::from(byte).into()
    } else {
        format!("%{byte:02X}")
    }
}
