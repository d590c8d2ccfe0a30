//! Who may call which server function: every one there is, whoever asks.

use std::collections::BTreeSet;

use leptos::server_fn::axum::server_fn_paths;

use super::support::{Role, Site, Visit, desk};
use crate::client::Answer;

/// Every server function that takes a session, the least role that it takes, and a form that is
/// complete. None of them asks for something that would end the session of who asks.
const FUNCTIONS: [(&str, Role, &str); 48] = [
    ("account/name", Role::Viewer, "name=Ann"),
    (
        "account/password",
        Role::Viewer,
        "current=x&password=y&repeat=y",
    ),
    ("account/theme", Role::Viewer, "theme=dark"),
    ("home/now", Role::Viewer, ""),
    (
        "pages/create",
        Role::Publisher,
        "id=x&path=x&intent=x&rollout=x",
    ),
    (
        "pages/save",
        Role::Publisher,
        "page=0&edition=1&path=x&intent=x&rollout=x",
    ),
    ("pages/delete", Role::Publisher, "page=0"),
    ("palette/find", Role::Viewer, "typed=x"),
    ("people/invite", Role::Admin, "email=x&role=viewer"),
    ("people/reset", Role::Admin, "id=0"),
    ("people/revoke-link", Role::Admin, "id=0"),
    ("people/role", Role::Admin, "id=0&role=admin"),
    ("people/disable", Role::Admin, "id=0"),
    ("people/enable", Role::Admin, "id=0"),
    ("people/sign-out", Role::Admin, "id=0"),
    (
        "preview/draft",
        Role::Editor,
        "page=x&locale=en&content=x&whole=false",
    ),
    ("preview/share", Role::Editor, "query=page%3Dx&days=0"),
    ("segments/create", Role::Publisher, "name=x&condition=x"),
    (
        "segments/save",
        Role::Publisher,
        "key=nobody&base=1&name=x&condition=x",
    ),
    ("segments/matching", Role::Viewer, "condition=x"),
    ("segments/move", Role::Publisher, "key=nobody&direction=up"),
    ("segments/order", Role::Publisher, "keys=nobody"),
    ("segments/delete", Role::Publisher, "key=nobody"),
    ("spaces/start", Role::Admin, "model=x"),
    ("spaces/pause", Role::Admin, "space=0"),
    ("spaces/resume", Role::Admin, "space=0"),
    ("spaces/cancel", Role::Admin, "space=0"),
    ("spaces/retry", Role::Admin, "space=0"),
    ("spaces/drop", Role::Admin, "space=0"),
    ("spaces/switch", Role::Admin, "space=0"),
    ("spaces/rollback", Role::Admin, "space=0"),
    ("stale/take-theirs", Role::Publisher, "key=page%3A0"),
    ("tokens/make", Role::Admin, "name=x&days=0"),
    ("tokens/revoke", Role::Admin, "id=0"),
    ("transfer/start", Role::Publisher, "upload=0"),
    ("transfer/discard", Role::Editor, ""),
    ("transfer/cancel", Role::Publisher, "job=0"),
    ("variants/compare", Role::Editor, "id=0&written=x"),
    ("variants/delete", Role::Editor, "id=0"),
    ("variants/discard", Role::Editor, "key=0"),
    ("variants/duplicate", Role::Editor, "id=0"),
    ("variants/keep", Role::Editor, "key=0&base=0&written=x"),
    ("variants/publish", Role::Publisher, "what=now"),
    ("variants/restore", Role::Editor, "id=0&revision=1"),
    (
        "variants/save",
        Role::Editor,
        "base=0&key=0&page=x&locale=en&name=x&segment=&content=x",
    ),
    ("variants/undo", Role::Publisher, "token=0"),
    ("variants/write", Role::Editor, "page=x&locale=en"),
    // It ends sessions, hence it comes last.
    ("account/sign-out-everywhere", Role::Viewer, ""),
];

/// Those that are for everybody: nobody has a session before, or wants one afterwards.
const PUBLIC: [&str; 3] = ["sign-in", "sign-out", "welcome"];

const ROLES: [Role; 4] = [Role::Viewer, Role::Editor, Role::Publisher, Role::Admin];

/// Calls a function as a script does, with a session and headers of one's own.
fn call(site: &Site, function: &str, form: &str, more: &[(&str, &str)]) -> Answer {
    let mut headers = vec![("Accept", "application/json")];
    headers.extend(more);
    site.node
        .post(&format!("/admin/api/{function}"), &headers, form)
}

/// One person of each role, from the least to the most powerful, signed in.
async fn everybody(site: &Site) -> Vec<Visit> {
    let mut visits = Vec::new();
    for role in ROLES {
        visits.push(site.sign_in(role).await);
    }
    visits
}

/// Everything that server functions may change, counted.
fn traces(site: &Site) -> String {
    site.database.query(
        "SELECT (SELECT count(*) FROM audit_log WHERE action <> 'people.add'),
             (SELECT count(*) FROM variants), (SELECT count(*) FROM variant_drafts),
             (SELECT count(*) FROM one_time_links), (SELECT count(*) FROM api_tokens),
             (SELECT sum(epoch) FROM users)",
    )
}

#[test]
fn every_server_function_is_listed_here_with_its_role() {
    let registered: BTreeSet<String> = server_fn_paths()
        .map(|(path, method)| {
            assert_eq!(method, "POST", "{path}");
            let name = path.strip_prefix("/admin/api/");
            name.unwrap_or_else(|| panic!("{path} is elsewhere"))
                .to_owned()
        })
        .collect();
    let listed = FUNCTIONS.iter().map(|(function, _, _)| *function);
    let listed: BTreeSet<String> = listed.chain(PUBLIC).map(str::to_owned).collect();
    assert_eq!(registered, listed);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_session_that_is_good_no_function_does_anything() {
    let site = desk().await;
    let (over, disabled) = (
        site.sign_in(Role::Admin).await,
        site.sign_in(Role::Admin).await,
    );
    site.database.query(&format!(
        "UPDATE users SET epoch = epoch + 1 WHERE id = {}",
        over.person.id
    ));
    site.database.query(&format!(
        "UPDATE users SET disabled_at = now() WHERE id = {}",
        disabled.person.id
    ));
    let before = traces(&site);
    let made_up = "landfall_session=AAAAAAAAAAAAAAAAAAAAAA";
    for (function, _, form) in FUNCTIONS {
        for cookie in ["", made_up, &over.cookie, &disabled.cookie] {
            let answer = call(&site, function, form, &[("Cookie", cookie)]);
            assert_eq!(answer.status, 401, "{function}: {answer:?}");
            assert_eq!(answer.text(), "\"SignedOut\"", "{function}");
        }
    }
    assert_eq!(traces(&site), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_takes_its_role_and_no_more_than_that() {
    let site = desk().await;
    let visits = everybody(&site).await;
    for (function, least, form) in FUNCTIONS {
        let (without, with): (Vec<&Visit>, Vec<&Visit>) =
            visits.iter().partition(|visit| visit.person.role < least);
        let ask = |visit: &Visit| call(&site, function, form, &[("Cookie", &visit.cookie)]);
        let before = traces(&site);
        for visit in without {
            let (role, answer) = (visit.person.role, ask(visit));
            let said = format!("{{\"Forbidden\":\"{least}\"}}");
            assert_eq!(
                (answer.status, answer.text()),
                (403, said.as_str()),
                "{function} as {role}"
            );
        }
        assert_eq!(traces(&site), before, "{function}");
        for visit in with {
            let (role, answer) = (visit.person.role, ask(visit));
            assert!(
                !matches!(answer.status, 401 | 403 | 500..),
                "{function} as {role}: {answer:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_too_long_or_with_an_impossible_character_changes_nothing_anywhere() {
    let site = desk().await;
    let admin = site.sign_in(Role::Admin).await;
    let before = traces(&site);
    let long = "x".repeat(100_000);
    for (function, _, form) in FUNCTIONS {
        let fields: Vec<_> = form_urlencoded::parse(form.as_bytes()).collect();
        for (bad, _) in &fields {
            for text in [long.as_str(), "a\0b"] {
                let form = form_urlencoded::Serializer::new(String::new())
                    .extend_pairs(fields.iter().map(|(name, value)| {
                        let value = if name == bad { text } else { value.as_ref() };
                        (name.as_ref(), value)
                    }))
                    .finish();
                let answer = call(&site, function, &form, &[("Cookie", &admin.cookie)]);
                assert!(answer.status < 500, "{function} {bad}: {answer:?}");
            }
        }
    }
    assert_eq!(traces(&site), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_function_is_called_from_another_site_or_by_a_link() {
    let site = desk().await;
    let admin = site.sign_in(Role::Admin).await;
    let before = traces(&site);
    let functions = FUNCTIONS
        .iter()
        .map(|(function, _, form)| (*function, *form));
    for (function, form) in functions.chain(PUBLIC.map(|function| (function, ""))) {
        for elsewhere in [
            ("Origin", "https://evil.example"),
            ("Origin", "null"),
            ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-Site", "same-site"),
        ] {
            let headers = [("Cookie", admin.cookie.as_str()), elsewhere];
            let answer = call(&site, function, form, &headers);
            assert_eq!(answer.status, 403, "{function} {elsewhere:?}: {answer:?}");
            assert!(answer.text().contains("from another site"), "{answer:?}");
        }
        let target = format!("/admin/api/{function}?{form}");
        let answer = site.open(&admin, &target);
        assert!(matches!(answer.status, 404 | 405), "{target}: {answer:?}");
    }
    assert_eq!(traces(&site), before);
    assert_eq!(site.open(&admin, "/admin/account").status, 200);
}
