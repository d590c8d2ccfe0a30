//! One-time links, against the database.

use domain::Role;
use engine::desk::Actor;
use engine::people::{Introduction, PeopleError, Person};

use super::people::{MINUTE, OTHER_PASSWORD, add, attempt, from, people, refused};
use super::support::PASSWORD;

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_shown_the_form_for_a_first_account_when_there_is_one() {
    let (_database, people, _) = people().await;
    let link = people.setup_link().await.expect("it works");
    let link = link.expect("there is no admin");
    let secret = link.secret.expose();
    assert!(people.link(secret).await.is_ok());
    add(&people, "ann@site.example", Role::Admin).await;
    refused(people.link(secret).await, "has an admin already");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_account_is_made_by_a_link_that_works_once() {
    let (database, people, _) = people().await;
    let older = people
        .setup_link()
        .await
        .expect("it works")
        .expect("there is no admin");
    let link = people
        .setup_link()
        .await
        .expect("it works")
        .expect("there is no admin");
    let ann = Introduction {
        email: "Ann@Site.example",
        name: "Ann",
        password: PASSWORD,
    };
    refused(
        people.introduce(older.secret.expose(), ann, None).await,
        "withdrawn",
    );
    refused(
        people.introduce("nonsense", ann, None).await,
        "not one of ours",
    );
    // A mistake leaves the link as it was.
    let short = Introduction {
        password: "short",
        ..ann
    };
    let problem = people.introduce(link.secret.expose(), short, None).await;
    assert!(
        matches!(problem, Err(PeopleError::Invalid(_))),
        "{problem:?}"
    );

    let (first, second) = tokio::join!(
        people.introduce(link.secret.expose(), ann, None),
        people.introduce(link.secret.expose(), ann, None)
    );
    let made: Vec<Person> = [first, second].into_iter().filter_map(Result::ok).collect();
    let [person] = made.as_slice() else {
        panic!("{made:?}")
    };
    assert_eq!(
        (person.email.as_str(), person.role),
        ("ann@site.example", Role::Admin)
    );
    refused(
        people.introduce(link.secret.expose(), ann, None).await,
        "used already",
    );
    assert!(people.setup_link().await.expect("it works").is_none());
    // The database knows hashes only.
    let known = format!(
        "SELECT count(*) FROM one_time_links WHERE secret_hash = sha256('{}')",
        link.secret.expose()
    );
    assert_eq!(database.query(&known), "1");
    let whole = database.query("SELECT users::text FROM users");
    assert!(
        whole.contains("$argon2id$") && !whole.contains(PASSWORD),
        "{whole}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_expires_is_withdrawn_and_is_replaced() {
    let (_database, people, clock) = people().await;
    let ann = add(&people, "ann@site.example", Role::Admin).await;
    let actor = Actor {
        user: Some(ann.id),
        name: ann.email.clone(),
        address: None,
    };
    let bob = Introduction {
        email: "mallory@site.example",
        name: "Bob",
        password: PASSWORD,
    };
    let invite = async || {
        people
            .invite(&actor, "bob@site.example", None, Role::Editor)
            .await
            .expect("it is allowed")
    };
    let first = invite().await;
    let second = invite().await;
    refused(
        people.introduce(first.secret.expose(), bob, None).await,
        "withdrawn",
    );
    clock.set(7 * 24 * 60 * MINUTE + 1);
    refused(
        people.introduce(second.secret.expose(), bob, None).await,
        "expired",
    );
    let third = invite().await;
    let open = people.open_links().await.expect("it works");
    assert_eq!(open.len(), 1, "{open:?}");
    assert_eq!(open[0].made_by.as_deref(), Some("Ann Lee"));
    people
        .revoke_link(&actor, open[0].id)
        .await
        .expect("it is open");
    refused(
        people.introduce(third.secret.expose(), bob, None).await,
        "withdrawn",
    );
    let again = people.revoke_link(&actor, open[0].id).await;
    assert!(matches!(again, Err(PeopleError::NotFound(_))), "{again:?}");

    // Role and address are the inviter's to choose.
    let fourth = invite().await;
    let person = people.introduce(fourth.secret.expose(), bob, None).await;
    let person = person.expect("it is open");
    assert_eq!(
        (person.email.as_str(), person.role),
        ("bob@site.example", Role::Editor)
    );
    let taken = people
        .invite(&actor, "BOB@site.example", None, Role::Admin)
        .await;
    assert!(matches!(taken, Err(PeopleError::Invalid(_))), "{taken:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_link_sets_a_password_and_lets_in_who_was_slowed_down() {
    let (_database, people, _) = people().await;
    let command_line = Actor::command_line();
    let ann = add(&people, "ann@site.example", Role::Editor).await;
    for _ in 0..6 {
        attempt(&people, &ann.email, "guess", "198.51.100.1").await;
    }
    let link = people
        .reset_link(&command_line, ann.id)
        .await
        .expect("it is allowed");
    let new = Introduction {
        email: "",
        name: "",
        password: OTHER_PASSWORD,
    };
    let again = people
        .introduce(link.secret.expose(), new, Some(from("203.0.113.9")))
        .await
        .expect("it is open");
    assert_eq!(again.name, "Ann Lee");
    assert!(again.epoch > ann.epoch);
    assert_eq!(
        attempt(&people, &ann.email, PASSWORD, "203.0.113.9").await,
        "wrong"
    );
    assert_eq!(
        attempt(&people, &ann.email, OTHER_PASSWORD, "203.0.113.9").await,
        "in"
    );

    // Disabling ends a link, and makes none.
    let link = people
        .reset_link(&command_line, ann.id)
        .await
        .expect("it is allowed");
    people
        .set_disabled(&command_line, ann.id, true)
        .await
        .expect("it is allowed");
    refused(
        people.introduce(link.secret.expose(), new, None).await,
        "withdrawn",
    );
    refused(people.reset_link(&command_line, ann.id).await, "disabled");
}
