//! People and tokens, as admins manage them, over HTTP and at the command line.

use std::io::Write as _;
use std::process::Stdio;

use super::support::{PASSWORD, Role, Site, Visit, desk};
use crate::client::Answer;
use crate::command::{on, run, succeed};
use crate::support::{Database, site};

const ATTACK: &str = "<img src=x onerror=alert(1)>";

#[tokio::test(flavor = "multi_thread")]
async fn only_admins_manage_people_and_tokens() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    let own = publisher.person.id.to_string();
    let fields = [
        ("id", own.as_str()),
        ("role", "admin"),
        ("email", "eve@site.example"),
        ("name", "Eve"),
        ("explain", "true"),
        ("days", "30"),
    ];
    for function in [
        "people/invite",
        "people/reset",
        "people/revoke-link",
        "people/role",
        "people/disable",
        "people/enable",
        "people/sign-out",
        "tokens/make",
        "tokens/revoke",
    ] {
        assert_eq!(
            site.call_signed_out(function, &fields).status,
            401,
            "{function}"
        );
        assert_eq!(
            site.call(&publisher, function, &fields).status,
            403,
            "{function}"
        );
    }
    for screen in [
        "people",
        "people/invite",
        "people/1",
        "people/link",
        "tokens",
        "tokens/new",
    ] {
        let target = format!("/admin/{screen}");
        assert_eq!(site.node.get(&target, &[]).status, 303, "{screen}");
        assert_eq!(site.open(&publisher, &target).status, 403, "{screen}");
    }
    let changed = site.database.query(
        "SELECT (SELECT count(*) FROM one_time_links) + (SELECT count(*) FROM api_tokens), max(role)
         FROM users",
    );
    assert_eq!(changed, "0|publisher");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_shown_once_and_makes_an_account() {
    let site = desk().await;
    let admin = site.sign_in(Role::Admin).await;
    let fields = [
        ("email", "Bob@site.example"),
        ("name", ATTACK),
        ("role", "editor"),
    ];
    let answer = site.send(&admin, "people/invite", "/admin/people/invite", &fields);
    // No address carries the secret.
    assert_eq!(
        (answer.status, answer.header("location")),
        (302, "/admin/people/link")
    );
    let link = shown(&site, &admin, "/admin/people/link").expect("it is shown");
    let path = link
        .strip_prefix("https://site.example")
        .expect("the site's own address");
    assert_eq!(shown(&site, &admin, "/admin/people/link"), None);

    let people = site.open(&admin, "/admin/people");
    assert_eq!(
        people.select("section tbody td:nth-child(2)"),
        ["Invites as editor"]
    );
    let welcome = site.node.get(path, &[]);
    assert!(welcome.text().contains("You are invited as an editor"));
    assert_eq!(welcome.select("main img"), [""; 0]);
    let secret = path.rsplit('/').next().expect("a secret");
    let fields = [
        ("secret", secret),
        ("email", "eve@site.example"),
        ("name", ATTACK),
        ("password", PASSWORD),
        ("repeat", PASSWORD),
    ];
    assert_eq!(site.call_signed_out("welcome", &fields).status, 200);
    let people = site.open(&admin, "/admin/people");
    assert!(
        people
            .select("tbody td:nth-child(2)")
            .contains(&"bob@site.example".to_owned())
    );
    assert!(
        people
            .select("tbody td:first-child a")
            .contains(&ATTACK.to_owned())
    );
    assert_eq!(people.select("main img"), [""; 0]);
    assert_eq!(people.select("section tbody tr"), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_an_invitation_is_refused() {
    let site = desk().await;
    let admin = site.sign_in(Role::Admin).await;
    let long = "n".repeat(81);
    let check = |email: &str, name: &str, role: &str| {
        let fields = [("email", email), ("name", name), ("role", role)];
        let answer = site.call(&admin, "people/invite", &fields);
        assert_eq!(answer.status, 422, "{email} {role}: {answer:?}");
    };
    check("", "", "editor");
    check("nobody", "", "editor");
    check("a@b\r\nc", "", "editor");
    check("bob@site.example", &long, "editor");
    check("bob@site.example", "", "owner");
    check(&admin.person.email, "", "editor");
    assert_eq!(
        site.database.query("SELECT count(*) FROM one_time_links"),
        "0"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_and_a_disabled_account_hold_at_once() {
    let site = desk().await;
    let admin = site.sign_in(Role::Admin).await;
    let bob = site.sign_in(Role::Editor).await;
    let id = bob.person.id.to_string();
    let from = format!("/admin/people/{id}");
    let fields = [("id", id.as_str()), ("role", "viewer")];
    let answer = site.send(&admin, "people/role", &from, &fields);
    assert_eq!(
        answer.header("location"),
        format!("{from}?notice=role-saved")
    );
    assert_eq!(site.open(&bob, "/admin/account").status, 303);

    let own = admin.person.id.to_string();
    let from = format!("/admin/people/{own}");
    for (function, fields) in [
        ("people/role", [("id", own.as_str()), ("role", "viewer")]),
        ("people/disable", [("id", own.as_str()), ("role", "")]),
    ] {
        let answer = site.send(&admin, function, &from, &fields);
        assert_eq!(answer.status, 302, "{answer:?}");
        let target = answer
            .header("location")
            .replace("https://site.example", "");
        let said = site.open(&admin, &target).select("[role=alert]").concat();
        assert!(said.contains("is the only admin"), "{said}");
    }

    let disabled = site.send(&admin, "people/disable", &from, &[("id", &id)]);
    assert_eq!(
        disabled.header("location"),
        format!("/admin/people/{id}?notice=disabled")
    );
    let fields = [("email", bob.person.email.as_str()), ("password", PASSWORD)];
    assert_eq!(site.call_signed_out("sign-in", &fields).status, 422);
    site.send(&admin, "people/enable", &from, &[("id", &id)]);
    assert_eq!(site.call_signed_out("sign-in", &fields).status, 200);
    for nobody in ["0", "-1", "9223372036854775807"] {
        assert_eq!(
            site.call(&admin, "people/disable", &[("id", nobody)])
                .status,
            404
        );
        assert_eq!(
            site.open(&admin, &format!("/admin/people/{nobody}")).status,
            404
        );
    }
    assert_eq!(
        site.call(&admin, "people/disable", &[("id", "x")]).status,
        422
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_a_session_nor_a_token_of_somebody_disabled_opens_anything() {
    let site = desk().await;
    let admin = site.sign_in(Role::Admin).await;
    let leaver = site.sign_in(Role::Admin).await;
    let token = |of: &Visit| {
        let fields = [("name", "nightly"), ("export", "true"), ("days", "30")];
        assert_eq!(site.call(of, "tokens/make", &fields).status, 200);
        shown(&site, of, "/admin/tokens/made").expect("it is shown")
    };
    let (theirs, other) = (token(&leaver), token(&admin));
    let ask = |secret: &str| {
        let bearer = format!("Bearer {secret}");
        let headers = [("Authorization", bearer.as_str())];
        site.node.get("/api/v1/export", &headers).status
    };
    assert_eq!((ask(&theirs), ask(&other)), (200, 200));
    let id = leaver.person.id.to_string();
    let set = |function: &str| {
        let answer = site.call(&admin, function, &[("id", &id)]);
        assert_eq!(answer.status, 200, "{answer:?}");
    };
    set("people/disable");
    assert_eq!((ask(&theirs), ask(&other)), (401, 200));
    assert_eq!(site.open(&leaver, "/admin/tokens").status, 303);
    let answer = site.call(&leaver, "people/enable", &[("id", &id)]);
    assert_eq!(answer.status, 401, "{answer:?}");
    let noted = site
        .database
        .query("SELECT after FROM audit_log WHERE action = 'people.disable'");
    assert_eq!(noted, r#"{"tokens_revoked": 1}"#);
    // Somebody who comes back signs in anew, and makes tokens anew.
    set("people/enable");
    assert_eq!(ask(&theirs), 401);
    assert_eq!(site.open(&leaver, "/admin/tokens").status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_shown_once_works_and_is_revoked() {
    let site = desk().await;
    let admin = site.sign_in(Role::Admin).await;
    let fields = [("name", ATTACK), ("explain", "true"), ("days", "30")];
    let answer = site.call(&admin, "tokens/make", &fields);
    assert_eq!(
        answer.header("location"),
        "/admin/tokens/made",
        "{answer:?}"
    );
    let secret = shown(&site, &admin, "/admin/tokens/made").expect("it is shown");
    assert_eq!(shown(&site, &admin, "/admin/tokens/made"), None);
    let ask = || {
        let bearer = format!("Bearer {secret}");
        let headers = [("Authorization", bearer.as_str())];
        site.node
            .get("/api/v1/explain?page=/pricing", &headers)
            .status
    };
    assert_eq!(ask(), 200);
    let tokens = site.open(&admin, "/admin/tokens");
    assert!(!tokens.text().contains(&secret));
    assert_eq!(tokens.select("main img"), [""; 0]);
    let made_by = tokens.select("tbody td:nth-child(5)");
    assert_eq!(made_by, [admin.person.name.as_str()]);

    for _ in 0..2 {
        let answer = site.send(&admin, "tokens/revoke", "/admin/tokens", &[("id", "1")]);
        assert_eq!(
            answer.header("location"),
            "/admin/tokens?notice=token-revoked"
        );
    }
    assert_eq!(ask(), 401);
    let noted = site.database.query(
        "SELECT string_agg(action, ' ' ORDER BY id) FROM audit_log WHERE action LIKE 'token.%'",
    );
    assert_eq!(noted, "token.make token.revoke");
    let log = site
        .database
        .query("SELECT string_agg(audit_log::text, ' ') FROM audit_log");
    assert!(!log.contains(&secret), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_a_token_is_refused_field_by_field() {
    let site = desk().await;
    let admin = site.sign_in(Role::Admin).await;
    let check = |name: &str, days: &str, scope: &str, field: &str| {
        let fields = [("name", name), ("days", days), (scope, "true")];
        let answer = site.call(&admin, "tokens/make", &fields);
        assert_eq!(answer.status, 422, "{answer:?}");
        assert!(
            answer.text().contains(&format!("\"field\":\"{field}\"")),
            "{answer:?}"
        );
    };
    check("", "30", "export", "name");
    check("x", "30", "nothing", "scopes");
    check("x", "0", "export", "days");
    check("x", "4000", "export", "days");
    check("x", "99999999", "export", "days");
    check("x", "soon", "export", "days");
    assert_eq!(site.database.query("SELECT count(*) FROM api_tokens"), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_form_that_is_refused_twice_says_the_second_time_what_is_wrong_then() {
    let site = desk().await;
    let admin = site.sign_in(Role::Admin).await;
    let send = |from: &str, fields: &[(&str, &str)]| {
        let answer = site.send(&admin, "tokens/make", from, fields);
        assert_eq!(answer.status, 302, "{answer:?}");
        let place = answer.header("location");
        let place = place.trim_start_matches("https://site.example").to_owned();
        let screen = site.open(&admin, &place);
        (place, screen)
    };
    let first = [("name", ""), ("days", "7"), ("explain", "true")];
    let (place, screen) = send("/admin/tokens/new", &first);
    let alert = |screen: &Answer| screen.select("main [role=alert]").concat();
    assert!(
        alert(&screen).contains("Name: is empty"),
        "{}",
        alert(&screen)
    );
    let ticked = |name: &str| {
        let input = format!("input[name={name}]");
        screen.attribute(&input, "checked").is_some()
    };
    assert!(ticked("explain") && !ticked("export"));
    let (_, screen) = send(&place, &[("name", "x"), ("days", "7")]);
    assert!(alert(&screen).contains("Scopes: "), "{}", alert(&screen));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_invitation_keeps_the_role_that_was_chosen() {
    let site = desk().await;
    let admin = site.sign_in(Role::Admin).await;
    let fields = [
        ("email", admin.person.email.as_str()),
        ("name", "Bob"),
        ("role", "viewer"),
    ];
    let answer = site.send(&admin, "people/invite", "/admin/people/invite", &fields);
    let place = answer.header("location");
    let screen = site.open(&admin, place.trim_start_matches("https://site.example"));
    let chosen = screen.attribute("select[name=role] option[selected]", "value");
    assert_eq!(chosen.as_deref(), Some("viewer"));
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_added_listed_and_reset_at_the_command_line() {
    let (database, _node) = site().await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let user = |arguments: &[&str]| {
        let mut command = on(folder.path(), &database.url);
        command.arg("user").args(arguments);
        command
    };
    assert!(succeed(&mut user(&["list"])).contains("there is nobody yet"));
    let link = succeed(&mut user(&[
        "add",
        "bob@site.example",
        "--role",
        "publisher",
    ]));
    assert!(
        link.contains("/admin/welcome/") && link.lines().count() == 1,
        "{link}"
    );
    let listed = succeed(&mut user(&["list"]));
    assert!(
        listed.ends_with("publisher   invited   never         bob@site.example\n"),
        "{listed}"
    );

    let add = [
        "add",
        "ann@site.example",
        "--name",
        "Ann",
        "--role",
        "admin",
        "--password-stdin",
    ];
    let (code, complaint) = with_input(user(&add), "password1234\n");
    assert!(
        code != 0 && complaint.contains("guessed first"),
        "{complaint}"
    );
    let (code, complaint) = with_input(user(&add), &format!("{PASSWORD}\n"));
    assert_eq!(code, 0, "{complaint}");
    let (code, complaint) = with_input(user(&add), &format!("{PASSWORD}\n"));
    assert!(code != 0 && complaint.contains("already"), "{complaint}");
    let listed = succeed(&mut user(&["list"]));
    assert!(
        listed.contains("ann@site.example") && listed.contains("admin"),
        "{listed}"
    );

    let base = "https://desk.example";
    let link = succeed(&mut user(&[
        "reset",
        "ANN@site.example",
        "--base-url",
        base,
    ]));
    assert!(
        link.starts_with(&format!("{base}/admin/welcome/")),
        "{link}"
    );
    let (_, link, said) = run(&mut user(&["reset", "ANN@site.example"]));
    assert!(
        link.starts_with("http://127.0.0.1:3000/admin/welcome/"),
        "{link}"
    );
    assert!(said.contains("by the setting listen"), "{said}");
    let refused = |arguments: &[&str], expected: &str| {
        let (code, _, complaint) = run(&mut user(arguments));
        assert_ne!(code, 0);
        assert!(complaint.contains(expected), "{complaint}");
    };
    refused(&["reset", "eve@site.example"], "nobody signs in as");
    refused(
        &["add", "eve@site.example", "--role", "owner"],
        "there are viewer, editor",
    );
    refused(&["add", "eve@site.example", "--password-stdin"], "--name");
    refused(&["add", "eve"], "name@example.com");
    assert_eq!(kinds(&database), "invitation reset reset");
}

fn kinds(database: &Database) -> String {
    database.query("SELECT string_agg(kind, ' ' ORDER BY id) FROM one_time_links")
}

fn with_input(mut command: std::process::Command, input: &str) -> (i32, String) {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(input.as_bytes()).expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().expect("it was not killed"), complaint)
}

/// The secret that a screen shows, if it does.
fn shown(site: &Site, visit: &Visit, target: &str) -> Option<String> {
    let answer: Answer = site.open(visit, target);
    assert_eq!(answer.status, 200, "{answer:?}");
    let field = scraper::Selector::parse("input[readonly]").expect("a selector");
    let document = scraper::Html::parse_document(answer.text());
    let found = document.select(&field).next()?;
    found.attr("value").map(str::to_owned)
}
