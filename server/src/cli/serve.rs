//! `landfall serve`.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt as _;
use clap::Args;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing::{info, warn};

use super::{CommandError, demo};
use crate::config::Config;
use crate::http::{AppState, router};
use crate::runtime::{Ownership, Running, Services, provider};

/// How long requests in flight may take once a stop is asked for.
const DRAIN: Duration = Duration::from_secs(10);

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Address and port to listen on [default: 127.0.0.1:3000]
    #[arg(long, value_name = "ADDRESS")]
    pub(super) listen: Option<SocketAddr>,
    /// How visitors reach the site, for canonical links [default: http:// and the address listened on]
    #[arg(long, value_name = "URL")]
    pub(super) base_url: Option<String>,
    /// Load the demo content first, when there are no pages yet
    #[arg(long)]
    demo: bool,
}

pub(super) async fn run(config: Config, options: &Options) -> Result<(), CommandError> {
    // The port is taken first: the most common mistake should show before anything is started.
    let listener = listen(config.listen).await?;
    let services = Services::start(&config, Ownership::Own).await?;
    let outcome = serve(config, &services, listener, options.demo).await;
    services.stop().await;
    outcome
}

async fn serve(
    config: Config,
    services: &Services,
    listener: TcpListener,
    with_demo: bool,
) -> Result<(), CommandError> {
    let store = &services.store;
    if with_demo && store.page_records().await?.is_empty() {
        eprintln!(
            "Loading the demo content: about 100 texts are embedded, which takes some seconds."
        );
        demo::load(&config, store).await?;
    }
    let provider = provider(&config, config.embedding.threads)?;
    let running = Running::start(
        &config,
        store.clone(),
        services.redis_url.as_deref(),
        provider,
    )
    .await?;
    let address = listener
        .local_addr()
        .map_err(|error| CommandError::Other(error.to_string()))?;
    let base_url = config.base_url();
    let state = AppState::new(Arc::clone(&running.engine), Arc::new(config), address);
    let app = router(&state, store);
    info!(%address, "server.listen");
    eprintln!("Landfall serves {base_url}");
    let listener = listener.tap_io(|stream| {
        // Answers leave at once instead of waiting for more to send.
        let _ = stream.set_nodelay(true);
    });
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let mut draining = stopped.clone();
    let server = axum::serve(listener, app).with_graceful_shutdown(async move {
        let _ = draining.wait_for(|stop| *stop).await;
    });
    let overdue = async move {
        stop_signal().await;
        info!("server.stop: finishing what is in flight");
        let _ = stop.send(true);
        tokio::time::sleep(DRAIN).await;
    };
    tokio::select! {
        outcome = async { server.await } => {
            outcome.map_err(|error| CommandError::Other(format!("the server failed: {error}")))?;
        }
        () = overdue => warn!("server.stop: some requests did not finish in time"),
    }
    drop(stopped);
    running.stop().await;
    Ok(())
}

async fn listen(address: SocketAddr) -> Result<TcpListener, CommandError> {
    TcpListener::bind(address).await.map_err(|error| {
        CommandError::Other(match error.kind() {
            ErrorKind::AddrInUse => format!(
                "{address} is in use, perhaps by another Landfall; stop that one, or choose another \
                 address with --listen 127.0.0.1:3001"
            ),
            ErrorKind::PermissionDenied => {
                format!("{address} may not be used by this user; choose a port above 1023 with --listen")
            }
            _ => format!("{address} cannot be listened on: {error}"),
        })
    })
}

/// Waits for Ctrl-C or SIGTERM.
async fn stop_signal() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
