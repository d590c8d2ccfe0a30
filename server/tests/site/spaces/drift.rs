//! What a switch would change.

use engine::visits::Traffic;

use super::support::moving;

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
