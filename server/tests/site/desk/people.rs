//! The rules about people, against the database.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::Role;
use engine::clock::Clock;
use engine::desk::Actor;
use engine::people::{People, PeopleError, Person, SignInError};

use time::OffsetDateTime;

use super::support::PASSWORD;
use crate::support::Database;

pub(super) const OTHER_PASSWORD: &str = "seven quiet owls at dusk";
pub(super) const MINUTE: i64 = 60;

/// A clock that shows what it was set to, in seconds since an instant long ago.
#[derive(Debug, Default)]
pub(super) struct StoppedClock(AtomicI64);

impl StoppedClock {
    pub(super) fn set(&self, seconds: i64) {
        self.0.store(seconds, Ordering::Relaxed);
    }
}

impl Clock for StoppedClock {
    fn now(&self) -> OffsetDateTime {
        let seconds = self.0.load(Ordering::Relaxed);
        OffsetDateTime::UNIX_EPOCH + time::Duration::seconds(1_800_000_000 + seconds)
    }
}

/// People of an empty site, and the clock they go by.
pub(super) async fn people() -> (Database, People, Arc<StoppedClock>) {
    let database = Database::create().await;
    let clock = Arc::new(StoppedClock::default());
    let people = People::new(database.store.clone(), Arc::clone(&clock) as _);
    (database, people, clock)
}

pub(super) async fn add(people: &People, email: &str, role: Role) -> Person {
    people
        .add(&Actor::command_line(), email, "Ann Lee", role, PASSWORD)
        .await
        .expect("an account")
}

pub(super) fn from(text: &str) -> Option<IpAddr> {
    Some(text.parse().expect("an address"))
}

/// How an attempt ends: let in, refused, or not looked at.
pub(super) async fn attempt(
    people: &People,
    email: &str,
    password: &str,
    address: &str,
) -> &'static str {
    match people.sign_in(email, password, from(address)).await {
        Ok(_) => "in",
        Err(SignInError::Wrong) => "wrong",
        Err(SignInError::Throttled { seconds }) => {
            assert!((1..=900).contains(&seconds), "{seconds}");
            "throttled"
        }
        Err(SignInError::Failed(error)) => panic!("{error}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_learns_which_of_address_and_password_is_wrong() {
    let (_database, people, _) = people().await;
    let ann = add(&people, "ann@site.example", Role::Viewer).await;
    let address = from("192.0.2.1");
    let said = |result: Result<Person, SignInError>| match result {
        Ok(_) => panic!("let in"),
        Err(error) => error.to_string(),
    };
    let wrong_password = said(people.sign_in(&ann.email, OTHER_PASSWORD, address).await);
    let wrong_address = said(people.sign_in("bob@site.example", PASSWORD, address).await);
    let bob = add(&people, "bob@site.example", Role::Viewer).await;
    people
        .set_disabled(&Actor::command_line(), bob.id, true)
        .await
        .expect("it is allowed");
    let disabled = said(people.sign_in(&bob.email, PASSWORD, address).await);
    assert_eq!(
        [&wrong_address, &disabled],
        [&wrong_password, &wrong_password]
    );

    let let_in = people
        .sign_in(" ANN@site.example ", PASSWORD, address)
        .await;
    assert_eq!(let_in.expect("it is right"), ann);
    // What cannot be an address or a password is refused like any other.
    for (email, password) in [("a\0b@c", PASSWORD), ("", ""), (&"x".repeat(70_000), "x")] {
        assert_eq!(
            attempt(&people, email, password, "192.0.2.2").await,
            "wrong"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_failures_slow_an_account_down_but_not_its_owner_at_home() {
    let (_database, people, clock) = people().await;
    let ann = add(&people, "ann@site.example", Role::Viewer).await;
    let home = "2001:db8:1:2::7";
    assert_eq!(attempt(&people, &ann.email, PASSWORD, home).await, "in");
    // Five failures cost nothing, wherever they come from.
    for number in 0..5 {
        let stranger = format!("198.51.100.{number}");
        assert_eq!(
            attempt(&people, &ann.email, "guess", &stranger).await,
            "wrong"
        );
    }
    // Then nobody is looked at who comes from elsewhere, even with the right password.
    let elsewhere = "203.0.113.9";
    assert_eq!(
        attempt(&people, &ann.email, "guess", elsewhere).await,
        "throttled"
    );
    assert_eq!(
        attempt(&people, &ann.email, PASSWORD, elsewhere).await,
        "throttled"
    );
    // At home, and in the same network, it goes on.
    assert_eq!(attempt(&people, &ann.email, PASSWORD, home).await, "in");
    assert_eq!(
        attempt(&people, &ann.email, "slip", "2001:db8:1:2::8").await,
        "wrong"
    );
    assert_eq!(
        attempt(&people, &ann.email, PASSWORD, "2001:db8:1:2::8").await,
        "in"
    );
    // Somebody at home who guesses is slowed down as well.
    for _ in 0..5 {
        assert_eq!(attempt(&people, &ann.email, "guess", home).await, "wrong");
    }
    assert_eq!(
        attempt(&people, &ann.email, PASSWORD, home).await,
        "throttled"
    );

    // A quarter of an hour later the owner is let in anywhere, however long the strangers went on.
    for _ in 0..3 {
        assert_eq!(
            attempt(&people, &ann.email, "guess", elsewhere).await,
            "throttled"
        );
    }
    clock.set(15 * MINUTE);
    assert_eq!(
        attempt(&people, &ann.email, PASSWORD, elsewhere).await,
        "in"
    );
    assert_eq!(attempt(&people, &ann.email, PASSWORD, home).await, "in");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wait_grows_with_the_failures_and_ends() {
    let (_database, people, clock) = people().await;
    let mut waits = Vec::new();
    let mut now = 0;
    for _ in 0..20 {
        match people.sign_in("nobody@site.example", "guess", None).await {
            Err(SignInError::Wrong) => {}
            Err(SignInError::Throttled { seconds }) => {
                waits.push(seconds);
                now += i64::try_from(seconds).expect("it is short") + 1;
                clock.set(now);
            }
            outcome => panic!("{outcome:?}"),
        }
    }
    assert!(waits.len() >= 7, "{waits:?}");
    assert!(waits.is_sorted() && waits[0] <= 1, "{waits:?}");
    clock.set(now + 24 * 60 * MINUTE);
    for _ in 0..5 {
        let refused = attempt(&people, "nobody@site.example", "guess", "192.0.2.1").await;
        assert_eq!(refused, "wrong");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_cannot_try_many_accounts_and_attempts_at_once_do_not_all_pass() {
    let (database, people, _) = people().await;
    let mut outcomes = tokio::task::JoinSet::new();
    for number in 0..40 {
        let people = people.clone();
        let email = format!("person-{number}@site.example");
        outcomes.spawn(async move { attempt(&people, &email, "guess", "192.0.2.1").await });
    }
    let looked_at = outcomes.join_all().await;
    let looked_at = looked_at.iter().filter(|outcome| **outcome == "wrong");
    assert_eq!(looked_at.count(), 20);
    // Neither address nor account can be read from what is kept.
    let kept =
        database.query("SELECT string_agg(encode(key, 'escape'), ' ') FROM sign_in_failures");
    assert!(
        !kept.contains("site.example") && !kept.contains("192.0"),
        "{kept}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_always_an_admin_who_can_sign_in() {
    let (_database, people, _) = people().await;
    let actor = Actor::command_line();
    let ann = add(&people, "ann@site.example", Role::Admin).await;
    refused(
        people.set_role(&actor, ann.id, Role::Viewer).await,
        "only admin",
    );
    refused(
        people.set_disabled(&actor, ann.id, true).await,
        "only admin",
    );
    let bob = add(&people, "bob@site.example", Role::Admin).await;
    people
        .set_disabled(&actor, bob.id, true)
        .await
        .expect("there is another");
    refused(
        people.set_role(&actor, ann.id, Role::Viewer).await,
        "only admin",
    );
    people
        .set_disabled(&actor, bob.id, false)
        .await
        .expect("it is allowed");
    // Each disables the other at the same time: one of them is too late.
    let (first, second) = tokio::join!(
        people.set_disabled(&actor, ann.id, true),
        people.set_disabled(&actor, bob.id, true)
    );
    assert_eq!(u8::from(first.is_ok()) + u8::from(second.is_ok()), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_sessions_grows_the_epoch_and_all_of_it_is_noted() {
    let (database, people, _) = people().await;
    let actor = Actor::command_line();
    add(&people, "root@site.example", Role::Admin).await;
    let ann = add(&people, "ann@site.example", Role::Editor).await;
    let mut epochs = vec![ann.epoch];
    epochs.push(
        people
            .set_role(&actor, ann.id, Role::Publisher)
            .await
            .unwrap()
            .epoch,
    );
    epochs.push(
        people
            .set_disabled(&actor, ann.id, true)
            .await
            .unwrap()
            .epoch,
    );
    epochs.push(
        people
            .set_disabled(&actor, ann.id, false)
            .await
            .unwrap()
            .epoch,
    );
    epochs.push(
        people
            .sign_out_everywhere(&actor, ann.id)
            .await
            .unwrap()
            .epoch,
    );
    let changed = people
        .change_password(ann.id, PASSWORD, OTHER_PASSWORD, None)
        .await;
    epochs.push(changed.unwrap().epoch);
    assert!(epochs.windows(2).all(|two| two[0] < two[1]), "{epochs:?}");
    // The same role again and another name end nothing.
    let same = people
        .set_role(&actor, ann.id, Role::Publisher)
        .await
        .unwrap();
    let named = people.rename(&actor, ann.id, " Ann L. ").await.unwrap();
    assert_eq!(
        (same.epoch, named.epoch),
        (changed_epoch(&epochs), changed_epoch(&epochs))
    );
    assert_eq!(named.name, "Ann L.");
    people
        .sign_in(&ann.email, OTHER_PASSWORD, from("192.0.2.7"))
        .await
        .expect("it is right");
    people
        .reset_link(&actor, ann.id)
        .await
        .expect("it is allowed");

    let noted = database.query(
        "SELECT string_agg(action, ' ' ORDER BY id) FROM audit_log WHERE subject = 'ann@site.example'",
    );
    assert_eq!(
        noted,
        "people.add people.role people.disable people.enable people.sign_out_everywhere \
         people.password people.rename people.sign_in people.reset"
    );
    let whole = database.query("SELECT string_agg(audit_log::text, ' ') FROM audit_log");
    for secret in [PASSWORD, OTHER_PASSWORD, "argon2"] {
        assert!(!whole.contains(secret), "{whole}");
    }
    assert!(whole.contains("192.0.2.7"), "{whole}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_changed_by_whoever_knows_the_present_one() {
    let (_database, people, _) = people().await;
    let ann = add(&people, "ann@site.example", Role::Editor).await;
    let change = async |current: &str, new: &str| match people
        .change_password(ann.id, current, new, None)
        .await
    {
        Err(PeopleError::Invalid(problems)) => problems[0].field.clone(),
        Err(PeopleError::Conflict(text)) => text,
        other => panic!("{other:?}"),
    };
    assert_eq!(change("guess", OTHER_PASSWORD).await, "current");
    for easy in ["short", "password1234", "aaaaaaaaaaaaaa", PASSWORD] {
        assert_eq!(change(PASSWORD, easy).await, "password", "{easy}");
    }
    for _ in 0..5 {
        assert_eq!(change("guess", OTHER_PASSWORD).await, "current");
    }
    // Whoever sits at a screen that was left open cannot guess on.
    assert!(change(PASSWORD, OTHER_PASSWORD).await.contains("too many"));
}

pub(super) fn refused<T: std::fmt::Debug>(outcome: Result<T, PeopleError>, expected: &str) {
    match outcome {
        Err(PeopleError::Conflict(text)) => assert!(text.contains(expected), "{text}"),
        other => panic!("{other:?}"),
    }
}

fn changed_epoch(epochs: &[i32]) -> i32 {
    epochs.last().copied().unwrap_or_default()
}
