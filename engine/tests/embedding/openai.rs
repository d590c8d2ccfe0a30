//! async-openai over real HTTP against a server that answers with the local model's real vectors.

use std::{
    sync::{Arc, Mutex, OnceLock, Weak},
    time::Duration,
};

use async_trait::async_trait;
use engine::embedding::{
    ApiKey, EmbeddingError, EmbeddingProvider, OpenAiConfig, OpenAiProvider, Pacer, Pause,
    RetryPolicy,
};
use tokio::sync::OnceCell;

use crate::support::{
    model::{Remembered, local},
    openai_server::{Fault, OpenAiServer},
};

const KEY: &str = "sk-test-1234";

/// Remembers the pauses instead of waiting.
#[derive(Debug, Default)]
struct Recorder(Mutex<Vec<Duration>>);

impl Recorder {
    fn pauses(&self) -> Vec<f64> {
        self.0
            .lock()
            .unwrap()
            .iter()
            .map(Duration::as_secs_f64)
            .collect()
    }
}

#[async_trait]
impl Pacer for Recorder {
    fn now(&self) -> Duration {
        self.0.lock().unwrap().iter().sum()
    }

    fn jitter(&self) -> f64 {
        1.0
    }

    async fn sleep(&self, delay: Duration) {
        self.0.lock().unwrap().push(delay);
    }
}

struct Setup {
    server: OpenAiServer,
    provider: OpenAiProvider,
    recorder: Arc<Recorder>,
}

async fn setup(change: impl FnOnce(&mut OpenAiConfig)) -> Setup {
    static MODEL: OnceCell<Arc<Remembered>> = OnceCell::const_new();
    let model = MODEL.get_or_init(|| async { Arc::new(Remembered::new(&texts()).await) });
    let server = OpenAiServer::start(Arc::clone(model.await) as _).await;
    let mut config = OpenAiConfig {
        base_url: server.base_url(),
        api_key: Some(ApiKey::new(KEY).unwrap()),
        model: "all-MiniLM-L6-v2".into(),
        dimensions: 384,
        retry: RetryPolicy {
            max_attempts: 4,
            base: Duration::from_secs(1),
            cap: Duration::from_secs(30),
            total: Duration::from_secs(100),
        },
        ..OpenAiConfig::default()
    };
    change(&mut config);
    let recorder = Arc::new(Recorder::default());
    let provider = OpenAiProvider::with_pacer(config, Arc::clone(&recorder) as _).unwrap();
    Setup {
        server,
        provider,
        recorder,
    }
}

fn texts() -> Vec<String> {
    [
        "security for banks",
        "a plan for freelancers",
        "reports for schools",
    ]
    .map(String::from)
    .to_vec()
}

#[tokio::test]
async fn vectors_are_those_of_the_model_behind_the_server() {
    let setup = setup(|_| {}).await;
    let expected = local().embed(&texts()).await.unwrap();
    let vectors = setup.provider.embed(&texts()).await.unwrap();
    assert_eq!(vectors.len(), 3);
    for (vector, expected) in vectors.iter().zip(&expected) {
        assert!(vector.cosine(expected) > 0.99999);
    }
    let seen = setup.server.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].authorization, format!("Bearer {KEY}"));
    assert_eq!(
        (seen[0].model.as_str(), seen[0].dimensions),
        ("all-MiniLM-L6-v2", 384)
    );
}

#[tokio::test]
async fn many_texts_are_sent_in_batches_and_come_back_in_order() {
    let setup = setup(|config| config.batch_size = 2).await;
    let expected = local().embed(&texts()).await.unwrap();
    setup.server.fail_next([Fault::Shuffled]);
    let vectors = setup.provider.embed(&texts()).await.unwrap();
    for (vector, expected) in vectors.iter().zip(&expected) {
        assert!(vector.cosine(expected) > 0.99999);
    }
    let sizes: Vec<usize> = setup.server.seen().iter().map(|seen| seen.texts).collect();
    assert_eq!(sizes, [2, 1]);
}

#[tokio::test]
async fn nothing_is_sent_for_no_texts_or_an_empty_text() {
    let setup = setup(|_| {}).await;
    assert_eq!(setup.provider.embed(&[]).await.unwrap(), []);
    let error = setup
        .provider
        .embed(&["fine".into(), "  ".into()])
        .await
        .unwrap_err();
    assert!(
        matches!(error, EmbeddingError::EmptyText { index: 1 }),
        "{error}"
    );
    assert_eq!(setup.server.seen(), []);
}

/// The faults are met in turn; the call succeeds after these pauses, in seconds.
async fn check_recovers(faults: &[Fault], expected_pauses: &[f64]) {
    let setup = setup(|config| config.timeout = Duration::from_secs(2)).await;
    setup.server.fail_next(faults.iter().copied());
    let vectors = setup.provider.embed(&texts()).await;
    assert_eq!(
        vectors.map(|vectors| vectors.len()).unwrap(),
        3,
        "{faults:?}"
    );
    assert_eq!(setup.recorder.pauses(), expected_pauses, "{faults:?}");
    assert_eq!(setup.server.seen().len(), faults.len() + 1, "{faults:?}");
}

#[tokio::test]
async fn passing_failures_are_retried_with_growing_pauses() {
    check_recovers(&[Fault::RateLimited(None)], &[1.0]).await;
    check_recovers(&[Fault::ServerError; 3], &[1.0, 2.0, 4.0]).await;
    check_recovers(&[Fault::CloseMidBody, Fault::Hang], &[1.0, 2.0]).await;
}

#[tokio::test]
async fn retry_after_is_followed_where_the_call_has_the_time() {
    check_recovers(&[Fault::RateLimited(Some("7"))], &[8.0]).await;
    check_recovers(&[Fault::RateLimited(Some("70"))], &[71.0]).await;
    // A date in the past asks for no pause; the second of jitter remains.
    let past = "Wed, 21 Oct 2015 07:28:00 GMT";
    check_recovers(&[Fault::RateLimited(Some(past))], &[1.0]).await;
    check_recovers(&[Fault::RateLimited(Some("0"))], &[1.0]).await;
}

#[tokio::test]
async fn a_pause_that_a_call_has_no_time_for_ends_it_and_is_told() {
    let distant = "Fri, 31 Dec 9999 23:59:59 GMT";
    for (wanted, least) in [("100", 100), (distant, 1_000_000)] {
        let setup = setup(|_| {}).await;
        setup
            .server
            .fail_next([Fault::RateLimited(Some(wanted)); 2]);
        let error = setup.provider.embed(&texts()).await.unwrap_err();
        let asked = error.asked().map_or(0, |asked| asked.as_secs());
        assert!(asked >= least, "{wanted}: {error}");
        assert!(error.is_temporary());
        let words = error.to_string();
        let expected = format!("the embedding provider asks to wait {asked} s: ");
        assert!(
            words.starts_with(&expected) && words.ends_with("status 429: Slow down."),
            "{words}"
        );
        // It is not asked again before its time.
        assert_eq!(setup.server.seen().len(), 1, "{wanted}");
        assert_eq!(setup.recorder.pauses(), [0.0_f64; 0]);
    }
}

/// Looks at its provider while a call of it pauses.
#[derive(Debug, Default)]
struct Onlooker {
    provider: OnceLock<Weak<OpenAiProvider>>,
    seen: Mutex<Vec<Option<Pause>>>,
}

#[async_trait]
impl Pacer for Onlooker {
    fn now(&self) -> Duration {
        Duration::from_secs(5)
    }

    fn jitter(&self) -> f64 {
        1.0
    }

    async fn sleep(&self, _: Duration) {
        let provider = self.provider.get().unwrap().upgrade().unwrap();
        self.seen.lock().unwrap().push(provider.pause());
    }
}

#[tokio::test]
async fn what_a_call_waits_for_is_told_while_it_waits() {
    let setup = setup(|_| {}).await;
    setup
        .server
        .fail_next([Fault::ServerError, Fault::RateLimited(Some("7"))]);
    let onlooker = Arc::new(Onlooker::default());
    let config = OpenAiConfig {
        base_url: setup.server.base_url(),
        model: "all-MiniLM-L6-v2".into(),
        dimensions: 384,
        ..OpenAiConfig::default()
    };
    let provider = OpenAiProvider::with_pacer(config, Arc::clone(&onlooker) as _).unwrap();
    let provider = Arc::new(provider);
    onlooker.provider.set(Arc::downgrade(&provider)).unwrap();
    provider.embed(&texts()).await.unwrap();
    let pause = |reason: &str, left: f64| {
        Some(Pause {
            reason: reason.to_owned(),
            left: Duration::from_secs_f64(left),
        })
    };
    let seen = onlooker.seen.lock().unwrap().clone();
    assert_eq!(
        seen,
        [
            pause(
                "the embedding provider refused with status 500: <h1>Oops</h1>",
                0.5
            ),
            pause(
                "the embedding provider asks to wait 7 s: \
                 the embedding provider refused with status 429: Slow down.",
                7.5
            ),
        ]
    );
    assert_eq!(provider.pause(), None);
}

/// One fault, met by every attempt: the call fails with `expected` after this many requests.
async fn check_fails(fault: Fault, requests: usize, expected: &str) {
    let setup = setup(|_| {}).await;
    setup.server.fail_next([fault; 10]);
    let error = setup
        .provider
        .embed(&texts())
        .await
        .unwrap_err()
        .to_string();
    assert!(error.starts_with(expected), "{fault:?}: {error}");
    assert!(!error.contains(KEY), "{fault:?}: {error}");
    assert_eq!(setup.server.seen().len(), requests, "{fault:?}");
}

#[tokio::test]
async fn it_gives_up_with_the_providers_own_message() {
    check_fails(
        Fault::RateLimited(None),
        4,
        "gave up after 4 attempts: the embedding provider refused with status 429: Slow down.",
    )
    .await;
    check_fails(
        Fault::ServerError,
        4,
        "gave up after 4 attempts: the embedding provider refused with status 500: <h1>Oops</h1>",
    )
    .await;
    check_fails(
        Fault::CloseMidBody,
        4,
        "gave up after 4 attempts: the embedding provider cannot be reached: ",
    )
    .await;
}

#[tokio::test]
async fn what_waiting_cannot_mend_is_not_retried() {
    check_fails(
        Fault::InsufficientQuota,
        1,
        "the embedding provider refused with status 429: You exceeded your current quota.",
    )
    .await;
    check_fails(
        Fault::Unauthorized,
        1,
        "the embedding provider refused with status 401: Incorrect credentials: Bearer (API key).",
    )
    .await;
}

#[tokio::test]
async fn every_bad_answer_is_an_error_that_says_what_is_wrong() {
    check_fails(
        Fault::WrongDimension,
        1,
        "vector 0: 383 numbers where the space openai/all-MiniLM-L6-v2 (384 dimensions) takes 384",
    )
    .await;
    check_fails(
        Fault::NotFinite,
        1,
        "the embedding provider's answer cannot be read: number out of range",
    )
    .await;
    check_fails(Fault::Zero, 1, "vector 0: all numbers are zero").await;
    check_fails(
        Fault::TooFew,
        1,
        "the embedding provider returned 2 vectors for 3 texts",
    )
    .await;
    check_fails(
        Fault::SameIndex,
        1,
        "the embedding provider returned no vector for text 1, and another one twice",
    )
    .await;
    for fault in [Fault::NanLiteral, Fault::Empty, Fault::OtherShape] {
        check_fails(fault, 1, "the embedding provider's answer cannot be read: ").await;
    }
}

#[tokio::test]
async fn a_dimension_the_provider_does_not_offer_is_its_refusal() {
    let setup = setup(|config| config.dimensions = 1536).await;
    let error = setup.provider.embed(&texts()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the embedding provider refused with status 400: This model supports 384 dimensions, not 1536."
    );
    assert!(!error.is_temporary());
}

#[tokio::test]
async fn a_provider_that_never_answers_or_is_not_there_is_given_up_and_temporary() {
    let silent = setup(|config| {
        config.timeout = Duration::from_millis(50);
        config.retry.max_attempts = 2;
    })
    .await;
    silent.server.fail_next([Fault::Hang; 2]);
    let error = silent.provider.embed(&texts()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "gave up after 2 attempts: the embedding provider cannot be reached: no complete answer in time"
    );
    assert!(error.is_temporary());

    // Port 9 of the loopback interface: nobody listens there.
    let absent = setup(|config| config.base_url = "http://127.0.0.1:9/v1".into()).await;
    let error = absent.provider.embed(&texts()).await.unwrap_err();
    let message = error.to_string();
    assert!(message.contains("Connection refused"), "{message}");
    assert_eq!(absent.recorder.pauses(), [1.0, 2.0, 4.0]);
    assert!(error.is_temporary());
}

#[tokio::test]
async fn the_key_shows_nowhere() {
    let setup = setup(|_| {}).await;
    let shown = format!("{:?}", setup.provider);
    assert!(!shown.contains(KEY), "{shown}");
}
