//! The local model, with its real weights.

use std::{fs, num::NonZeroUsize, os::unix::fs::symlink, path::Path};

use engine::embedding::{Embedding, EmbeddingProvider, LocalProvider, Tokens};
use tempfile::TempDir;

use crate::support::model::{local, model_dir};

const COMPLIANCE: &str = "enterprise security compliance";
const AUDIT: &str = "SOC 2 audit for large companies";
const FREELANCE: &str = "cheap plan for freelancers";

async fn check_cosine(left: &str, right: &str, expected: f32) {
    let texts = [left.to_owned(), right.to_owned()];
    let vectors = local().embed(&texts).await.unwrap();
    let cosine = vectors[0].cosine(&vectors[1]);
    assert!(
        (cosine - expected).abs() < 0.002,
        "{left} / {right}: {cosine} instead of {expected}"
    );
}

#[tokio::test]
async fn similarities_are_those_of_the_reference_implementation() {
    check_cosine(COMPLIANCE, AUDIT, 0.334).await;
    check_cosine(COMPLIANCE, FREELANCE, -0.043).await;
    check_cosine(COMPLIANCE, "Enterprise SECURITY compliance", 1.0).await;
}

fn assert_same(left: &Embedding, right: &Embedding, what: &str) {
    for (a, b) in left.as_slice().iter().zip(right.as_slice()) {
        assert!((a - b).abs() < 1e-5, "{what}: {a} and {b}");
    }
}

#[tokio::test]
async fn a_batch_gives_each_text_the_vector_it_gets_alone_and_keeps_their_order() {
    let mut texts: Vec<String> = (1..40)
        .step_by(3)
        .map(|count| ["pricing", "for", "teams"].repeat(count).join(" "))
        .collect();
    texts.extend([COMPLIANCE, "Sicherheit für Konzerne", "🚀", FREELANCE].map(String::from));
    texts.reverse();

    let together = local().embed(&texts).await.unwrap();
    assert_eq!(together.len(), texts.len());
    for (text, vector) in texts.iter().zip(&together).step_by(4) {
        assert_same(vector, &local().embed_one(text).await.unwrap(), text);
    }
}

#[tokio::test]
async fn words_beyond_the_models_window_have_their_say() {
    // 254 words and the two marks fill the window of 256 tokens; twice as many are two pieces.
    let full = "word ".repeat(254);
    let other = format!("{COMPLIANCE} ").repeat(254);
    let both = format!("{full}{other}");
    let texts = [full.clone(), full.repeat(2), both];
    let vectors = local().embed(&texts).await.unwrap();
    // Two equal halves mean what each of them means.
    assert_same(&vectors[0], &vectors[1], "two equal pieces");
    let meaning = local().embed_one(COMPLIANCE).await.unwrap();
    assert!(
        vectors[2].cosine(&meaning) > vectors[0].cosine(&meaning) + 0.2,
        "what stands behind the window counts"
    );
}

#[tokio::test]
async fn tokens_are_counted_by_the_models_own_tokenizer() {
    let texts = ["pricing for teams".to_owned(), "word ".repeat(600)];
    let tokens = local().count_tokens(&texts).await.unwrap();
    // The long text is three pieces, whose starts and ends do not count.
    assert_eq!(tokens, Tokens::Counted(603));
}

#[tokio::test]
async fn no_texts_give_no_vectors_and_an_empty_text_is_named() {
    assert_eq!(local().embed(&[]).await.unwrap(), []);
    for empty in ["", " \n\t"] {
        let texts = [COMPLIANCE.to_owned(), empty.to_owned()];
        let error = local().embed(&texts).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "text 1 is empty; every text to embed must have words"
        );
    }
}

#[tokio::test(flavor = "current_thread")]
async fn the_runtime_serves_others_while_the_model_computes() {
    let texts: Vec<String> = vec![COMPLIANCE.repeat(8); 16];
    let model = local();
    let embedding = tokio::spawn(async move { model.embed(&texts).await.unwrap().len() });
    let mut turns = 0;
    while !embedding.is_finished() {
        turns += 1;
        tokio::task::yield_now().await;
    }
    assert_eq!(embedding.await.unwrap(), 16);
    // Were the computation done on the runtime's only thread, this task would get few turns: one per batch.
    assert!(turns > 50, "{turns} turns");
}

#[tokio::test]
async fn a_caller_that_stops_waiting_leaves_the_model_usable() {
    let many = vec![COMPLIANCE.to_owned(); 8];
    let model = local();
    tokio::select! {
        biased;
        () = tokio::task::yield_now() => {}
        _ = model.embed(&many) => panic!("the model cannot be this quick"),
    }
    assert_eq!(model.embed_one(AUDIT).await.unwrap().as_slice().len(), 384);
}

/// A model folder made of links to the real files, one of them replaced or left out.
fn damaged(name: &str, content: Option<&[u8]>) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in ["config.json", "tokenizer.json", "model.safetensors"] {
        if file != name {
            symlink(model_dir().join(file), folder.path().join(file)).unwrap();
        }
    }
    if let Some(content) = content {
        fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

fn check_refused(folder: &Path, name: &str, reason: &str) {
    let error = LocalProvider::load(folder, NonZeroUsize::MIN).unwrap_err();
    let message = error.to_string();
    let path = folder.join(name).display().to_string();
    assert!(message.contains(&path), "{message}");
    assert!(message.contains(reason), "{message}");
    assert!(
        message.ends_with("run `make setup` to install the model"),
        "{message}"
    );
}

#[test]
fn a_missing_or_damaged_model_file_is_named_with_the_way_out() {
    for name in ["config.json", "tokenizer.json", "model.safetensors"] {
        check_refused(damaged(name, None).path(), name, "is missing");
        check_refused(damaged(name, Some(b"")).path(), name, "");
        check_refused(damaged(name, Some(b"{\"a\":1}")).path(), name, "");
    }

    let weights = fs::read(model_dir().join("model.safetensors")).unwrap();
    let half = &weights[..weights.len() / 2];
    let name = "model.safetensors";
    check_refused(damaged(name, Some(half)).path(), name, "");

    let config = fs::read_to_string(model_dir().join("config.json")).unwrap();
    let deeper = config.replace("\"num_hidden_layers\": 6", "\"num_hidden_layers\": 12");
    let name = "config.json";
    check_refused(
        damaged(name, Some(deeper.as_bytes())).path(),
        name,
        "describes another model than all-MiniLM-L6-v2",
    );
}

#[test]
fn debug_output_is_short() {
    let shown = format!("{:?}", local());
    assert!(
        shown.contains("all-MiniLM-L6-v2") && shown.len() < 300,
        "{shown}"
    );
}
