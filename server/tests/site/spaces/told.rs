//! What the screen of embeddings is told while a job moves.

use std::sync::Arc;

use engine::store::EmbedJobState;

use super::screens::with_people;
use super::support::{Gated, moving};
use crate::client::events;
use crate::desk::support::Role;

#[tokio::test(flavor = "multi_thread")]
async fn the_stream_of_a_job_tells_growing_numbers_and_its_end() {
    let model = Arc::new(Gated::new("new"));
    let site = moving().await.with(Arc::clone(&model) as _);
    let space = site.start().await;
    let desk = with_people(&site).await;
    let viewer = desk.sign_in(Role::Viewer).await;
    let target = format!("/admin/spaces/events?space={space}");
    let cookie = [("Cookie", viewer.cookie.as_str())];
    let mut told = events(desk.node.address, &target, &cookie);
    let total = site.database.query("SELECT total FROM jobs");
    let mut numbers: Vec<usize> = Vec::new();
    // The model answers once for every number that is told.
    let last = loop {
        let news = told.next().expect("it does not end before the job");
        let mut parts = news.splitn(3, ' ');
        let (Some(done), Some(of), Some(words)) = (parts.next(), parts.next(), parts.next()) else {
            break news;
        };
        assert_eq!(of, total, "{news}");
        let done: usize = done.parse().expect("a number");
        let before = numbers.last().copied();
        assert!(before.is_none_or(|before| before <= done), "{news}");
        if before != Some(done) {
            numbers.push(done);
            model.answers.add_permits(1);
        }
        if done > 0 {
            let far = format!("{done} of {total} texts, ");
            assert!(words.starts_with(&far) || words.contains("index"), "{news}");
        }
    };
    assert_eq!(last, "over");
    assert_eq!(told.next(), None);
    // Four texts at a time; the last of them and the end may come in one.
    let total: usize = total.parse().expect("a number");
    assert_eq!(numbers[0], 0);
    assert!(numbers.len() >= total.div_ceil(4), "{numbers:?} of {total}");
    let job = site.store().embed_job_of(space).await.unwrap().unwrap();
    assert!(
        matches!(job.state, EmbedJobState::Succeeded { .. }),
        "{job:?}"
    );
}
