//! What a switch would change.

use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use engine::spaces::{Comparison, Comparisons, Drift};
use engine::visits::Traffic;

use super::support::{Moving, moving};
use crate::support::CONTENT;

/// A comparison that is kept, however long it takes.
async fn kept(site: &Moving, kept: &Comparisons, to: i32, floor: Option<f32>) -> Arc<Drift> {
    let (traffic, long) = (ready(Traffic::default()), Duration::from_mins(1));
    let comparison = site.spaces.comparison(kept, to, traffic, floor, long);
    match comparison.await.unwrap() {
        Comparison::Ready(drift) => drift,
        Comparison::Underway { done, pages } => panic!("{done} of {pages} after a minute"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comparison_is_made_once_until_something_is_published_or_another_floor_is_asked_for() {
    let site = moving().await;
    let space = site.fill().await;
    let all = Comparisons::default();
    let (one, two) = tokio::join!(
        kept(&site, &all, space, None),
        kept(&site, &all, space, None)
    );
    assert!(Arc::ptr_eq(&one, &two), "both waited for the same");
    let direct = site.spaces.drift(space, &Traffic::default(), None).await;
    assert_eq!(*one, direct.unwrap());
    // Nobody even asks for the visits again.
    let unasked = async { panic!("it is there already") };
    let again = site
        .spaces
        .comparison(&all, space, unasked, None, Duration::ZERO);
    let again = again.await.unwrap();
    assert!(matches!(again, Comparison::Ready(drift) if Arc::ptr_eq(&drift, &one)));

    let strict = kept(&site, &all, space, Some(1.0)).await;
    assert!((strict.to.floor - 1.0).abs() < 1e-6);
    let old = super::support::Scattered::new("old");
    let changed = CONTENT.replace("Prices for small companies", "Prices for the small");
    site.database.import_by(&old, &changed).await;
    let later = kept(&site, &all, space, None).await;
    assert!(!Arc::ptr_eq(&later, &one), "content has changed since");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_wait_for_a_comparison_hears_how_far_it_is() {
    let site = moving().await;
    let space = site.fill().await;
    let all = Comparisons::default();
    crate::support::eventually("the comparison", || {
        let (spaces, all) = (site.spaces.clone(), all.clone());
        let look = async move {
            let traffic = ready(Traffic::default());
            let now = Duration::ZERO;
            let seen = spaces.comparison(&all, space, traffic, None, now).await;
            match seen.unwrap() {
                Comparison::Ready(drift) => Some(drift),
                Comparison::Underway { done, pages } => {
                    assert!(done <= pages, "{done} of {pages}");
                    None
                }
            }
        };
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(look))
    })
    .await;
    let nowhere = site
        .spaces
        .comparison(&all, 99, ready(Traffic::default()), None, Duration::ZERO);
    let missing = nowhere.await.unwrap_err().to_string();
    assert!(missing.contains("Space 99"), "{missing}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comparison_replays_every_decision_in_both_spaces() {
    let site = moving().await;
    let space = site.fill().await;
    let drift = site
        .spaces
        .drift(space, &Traffic::default(), None)
        .await
        .unwrap();
    let all = "SELECT (SELECT count(*) FROM pages) * (SELECT count(*) FROM segments) * 2";
    assert_eq!(drift.all.decisions.to_string(), site.database.query(all));
    assert!(!drift.weighted);
    // These models agree on nothing, so where several variants compete some decisions change.
    assert!(drift.all.changed > 0, "{drift:?}");
    let by_page: usize = drift.by_page.iter().map(|share| share.changed).sum();
    let by_segment: usize = drift.by_segment.iter().map(|share| share.changed).sum();
    assert_eq!(
        (by_page, by_segment),
        (drift.all.changed, drift.all.changed)
    );
    assert_eq!(
        drift
            .decisions
            .iter()
            .filter(|decided| decided.changes())
            .count(),
        drift.all.changed
    );
    // Those that change come first, each with similarities in both spaces.
    let first = &drift.decisions[0];
    assert!(first.changes());
    for outcome in [&first.from, &first.to] {
        if outcome.variant.is_some() {
            assert!(
                outcome.in_old.is_some() && outcome.in_new.is_some(),
                "{outcome:?}"
            );
        }
    }
    let csv = drift.csv();
    assert_eq!(csv.lines().count(), drift.all.decisions + 1);
    // The same space compared by another floor gives another outcome; the report says which.
    let strict = site
        .spaces
        .drift(space, &Traffic::default(), Some(1.0))
        .await
        .unwrap();
    assert!((strict.to.floor - 1.0).abs() < 1e-6);
    assert!(strict.below.iter().all(|below| below.falls));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_comparison_foretells_is_what_visitors_get_after_the_switch() {
    let site = moving().await;
    let space = site.fill().await;
    let drift = site
        .spaces
        .drift(space, &Traffic::default(), None)
        .await
        .unwrap();
    let options = engine::spaces::SwitchOptions::default();
    let actor = super::support::someone();
    site.spaces.switch(&actor, space, options).await.unwrap();
    let node = site.node().await;
    for decided in drift.decisions.iter().filter(|d| d.locale == "en").take(12) {
        let target = format!(
            "/api/v1/content/variant?page={}&segment={}&fallback=default",
            decided.page, decided.segment
        );
        let answer = node.in_time(&target, &[]).await;
        let body: serde_json::Value = serde_json::from_str(answer.text()).expect("it is JSON");
        let shown = body["variant"]["id"].as_str().map(str::to_owned);
        assert_eq!(shown, decided.to.variant, "{decided:?}");
    }
}
