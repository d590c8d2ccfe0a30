//! `landfall user`.

use std::io::Read as _;
use std::sync::Arc;

use app::admin::welcome_url;
use clap::{Args, Subcommand};
use domain::Role;
use engine::clock::SystemClock;
use engine::desk::Actor;
use engine::people::{LinkKind, Listed, MadeLink, People};

use super::CommandError;
use crate::config::Config;
use crate::runtime::Services;

/// Most bytes that are read as a password.
const MAX_PASSWORD: u64 = 1024;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// How people reach the site, for the links [default: as the running server says, else as configured for serve]
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
    /// List people, and those who are invited
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
    services: &Services,
    options: &Options,
) -> Result<(), CommandError> {
    let people = People::new(services.store.clone(), Arc::new(SystemClock));
    let site = Site::find(config, services, options);
    match &options.action {
        Action::Add(options) => add(&site, &people, options).await,
        Action::Reset { email } => reset(&site, &people, email).await,
        Action::List => list(&people).await,
    }
}

/// Where links lead.
struct Site {
    base_url: String,
    /// What it was taken from, when that may be another than the one people use.
    setting: Option<&'static str>,
}

impl Site {
    /// What is asked for, else what the running server says, else what it would be by the settings.
    fn find(config: &Config, services: &Services, options: &Options) -> Self {
        let running = services.serving_at().map(str::to_owned);
        let (base_url, setting) = match (&options.base_url, running) {
            (None, Some(running)) => (running, None),
            (None, None) if config.base_url.is_none() => (config.base_url(), Some("listen")),
            (None, None) => (config.base_url(), Some("base_url")),
            (Some(_), _) => (config.base_url(), None),
        };
        Self { base_url, setting }
    }

    /// Prints a link alone on standard output, so that a script can send it.
    fn print_link(&self, link: &MadeLink) {
        say!("{}", welcome_url(&self.base_url, &link.secret));
        if let Some(setting) = self.setting {
            eprintln!(
                "It begins with {}, by the setting {setting}: no server that runs on this data folder says otherwise. \
                 --base-url gives it another beginning.",
                self.base_url
            );
        }
    }
}

async fn add(site: &Site, people: &People, options: &Add) -> Result<(), CommandError> {
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
    site.print_link(&link);
    Ok(())
}

async fn reset(site: &Site, people: &People, email: &str) -> Result<(), CommandError> {
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
    site.print_link(&link);
    Ok(())
}

async fn list(people: &People) -> Result<(), CommandError> {
    let everybody = people.list().await?;
    let links = people.open_links().await?;
    let invited: Vec<_> = links
        .iter()
        .filter_map(|link| match &link.kind {
            LinkKind::Invitation { email, role, name } => Some((email, role, name)),
            LinkKind::Setup | LinkKind::Reset { .. } => None,
        })
        .collect();
    if everybody.is_empty() && invited.is_empty() {
        say!("there is nobody yet; landfall user add adds somebody");
        return Ok(());
    }
    let row = |role: &str, state: &str, sign_in: &str, email: &str, name: &str| {
        let line = format!("{role:<10}  {state:<8}  {sign_in:<12}  {email:<32}  {name}");
        say!("{}", line.trim_end());
    };
    row("role", "state", "last sign-in", "e-mail", "name");
    for Listed {
        person,
        last_sign_in_at,
        ..
    } in &everybody
    {
        let state = if person.disabled {
            "disabled"
        } else {
            "active"
        };
        let sign_in =
            last_sign_in_at.map_or_else(|| "never".to_owned(), |at| at.date().to_string());
        row(
            person.role.as_str(),
            state,
            &sign_in,
            &person.email,
            &person.name,
        );
    }
    for (email, role, name) in invited {
        let name = name.as_deref().unwrap_or_default();
        row(role.as_str(), "invited", "never", email, name);
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
