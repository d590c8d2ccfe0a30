//! A site with people who are signed in.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use engine::clock::{Clock as _, SystemClock};
use engine::desk::Actor;
use engine::people::{People, Person};
use tower_sessions::SessionStore as _;
use tower_sessions::session::{Id, Record};
use tower_sessions_sqlx_store::PostgresStore;

pub(crate) use domain::Role;

use crate::client::Answer;
use crate::support::{Database, Node, site};

/// The password of everybody here.
pub(crate) const PASSWORD: &str = "nine green bottles in Bristol";

/// The tests' own site, with a desk.
pub(crate) struct Site {
    pub(crate) database: Database,
    pub(crate) node: Node,
}

/// Somebody's session, as their browser sends it.
pub(crate) struct Visit {
    pub(crate) cookie: String,
    pub(crate) person: Person,
}

/// The tests' own site, with a desk that nobody sits at.
pub(crate) async fn desk() -> Site {
    let (database, node) = site().await;
    Site { database, node }
}

impl Site {
    pub(crate) fn people(&self) -> People {
        People::new(self.database.store.clone(), Arc::new(SystemClock))
    }

    /// Adds somebody.
    pub(crate) async fn person(&self, role: Role) -> Person {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let email = format!("{role}-{number}@site.example");
        let name = format!("Ann {role} {number}");
        self.people()
            .add(&Actor::command_line(), &email, &name, role, PASSWORD)
            .await
            .expect("an account")
    }

    /// Adds somebody who is signed in.
    pub(crate) async fn sign_in(&self, role: Role) -> Visit {
        let person = self.person(role).await;
        let sessions = PostgresStore::new(self.database.store.pool().clone());
        let now = SystemClock.now();
        let signed_in = serde_json::json!({
            "user": person.id, "epoch": person.epoch, "at": now.unix_timestamp()
        });
        let mut record = Record {
            id: Id::default(),
            data: HashMap::from([("signed_in".to_owned(), signed_in)]),
            expiry_date: now + time::Duration::hours(1),
        };
        sessions.create(&mut record).await.expect("it is saved");
        Visit {
            cookie: format!("landfall_session={}", record.id),
            person,
        }
    }

    /// Opens a screen.
    pub(crate) fn open(&self, visit: &Visit, target: &str) -> Answer {
        self.node.get(target, &[("Cookie", &visit.cookie)])
    }

    /// Calls a server function as a script of the admin does.
    pub(crate) fn call(&self, visit: &Visit, function: &str, fields: &[(&str, &str)]) -> Answer {
        let headers = [
            ("Cookie", visit.cookie.as_str()),
            ("Accept", "application/json"),
        ];
        self.post(function, &headers, fields)
    }

    /// Sends a form to a server function as a browser does without JavaScript, from the screen at
    /// `from`.
    pub(crate) fn send(
        &self,
        visit: &Visit,
        function: &str,
        from: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let referrer = format!("https://site.example{from}");
        let headers = [
            ("Cookie", visit.cookie.as_str()),
            ("Accept", "text/html"),
            ("Referer", referrer.as_str()),
        ];
        self.post(function, &headers, fields)
    }

    /// Calls a server function without a session.
    pub(crate) fn call_signed_out(&self, function: &str, fields: &[(&str, &str)]) -> Answer {
        self.post(function, &[("Accept", "application/json")], fields)
    }

    fn post(&self, function: &str, headers: &[(&str, &str)], fields: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.node
            .post(&format!("/admin/api/{function}"), headers, &body)
    }
}
