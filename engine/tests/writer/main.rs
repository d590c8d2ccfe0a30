//! Drafts over real HTTP, from a server that says what it was told to say.

#[path = "../support/chat_server.rs"]
mod chat_server;

use std::time::Duration;

use chat_server::{ChatServer, Say};
use domain::PageContent;
use engine::embedding::ApiKey;
use engine::writer::{Assignment, Draft, Writer, WriterConfig, WriterError};
use serde_json::{Value, json};

const KEY: &str = "sk-test-1234";

fn page() -> Value {
    json!({
        "title": "Rounds", "description": "Plan your rounds.",
        "blocks": [
            {"type": "hero", "id": "hero", "headline": "Rounds for everyone",
             "primary": {"label": "Try it", "url": "/demo"}},
            {"type": "pricing", "id": "prices", "heading": "Prices", "plans": [
                {"name": "Starter", "price": "€19", "features": ["All of it"],
                 "action": {"label": "Choose", "url": "/demo"}}]},
            {"type": "faq", "id": "faq", "heading": "Questions", "items": [
                {"question": "Is it good?", "answer": "Yes."}]}
        ]
    })
}

fn assignment() -> Assignment {
    Assignment {
        intent: "Planning delivery rounds.".to_owned(),
        content: serde_json::from_value::<PageContent>(page()).unwrap(),
        locale: "en".parse().unwrap(),
        audience: Some(("Bakeries".to_owned(), "People who are up early.".to_owned())),
    }
}

fn writer(server: &ChatServer, key: Option<&str>, timeout: Duration) -> Writer {
    let config = WriterConfig {
        base_url: server.base_url(),
        api_key: key.map(|key| ApiKey::new(key).unwrap()),
        model: "test-model".to_owned(),
        timeout,
    };
    Writer::new(config).unwrap()
}

async fn write(script: Vec<Say>) -> (Result<Draft, WriterError>, ChatServer) {
    let server = ChatServer::start(script).await;
    let writer = writer(&server, Some(KEY), Duration::from_secs(10));
    (writer.write(&assignment()).await, server)
}

fn text(value: &Value) -> Say {
    Say::Text(value.to_string())
}

fn hero(headline: &str) -> Value {
    json!({
        "title": "Rounds for bakeries", "description": "",
        "blocks": [{"type": "hero", "id": "hero", "eyebrow": "", "headline": headline, "subheadline": "", "points": []}]
    })
}

#[tokio::test]
async fn a_draft_fits_the_page_and_keeps_its_links() {
    let (draft, server) = write(vec![text(&hero("Bread before dawn"))]).await;
    let draft = draft.unwrap();
    assert_eq!(draft.model, "test-model-1");
    let content = json!(draft.content);
    assert_eq!(content["title"], "Rounds for bakeries");
    assert_eq!(content.get("description"), None, "an empty text is none");
    assert_eq!(content["blocks"][0]["headline"], "Bread before dawn");
    assert_eq!(content["blocks"][0]["primary"]["url"], "/demo");

    let (authorization, request) = server.seen().remove(0);
    assert_eq!(authorization, format!("Bearer {KEY}"));
    assert_eq!(request["model"], "test-model");
    let prompt = request["messages"][1]["content"].as_str().unwrap();
    assert_eq!(prompt, draft.prompt);
    for part in [
        "Bakeries. People who are up early.",
        "Planning delivery rounds.",
        "Rounds for everyone",
    ] {
        assert!(prompt.contains(part), "{part}: {prompt}");
    }
    let format = &request["response_format"]["json_schema"];
    assert_eq!(format["strict"], true);
    let blocks = format["schema"]["properties"]["blocks"]["items"]["anyOf"]
        .as_array()
        .unwrap();
    let ids = blocks
        .iter()
        .map(|block| &block["properties"]["id"]["enum"][0]);
    // Prices are facts; nobody may invent them.
    assert_eq!(ids.collect::<Vec<_>>(), ["hero", "faq"]);
    // In structured output every property is required, and links are not the model's.
    for block in blocks {
        let properties: Vec<&String> = block["properties"].as_object().unwrap().keys().collect();
        let required: Vec<&str> = block["required"]
            .as_array()
            .unwrap()
            .iter()
            .map(|n| n.as_str().unwrap())
            .collect();
        assert_eq!(properties, required);
        assert_eq!(block["additionalProperties"], false);
        assert_eq!(block["properties"].get("primary"), None);
    }
}

#[tokio::test]
async fn what_does_not_fit_is_corrected_once() {
    let long = "x".repeat(121);
    let (draft, server) = write(vec![text(&hero(&long)), text(&hero("Short"))]).await;
    assert_eq!(
        json!(draft.unwrap().content)["blocks"][0]["headline"],
        "Short"
    );
    let (_, second) = server.seen().remove(1);
    let told = second["messages"][3]["content"].as_str().unwrap();
    assert!(told.contains("headline") && told.contains("120"), "{told}");

    let other_block = json!({"title": "T", "description": "D",
        "blocks": [{"type": "hero", "id": "opening", "headline": "H"}]});
    for bad in [
        hero(&long),
        other_block,
        json!("a text"),
        json!({"blocks": 7}),
    ] {
        let (draft, server) = write(vec![text(&bad), text(&bad)]).await;
        let error = draft.unwrap_err();
        assert!(matches!(error, WriterError::Unfit(_)), "{error}");
        assert_eq!(server.seen().len(), 2, "it is corrected once, {bad}");
    }
}

#[tokio::test]
async fn every_failure_says_what_to_do_and_hides_the_key() {
    let out_of_credit = r#"{"error":{"message":"You exceeded your quota, sk-test-1234.","type":"insufficient_quota"}}"#;
    let check = async |script: Vec<Say>, part: &str, advice: &str| {
        let asked = script.len();
        let (draft, server) = write(script).await;
        let error = draft.unwrap_err();
        let told = error.advice();
        assert!(told.contains(advice), "{told} lacks {advice}");
        let error = error.to_string();
        assert!(error.contains(part), "{error} lacks {part}");
        assert!(!error.contains(KEY) && !told.contains(KEY), "{error}");
        assert_eq!(server.seen().len(), asked, "{error}");
    };
    check(
        vec![Say::Status(
            401,
            r#"{"error":"Incorrect key sk-test-1234"}"#,
        )],
        "status 401: Incorrect key (API key)",
        "has to give it another one",
    )
    .await;
    check(
        vec![Say::Status(429, out_of_credit)],
        "You exceeded your quota",
        "in this server's log",
    )
    .await;
    check(
        vec![Say::Refusal("I would rather not.")],
        "declined: I would rather not.",
        "declined: I would rather not.",
    )
    .await;
    let unusable = "could not be used. Try again";
    check(vec![Say::CutOff(r#"{"title":"#)], "it breaks off", unusable).await;
    check(vec![Say::Text(String::new())], "it is empty", unusable).await;
    check(vec![Say::Status(200, "<html>")], "cannot be used", unusable).await;
    check(vec![Say::Status(200, "{}")], "it is empty", unusable).await;
    let silent = "does not answer. Try again";
    check(vec![Say::CloseMidBody; 3], "does not answer", silent).await;
    let busy = Say::Status(429, r#"{"error":{"message":"Rate limit reached"}}"#);
    check(vec![busy; 3], "busy: Rate limit", "Try again in a moment").await;
}

#[tokio::test]
async fn a_busy_server_is_asked_again() {
    let busy = Say::Status(503, "busy");
    let (draft, server) = write(vec![busy, text(&hero("Bread"))]).await;
    assert!(draft.is_ok());
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_server_that_hangs_is_given_up_and_one_without_a_key_works() {
    let server = ChatServer::start([Say::Hang, Say::Hang, Say::Hang, text(&hero("Bread"))]).await;
    let hasty = writer(&server, None, Duration::from_millis(200));
    let error = hasty.write(&assignment()).await.unwrap_err().to_string();
    assert!(error.contains("no complete answer in time"), "{error}");
    let patient = writer(&server, None, Duration::from_secs(10));
    assert!(patient.write(&assignment()).await.is_ok());
    let (authorization, _) = server.seen().pop().unwrap();
    assert!(!authorization.contains("sk-"), "{authorization}");
}

#[test]
fn a_setting_that_cannot_be_used_is_named() {
    let config = WriterConfig {
        base_url: "ftp://example.com".to_owned(),
        api_key: None,
        model: "m".to_owned(),
        timeout: Duration::from_secs(1),
    };
    let error = Writer::new(config).unwrap_err().to_string();
    assert!(error.contains("drafts.base_url"), "{error}");
}
