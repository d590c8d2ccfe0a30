//! Finding variants among many.

use super::{SCRIPT, actor, edit, engine_desk, imported};
use crate::desk::support::{Role, desk};

#[tokio::test(flavor = "multi_thread")]
async fn variants_are_found_by_words_by_meaning_and_by_what_they_are() {
    let site = desk().await;
    let viewer = site.sign_in(Role::Viewer).await;
    let desk = engine_desk(&site);
    let named = edit(SCRIPT, "Refrigerated lorries for frozen fish");
    desk.save_variant(&actor(), named)
        .await
        .expect("it is right");
    let names = |query: &str| {
        let screen = site.open(&viewer, &format!("/admin/variants?{query}"));
        assert_eq!(screen.status, 200, "{query}");
        assert!(!screen.text().contains("<script>alert"), "{query}");
        screen.select("tbody tr td:first-child a")
    };
    assert_eq!(names("q=refrig+lorr"), [SCRIPT]);
    assert_eq!(names("q=%27%3A*+%26+lorries+%7C+%21"), [SCRIPT]);
    assert_eq!(names("q=nowhere+to+be+found"), [""; 0]);
    assert_eq!(names("by=meaning&q=cold+chain+for+seafood")[0], SCRIPT);
    assert_eq!(names("author=ann%40site.example"), [SCRIPT]);
    assert_eq!(
        names("status=draft&page=pricing&segment=smb&locale=en"),
        [SCRIPT]
    );
    assert_eq!(names("q=pricing--smb--en-2"), [SCRIPT]);
    let all: usize = site
        .database
        .query("SELECT count(*) FROM variants")
        .parse()
        .expect("a number");
    assert_eq!(names("").len(), all);
    // An address is broken between its parts.
    let screen = site.open(&viewer, "/admin/variants?page=routes");
    let address = screen.select("tbody tr:first-child td:has(wbr)");
    assert_eq!(address, ["/landing/routes"]);
    assert_eq!(screen.select("tbody tr:first-child wbr").len(), 3);
    assert_eq!(names("at=99").len(), all);
    assert_eq!(names("page=lost&segment=%00&sort=up").len(), 0);
    assert_eq!(names("status=changed"), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_variant_without_a_vector_is_marked_until_it_has_one() {
    let site = desk().await;
    let viewer = site.sign_in(Role::Viewer).await;
    let id = imported(&site).await;
    let unembedded = "/admin/variants?status=unembedded";
    let list = site.open(&viewer, unembedded).select("main").concat();
    assert!(list.contains("Nothing found"), "{list}");
    // As if the provider had refused the text: then nothing makes up for it meanwhile.
    site.database.query(&format!(
        "INSERT INTO embedding_failures (space_version, text_hash, subject, error, attempts)
         SELECT space_version, text_hash, 'variant', 'refused', 3 FROM embeddings WHERE variant_id = {id}"
    ));
    site.database
        .query(&format!("DELETE FROM embeddings WHERE variant_id = {id}"));
    let list = site.open(&viewer, unembedded);
    assert_eq!(list.select("tbody tr").len(), 1);
    let row = list.select("tbody tr").concat();
    assert!(row.contains("pricing--smb--en"), "{row}");
    assert!(row.contains("Not embedded yet"), "{row}");
    let panel = site.open(&viewer, &format!("/admin/variants/{id}/history"));
    let panel = panel.select("main").concat();
    assert!(
        panel.contains("shown by segment and language alone"),
        "{panel}"
    );
}
