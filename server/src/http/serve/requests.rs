//! Which requests are answered where.

use std::convert::Infallible;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::{IntoResponse as _, Response};
use engine::Served;
use http::request::Parts;
use http::{HeaderValue, Method, Request, StatusCode, Version, header};
use hyper::body::{Body as _, Incoming};
use time::OffsetDateTime;
use tokio::runtime::Handle;
use tower::ServiceExt as _;

use super::limits::{Allowance, Limits};
use super::parse::Plain;
use super::pipe::{self, Answer};
use super::upload::{Fate, Upload};
use super::watch::Watch;
use crate::config::Config;
use crate::http::AppState;
use crate::http::fields::Fields;
use crate::http::landing::{self, Asked, Reply};
use crate::http::notice;
use crate::http::security::sentence;

/// What every connection needs to answer requests.
#[derive(Debug)]
pub(super) struct Requests {
    state: AppState,
    router: Router,
    caller: Handle,
    limits: Limits,
    /// What browsers are told over encrypted connections.
    strict_transport: Option<HeaderValue>,
}

impl Requests {
    /// Pages are answered from `state`, everything else by `router` in the runtime of `caller`.
    pub(super) fn new(state: AppState, router: Router, caller: Handle, limits: Limits) -> Self {
        let strict_transport = strict_transport(state.config.hsts_days);
        Self {
            state,
            router,
            caller,
            limits,
            strict_transport,
        }
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Answers one request of the encrypted connection that `watch` belongs to, and asks the client to
    /// come back over none but such.
    pub(super) async fn answer_encrypted(
        &self,
        request: Request<Incoming>,
        peer: SocketAddr,
        watch: &Arc<Watch>,
    ) -> Result<http::Response<Answer>, Infallible> {
        let mut response = self.answer(request, peer, watch).await?;
        if let Some(strict) = &self.strict_transport {
            let headers = response.headers_mut();
            headers.insert(header::STRICT_TRANSPORT_SECURITY, strict.clone());
        }
        Ok(response)
    }

    /// Answers one request of the connection that `watch` belongs to.
    pub(super) async fn answer(
        &self,
        request: Request<Incoming>,
        peer: SocketAddr,
        watch: &Arc<Watch>,
    ) -> Result<http::Response<Answer>, Infallible> {
        let multiplexed = request.version() == Version::HTTP_2;
        let in_flight = watch.begin(multiplexed);
        let (mut parts, body) = request.into_parts();
        if multiplexed {
            name_host(&mut parts);
        }
        let reply = if let Some(text) = misaddressed(&parts) {
            Some(self.refused(text))
        } else if let Some(asked) = self.asked(&parts) {
            Some(self.wait(asked.answer(&self.state)).await)
        } else {
            None
        };
        if let Some(reply) = reply {
            if !body.is_end_stream() {
                watch.linger();
            }
            let response = reply.into_response(self.config());
            return Ok(response.map(|body| Answer::whole(body, in_flight)));
        }
        let work = self.elsewhere(Request::from_parts(parts, body), peer, Arc::clone(watch));
        Ok(pipe::run(&self.caller, work, self.limits.write, in_flight).await)
    }

    fn refused(&self, text: &'static str) -> Reply {
        let catalog = self.state.engine.catalog();
        notice::refused(&catalog, StatusCode::BAD_REQUEST, text).into()
    }

    /// The configuration.
    pub(super) fn config(&self) -> &Config {
        &self.state.config
    }

    /// What is asked for, when it is a page.
    fn asked(&self, parts: &Parts) -> Option<Asked> {
        if !matches!(parts.method, Method::GET | Method::HEAD) {
            return None;
        }
        let fields = Fields::of(&parts.headers, self.config());
        let query = parts.uri.query().unwrap_or_default();
        let head = parts.method == Method::HEAD;
        landing::ask(&self.state, head, parts.uri.path(), query, &fields)
    }

    /// What is asked for by a request that was read without hyper, when it is a page.
    pub(super) fn asked_plainly(&self, request: &Plain<'_>) -> Option<Asked> {
        landing::ask(
            &self.state,
            request.head,
            request.path,
            request.query,
            &request.fields,
        )
    }

    /// What memory has for it.
    pub(super) fn recall(&self, asked: &Asked) -> Option<Served> {
        asked.recall(&self.state)
    }

    /// The answer to what memory has nothing for.
    pub(super) async fn fetch(&self, asked: Asked) -> Reply {
        self.wait(asked.fetch(&self.state)).await
    }

    /// The answer that shows what was found.
    pub(super) fn reply(&self, asked: Asked, served: Served) -> Reply {
        asked.reply(&self.state, served)
    }

    /// Waits for an answer on this thread. What a miss starts belongs to the caller's runtime nevertheless, where the
    /// connections to databases live.
    async fn wait(&self, answer: impl Future<Output = Reply>) -> Reply {
        let mut answer = pin!(answer);
        poll_fn(|cx| {
            let _entered = self.caller.enter();
            answer.as_mut().poll(cx)
        })
        .await
    }

    /// The present instant.
    pub(super) fn now(&self) -> OffsetDateTime {
        self.state.engine.now()
    }

    /// The router's answer, to be awaited in the caller's runtime.
    fn elsewhere(
        &self,
        request: Request<Incoming>,
        peer: SocketAddr,
        watch: Arc<Watch>,
    ) -> impl Future<Output = Response> + Send + 'static {
        let router = self.router.clone();
        let limits = self.limits;
        async move {
            let (mut parts, body) = request.into_parts();
            parts.extensions.insert(ConnectInfo(peer));
            if body.is_end_stream() {
                let request = Request::from_parts(parts, Body::empty());
                return router.oneshot(request).await.into_response();
            }
            let announced = body.size_hint().lower();
            let allowance = limits.of_body(parts.uri.path());
            let (upload, fate) = Upload::new(body, allowance, watch);
            if announced > allowance.bytes {
                return refusal(Fate::TooLarge, allowance);
            }
            let request = Request::from_parts(parts, Body::new(upload));
            let response = router.oneshot(request).await.into_response();
            // Whatever a handler says about a body that was cut off, the client should learn why it was.
            match fate.get() {
                Fate::Fine => response,
                fate => refusal(fate, allowance),
            }
        }
    }
}

/// RFC 6797, 6.1.
fn strict_transport(days: u32) -> Option<HeaderValue> {
    let seconds = u64::from(days) * 24 * 60 * 60;
    let value = (seconds > 0).then(|| format!("max-age={seconds}"))?;
    HeaderValue::try_from(value).ok()
}

/// Why a request does not say what it is for: RFC 9112, 3.2.
fn misaddressed(parts: &Parts) -> Option<&'static str> {
    if parts.version != Version::HTTP_11 || parts.method == Method::CONNECT {
        return None;
    }
    if parts.uri.path().is_empty()
        || (parts.uri.authority().is_some() && parts.uri.scheme().is_none())
    {
        return Some("The address does not begin with a slash.");
    }
    let hosts = parts.headers.get_all(header::HOST).iter().count();
    (hosts != 1).then_some("The request must name one host.")
}

/// In HTTP/2 the host is a part of the address; handlers look for it among the headers, as in HTTP/1.1.
fn name_host(parts: &mut Parts) {
    if parts.headers.contains_key(header::HOST) {
        return;
    }
    let host = parts.uri.authority().map(http::uri::Authority::as_str);
    if let Some(Ok(host)) = host.map(HeaderValue::from_str) {
        parts.headers.insert(header::HOST, host);
    }
}

fn refusal(fate: Fate, allowance: Allowance) -> Response {
    match fate {
        Fate::Late => sentence(
            StatusCode::REQUEST_TIMEOUT,
            "The body of this request took too long to arrive.\n".to_owned(),
        ),
        Fate::TooLarge | Fate::Fine => sentence(StatusCode::PAYLOAD_TOO_LARGE, allowance.refusal()),
    }
}
