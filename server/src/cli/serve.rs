//! `landfall serve`.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;

use app::admin::welcome_url;
use clap::Args;
use engine::clock::SystemClock;
use engine::people::{People, SETUP_LIFETIME};
use engine::store::Store;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing::{info, warn};

use super::{CommandError, demo};
use crate::config::Config;
use crate::http::serve::{Options as Transport, serve as serve_http};
use crate::http::{AppState, router};
use crate::runtime::{Ownership, Running, Services, providers};

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
    let transport =
        Transport::from_config(&config).map_err(|error| CommandError::Other(error.to_string()))?;
    let services = Services::start(&config, Ownership::Own).await?;
    let outcome = serve(config, &services, listener, transport, options.demo).await;
    services.stop().await;
    outcome
}

async fn serve(
    config: Config,
    services: &Services,
    listener: TcpListener,
    transport: Transport,
    with_demo: bool,
) -> Result<(), CommandError> {
    let store = &services.store;
    if with_demo && store.page_records().await?.is_empty() {
        eprintln!(
            "Loading the demo content: about 100 texts are embedded, which takes some seconds."
        );
        demo::load(&config, store).await?;
    }
    let providers = providers(&config, config.embedding.threads)?;
    let running = Running::start(
        &config,
        store.clone(),
        services.redis_url.as_deref(),
        providers,
    )
    .await?
    .tending_spaces();
    let address = listener
        .local_addr()
        .map_err(|error| CommandError::Other(error.to_string()))?;
    let base_url = config.base_url();
    let state = AppState::new(
        Arc::clone(&running.engine),
        Arc::new(config),
        store,
        address,
    );
    let app = router(&state, store);
    info!(%address, "server.listen");
    eprintln!("Landfall serves {base_url}");
    invite_the_first(store, &base_url).await?;
    let stop = async {
        stop_signal().await;
        info!("server.stop: finishing what is in flight");
    };
    let cut_off = serve_http(listener, state, app, transport, stop)
        .await
        .map_err(|error| CommandError::Other(format!("the server failed: {error}")))?;
    if cut_off > 0 {
        warn!(
            connections = cut_off,
            "server.stop: some requests did not finish in time"
        );
    }
    running.stop().await;
    Ok(())
}

/// Says how to make the first account, while there is nobody who could invite people.
async fn invite_the_first(store: &Store, base_url: &str) -> Result<(), CommandError> {
    let people = People::new(store.clone(), Arc::new(SystemClock));
    if let Some(link) = people.setup_link().await? {
        eprintln!(
            "Nobody can sign in yet. Create the first account: {} (valid for {} hours)",
            welcome_url(base_url, &link.secret),
            SETUP_LIFETIME.whole_hours()
        );
    }
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
