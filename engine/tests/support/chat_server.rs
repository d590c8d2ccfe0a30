//! A server that offers `/v1/chat/completions` as `OpenAI` does, over real HTTP, and says what it was told to say.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::{future, io};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode, header};
use axum::routing::post;
use futures::stream;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What the server does with one request.
#[derive(Debug, Clone)]
#[allow(dead_code, reason = "no test program needs all of them")]
pub(crate) enum Say {
    /// Answers with this text.
    Text(String),
    /// Answers that it does not want to.
    Refusal(&'static str),
    /// Answers with a part of this text.
    CutOff(&'static str),
    /// Answers with this status and body.
    Status(u16, &'static str),
    /// Does not answer.
    Hang,
    /// Half an answer, then the connection closes.
    CloseMidBody,
}

/// The server; it stops when dropped.
#[derive(Debug)]
pub(crate) struct ChatServer {
    address: SocketAddr,
    script: Arc<Script>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Script {
    next: Mutex<VecDeque<Say>>,
    seen: Mutex<Vec<(String, Value)>>,
}

impl ChatServer {
    /// Listens on a free port of the loopback interface and goes through `script`.
    pub(crate) async fn start(script: impl IntoIterator<Item = Say>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let script = Arc::new(Script {
            next: Mutex::new(script.into_iter().collect()),
            seen: Mutex::default(),
        });
        let router = Router::new()
            .route("/v1/chat/completions", post(answer))
            .with_state(Arc::clone(&script));
        let task = tokio::spawn(async move {
            axum::serve(listener, router).await.unwrap();
        });
        Self {
            address,
            script,
            task,
        }
    }

    /// What belongs in `OPENAI_BASE_URL`.
    pub(crate) fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// All requests so far: the `Authorization` header and the body.
    pub(crate) fn seen(&self) -> Vec<(String, Value)> {
        self.script.seen.lock().unwrap().clone()
    }
}

impl Script {
    fn see(&self, authorization: &str, request: Value) {
        let mut seen = self.seen.lock().unwrap();
        seen.push((authorization.to_owned(), request));
    }

    fn next(&self) -> Option<Say> {
        self.next.lock().unwrap().pop_front()
    }
}

impl Drop for ChatServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(
    State(script): State<Arc<Script>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let request: Value = serde_json::from_slice(&body).unwrap();
    let authorization = headers.get(header::AUTHORIZATION);
    let authorization = authorization.map_or("", |value| value.to_str().unwrap());
    script.see(authorization, request);
    let say = script.next();
    let said = |message: Value, reason: &str| {
        // No more than what every imitator sends.
        json!({
            "model": "test-model-1",
            "choices": [{"index": 0, "message": message, "finish_reason": reason}],
        })
    };
    match say {
        None => panic!("nobody expected this request"),
        Some(Say::Text(text)) => reply(200, &said(json!({"content": text}), "stop").to_string()),
        Some(Say::Refusal(text)) => reply(200, &said(json!({"refusal": text}), "stop").to_string()),
        Some(Say::CutOff(text)) => {
            reply(200, &said(json!({"content": text}), "length").to_string())
        }
        Some(Say::Status(status, body)) => reply(status, body),
        Some(Say::Hang) => future::pending().await,
        Some(Say::CloseMidBody) => {
            let half = Bytes::from_static(br#"{"choices": [{"#);
            let parts = [Ok(half), Err(io::Error::other("the server crashed"))];
            Response::new(Body::from_stream(stream::iter(parts)))
        }
    }
}

fn reply(status: u16, body: &str) -> Response<Body> {
    Response::builder()
        .status(StatusCode::from_u16(status).unwrap())
        .header(header::CONTENT_TYPE, "application/json")
        .body(body.to_owned().into())
        .unwrap()
}
