//! What a switch would change.

use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use domain::{PageId, SegmentId};
use engine::spaces::{Comparison, Comparisons, Drift, Floors};
use engine::visits::{Place, Traffic};

use super::support::{Moving, moving};
use crate::support::CONTENT;

/// A similarity floor that only what is equal reaches.
const STRICT: Floors = Floors {
    similarity: Some(1.0),
    term: None,
};

/// A comparison that is kept, however long it takes.
async fn kept(site: &Moving, kept: &Comparisons, to: i32, floors: Floors) -> Arc<Drift> {
    let (traffic, long) = (ready(Traffic::default()), Duration::from_mins(1));
    let comparison = site.spaces.comparison(kept, to, traffic, floors, long);
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
        kept(&site, &all, space, Floors::default()),
        kept(&site, &all, space, Floors::default())
    );
    assert!(Arc::ptr_eq(&one, &two), "both waited for the same");
    let direct = site
        .spaces
        .drift(space, &Traffic::default(), Floors::default())
        .await;
    assert_eq!(*one, direct.unwrap());
    // Nobody even asks for the visits again.
    let unasked = async { panic!("it is there already") };
    let again = site
        .spaces
        .comparison(&all, space, unasked, Floors::default(), Duration::ZERO);
    let again = again.await.unwrap();
    assert!(matches!(again, Comparison::Ready(drift) if Arc::ptr_eq(&drift, &one)));

    let strict = kept(&site, &all, space, STRICT).await;
    assert!((strict.to.floor - 1.0).abs() < 1e-6);
    let old = super::support::Scattered::new("old");
    let changed = CONTENT.replace("Prices for small companies", "Prices for the small");
    site.database.import_by(&old, &changed).await;
    let later = kept(&site, &all, space, Floors::default()).await;
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
            let seen = spaces
                .comparison(&all, space, traffic, Floors::default(), now)
                .await;
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
    let nowhere = site.spaces.comparison(
        &all,
        99,
        ready(Traffic::default()),
        Floors::default(),
        Duration::ZERO,
    );
    let missing = nowhere.await.unwrap_err().to_string();
    assert!(missing.contains("Space 99"), "{missing}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comparison_replays_every_decision_in_both_spaces() {
    let site = moving().await;
    let space = site.fill().await;
    let drift = site
        .spaces
        .drift(space, &Traffic::default(), Floors::default())
        .await
        .unwrap();
    let all = "SELECT (SELECT count(*) FROM pages) * (SELECT count(*) FROM segments) * 2";
    assert_eq!(drift.all.decisions.to_string(), site.database.query(all));
    assert!(!drift.weighted);
    // These models agree on nothing, so where several variants compete some decisions change.
    assert!(drift.all.changed > 0, "{drift:?}");
    let by_page: usize = drift.by_page.iter().map(|(_, share)| share.changed).sum();
    let by_segment: usize = drift
        .by_segment
        .iter()
        .map(|(_, share)| share.changed)
        .sum();
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
        .drift(space, &Traffic::default(), STRICT)
        .await
        .unwrap();
    assert!((strict.to.floor - 1.0).abs() < 1e-6);
    assert!(strict.below.iter().all(|below| below.falls));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_segment_has_a_variant_of_its_own_none_for_anybody_crosses_the_floor() {
    let site = moving().await;
    let space = site.fill().await;
    // Now everything reaches the floor, and afterwards nothing does.
    site.database.query(
        "UPDATE settings SET value = jsonb_set(value, '{thresholds,similarity_floor}', '-1') WHERE key = 'site'",
    );
    let nothing = Traffic::default();
    let drift = site.spaces.drift(space, &nothing, STRICT).await.unwrap();
    let mut crossing: Vec<&str> = drift
        .below
        .iter()
        .map(|below| &*below.segment.key)
        .collect();
    crossing.sort_unstable();
    // For /landing/routes there is one variant for anybody, and one for enterprises.
    let others = "SELECT key FROM segments WHERE key <> 'enterprise' ORDER BY key COLLATE \"C\"";
    let others = site.database.query(others);
    assert_eq!(crossing, others.lines().collect::<Vec<_>>());
    assert!(
        drift
            .below
            .iter()
            .all(|below| below.page.key == "/landing/routes")
    );
    // Each of them is a decision that changes.
    let falling = drift.below.iter().map(|below| &below.segment.key);
    for segment in falling {
        let changes = |decided: &engine::spaces::Decided| {
            decided.changes() && decided.segment.key == *segment
        };
        assert!(drift.decisions.iter().any(changes), "{segment}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_space_that_is_being_filled_is_not_compared() {
    let site = moving().await;
    let space = site.start().await;
    let nothing = Traffic::default();
    let refused = site.spaces.drift(space, &nothing, Floors::default()).await;
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("is not complete"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_brought_a_term_is_one_visit_and_not_two() {
    let site = moving().await;
    site.database.query(
        "INSERT INTO campaign_terms (text_hash, text, uses, first_seen, last_seen, page_id, segment_id)
         SELECT sha256('fleet'), 'fleet', 3, now(), now(), p.id, s.id
         FROM pages p, segments s WHERE p.external_id = 'pricing' AND s.key = 'smb'",
    );
    site.spaces.complete_active().await.unwrap();
    let space = site.fill().await;
    let id = |sql: &str| site.database.query(sql).parse().expect("an id");
    let place = Place {
        page: PageId(id("SELECT id FROM pages WHERE external_id = 'pricing'")),
        segment: SegmentId(id("SELECT id FROM segments WHERE key = 'smb'")),
        locale: "en".parse().expect("a language"),
    };
    let traffic = Traffic::from_iter([(place, 10.0)]);
    let drift = site.spaces.drift(space, &traffic, Floors::default()).await;
    let drift = drift.unwrap();
    assert!(
        (drift.all.visits - 10.0).abs() < 1e-9,
        "{}",
        drift.all.visits
    );
    let with_term = drift
        .decisions
        .iter()
        .find(|decided| decided.term.is_some());
    let with_term = with_term.expect("the term is replayed");
    assert!((with_term.visits - 3.0).abs() < 1e-9, "{with_term:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_comparison_foretells_is_what_visitors_get_after_the_switch() {
    let site = moving().await;
    let space = site.fill().await;
    let drift = site
        .spaces
        .drift(space, &Traffic::default(), Floors::default())
        .await
        .unwrap();
    let options = engine::spaces::SwitchOptions::default();
    let actor = super::support::someone();
    site.spaces.switch(&actor, space, options).await.unwrap();
    let node = site.node().await;
    for decided in drift.decisions.iter().filter(|d| d.locale == "en").take(12) {
        let target = format!(
            "/api/v1/content/variant?page={}&segment={}&fallback=default",
            decided.page.key, decided.segment.key
        );
        let answer = node.in_time(&target, &[]).await;
        let body: serde_json::Value = serde_json::from_str(answer.text()).expect("it is JSON");
        let foretold = decided.to.variant.as_ref().map(|variant| &*variant.key);
        assert_eq!(body["variant"]["id"].as_str(), foretold, "{decided:?}");
    }
}

/// How near each term comes to the variants of its page that might be shown, in one space.
fn reaches(site: &Moving, space: i32) -> String {
    site.database.query(&format!(
        "SELECT t.text, round(max(1 - (e.embedding <=> q.embedding))::numeric, 4)
         FROM campaign_terms t
         JOIN query_embeddings q ON q.text_hash = t.text_hash AND q.space_version = {space}
         JOIN variants v ON v.page_id = t.page_id AND v.locale = 'en' AND v.status = 'published'
                        AND (v.segment_id = t.segment_id OR v.segment_id IS NULL)
         JOIN embeddings e ON e.variant_id = v.id AND e.space_version = {space}
         GROUP BY t.text ORDER BY t.text"
    ))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_suggested_term_floor_hears_as_many_terms_as_the_present_one() {
    let site = moving().await;
    site.database.query(
        "INSERT INTO campaign_terms (text_hash, text, uses, first_seen, last_seen, page_id, segment_id)
         SELECT sha256(convert_to(text, 'UTF8')), text, 3, now(), now(), p.id, s.id
         FROM (SELECT 'term ' || n FROM generate_series(10, 33) n) t (text), pages p, segments s
         WHERE p.external_id = 'pricing' AND s.key = 'smb'",
    );
    site.spaces.complete_active().await.unwrap();
    let space = site.fill().await;
    let nearest_first = |space: i32| -> Vec<f32> {
        let told = reaches(&site, space);
        let numbers = told.lines().map(|line| line.split_once('|').unwrap().1);
        let mut near: Vec<f32> = numbers.map(|number| number.parse().unwrap()).collect();
        near.sort_by(|a, b| b.total_cmp(a));
        near
    };
    let (old, new) = (nearest_first(1), nearest_first(space));
    assert_eq!((old.len(), new.len()), (24, 24));
    // A floor that some of them reach, and as many reach another one in the new space that can be
    // told in hundredths.
    let gap = |heard: &usize| new[heard - 1] - new[*heard];
    let heard = (4..20)
        .max_by(|a, b| gap(a).total_cmp(&gap(b)))
        .expect("there are many");
    let floor = f32::midpoint(old[heard - 1], old[heard]);
    site.database.query(&format!(
        "UPDATE settings SET value = jsonb_set(value, '{{thresholds,term_floor}}', '{floor}') WHERE key = 'site'"
    ));
    let compared = async |floors: Floors| {
        let drift = site.spaces.drift(space, &Traffic::default(), floors).await;
        drift.unwrap()
    };
    let present = compared(Floors::default()).await;
    let terms = present.terms.as_ref().expect("they were brought");
    assert_eq!((terms.known, terms.heard_in_old), (24, heard));
    assert_ne!(terms.heard_in_new, heard, "the models agree by chance");
    let suggested = compared(Floors {
        term: Some(terms.suggested_floor),
        ..Floors::default()
    });
    let suggested = suggested.await;
    assert_eq!(suggested.terms.as_ref().unwrap().heard_in_new, heard);
    assert!((suggested.to.term_floor - terms.suggested_floor).abs() < 1e-6);
    assert!((suggested.from.term_floor - floor).abs() < 1e-6);
    // The file has what the suggestion rests on.
    let csv = present.csv();
    let head: Vec<&str> = csv.lines().next().unwrap().split(',').collect();
    let place = |name: &str| head.iter().position(|column| *column == name).unwrap();
    for (column, space) in [("term_in_old_space", 1), ("term_in_new_space", space)] {
        let (term, column) = (place("term"), place(column));
        let mut told: Vec<String> = csv
            .lines()
            .skip(1)
            .map(|line| line.split(',').collect::<Vec<_>>())
            .filter(|cells| !cells[term].is_empty())
            .map(|cells| format!("{}|{}", cells[term], cells[column]))
            .collect();
        told.sort();
        assert_eq!(told.join("\n"), reaches(&site, space));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_campaign_terms_no_term_floor_is_suggested() {
    let site = moving().await;
    let space = site.fill().await;
    let traffic = Traffic::default();
    let drift = site.spaces.drift(space, &traffic, Floors::default());
    assert_eq!(drift.await.unwrap().terms, None);
    let impossible = Floors {
        term: Some(1.5),
        ..Floors::default()
    };
    let refused = site.spaces.drift(space, &traffic, impossible).await;
    let problems = match refused {
        Err(engine::desk::DeskError::Invalid(problems)) => problems,
        other => panic!("{other:?}"),
    };
    assert_eq!(problems[0].field, "term_floor");
}
