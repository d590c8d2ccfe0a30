//! Sessions of the admin in the migrated schema.

use std::collections::HashMap;

use engine::clock::{Clock as _, SystemClock};
use tower_sessions::SessionStore as _;
use tower_sessions::session::{Id, Record};
use tower_sessions_sqlx_store::PostgresStore;

use crate::support::Database;

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_kept_changed_and_deleted() {
    let database = Database::create().await;
    let sessions = PostgresStore::new(database.store.pool().clone());
    let mut record = Record {
        id: Id::default(),
        data: HashMap::from([("user".to_owned(), serde_json::json!(7))]),
        expiry_date: SystemClock.now() + time::Duration::hours(1),
    };
    sessions.create(&mut record).await.expect("it is saved");
    let load = async || sessions.load(&record.id).await.expect("it is read");
    assert_eq!(
        load().await.map(|found| found.data),
        Some(record.data.clone())
    );

    let changed = Record {
        data: HashMap::from([("user".to_owned(), serde_json::json!(8))]),
        ..record.clone()
    };
    sessions.save(&changed).await.expect("it is saved");
    assert_eq!(
        load().await.map(|found| found.data),
        Some(changed.data.clone())
    );

    let over = Record {
        expiry_date: SystemClock.now() - time::Duration::hours(1),
        ..changed
    };
    sessions.save(&over).await.expect("it is saved");
    assert_eq!(load().await, None, "it is over");

    sessions.delete(&record.id).await.expect("it is deleted");
    assert_eq!(
        database.query("SELECT count(*) FROM tower_sessions.session"),
        "0"
    );
}
