//! A server that offers `/v1/embeddings` as `OpenAI` does, over real HTTP, answers from any provider's real vectors, and breaks
//! in the ways real servers do when told to.

use std::{
    collections::VecDeque,
    future, io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Response, StatusCode, header},
    routing::post,
};
use engine::embedding::EmbeddingProvider;
use futures::stream;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

/// How the server treats one request instead of answering it well.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fault {
    /// 429 with this `Retry-After`.
    RateLimited(Option<&'static str>),
    /// 429 because the account is out of credit.
    InsufficientQuota,
    /// 401 whose message repeats the `Authorization` header it got.
    Unauthorized,
    /// 500 with a page of HTML.
    ServerError,
    /// No answer at all.
    Hang,
    /// Half an answer, then the connection closes.
    CloseMidBody,
    /// Vectors one number short.
    WrongDimension,
    /// A number too large for `f32`.
    NotFinite,
    /// The bare word NaN, which is not JSON.
    NanLiteral,
    /// All numbers zero.
    Zero,
    /// The last vector is missing.
    TooFew,
    /// Right vectors, wrong order; `index` says which is which.
    Shuffled,
    /// Every vector claims index 0.
    SameIndex,
    /// An empty body.
    Empty,
    /// JSON of another shape.
    OtherShape,
}

/// What a request asked for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Seen {
    pub(crate) authorization: String,
    pub(crate) model: String,
    pub(crate) dimensions: u64,
    pub(crate) texts: usize,
}

/// The server; it stops when dropped.
#[derive(Debug)]
pub(crate) struct OpenAiServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl OpenAiServer {
    /// Listens on a free port of the loopback interface and answers with `provider`'s vectors.
    pub(crate) async fn start(provider: Arc<dyn EmbeddingProvider>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            provider,
            faults: Mutex::default(),
            seen: Mutex::default(),
        });
        let router = Router::new()
            .route("/v1/embeddings", post(answer))
            .with_state(Arc::clone(&shared));
        let task = tokio::spawn(async move {
            axum::serve(listener, router).await.unwrap();
        });
        Self {
            address,
            shared,
            task,
        }
    }

    /// What belongs in `OPENAI_BASE_URL`.
    pub(crate) fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// The next requests meet these faults, one each; those after them are answered well.
    pub(crate) fn fail_next(&self, faults: impl IntoIterator<Item = Fault>) {
        self.shared.faults.lock().unwrap().extend(faults);
    }

    /// All requests so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }
}

impl Drop for OpenAiServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Debug)]
struct Shared {
    provider: Arc<dyn EmbeddingProvider>,
    faults: Mutex<VecDeque<Fault>>,
    seen: Mutex<Vec<Seen>>,
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let request: Value = serde_json::from_slice(&body).unwrap();
    let input = request["input"].as_array().unwrap();
    let texts: Vec<String> = input
        .iter()
        .map(|text| text.as_str().unwrap().to_owned())
        .collect();
    let authorization = headers.get(header::AUTHORIZATION);
    let seen = Seen {
        authorization: authorization
            .map_or("", |value| value.to_str().unwrap())
            .into(),
        model: request["model"].as_str().unwrap().into(),
        dimensions: request["dimensions"].as_u64().unwrap(),
        texts: texts.len(),
    };
    shared.seen.lock().unwrap().push(seen.clone());
    let fault = shared.faults.lock().unwrap().pop_front();

    let offered = u64::from(shared.provider.space().dimensions);
    if seen.dimensions != offered {
        return error(
            StatusCode::BAD_REQUEST,
            &format!(
                "This model supports {offered} dimensions, not {}.",
                seen.dimensions
            ),
            "invalid_request_error",
        );
    }
    match fault {
        None => reply(&success(&shared, &texts, &seen.model).await),
        Some(Fault::RateLimited(retry_after)) => {
            let mut response = error(StatusCode::TOO_MANY_REQUESTS, "Slow down.", "requests");
            if let Some(value) = retry_after {
                let value = header::HeaderValue::from_static(value);
                response.headers_mut().insert(header::RETRY_AFTER, value);
            }
            response
        }
        Some(Fault::InsufficientQuota) => error(
            StatusCode::TOO_MANY_REQUESTS,
            "You exceeded your current quota.",
            "insufficient_quota",
        ),
        Some(Fault::Unauthorized) => error(
            StatusCode::UNAUTHORIZED,
            &format!("Incorrect credentials: {}.", seen.authorization),
            "invalid_request_error",
        ),
        Some(Fault::ServerError) => Response::builder()
            .status(StatusCode::INTERNAL_SERVER_ERROR)
            .body("<h1>Oops</h1>".into())
            .unwrap(),
        Some(Fault::Hang) => future::pending().await,
        Some(Fault::CloseMidBody) => {
            let whole = success(&shared, &texts, &seen.model).await.to_string();
            let half = Bytes::from(whole).slice(..40);
            let parts = [Ok(half), Err(io::Error::other("the server crashed"))];
            Response::new(Body::from_stream(stream::iter(parts)))
        }
        Some(Fault::Empty) => Response::new(Body::empty()),
        Some(Fault::OtherShape) => reply(&json!({ "vectors": [] })),
        Some(Fault::NanLiteral) => {
            let mut body = success(&shared, &texts, &seen.model).await;
            body["data"][0]["embedding"][0] = json!("NaN");
            Response::new(body.to_string().replace("\"NaN\"", "NaN").into())
        }
        Some(fault) => {
            let mut body = success(&shared, &texts, &seen.model).await;
            spoil(body["data"].as_array_mut().unwrap(), fault);
            reply(&body)
        }
    }
}

/// Damages well-formed vectors.
fn spoil(data: &mut Vec<Value>, fault: Fault) {
    match fault {
        Fault::WrongDimension => {
            for item in data {
                item["embedding"].as_array_mut().unwrap().pop();
            }
        }
        Fault::NotFinite => data[0]["embedding"][0] = json!(1e300),
        Fault::Zero => {
            for number in data[0]["embedding"].as_array_mut().unwrap() {
                *number = json!(0);
            }
        }
        Fault::TooFew => {
            data.pop();
        }
        Fault::Shuffled => data.reverse(),
        Fault::SameIndex => {
            for item in data {
                item["index"] = json!(0);
            }
        }
        other => unreachable!("{other:?} damages more than vectors"),
    }
}

async fn success(shared: &Shared, texts: &[String], model: &str) -> Value {
    let vectors = shared.provider.embed(texts).await.unwrap();
    let items = vectors.iter().enumerate().map(|(index, vector)| {
        json!({ "object": "embedding", "index": index, "embedding": vector.as_slice() })
    });
    json!({
        "object": "list",
        "model": model,
        "data": items.collect::<Vec<_>>(),
        "usage": { "prompt_tokens": 1, "total_tokens": 1 },
    })
}

fn reply(body: &Value) -> Response<Body> {
    with_status(StatusCode::OK, body)
}

fn error(status: StatusCode, message: &str, kind: &str) -> Response<Body> {
    let error = json!({ "message": message, "type": kind, "param": null, "code": null });
    with_status(status, &json!({ "error": error }))
}

fn with_status(status: StatusCode, body: &Value) -> Response<Body> {
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "application/json")
        .body(body.to_string().into())
        .unwrap()
}
