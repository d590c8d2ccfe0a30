//! A real Varnish between visitors and a node.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use domain::cache_key::Arm;
use domain::rollout::arm;
use serde_json::json;
use tempfile::TempDir;

use crate::client::{Answer, get, request};
use crate::support::{CONTENT, Database, Node, eventually, open_folder};

/// What operators are told to use.
const VCL: &str = include_str!("varnish.vcl");
/// Requests of the long test.
const REQUESTS: usize = 1_000;

const CRAWLER: (&str, &str) = (
    "User-Agent",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
);
const PHONE: (&str, &str) = (
    "User-Agent",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1",
);
const GZIP: (&str, &str) = ("Accept-Encoding", "gzip, deflate");
const BROTLI: (&str, &str) = ("Accept-Encoding", "gzip, deflate, br");

/// A Varnish in front of a node, stopped when dropped.
struct Varnish {
    address: SocketAddr,
    process: Child,
    _folder: TempDir,
}

impl Varnish {
    async fn before(node: &Node) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        // Varnish gives up the rights of root and must still find its files.
        open_folder(folder.path());
        let backend = format!(".port = \"{}\"", node.address.port());
        let vcl = VCL.replacen(".port = \"3000\"", &backend, 1);
        assert_ne!(vcl, VCL, "the VCL names its backend otherwise");
        let file = folder.path().join("landfall.vcl");
        fs::write(&file, vcl).expect("writable");
        let free = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
        let address = free.expect("a free port");
        let log = folder.path().join("log");
        let mut process = Command::new("varnishd")
            .arg("-F")
            .arg("-n")
            .arg(folder.path().join("varnish"))
            .arg("-f")
            .arg(&file)
            .args(["-a", &address.to_string()])
            .args(["-s", "malloc,64m", "-p", "http_gzip_support=off"])
            .stdout(Stdio::null())
            .stderr(File::create(&log).expect("writable"))
            .spawn()
            .expect("varnishd is missing: apt-get install -y varnish");
        eventually("varnishd", || {
            let ended = process.try_wait().expect("it is our child");
            assert_eq!(ended, None, "{:?}", fs::read_to_string(&log));
            TcpStream::connect(address).ok()
        })
        .await;
        Self {
            address,
            process,
            _folder: folder,
        }
    }

    fn get(&self, target: &str, headers: &[(&str, &str)]) -> Answer {
        get(self.address, target, headers)
    }
}

impl Drop for Varnish {
    fn drop(&mut self) {
        // The process that serves ends with the one that watches over it.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// One kind of visitor.
struct Kind {
    target: &'static str,
    headers: Vec<(&'static str, String)>,
    /// The segment by which the edge asks for them; without one they are the node's.
    named: Option<&'static str>,
    heading: &'static str,
}

impl Kind {
    fn new(
        target: &'static str,
        headers: &[(&'static str, &str)],
        named: Option<&'static str>,
        heading: &'static str,
    ) -> Self {
        let headers = headers
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()));
        Self {
            target,
            headers: headers.collect(),
            named,
            heading,
        }
    }

    fn headers(&self) -> Vec<(&str, &str)> {
        let headers = self.headers.iter();
        headers
            .map(|(name, value)| (*name, value.as_str()))
            .collect()
    }

    /// What the node itself says to them, without an edge in between.
    async fn directly(&self, node: &Node) -> Answer {
        let mut headers = self.headers();
        headers.retain(|(name, _)| *name != "x-landfall-segment");
        headers.extend(self.named.map(|segment| ("x-landfall-segment", segment)));
        let plain: Vec<_> = headers
            .iter()
            .copied()
            .filter(|(name, _)| *name != "Accept-Encoding")
            .collect();
        assert_eq!(node.settled(self.target, &plain).await.h1(), self.heading);
        let answer = node.settled(self.target, &headers).await;
        let shared = !answer.header("surrogate-control").is_empty();
        assert_eq!(shared, self.named.is_some(), "{}", self.target);
        answer
    }
}

/// Twelve kinds of visitors whose answers differ in segment, language, term, arm or encoding.
fn kinds() -> [Kind; 12] {
    let with_id = |wanted: Arm| {
        let mut ids = (0_u128..).map(|number| format!("{number:032x}"));
        let id = ids.find(|id| arm("trial", 50.0, Some(id)) == wanted);
        format!(
            "landfall_consent=yes; landfall_id={}",
            id.expect("half of them")
        )
    };
    let inside = with_id(Arm::Personalised);
    let outside = with_id(Arm::Holdout);
    let linkedin = "/pricing?utm_source=linkedin";
    let trial = "/trial?utm_source=linkedin";
    let enterprise = Some("enterprise");
    [
        Kind::new(linkedin, &[], enterprise, "Prices for enterprises"),
        Kind::new(linkedin, &[GZIP], enterprise, "Prices for enterprises"),
        Kind::new(linkedin, &[CRAWLER], None, "Prices for everyone"),
        Kind::new(
            "/de/pricing?utm_source=linkedin&ref=x",
            &[BROTLI],
            enterprise,
            "Preise für Konzerne",
        ),
        Kind::new(
            "/pricing",
            &[("Cookie", "a=b; user_segment=smb; c=d")],
            Some("smb"),
            "Prices for small companies",
        ),
        Kind::new(
            "/pricing?segment=mobile",
            &[PHONE, BROTLI],
            Some("mobile"),
            "Prices for the pocket",
        ),
        Kind::new(
            "/pricing",
            &[("CF-IPCountry", "DE"), ("x-landfall-segment", "smb")],
            None,
            "Prices with contract papers",
        ),
        Kind::new(
            "/landing/routes?segment=default&utm_term=cold+chain+monitoring",
            &[],
            Some("default"),
            "Cold chain monitoring for refrigerated vans",
        ),
        Kind::new("/landing/routes?a=b", &[], None, "Rounds for everyone"),
        Kind::new(trial, &[("Cookie", &inside)], None, "Trial for enterprises"),
        Kind::new(trial, &[("Cookie", &outside)], None, "Trial for everyone"),
        Kind::new(trial, &[], enterprise, "Trial for everyone"),
    ]
}

/// The tests' site and a page of which half of the visitors see what is made for them.
fn content() -> String {
    let hero = |headline: &str| json!([{"type": "hero", "id": "hero", "headline": headline}]);
    let page = json!({
        "kind": "page", "id": "trial", "path": "/trial", "intent": "Trying it.", "rollout": 50,
        "contents": {"en": {"title": "Trial", "description": "D", "blocks": hero("Trial for everyone")}},
    });
    let variant = json!({
        "kind": "variant", "id": "trial--enterprise", "page": "trial", "segment": "enterprise",
        "locale": "en", "name": "N", "content": {"blocks": hero("Trial for enterprises")},
    });
    format!("{CONTENT}\n{page}\n{variant}\n")
}

/// Everything by which two kinds' answers can be told apart.
fn shown(answer: &Answer) -> (u16, [&str; 5], &[u8]) {
    let headers = [
        "etag",
        "content-encoding",
        "content-type",
        "x-content-variant",
        "x-content-arm",
    ];
    (
        answer.status,
        headers.map(|name| answer.header(name)),
        &answer.body,
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn varnish_never_shows_anothers_page() {
    let database = Database::create().await;
    database.import(&content()).await;
    let node = database.node().await;
    let varnish = Varnish::before(&node).await;
    let kinds = kinds();
    let mut expected = Vec::new();
    for kind in &kinds {
        expected.push(kind.directly(&node).await);
    }
    let (mut hits, mut shareable) = (0, 0);
    let mut random: u64 = 2026;
    for number in 0..REQUESTS {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let index = usize::try_from(random >> 33).expect("31 bits") % kinds.len();
        let kind = &kinds[index];
        let answer = varnish.get(kind.target, &kind.headers());
        assert_eq!(
            shown(&answer),
            shown(&expected[index]),
            "request {number}, kind {index}"
        );
        for name in ["surrogate-control", "surrogate-key", "cdn-cache-control"] {
            assert_eq!(answer.header(name), "");
        }
        let hit = answer.header("x-edge-cache") == "HIT";
        if kind.named.is_some() {
            assert_eq!(answer.header("set-cookie"), "");
            shareable += 1;
            hits += usize::from(hit);
        } else {
            assert!(!hit, "kind {index} is not to be kept");
        }
    }
    // All but the first of each kind.
    assert!(hits * 10 > shareable * 9, "{hits} hits of {shareable}");
}

#[tokio::test(flavor = "multi_thread")]
async fn varnish_throws_out_what_shows_a_page() {
    let database = Database::create().await;
    database.import(&content()).await;
    let node = database.node().await;
    let varnish = Varnish::before(&node).await;
    let segment = [("x-landfall-segment", "enterprise")];
    let keys = node.settled("/pricing", &segment).await;
    let page = keys.header("surrogate-key").split(' ').next();
    let page = page.expect("the first key is the page's");
    node.settled("/landing/routes", &segment).await;
    let edge = |path: &str| {
        let answer = varnish.get(&format!("{path}?utm_source=linkedin"), &[]);
        answer.header("x-edge-cache").to_owned()
    };
    for path in ["/pricing", "/landing/routes"] {
        assert_eq!([edge(path), edge(path)], ["MISS", "HIT"], "{path}");
    }
    let ban = |key| request(varnish.address, "BAN", "/", &[("x-ban-key", key)]).status;
    assert_eq!(ban("page-1 || obj.status == 200"), 400);
    assert_eq!(ban(page), 200);
    assert_eq!([edge("/pricing"), edge("/landing/routes")], ["MISS", "HIT"]);
    assert_eq!(ban("site"), 200);
    assert_eq!(
        [edge("/pricing"), edge("/landing/routes")],
        ["MISS", "MISS"]
    );
}
