//! `landfall token`.

use clap::{Args, Subcommand};
use engine::clock::{Clock as _, SystemClock};
use engine::store::{Scope, Store, Token, TokenSecret};
use time::{Duration, OffsetDateTime};

use super::CommandError;

/// Most characters of a token's name.
const MAX_NAME: usize = 80;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a token and print its secret, this once
    #[command(after_help = "Example:
  LANDFALL_TOKEN=$(landfall token add 'CI explanations' --scope explain --days 30)")]
    Add(Add),
    /// List tokens, without their secrets
    List,
    /// Revoke a token: it is refused from now on
    Revoke {
        /// The token's number, as `landfall token list` shows it
        id: i64,
    },
}

#[derive(Debug, Args)]
struct Add {
    /// What the token is for, at most 80 characters
    name: String,
    /// What it may do: import, export or explain; may be given several times
    #[arg(long = "scope", value_name = "SCOPE", required = true)]
    scopes: Vec<Scope>,
    /// Days until it expires
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=3_650))]
    days: u16,
}

pub(super) async fn run(store: &Store, options: &Options) -> Result<(), CommandError> {
    let now = SystemClock.now();
    match &options.action {
        Action::Add(options) => add(store, options, now).await,
        Action::List => list(store, now).await,
        Action::Revoke { id } => revoke(store, *id, now).await,
    }
}

/// Prints the secret alone on standard output, so that a script can keep it; the rest goes to
/// standard error.
async fn add(store: &Store, options: &Add, now: OffsetDateTime) -> Result<(), CommandError> {
    let name = options.name.trim();
    let length = name.chars().count();
    if length == 0 || length > MAX_NAME || name.chars().any(char::is_control) {
        return Err(CommandError::Other(format!(
            "a token's name has 1 to {MAX_NAME} characters and no control characters"
        )));
    }
    let mut scopes = options.scopes.clone();
    scopes.sort_unstable();
    scopes.dedup();
    let mut random = [0; 32];
    getrandom::fill(&mut random).map_err(|error| {
        CommandError::Other(format!("this machine gives no random bytes: {error}"))
    })?;
    let secret = TokenSecret::new(&random);
    let lifetime = Duration::days(options.days.into());
    let id = store
        .create_token(&secret, name, &scopes, now, lifetime)
        .await?;
    eprintln!(
        "token {id} may {}, until {}; this is its secret, shown this once:",
        listed(&scopes),
        now.saturating_add(lifetime).date()
    );
    println!("{}", secret.expose());
    Ok(())
}

async fn list(store: &Store, now: OffsetDateTime) -> Result<(), CommandError> {
    let tokens = store.tokens().await?;
    if tokens.is_empty() {
        println!("there are no tokens; landfall token add makes one");
        return Ok(());
    }
    println!(
        "{:>4}  {:<24}  {:<21}  {:<10}  {:<10}  name",
        "id", "scopes", "state", "made", "last used"
    );
    for token in &tokens {
        println!(
            "{:>4}  {:<24}  {:<21}  {:<10}  {:<10}  {}",
            token.id,
            listed(&token.scopes),
            state(token, now),
            token.created_at.date().to_string(),
            token
                .last_used_at
                .map_or_else(|| "never".to_owned(), |used| used.date().to_string()),
            token.name
        );
    }
    Ok(())
}

async fn revoke(store: &Store, id: i64, now: OffsetDateTime) -> Result<(), CommandError> {
    let Some(token) = store.revoke_token(id, now).await? else {
        return Err(CommandError::Other(format!(
            "there is no token {id}; landfall token list shows those there are"
        )));
    };
    println!("token {id} ({}) is revoked", token.name);
    Ok(())
}

fn listed(scopes: &[Scope]) -> String {
    let names: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
    names.join(", ")
}

fn state(token: &Token, now: OffsetDateTime) -> String {
    if let Some(at) = token.revoked_at {
        format!("revoked {}", at.date())
    } else if token.expires_at <= now {
        format!("expired {}", token.expires_at.date())
    } else {
        format!("until {}", token.expires_at.date())
    }
}
