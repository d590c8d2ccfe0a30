//! Signing in, links and one's own account, over HTTP.

use app::admin::{AdminError, mistake_address};

use super::support::{PASSWORD, Role, Site, Visit, desk};
use crate::client::Answer;

const ATTACK: &str = "<script>alert(1)</script>\"'&";

/// The session that an answer gives, as a browser sends it back.
fn cookie(answer: &Answer) -> String {
    let header = answer.header("set-cookie");
    let (pair, _) = header
        .split_once(';')
        .unwrap_or_else(|| panic!("{answer:?}"));
    pair.to_owned()
}

fn sign_in(site: &Site, email: &str, password: &str, next: &str) -> Answer {
    let fields = [("email", email), ("password", password), ("next", next)];
    site.call_signed_out("sign-in", &fields)
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_leads_to_the_wanted_screen_under_a_new_session() {
    let site = desk().await;
    let ann = site.person(Role::Editor).await;
    let answer = sign_in(&site, &ann.email, PASSWORD, "/admin/account?a=b");
    assert_eq!(
        answer.header("location"),
        "/admin/account?a=b",
        "{answer:?}"
    );
    let given = answer.header("set-cookie");
    for attribute in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
        assert!(given.contains(attribute), "{given}");
    }
    let account = site
        .node
        .get("/admin/account", &[("Cookie", &cookie(&answer))]);
    assert_eq!(account.status, 200);
    assert_eq!(account.h1(), "Your account");
    let lead = account.select("main p");
    assert!(
        lead.contains(&format!("{} · Editor", ann.email)),
        "{lead:?}"
    );

    // Whoever is signed in already is not asked again.
    let again = site.node.get(
        "/admin/sign-in?next=/admin/account",
        &[("Cookie", &cookie(&answer))],
    );
    assert_eq!(
        (again.status, again.header("location")),
        (303, "/admin/account")
    );
    // An id that somebody else may know is not taken over.
    let planted = site.sign_in(Role::Viewer).await;
    let fields = [("email", ann.email.as_str()), ("password", PASSWORD)];
    let answer = site.call(&planted, "sign-in", &fields);
    assert_ne!(cookie(&answer), planted.cookie);
    assert_eq!(site.open(&planted, "/admin/account").status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_led_out_of_the_admin() {
    let site = desk().await;
    let ann = site.person(Role::Viewer).await;
    for elsewhere in [
        "https://evil.example/admin",
        "//evil.example",
        "/pricing",
        "/admin/api/x",
    ] {
        let answer = sign_in(&site, &ann.email, PASSWORD, elsewhere);
        assert_eq!(answer.header("location"), "/admin", "{elsewhere}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_said_and_the_address_is_kept() {
    let site = desk().await;
    let email = format!("ann{ATTACK}@site.example");
    let answer = sign_in(&site, &email, "guess", "");
    assert_eq!(answer.status, 422);
    assert!(
        answer
            .text()
            .contains("The e-mail address or the password is wrong.")
    );
    assert_eq!(answer.header("set-cookie"), "");

    // Without JavaScript the form comes back with what was typed, but for the password.
    let nobody = Visit {
        cookie: String::new(),
        person: site.person(Role::Viewer).await,
    };
    let from = "/admin/sign-in?next=%2Fadmin%2Faccount";
    let fields = [("email", email.as_str()), ("password", "guess")];
    let answer = site.send(&nobody, "sign-in", from, &fields);
    assert_eq!(answer.status, 302, "{answer:?}");
    let target = answer
        .header("location")
        .replace("https://site.example", "");
    assert!(!target.contains("guess"), "{target}");
    let screen = site.node.get(&target, &[("Cookie", &cookie(&answer))]);
    let said = screen.select("[role=alert]");
    assert_eq!(said, ["The e-mail address or the password is wrong."]);
    assert_eq!(values(&screen, "input[name=email]"), [email]);
    assert_eq!(values(&screen, "input[name=next]"), ["/admin/account"]);
    assert_eq!(values(&screen, "input[name=password]"), [""]);
    assert_eq!(screen.select("main script"), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_wrong_passwords_have_to_wait_and_are_told_how_long() {
    let site = desk().await;
    let ann = site.person(Role::Viewer).await;
    site.database.query(&failures(&ann.email, "0 seconds"));
    let answer = sign_in(&site, &ann.email, PASSWORD, "");
    assert_eq!(answer.status, 429, "{answer:?}");
    let seconds: u64 = answer.header("retry-after").parse().expect("a number");
    assert!((1..=900).contains(&seconds), "{seconds}");
    let sentence = "There were too many failed attempts. Try again in 15 minutes.";
    assert!(answer.text().contains(sentence), "{answer:?}");

    // A browser without JavaScript is led to the form, which says the same.
    let nobody = Visit {
        cookie: String::new(),
        person: ann.clone(),
    };
    let fields = [("email", ann.email.as_str()), ("password", PASSWORD)];
    let answer = site.send(&nobody, "sign-in", "/admin/sign-in", &fields);
    let target = answer
        .header("location")
        .replace("https://site.example", "");
    let screen = site.node.get(&target, &[]);
    assert_eq!(screen.status, 429);
    let seconds: u64 = screen.header("retry-after").parse().expect("a number");
    assert!((1..=900).contains(&seconds), "{seconds}");
    assert_eq!(screen.select("[role=alert]"), [sentence]);
    assert_eq!(values(&screen, "input[name=password]"), [""]);

    // Asking again and again makes nobody wait longer, and the wait ends by itself.
    for _ in 0..3 {
        assert_eq!(sign_in(&site, &ann.email, "guess", "").status, 429);
    }
    site.database.query(&failures(&ann.email, "16 minutes"));
    let answer = sign_in(&site, &ann.email, PASSWORD, "");
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// A hundred failures of one account, the last of them so long ago, as SQL.
fn failures(email: &str, ago: &str) -> String {
    format!(
        "INSERT INTO sign_in_failures (key, failures, last_at)
         VALUES (sha256('account {email}'), 100, now() - interval '{ago}')
         ON CONFLICT (key) DO UPDATE SET failures = 100, last_at = excluded.last_at"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn words_in_an_address_from_elsewhere_are_not_the_admins() {
    let site = desk().await;
    let ann = site.sign_in(Role::Publisher).await;
    let told = mistake_address(
        "/admin/account",
        &AdminError::Conflict("Call 555 at once".to_owned()),
    );
    let alerts = |target: &str, site_of: Option<&str>| {
        let mut headers = vec![("Cookie", ann.cookie.as_str())];
        headers.extend(site_of.map(|from| ("Sec-Fetch-Site", from)));
        let screen = site.node.get(target, &headers);
        assert_eq!(screen.status, 200);
        screen.select("[role=alert], main [role=status]").concat()
    };
    let undo = "/admin/variants?notice=variants-published&changed=3&undo=1";
    for (target, words) in [
        (told.as_str(), "Call 555"),
        (undo, "3 variants are published"),
    ] {
        for own in [None, Some("same-origin")] {
            let said = alerts(target, own);
            assert!(said.contains(words), "{own:?} {said}");
        }
        for foreign in ["cross-site", "same-site", "none"] {
            let said = alerts(target, Some(foreign));
            assert!(!said.contains(words), "{foreign} {said}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_session_on_the_server() {
    let site = desk().await;
    let viewer = site.sign_in(Role::Viewer).await;
    let answer = site.send(&viewer, "sign-out", "/admin/account", &[]);
    let (status, place) = (answer.status, answer.header("location"));
    assert_eq!((status, place), (302, "/admin/sign-in?notice=signed-out"));
    assert_eq!(site.open(&viewer, "/admin/account").status, 303);
    let screen = site.node.get(answer.header("location"), &[]);
    assert_eq!(screen.select("[role=status]"), ["You are signed out."]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_used_goes_on_and_one_that_only_watches_does_not() {
    let site = desk().await;
    let ann = site.sign_in(Role::Viewer).await;
    let ends = || {
        let sql = "SELECT round(extract(epoch FROM expiry_date - now()) / 3600) FROM tower_sessions.session";
        site.database.query(sql)
    };
    assert_eq!(ends(), "1");
    assert_eq!(site.call(&ann, "home/now", &[]).status, 200);
    assert_eq!(ends(), "1");
    let used = site.open(&ann, "/admin");
    assert_eq!(cookie(&used), ann.cookie);
    assert_eq!(ends(), "8");
    // Not with every request.
    assert_eq!(site.open(&ann, "/admin").header("set-cookie"), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_signed_out_over_a_plain_form_finds_what_they_typed() {
    let site = desk().await;
    let ann = site.sign_in(Role::Editor).await;
    site.database.query("DELETE FROM tower_sessions.session");
    let typed = [("name", "Grace Hopper")];
    let refused = site.send(&ann, "account/name", "/admin/account", &typed);
    let back = refused.header("location").to_owned();
    assert!(back.contains("__err="), "{refused:?}");
    let (_, query) = back.split_once('?').expect("a query");
    let place = format!("/admin/account?{query}");
    let held = cookie(&refused);
    let led = site.node.get(&place, &[("Cookie", &held)]);
    assert!(
        led.header("location").starts_with("/admin/sign-in?next="),
        "{led:?}"
    );
    let fields = [
        ("email", ann.person.email.as_str()),
        ("password", PASSWORD),
        ("next", place.as_str()),
    ];
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    let referrer = format!("https://site.example{}", led.header("location"));
    let headers = [
        ("Cookie", held.as_str()),
        ("Accept", "text/html"),
        ("Referer", &referrer),
    ];
    let signed_in = site.node.post("/admin/api/sign-in", &headers, &body);
    assert_eq!(signed_in.header("location"), place, "{signed_in:?}");
    let screen = site.node.get(&place, &[("Cookie", &cookie(&signed_in))]);
    let text = screen.select("main").concat();
    assert!(
        text.contains("You had been signed out, so nothing was saved."),
        "{text}"
    );
    assert_eq!(values(&screen, "input[name=name]"), ["Grace Hopper"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_sent_while_signed_out_leads_to_signing_in() {
    let site = desk().await;
    let answer = site.node.post(
        "/admin/transfer/upload",
        &[
            ("Accept", "text/html"),
            ("Content-Type", "multipart/form-data; boundary=x"),
        ],
        "--x--",
    );
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, "/admin/sign-in?next=%2Fadmin%2Ftransfer")
    );
    let link = site.node.get(
        "/admin/transfer/export?format=csv",
        &[("Accept", "text/html")],
    );
    let place = "/admin/sign-in?next=%2Fadmin%2Ftransfer%2Fexport%3Fformat%3Dcsv";
    assert_eq!((link.status, link.header("location")), (303, place));
    assert_eq!(site.node.get("/admin/transfer/export", &[]).status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_account_is_made_in_the_browser() {
    let site = desk().await;
    let link = site
        .people()
        .setup_link()
        .await
        .expect("it works")
        .expect("no admin");
    let target = format!("/admin/welcome/{}", link.secret.expose());
    let screen = site.node.get(&target, &[]);
    assert_eq!(screen.h1(), "Welcome to Landfall", "{screen:?}");
    assert_eq!(screen.header("referrer-policy"), "same-origin");
    let fields = |repeat: &'static str| {
        [
            ("secret", link.secret.expose().to_owned()),
            ("email", "ann@site.example".to_owned()),
            ("name", format!("Ann {ATTACK}")),
            ("password", PASSWORD.to_owned()),
            ("repeat", repeat.to_owned()),
        ]
    };
    let call = |repeat| {
        let fields = fields(repeat);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        site.call_signed_out("welcome", &fields)
    };
    let mistyped = call("something else altogether");
    assert_eq!(mistyped.status, 422);
    assert!(mistyped.text().contains("repeat"), "{mistyped:?}");

    let answer = call(PASSWORD);
    assert_eq!(
        answer.header("location"),
        "/admin?notice=welcome",
        "{answer:?}"
    );
    let people = site
        .node
        .get("/admin/people", &[("Cookie", &cookie(&answer))]);
    let links = people.select("tbody td:first-child a");
    assert_eq!(links, [format!("Ann {ATTACK}")]);
    assert_eq!(people.select("main script"), [""; 0]);

    assert_eq!(call(PASSWORD).status, 409);
    let over = site.node.get(&target, &[]);
    assert_eq!(
        (over.status, over.h1()),
        (410, "This link does not work".to_owned())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_password_ends_the_other_sessions_and_not_this_one() {
    let site = desk().await;
    let ann = site.sign_in(Role::Editor).await;
    let other = cookie(&sign_in(&site, &ann.person.email, PASSWORD, ""));
    let new = "seven quiet owls at dusk";
    let fields = |current| [("current", current), ("password", new), ("repeat", new)];
    let wrong = site.call(&ann, "account/password", &fields("guess"));
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("\"current\""), "{wrong:?}");

    let answer = site.call(&ann, "account/password", &fields(PASSWORD));
    assert_eq!(
        answer.header("location"),
        "/admin/account?notice=password-changed",
        "{answer:?}"
    );
    let here = site
        .node
        .get("/admin/account", &[("Cookie", &cookie(&answer))]);
    assert_eq!(here.status, 200);
    for ended in [&other, &ann.cookie] {
        assert_eq!(
            site.node.get("/admin/account", &[("Cookie", ended)]).status,
            303
        );
    }
    assert_eq!(sign_in(&site, &ann.person.email, PASSWORD, "").status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_can_sign_out_everywhere() {
    let site = desk().await;
    let ann = site.sign_in(Role::Viewer).await;
    let other = cookie(&sign_in(&site, &ann.person.email, PASSWORD, ""));
    let answer = site.send(&ann, "account/sign-out-everywhere", "/admin/account", &[]);
    assert_eq!(
        answer.header("location"),
        "/admin/sign-in?notice=signed-out-everywhere"
    );
    for ended in [&other, &ann.cookie] {
        assert_eq!(
            site.node.get("/admin/account", &[("Cookie", ended)]).status,
            303
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_needs_no_right_but_a_session() {
    let site = desk().await;
    for function in [
        "account/name",
        "account/password",
        "account/sign-out-everywhere",
    ] {
        let fields = [
            ("name", "x"),
            ("current", PASSWORD),
            ("password", "y"),
            ("repeat", "y"),
        ];
        assert_eq!(
            site.call_signed_out(function, &fields).status,
            401,
            "{function}"
        );
    }
    let viewer = site.sign_in(Role::Viewer).await;
    let long = "n".repeat(81);
    for bad in ["", " ", long.as_str(), "a\u{1}b"] {
        let answer = site.call(&viewer, "account/name", &[("name", bad)]);
        assert_eq!(answer.status, 422, "{bad:?}");
    }
    let answer = site.call(&viewer, "account/name", &[("name", ATTACK)]);
    assert_eq!(answer.status, 200, "{answer:?}");
    let screen = site.open(&viewer, "/admin/account");
    assert_eq!(values(&screen, "main input[name=name]"), [ATTACK]);
    assert_eq!(screen.select("main script"), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_look_is_chosen_for_a_browser_and_there_from_the_first_byte() {
    let site = desk().await;
    let chosen = [("theme", "dark"), ("back", "/admin/pages?q=a")];
    assert_eq!(site.call_signed_out("account/theme", &chosen).status, 401);
    let viewer = site.sign_in(Role::Viewer).await;
    let look = |cookies: &str| {
        let screen = site.node.get("/admin", &[("Cookie", cookies)]);
        let html = scraper::Html::parse_document(screen.text());
        html.root_element()
            .attr("data-theme")
            .map(ToOwned::to_owned)
    };
    assert_eq!(look(&viewer.cookie), None);

    let answer = site.call(&viewer, "account/theme", &chosen);
    assert_eq!(answer.header("location"), "/admin/pages?q=a");
    let cookie = answer.header("set-cookie");
    assert!(cookie.contains("Path=/admin; "), "{cookie}");
    let (kept, _) = cookie.split_once(';').expect("attributes");
    let cookies = format!("{}; {kept}", viewer.cookie);
    assert_eq!(look(&cookies).as_deref(), Some("dark"));
    let forged = format!("{}; landfall_theme=\"><b>", viewer.cookie);
    assert_eq!(look(&forged), None);

    let answer = site.call(&viewer, "account/theme", &[("theme", "system")]);
    assert_eq!(answer.header("location"), "/admin");
    assert!(answer.header("set-cookie").contains("Max-Age=0"));
    let answer = site.call(&viewer, "account/theme", &[("theme", "pink")]);
    assert_eq!(answer.status, 422, "{answer:?}");
}

/// The values of the fields that the selector finds.
fn values(answer: &Answer, selector: &str) -> Vec<String> {
    let selector = scraper::Selector::parse(selector).expect("a selector");
    scraper::Html::parse_document(answer.text())
        .select(&selector)
        .map(|field| field.attr("value").unwrap_or_default().to_owned())
        .collect()
}
