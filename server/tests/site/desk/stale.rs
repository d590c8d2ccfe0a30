//! Two people change the same page or segment: the second sees both versions, and chooses.

use super::support::{Role, Site, Visit, desk};
use crate::client::Answer;

const ATTACK: &str = "<img src=x onerror=alert(1)>";

/// A thing that both change, and how.
struct Case {
    function: &'static str,
    screen: &'static str,
    /// The fields that stay, but for the edition.
    fields: &'static [(&'static str, &'static str)],
    /// The name of the edition's field.
    edition: &'static str,
    /// The field that is changed.
    changed: &'static str,
    /// Where it is on the screen.
    selector: &'static str,
    /// What is saved of it.
    saved: &'static str,
}

const PAGE: Case = Case {
    function: "pages/save",
    screen: "/admin/pages/1",
    fields: &[
        ("page", "1"),
        ("path", "/pricing"),
        ("rollout", "100"),
        (
            "contents[en]",
            r#"{"title":"Prices","description":"All prices.","blocks":[{"type":"hero","id":"hero","headline":"Prices"}]}"#,
        ),
    ],
    edition: "edition",
    changed: "intent",
    selector: "textarea[name=intent]",
    saved: "SELECT intent FROM pages WHERE id = 1",
};

const SEGMENT: Case = Case {
    function: "segments/save",
    screen: "/admin/segments/smb",
    fields: &[
        ("key", "smb"),
        ("name", "Small companies"),
        ("condition", r#"{"utm.source":"google"}"#),
    ],
    edition: "base",
    changed: "description",
    selector: "textarea[name=description]",
    saved: "SELECT description FROM segments WHERE key = 'smb'",
};

impl Case {
    fn fields<'a>(&'a self, edition: &'a str, text: &'a str) -> Vec<(&'a str, &'a str)> {
        let mut fields = self.fields.to_vec();
        fields.extend([(self.edition, edition), (self.changed, text)]);
        fields
    }

    /// The edition and the text that the screen's form holds.
    fn held(&self, screen: &Answer) -> (String, String) {
        let edition = format!("main form input[name={}]", self.edition);
        let edition = screen.attribute(&edition, "value").expect("a form");
        (edition, screen.select(self.selector).concat())
    }
}

/// What a screen says about two versions: its words, and the rows of its table.
fn both(screen: &Answer) -> (String, Vec<String>) {
    let rows = screen.select("main [role=alert] tbody tr");
    (screen.select("main [role=alert] h2").concat(), rows)
}

/// Ann saves what Bob has open, and then Bob saves: his answer.
async fn collide(site: &Site, case: &Case, text: &str) -> (Visit, Visit, Answer) {
    let ann = site.sign_in(Role::Publisher).await;
    let bob = site.sign_in(Role::Publisher).await;
    let (edition, _) = case.held(&site.open(&bob, case.screen));
    let hers = case.fields(&edition, "What Ann wrote.");
    let answer = site.call(&ann, case.function, &hers);
    assert_eq!(answer.status, 200, "{answer:?}");
    let his = case.fields(&edition, text);
    let answer = site.send(&bob, case.function, case.screen, &his);
    (ann, bob, answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_to_save_sees_both_and_may_save_on_top() {
    for case in [PAGE, SEGMENT] {
        let site = desk().await;
        let (ann, bob, answer) = collide(&site, &case, ATTACK).await;
        // Without JavaScript as with it, the answer leads to both.
        assert_eq!(
            (answer.status, answer.header("location")),
            (302, case.screen)
        );
        let screen = site.open(&bob, case.screen);
        let (words, rows) = both(&screen);
        assert!(words.contains(&ann.person.name), "{words}");
        assert_eq!(rows.len(), 1, "{rows:?}");
        assert!(rows[0].contains("What Ann wrote."), "{rows:?}");
        assert!(rows[0].contains(ATTACK), "{rows:?}");
        assert_eq!(screen.select("main img"), [""; 0]);
        assert_eq!(site.database.query(case.saved), "What Ann wrote.");
        // It is Bob's alone.
        assert_eq!(both(&site.open(&ann, case.screen)).1, [""; 0]);

        let (edition, text) = case.held(&screen);
        assert_eq!(text, ATTACK);
        let answer = site.call(&bob, case.function, &case.fields(&edition, &text));
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(site.database.query(case.saved), ATTACK);
        assert_eq!(both(&site.open(&bob, case.screen)).1, [""; 0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_to_save_may_take_what_the_first_wrote() {
    for case in [PAGE, SEGMENT] {
        let site = desk().await;
        let (ann, bob, _) = collide(&site, &case, "What Bob wrote.").await;
        // Whoever was faster still is not overwritten either.
        let stale = case.held(&site.open(&bob, case.screen)).0;
        let hers = case.fields(&stale, "What Ann wrote next.");
        assert_eq!(site.call(&ann, case.function, &hers).status, 200);
        let answer = site.call(
            &bob,
            case.function,
            &case.fields(&stale, "What Bob insists on."),
        );
        assert_eq!(
            (answer.status, answer.header("location")),
            (409, case.screen)
        );
        let screen = site.open(&bob, case.screen);
        assert!(both(&screen).1[0].contains("What Ann wrote next."));
        assert_eq!(case.held(&screen).1, "What Bob insists on.");

        let key = screen
            .attribute("main [role=alert] input[name=key]", "value")
            .expect("a form");
        let answer = site.send(&bob, "stale/take-theirs", case.screen, &[("key", &key)]);
        let target = format!("{}?notice=draft-discarded", case.screen);
        assert_eq!(answer.header("location"), target);
        let screen = site.open(&bob, &target);
        assert_eq!(both(&screen).1, [""; 0]);
        assert_eq!(case.held(&screen).1, "What Ann wrote next.");
        assert_eq!(site.database.query(case.saved), "What Ann wrote next.");
    }
}
