//! The command line.

#[macro_use]
mod out;

mod demo;
mod embed;
mod explain;
mod export;
mod import;
mod progress;
mod serve;
mod token;
mod user;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use engine::ingest::ImportError;
use engine::people::PeopleError;
use thiserror::Error;

use crate::config::{Config, ConfigError, Overrides};
use crate::runtime::{Ownership, Services, StartError};
use crate::telemetry;

/// Personalised landing pages, served from memory.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Without --database-url and --redis-url, Landfall runs its own PostgreSQL and Valkey in the data \
                  folder.\nEvery setting can also stand in landfall.toml or in the environment: see README.md."
)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
struct Global {
    /// Configuration file [default: landfall.toml, when there is one]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// PostgreSQL 15+ with pgvector 0.8+, as `postgres://USER:PASSWORD@HOST/DATABASE`
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
    /// Redis 7+ or Valkey 7.2+, as `redis://HOST:PORT`
    #[arg(long, global = true, value_name = "URL")]
    redis_url: Option<String>,
    /// Folder of the services Landfall runs itself [default: .landfall]
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// What is logged: error, warn, info, debug, or a filter such as engine=debug,info
    #[arg(long, global = true, value_name = "FILTER")]
    log: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve landing pages
    Serve(serve::Options),
    /// Bring the database schema up to date
    Migrate,
    /// Import site, segments, pages and variants from a file
    Import(import::Options),
    /// Export everything an import would need
    Export(export::Options),
    /// Load the demo content, or generate content for load tests
    Demo(demo::Options),
    /// Change the embedding model: plan, fill its space, compare, switch, go back
    Embed(embed::Options),
    /// Print how a request would be decided
    Explain(explain::Options),
    /// Make, list and revoke the secrets by which other software asks
    Token(token::Options),
    /// Add people, list them, let them choose a new password
    User(user::Options),
}

/// Why a command failed.
#[derive(Debug, Error)]
pub(crate) enum CommandError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Import(#[from] ImportError),
    /// What was asked for on the command line cannot be meant.
    #[error("{0}")]
    Usage(String),
    #[error("{0}")]
    Other(String),
}

impl From<engine::store::StoreError> for CommandError {
    fn from(error: engine::store::StoreError) -> Self {
        Self::Start(error.into())
    }
}

impl From<PeopleError> for CommandError {
    fn from(error: PeopleError) -> Self {
        match error {
            PeopleError::Store(error) => error.into(),
            error => Self::Other(error.to_string()),
        }
    }
}

impl From<engine::embedding::EmbeddingError> for CommandError {
    fn from(error: engine::embedding::EmbeddingError) -> Self {
        Self::Start(error.into())
    }
}

/// Runs the command and says how it went.
pub async fn run(cli: Cli) -> ExitCode {
    match dispatch(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("landfall: {error}");
            if let CommandError::Import(ImportError::Rejected(rejections)) = &error {
                import::complain(rejections);
            }
            match error {
                CommandError::Config(_) | CommandError::Usage(_) => ExitCode::from(2),
                _ => ExitCode::FAILURE,
            }
        }
    }
}

async fn dispatch(cli: Cli) -> Result<(), CommandError> {
    let quiet = !matches!(cli.command, Command::Serve(_));
    let (listen, base_url) = match &cli.command {
        Command::Serve(options) => (options.listen, options.base_url.clone()),
        Command::User(options) => (None, options.base_url.clone()),
        _ => (None, None),
    };
    let config = configure(cli.global, listen, base_url, quiet)?;
    telemetry::start(&config)?;
    if let Command::Serve(options) = cli.command {
        return serve::run(config, &options).await;
    }
    let services = Services::start(&config, Ownership::Borrow).await?;
    let outcome = match cli.command {
        Command::Serve(_) => Ok(()),
        Command::Migrate => {
            // Starting the services has migrated already.
            say!("the database schema is up to date");
            Ok(())
        }
        Command::Import(options) => import::run(&config, &services.store, &options).await,
        Command::Export(options) => export::run(&services.store, &options).await,
        Command::Demo(options) => demo::run(&config, &services.store, &options).await,
        Command::Embed(options) => embed::run(&config, &services, &options).await,
        Command::Explain(options) => explain::run(&config, &services, &options).await,
        Command::Token(options) => token::run(&services.store, &options).await,
        Command::User(options) => user::run(&config, &services, &options).await,
    };
    services.stop().await;
    outcome
}

/// The configuration; commands other than `serve` log warnings only, unless told otherwise.
fn configure(
    global: Global,
    listen: Option<SocketAddr>,
    base_url: Option<String>,
    quiet: bool,
) -> Result<Config, ConfigError> {
    let log_is_set = global.log.is_some() || std::env::var_os("LANDFALL_LOG").is_some();
    let mut config = Config::load(
        global.config.as_deref(),
        &Overrides {
            listen,
            base_url,
            database_url: global.database_url,
            redis_url: global.redis_url,
            data_dir: global.data_dir,
            log: global.log,
        },
    )?;
    if quiet && !log_is_set {
        "warn".clone_into(&mut config.log);
    }
    Ok(config)
}
