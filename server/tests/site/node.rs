//! A running server, on a free port of this machine, and a clock that a test sets.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use engine::Engine;
use engine::clock::{Clock, SystemClock};
use engine::embedding::Providers;
use engine::store::Store;
use landfall::config::Config;
use landfall::http::serve::{Limits, Options, serve};
use landfall::http::{AppState, router};
use landfall::runtime::Running;
use time::OffsetDateTime;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::client::{self, Answer};
use crate::support::{config, eventually, model};

/// How many bodies a node has rendered because a visitor wanted them.
pub(crate) const RENDERED: &str = "landfall_render_duration_seconds_count";

/// A running server.
pub(crate) struct Node {
    pub(crate) address: SocketAddr,
    running: Option<Running>,
    server: JoinHandle<io::Result<usize>>,
    stop: Option<oneshot::Sender<()>>,
}

/// How the tests serve when the transport is not what they are about.
pub(crate) fn options() -> Options {
    Options {
        threads: 2,
        max_connections: 1_000,
        tls: None,
        limits: Limits::default(),
    }
}

impl Node {
    pub(crate) async fn boot(database_url: &str, redis_url: &str) -> Self {
        Self::boot_with(config(database_url), redis_url, options(), |router| router).await
    }

    /// Boots with another configuration, with other limits, and with what `extend` adds to the router.
    pub(crate) async fn boot_with(
        config: Config,
        redis_url: &str,
        options: Options,
        extend: impl FnOnce(Router) -> Router,
    ) -> Self {
        let clock = Arc::new(SystemClock);
        Self::boot_by(clock, config, redis_url, options, extend).await
    }

    /// Boots with another clock as well.
    pub(crate) async fn boot_by(
        clock: Arc<dyn Clock>,
        config: Config,
        redis_url: &str,
        options: Options,
        extend: impl FnOnce(Router) -> Router,
    ) -> Self {
        let providers = Providers::new(model());
        Self::boot_embedding(providers, clock, config, redis_url, options, extend).await
    }

    /// Boots with other embedding models as well.
    pub(crate) async fn boot_embedding(
        providers: Providers,
        clock: Arc<dyn Clock>,
        config: Config,
        redis_url: &str,
        options: Options,
        extend: impl FnOnce(Router) -> Router,
    ) -> Self {
        let database_url = config.database_url.as_deref().expect("tests name one");
        let store = Store::connect(database_url, config.database_connections)
            .await
            .expect("it runs");
        let running = Running::start_by(clock, &config, store.clone(), Some(redis_url), providers)
            .await
            .expect("the catalog loads")
            .tending_spaces();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let state = AppState::new(
            Arc::clone(&running.engine),
            Arc::new(config),
            &store,
            address,
        );
        let app = extend(router(&state, &store));
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn(serve(listener, state, app, options, async {
            let _ = stopped.await;
        }));
        Self {
            address,
            running: Some(running),
            server,
            stop: Some(stop),
        }
    }

    /// The engine that answers here.
    pub(crate) fn engine(&self) -> Arc<Engine> {
        let running = self.running.as_ref().expect("it was not stopped");
        Arc::clone(&running.engine)
    }

    /// Asks the server to stop, as a signal does.
    pub(crate) fn begin_to_stop(&mut self) {
        self.stop = None;
    }

    /// Stops the background work in good order, as a server does in the end.
    pub(crate) async fn retire(mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }

    /// Waits for the server's end; returns how many connections were cut off.
    pub(crate) async fn stopped(&mut self) -> usize {
        let outcome = (&mut self.server).await.expect("it does not panic");
        outcome.expect("it serves")
    }

    /// Counts the visits so far as recent traffic, without waiting for their turn.
    pub(crate) async fn count_visits(&self) {
        if let Some(running) = &self.running {
            engine::visits::flush(&running.engine).await;
        }
    }

    /// Writes the visits that were drawn for the sample.
    pub(crate) async fn write_survey(&self, store: &Store) {
        engine::survey::flush(&self.engine(), store).await;
    }

    /// Posts a form.
    pub(crate) fn post(&self, target: &str, headers: &[(&str, &str)], form: &str) -> Answer {
        client::post(self.address, target, headers, form)
    }

    pub(crate) fn get(&self, target: &str, headers: &[(&str, &str)]) -> Answer {
        client::get(self.address, target, headers)
    }

    /// The value of a metric, under its name with its labels; 0 while it has none.
    pub(crate) fn metric(&self, name: &str) -> f64 {
        let metrics = self.get("/metrics", &[]);
        let mut values = metrics.text().lines().filter_map(|line| {
            let (known, value) = line.rsplit_once(' ')?;
            (known == name).then(|| value.parse().ok())?
        });
        values.next().unwrap_or(0.0)
    }

    /// Asks until the answer is not the stand-in for one that took longer than visitors wait, as on a busy machine.
    pub(crate) async fn in_time(&self, target: &str, headers: &[(&str, &str)]) -> Answer {
        eventually(target, || {
            let answer = self.get(target, headers);
            let stands_in = answer.header("x-content-source") == "default"
                && answer.header("cache-control").contains("no-store");
            (!stands_in).then_some(answer)
        })
        .await
    }

    /// Asks until the answer comes from a cache. Only then did a campaign term have its say for certain: on a busy
    /// machine it may be left out of answers that are not kept.
    pub(crate) async fn settled(&self, target: &str, headers: &[(&str, &str)]) -> Answer {
        eventually(target, || {
            let answer = self.get(target, headers);
            (answer.header("x-content-cache") == "HIT").then_some(answer)
        })
        .await
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// A clock that differs from the machine's by as many seconds as a test says.
#[derive(Debug, Default)]
pub(crate) struct SetClock(AtomicI64);

impl SetClock {
    pub(crate) fn set(&self, seconds: i64) {
        self.0.store(seconds, Ordering::Relaxed);
    }
}

impl Clock for SetClock {
    fn now(&self) -> OffsetDateTime {
        SystemClock.now() + time::Duration::seconds(self.0.load(Ordering::Relaxed))
    }
}
