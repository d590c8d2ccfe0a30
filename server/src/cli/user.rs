//! `landfall user`.

use std::io::Read as _;
use std::sync::Arc;

use app::admin::welcome_url;
use clap::{Args, Subcommand};
use domain::Role;
use engine::clock::SystemClock;
use engine::desk::Actor;
use engine::people::{Listed, MadeLink, People};
use engine::store::Store;

use super::CommandError;
use crate::config::Config;

/// Most bytes that are read as a password.
const MAX_PASSWORD: u64 = 1024;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// How people reach the site, for the links [default: as configured for serve]
    #[arg(long, global = true, value_name = "URL")]
    pub(super) base_url: Option<String>,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Add somebody: print a link by which they choose a password, or read one
    #[command(after_help = "Examples:
  landfall user add ann@example.com --name 'Ann Lee' --role admin
  pass show landfall | landfall user add ann@example.com --name 'Ann Lee' --password-stdin")]
    Add(Add),
    /// Print a link by which somebody chooses a new password
    Reset {
        /// The e-mail address they sign in with
        email: String,
    },
    /// List people
    List,
}

#[derive(Debug, Args)]
struct Add {
    /// The e-mail address to sign in with
    email: String,
    /// What the others call them; asked for by the link when it is not given
    #[arg(long, required_if_eq("password_stdin", "true"))]
    name: Option<String>,
    /// What they may do: viewer, editor, publisher or admin
    #[arg(long, default_value_t = Role::Editor)]
    role: Role,
    /// Read the password from standard input, up to the end of its first line
    #[arg(long)]
    password_stdin: bool,
}

pub(super) async fn run(
    config: &Config,
    store: &Store,
    options: &Options,
) -> Result<(), CommandError> {
    let people = People::new(store.clone(), Arc::new(SystemClock));
    match &options.action {
        Action::Add(options) => add(config, &people, options).await,
        Action::Reset { email } => reset(config, &people, email).await,
        Action::List => list(&people).await,
    }
}

async fn add(config: &Config, people: &People, options: &Add) -> Result<(), CommandError> {
    let actor = Actor::command_line();
    let name = options.name.as_deref();
    if options.password_stdin {
        let password = read_password()?;
        let name = name.unwrap_or_default();
        let person = people
            .add(&actor, &options.email, name, options.role, &password)
            .await?;
        say!("{} can sign in as {}", person.email, person.role);
        return Ok(());
    }
    let link = people
        .invite(&actor, &options.email, name, options.role)
        .await?;
    eprintln!(
        "{} chooses a password here, once, until {}:",
        options.email.trim(),
        link.expires_at.date()
    );
    print_link(config, &link);
    Ok(())
}

async fn reset(config: &Config, people: &People, email: &str) -> Result<(), CommandError> {
    let Some(person) = people.by_email(email).await? else {
        return Err(CommandError::Other(format!(
            "nobody signs in as {email}; landfall user list shows who does"
        )));
    };
    let link = people.reset_link(&Actor::command_line(), person.id).await?;
    eprintln!(
        "{} chooses a new password here, once, until {}; the present one stays good until then:",
        person.email,
        link.expires_at.date()
    );
    print_link(config, &link);
    Ok(())
}

/// Prints a link alone on standard output, so that a script can send it.
fn print_link(config: &Config, link: &MadeLink) {
    say!("{}", welcome_url(&config.base_url(), &link.secret));
}

async fn list(people: &People) -> Result<(), CommandError> {
    let everybody = people.list().await?;
    if everybody.is_empty() {
        say!("there is nobody yet; landfall user add adds somebody");
        return Ok(());
    }
    say!(
        "{:<10}  {:<8}  {:<12}  {:<32}  name",
        "role",
        "state",
        "last sign-in",
        "e-mail"
    );
    for Listed {
        person,
        last_sign_in_at,
        ..
    } in &everybody
    {
        say!(
            "{:<10}  {:<8}  {:<12}  {:<32}  {}",
            person.role.as_str(),
            if person.disabled {
                "disabled"
            } else {
                "active"
            },
            last_sign_in_at.map_or_else(|| "never".to_owned(), |at| at.date().to_string()),
            person.email,
            person.name
        );
    }
    Ok(())
}

fn read_password() -> Result<String, CommandError> {
    let mut text = String::new();
    std::io::stdin()
        .take(MAX_PASSWORD)
        .read_to_string(&mut text)
        .map_err(|error| CommandError::Other(format!("the password cannot be read: {error}")))?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
