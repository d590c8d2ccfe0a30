//! What is said before a space is filled, and on the command line about it.

use std::sync::Arc;

use engine::embedding::{OpenAiConfig, OpenAiProvider, Tariff};

use super::openai_server::Fault;
use super::screens::with_people;
use super::support::{Moving, Scattered, moving};
use crate::command::{on, run, succeed};
use crate::desk::support::Role;
use crate::support::CONTENT;

/// The same site, with a second model of this size and price.
async fn moving_to(dimensions: u16, price: Option<f64>) -> Moving {
    let site = moving().await;
    let config = OpenAiConfig {
        base_url: site.server.base_url(),
        model: "new".to_owned(),
        dimensions,
        tariff: Tariff {
            price_per_million_tokens: price,
            tokens_per_minute: None,
        },
        ..OpenAiConfig::default()
    };
    let new = OpenAiProvider::new(config).expect("the settings are usable");
    site.with(Arc::new(new))
}

/// What the screen of the plan says.
async fn told(site: &Moving) -> String {
    let desk = with_people(site).await;
    let admin = desk.sign_in(Role::Admin).await;
    let model = site.new.space().to_string();
    let query: String = form_urlencoded::byte_serialize(model.as_bytes()).collect();
    let plan = desk.open(&admin, &format!("/admin/spaces/plan?model={query}"));
    assert_eq!(plan.status, 200);
    plan.select("main dd").join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_that_nobody_has_set_is_unknown_and_not_nothing() {
    let unknown = "unknown: no price_per_million_tokens is set";
    for (price, said) in [
        (None, unknown),
        (Some(0.0), "none: this model costs nothing"),
        (Some(20.0), ", at 20 per million tokens"),
    ] {
        let site = moving_to(8, price).await;
        let told = told(&site).await;
        assert!(told.contains(said), "{price:?}: {told}");
    }
    let site = moving().await;
    let plan = |of_both: &str| {
        let folder = site.folder(of_both, "");
        succeed(on(folder.path(), &site.database.url).args(["embed", "plan"]))
    };
    let said = plan("");
    assert!(said.contains(&format!("cost     {unknown}\n")), "{said}");
    assert!(said.contains("index    built at the end\n"), "{said}");
    let said = plan("price_per_million_tokens = 0");
    assert!(said.contains("cost     none: "), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_says_when_there_will_be_no_index() {
    let none =
        "none: pgvector has none for 4001 dimensions, so searches compare with every vector.";
    for (dimensions, said) in [(4_000, "built at the end"), (4_001, none)] {
        let site = moving_to(dimensions, None).await;
        let told = told(&site).await;
        assert!(told.contains(said), "{dimensions}: {told}");
    }
    let site = moving().await;
    let folder = site.folder("", "");
    let file = folder.path().join("landfall.toml");
    let config = std::fs::read_to_string(&file).expect("it is ours");
    let (old, new) = config.split_once("[next_embedding]").expect("it has two");
    let new = new.replace("dimensions = 8", "dimensions = 4001");
    std::fs::write(&file, format!("{old}[next_embedding]{new}")).expect("it is ours");
    let said = succeed(on(folder.path(), &site.database.url).args(["embed", "plan"]));
    assert!(said.contains(&format!("index    {none}")), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_asks_a_provider_that_is_down_once_and_says_so_once() {
    let site = moving().await;
    site.server.fail_next([Fault::ServerError; 8]);
    let folder = site.folder("", "");
    let mut plan = on(folder.path(), &site.database.url);
    let (code, said, complaint) = run(plan.args(["embed", "plan"]));
    assert_eq!((code, complaint.as_str()), (0, ""));
    let trouble = "time     unknown: the embedding provider refused with status 500: ";
    assert!(said.contains(trouble), "{said}");
    assert_eq!(site.server.seen().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_its_job_and_the_list_count_alike() {
    let site = moving().await;
    // A second variant of the same words has a vector of its own, for which nothing is sent.
    let row = CONTENT
        .lines()
        .find(|row| row.contains("\"pricing--smb--en\""));
    let twin = row
        .expect("it is there")
        .replace("pricing--smb--en", "twin");
    let both = format!("{CONTENT}\n{twin}");
    site.database.import_by(&Scattered::new("old"), &both).await;
    let plan = site.spaces.plan(site.new.space()).await.unwrap();
    let texts = i64::try_from(site.texts()).expect("a few");
    assert_eq!((plan.texts, plan.present), (texts + 1, 0));
    let space = site.fill().await;
    let job = site.store().embed_job_of(space).await.unwrap().unwrap();
    assert_eq!((job.done, job.total), (plan.texts, plan.texts));
    let coverage = site.store().coverage(space).await.unwrap();
    assert_eq!(coverage.texts, plan.texts);
    let plan = site.spaces.plan(site.new.space()).await.unwrap();
    assert_eq!((plan.texts, plan.present), (0, texts + 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_counts_at_one_moment() {
    let site = moving().await;
    let row = CONTENT
        .lines()
        .find(|row| row.contains("\"pricing--smb--en\""))
        .expect("it is there");
    let provider = Scattered::new("old");
    let edits = async {
        for number in 0..40 {
            let another = row.replace("pricing--smb--en", &format!("another-{number}"));
            site.database.import_by(&provider, &another).await;
        }
    };
    let plans = async {
        loop {
            let plan = site.spaces.plan(site.new.space()).await.unwrap();
            assert_eq!(plan.present, 0, "of {} texts", plan.texts);
        }
    };
    tokio::select! {
        () = edits => {}
        () = plans => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_command_line_ends_with_status_two() {
    let site = moving().await;
    let folder = site.folder("", "");
    for (arguments, said) in [
        (["switch", "--floor", "3"], "it is not between -1 and 1"),
        (["drift", "--floor", "3"], "it is not between -1 and 1"),
        (
            ["drift", "--term-floor", "NaN"],
            "it is not between -1 and 1",
        ),
        (["drift", "--term-floor", "much"], "it is no number"),
        (
            ["plan", "--model", "nothing"],
            "nothing is not configured; there is openai/old",
        ),
    ] {
        let mut command = on(folder.path(), &site.database.url);
        let (code, _, complaint) = run(command.arg("embed").args(arguments));
        assert_eq!(code, 2, "{arguments:?}: {complaint}");
        assert!(complaint.contains(said), "{arguments:?}: {complaint}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_space_that_was_dropped_is_not_there_any_more() {
    let site = moving().await;
    site.fill().await;
    let folder = site.folder("", "");
    let embed = |arguments: &[&str]| {
        let mut command = on(folder.path(), &site.database.url);
        run(command.arg("embed").args(arguments))
    };
    let (code, said, _) = embed(&["drop", "2"]);
    assert_eq!(code, 0, "{said}");
    for again in [&["drop", "2"], &["drift", "2"]] {
        let (code, _, complaint) = embed(again);
        let gone = "landfall: Space 2 is not there; perhaps somebody deleted it\n";
        assert_eq!((code, complaint.as_str()), (1, gone), "{again:?}");
    }
    let (code, _, complaint) = embed(&["drop", "1"]);
    let decides = "landfall: Only a space that does not decide can be dropped.\n";
    assert_eq!((code, complaint.as_str()), (1, decides));
}
