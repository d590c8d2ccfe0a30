//! The index of a space that is complete: there again, whatever became of it.

use std::sync::Arc;

use engine::embedding::{EmbeddingProvider as _, Providers};
use engine::spaces::{Mended, Spaces};
use engine::store::{IndexState, Space, Store, VariantFilter};
use landfall::config::{Config, SpacesConfig};
use landfall::runtime::{Ownership, Services};

use super::nearest::found;
use super::support::{Moving, Scattered, moving, settings};
use crate::desk::support::Role;
use crate::support::{CONTENT, Database, config, eventually, psql, services};

async fn active(site: &Moving) -> Space {
    site.store().active_space().await.unwrap().unwrap()
}

async fn state(site: &Moving, space: &Space) -> IndexState {
    site.store().index_state(space).await.unwrap()
}

fn drop_index(site: &Moving, space: &Space) {
    let name = format!("embeddings_space_{}_hnsw", space.version);
    site.database.query(&format!("DROP INDEX {name}"));
}

/// A build that fails half-way: these rows are no unique key.
fn leave_invalid(site: &Moving, space: &Space) {
    drop_index(site, space);
    let version = space.version;
    let failing = format!(
        "CREATE UNIQUE INDEX CONCURRENTLY embeddings_space_{version}_hnsw ON embeddings (space_version)
         WHERE space_version = {version}"
    );
    assert!(!psql(&site.database.url, &failing).status.success());
}

/// Variants that a search of the whole site finds, the nearest first.
async fn search(site: &Moving, space: &Space) -> (Vec<String>, i64) {
    let to = Scattered::new("old").embed_one("vans").await.unwrap();
    let whole = VariantFilter::default();
    found(site.store(), (&to, space), &whole, 0).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_is_missing_or_invalid_is_built_anew_and_searches_stay_right_meanwhile() {
    let site = moving().await;
    let space = active(&site).await;
    let right = search(&site, &space).await;
    assert!(right.1 > 5, "{right:?}");
    for (broken, expected) in [
        (drop_index as fn(&Moving, &Space), IndexState::Missing),
        (leave_invalid, IndexState::Invalid),
    ] {
        broken(&site, &space);
        assert_eq!(state(&site, &space).await, expected);
        assert_eq!(search(&site, &space).await, right);
        let mended = site.spaces.mend_index(&space).await.unwrap();
        assert_eq!(mended, Mended::Built);
        assert_eq!(state(&site, &space).await, IndexState::Valid);
        assert_eq!(search(&site, &space).await, right);
        let again = site.spaces.mend_index(&space).await.unwrap();
        assert_eq!(again, Mended::Fine);
    }
}

/// The database as a process with such settings sees it.
async fn store_of(database: &Database, index_m: u16, index_ef_construction: u16) -> Store {
    let config = Config {
        redis_url: Some(services().redis_url.clone()),
        spaces: SpacesConfig {
            index_m,
            index_ef_construction,
            ..SpacesConfig::default()
        },
        ..config(&database.url)
    };
    let services = Services::start(&config, Ownership::Borrow).await;
    services.expect("both services run").store
}

#[tokio::test(flavor = "multi_thread")]
async fn every_index_is_built_as_configured_the_first_as_well() {
    let mut database = Database::create().await;
    database.store = store_of(&database, 8, 24).await;
    let old = Scattered::new("old");
    database.import_by(&old, CONTENT).await;
    let built = "SELECT array_to_string(reloptions, ' ') FROM pg_class
                 WHERE relname = 'embeddings_space_1_hnsw'";
    assert_eq!(database.query(built), "m=8 ef_construction=24");
    // A change takes effect with the next build.
    let spaces = Spaces::new(
        store_of(&database, 10, 40).await.background(2),
        Providers::new(Arc::new(old)),
        settings(),
    );
    let space = database.store.active_space().await.unwrap().unwrap();
    let mended = spaces.mend_index(&space).await.unwrap();
    assert_eq!(mended, Mended::Fine);
    database.query("DROP INDEX embeddings_space_1_hnsw");
    let mended = spaces.mend_index(&space).await.unwrap();
    assert_eq!(mended, Mended::Built);
    assert_eq!(database.query(built), "m=10 ef_construction=40");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_finds_out_by_itself_when_it_starts_and_while_it_runs() {
    let site = moving().await;
    let space = active(&site).await;
    // The space kept for a rollback needs its own just as much.
    let other = site.fill().await;
    let kept = site.store().space(other).await.unwrap().unwrap().space;
    leave_invalid(&site, &space);
    drop_index(&site, &kept);
    let node = site.node().await;
    let valid = "SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                 WHERE c.relname LIKE 'embeddings_space_%_hnsw' AND i.indisvalid";
    let both = || (site.database.query(valid) == "2").then_some(());
    eventually("both indexes after the start", both).await;
    drop_index(&site, &space);
    eventually("the index while it runs", both).await;
    let built = "landfall_embedding_index_repairs_total{outcome=\"built\"}";
    eventually("it is counted", || {
        let missing = node.metric("landfall_embedding_index_missing");
        (node.metric(built) >= 3.0 && missing < 1.0).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_is_built_by_one_node_at_a_time() {
    let site = moving().await;
    let space = active(&site).await;
    let other = Spaces::new(
        site.store().background(2),
        site.providers.clone(),
        settings(),
    );
    drop_index(&site, &space);
    // While one has the turn, nobody else begins.
    let turn = site.store().index_turn(&space).await.unwrap();
    assert!(turn.is_some());
    let mended = other.mend_index(&space).await.unwrap();
    assert_eq!(mended, Mended::Elsewhere);
    assert_eq!(state(&site, &space).await, IndexState::Missing);
    // Whoever is gone gives it back.
    drop(turn);
    let locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    eventually("the turn ends", || {
        (site.database.query(locks) == "0").then_some(())
    })
    .await;
    let (one, two) = tokio::join!(site.spaces.mend_index(&space), other.mend_index(&space));
    let both = [one.unwrap(), two.unwrap()];
    let built = both.iter().filter(|mended| **mended == Mended::Built);
    assert_eq!(built.count(), 1, "{both:?}");
    assert_eq!(state(&site, &space).await, IndexState::Valid);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_build_leaves_that_fails_half_way_is_dropped() {
    let site = moving().await;
    let space = active(&site).await;
    drop_index(&site, &space);
    // The build meets it among the others, as it would meet the end of the disk.
    site.database.query(
        "ALTER TABLE embeddings DROP CONSTRAINT embeddings_fit_space;
         CREATE TABLE kept AS SELECT variant_id, embedding FROM embeddings ORDER BY variant_id DESC LIMIT 1;
         UPDATE embeddings e SET embedding = '[1,2,3]' FROM kept k WHERE e.variant_id = k.variant_id",
    );
    let failed = site.spaces.mend_index(&space).await.unwrap_err();
    let words = failed.to_string();
    assert!(words.contains("expected 8 dimensions, not 3"), "{words}");
    assert_eq!(state(&site, &space).await, IndexState::Missing);
    site.database.query(
        "UPDATE embeddings e SET embedding = k.embedding FROM kept k WHERE e.variant_id = k.variant_id",
    );
    let mended = site.spaces.mend_index(&space).await.unwrap();
    assert_eq!(mended, Mended::Built);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_cannot_be_built_is_told_of_and_tried_again() {
    let site = moving().await;
    let space = active(&site).await;
    drop_index(&site, &space);
    // Stands in for a full disk, which a test cannot make: new indexes have no place to go.
    let (_, database) = site.database.url.rsplit_once('/').expect("it has a name");
    let place = |what: &str| {
        site.database
            .query(&format!("ALTER DATABASE {database} {what}"));
    };
    place("SET default_tablespace = 'pg_global'");
    let desk = super::screens::with_people(&site).await;
    let viewer = desk.sign_in(Role::Viewer).await;
    let failed = "landfall_embedding_index_repairs_total{outcome=\"failed\"}";
    eventually("it was tried", || {
        (desk.node.metric(failed) >= 1.0).then_some(())
    })
    .await;
    assert!(desk.node.metric("landfall_embedding_index_missing") > 0.0);
    let told = |address: &str| desk.open(&viewer, address).select("main").concat();
    eventually("people are told", || {
        let (home, spaces) = (told("/admin"), told("/admin/spaces"));
        let tells = home.contains("The index of the vectors is missing")
            && home.contains("pg_global")
            && spaces.contains("Missing; it is built anew")
            && spaces.contains("The index could not be built and is tried again");
        tells.then_some(())
    })
    .await;
    place("RESET default_tablespace");
    eventually("it is there", || {
        let quiet = !told("/admin").contains("The index of the vectors")
            && !told("/admin/spaces").contains("could not be built");
        quiet.then_some(())
    })
    .await;
    assert_eq!(state(&site, &space).await, IndexState::Valid);
}
