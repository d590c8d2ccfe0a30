//! Searching the whole site by meaning.

use engine::embedding::Embedding;
use engine::store::{Space, Store, VariantFilter, Wanting};
use tower_sessions_sqlx_store::sqlx;

use crate::support::{CONTENT, Database, model};

/// The names of the variants that a search finds, and how many there are in all.
pub(super) async fn found(
    store: &Store,
    (to, space): (&Embedding, &Space),
    filter: &VariantFilter,
    offset: i64,
) -> (Vec<String>, i64) {
    let wanting = Wanting {
        meaning: Some((to, space)),
        ..Wanting::default()
    };
    let (variants, total) = store
        .find_variants(filter, &wanting, offset, 10)
        .await
        .unwrap();
    let names = variants.iter().map(|variant| {
        assert!(variant.similarity.is_some(), "{variant:?}");
        variant.external_id.to_string()
    });
    (names.collect(), total)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_of_the_whole_site_asks_the_index_and_one_that_narrows_compares_exactly() {
    let database = Database::create().await;
    database.import(CONTENT).await;
    let space = database.store.active_space().await.unwrap().unwrap();
    let to = model().embed_one("cold chain monitoring").await.unwrap();
    let scans = format!(
        "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'embeddings_space_{}_hnsw'",
        space.version
    );
    // So few vectors are sorted sooner than looked up, unless sorting is made dear.
    let dear = "options[enable_sort]=off&options[enable_seqscan]=off";
    let url = format!("{}?{dear}", database.url);
    let ask = async |filter: VariantFilter, offset: i64| {
        let store = Store::connect(&url, 1).await.expect("it runs");
        let before: i64 = database.query(&scans).parse().expect("a number");
        let answer = found(&store, (&to, &space), &filter, offset).await;
        // Connections tell what they did some time later, unless they are asked.
        sqlx::query("SELECT pg_stat_force_next_flush()")
            .execute(store.pool())
            .await
            .expect("it knows the function");
        store.close().await;
        let after: i64 = database.query(&scans).parse().expect("a number");
        let asked = after > before;
        (answer, asked)
    };
    let whole = VariantFilter::default();
    let exact = found(&database.store, (&to, &space), &whole, 0).await;
    let (all, asked) = ask(whole.clone(), 0).await;
    assert!(asked, "the index was not asked");
    assert_eq!(all, exact);
    let count = database.query("SELECT count(*) FROM embeddings");
    assert_eq!((all.0.len(), all.1.to_string()), (10, count));

    let english = VariantFilter {
        locale: Some("en".parse().unwrap()),
        ..VariantFilter::default()
    };
    let ((narrowed, _), asked) = ask(english, 0).await;
    assert!(!asked, "the index was asked behind a filter");
    assert_eq!(narrowed[0], all.0[0]);
    assert_eq!(narrowed[0], "routes--any-cold-chain--en");
    let ((deep, _), asked) = ask(whole, 200).await;
    assert!(!asked && deep.is_empty(), "{deep:?}");
}
