//! The machine's clock is set back.

use std::sync::Arc;
use std::time::Duration;

use engine::clock::{Clock as _, SystemClock};
use serde_json::json;
use time::format_description::well_known::Rfc3339;

use crate::node::RENDERED;
use crate::support::{
    CONTENT, Database, Node, SetClock, eventually, options, patient, services, site,
};

#[tokio::test(flavor = "multi_thread")]
async fn pages_stay_in_memory_and_schedules_hold_when_the_clock_goes_back_an_hour() {
    let (database, _) = site().await;
    let clock = Arc::new(SetClock::default());
    let node = with(&clock, &database).await;
    let warm = ["/pricing", "/pricing?segment=smb", "/de/pricing"];
    let mut before = Vec::new();
    for target in warm {
        before.push(node.settled(target, &[]).await.body);
    }
    let came = |target: &str| {
        let answer = node.get(target, &[]);
        let how =
            ["x-content-cache", "x-content-source"].map(|name| answer.header(name).to_owned());
        (how, answer)
    };

    clock.set(-3_600);
    for (target, body) in warm.iter().zip(&before) {
        let (how, answer) = came(target);
        assert_eq!(how, ["HIT", "memory"]);
        assert!(answer.body == *body, "{target}");
    }
    // What is made meanwhile is kept as well.
    let cold = "/pricing?segment=enterprise";
    let (how, made) = came(cold);
    assert_eq!((&*how[0], &*made.h1()), ("MISS", "Prices for enterprises"));
    assert_eq!(came(cold).0, ["HIT", "memory"]);

    // Schedules go by the database's clock.
    let start = SystemClock.now() + Duration::from_secs(2);
    let variant = json!({
        "kind": "variant", "id": "soon", "page": "routes", "segment": "smb", "locale": "en", "name": "Soon",
        "status": "scheduled", "starts_at": start.format(&Rfc3339).expect("a date of this century"),
        "content": {"blocks": [{"type": "hero", "id": "hero", "headline": "Here at last"}]}
    });
    database.import(&format!("{variant}\n")).await;
    eventually("the scheduled variant", || {
        let shown = node.get("/landing/routes?segment=smb", &[]).h1();
        (shown == "Here at last").then_some(())
    })
    .await;
    assert!(SystemClock.now() >= start);

    // Back in the present, what was made an hour ago is sent and made again.
    clock.set(0);
    let (how, again) = came(cold);
    assert_eq!(how, ["STALE", "memory"]);
    assert!(again.body == made.body && node.settled(cold, &[]).await.body == made.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_from_the_future_is_used_by_nodes_with_the_right_time() {
    let database = Database::create().await;
    database.import(CONTENT).await;
    let fast = Arc::new(SetClock::default());
    fast.set(3_600);
    let ahead = with(&fast, &database).await;
    let made = ahead.get("/pricing?segment=smb", &[]);
    let right = with(&Arc::new(SetClock::default()), &database).await;
    eventually("an answer from Redis", || {
        let answer = right.get("/pricing?segment=smb", &[]);
        assert!(answer.body == made.body);
        (answer.header("x-content-cache") == "HIT").then_some(())
    })
    .await;
    assert!(right.metric(RENDERED) < 0.5);
}

async fn with(clock: &Arc<SetClock>, database: &Database) -> Node {
    let (config, redis) = (patient(&database.url), &services().redis_url);
    let clock = Arc::clone(clock);
    Node::boot_by(clock, config, redis, options(), |router| router).await
}
