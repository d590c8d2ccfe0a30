//! `landfall token`.

use std::sync::Arc;

use clap::{Args, Subcommand};
use engine::clock::{Clock as _, SystemClock};
use engine::desk::Actor;
use engine::people::{MAX_NAME, People, PeopleError};
use engine::store::{Scope, Store, Token};
use time::OffsetDateTime;

use super::CommandError;

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
    let people = People::new(store.clone(), Arc::new(SystemClock));
    match &options.action {
        Action::Add(options) => add(&people, options).await,
        Action::List => list(&people, SystemClock.now()).await,
        Action::Revoke { id } => revoke(&people, *id).await,
    }
}

/// Prints the secret alone on standard output, so that a script can keep it; the rest goes to
/// standard error.
async fn add(people: &People, options: &Add) -> Result<(), CommandError> {
    let (token, secret) = people
        .make_token(
            &Actor::command_line(),
            &options.name,
            &options.scopes,
            options.days,
        )
        .await
        .map_err(|error| match error {
            PeopleError::Invalid(problems) if problems.iter().any(|p| p.field == "name") => {
                CommandError::Other(format!(
                    "a token's name has 1 to {MAX_NAME} characters and no control characters"
                ))
            }
            error => error.into(),
        })?;
    eprintln!(
        "token {} may {}, until {}; this is its secret, shown this once:",
        token.id,
        listed(&token.scopes),
        token.expires_at.date()
    );
    say!("{}", secret.expose());
    Ok(())
}

async fn list(people: &People, now: OffsetDateTime) -> Result<(), CommandError> {
    let tokens = people.tokens().await?;
    if tokens.is_empty() {
        say!("there are no tokens; landfall token add makes one");
        return Ok(());
    }
    say!(
        "{:>4}  {:<24}  {:<21}  {:<10}  {:<10}  name",
        "id",
        "scopes",
        "state",
        "made",
        "last used"
    );
    for token in &tokens {
        say!(
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

async fn revoke(people: &People, id: i64) -> Result<(), CommandError> {
    let token = match people.revoke_token(&Actor::command_line(), id).await {
        Err(PeopleError::NotFound(_)) => {
            return Err(CommandError::Other(format!(
                "there is no token {id}; landfall token list shows those there are"
            )));
        }
        outcome => outcome?,
    };
    say!("token {id} ({}) is revoked", token.name);
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
