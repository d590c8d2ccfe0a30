//! What a client hears while the database fails it.

use tower_sessions_sqlx_store::sqlx;

use super::{ROUTES, in_time, json, problem};
use crate::support::{eventually, query, site};

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_database_costs_an_answer_and_not_the_next_one() {
    let (database, node) = site().await;
    let mut holding = database.store.pool().begin().await.expect("it runs");
    sqlx::query("LOCK TABLE variants")
        .execute(&mut *holding)
        .await
        .expect("nobody else holds it");
    let target = format!("{}?page=/pricing&segment=dach", ROUTES[0]);
    let answer = node.get(&target, &[]);
    assert_eq!(problem(&answer).1, "too-slow");
    assert_eq!(answer.status, 504);
    holding.rollback().await.expect("it runs");
    // What was asked for went on, and its outcome was kept.
    eventually("the outcome", || {
        let answer = node.get(&target, &[]);
        (answer.status == 200 && answer.header("x-cache") == "HIT").then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_database_what_is_cached_is_answered_and_the_rest_is_unavailable() {
    let (database, node) = site().await;
    let target = |segment: &str| format!("{}?page=/pricing&segment={segment}", ROUTES[0]);
    let before = in_time(&node, &target("smb"), &[]).await;
    assert_eq!(before.status, 200, "{before:?}");

    let (server, name) = database
        .url
        .rsplit_once('/')
        .expect("a database in the URL");
    let others = format!("{server}/postgres");
    query(
        &others,
        &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"),
    );
    query(
        &others,
        &format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = '{name}' AND backend_type = 'client backend'"
        ),
    );
    let cached = node.get(&target("smb"), &[]);
    assert_eq!((cached.status, json(&cached)), (200, json(&before)));
    let unseen = in_time(&node, &target("mobile"), &[]).await;
    assert_eq!(
        (problem(&unseen).1.as_str(), unseen.status),
        ("unavailable", 503)
    );
    assert_eq!(unseen.header("retry-after"), "1");
    let secret = format!("Bearer lf_{}", "a".repeat(64));
    let explain = [("Authorization", secret.as_str())];
    let unknown = node.get("/api/v1/explain?page=/pricing", &explain);
    assert_eq!(problem(&unknown).0, 503);

    query(
        &others,
        &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true"),
    );
    eventually("the database", || {
        (node.get(&target("mobile"), &[]).status == 200).then_some(())
    })
    .await;
}
