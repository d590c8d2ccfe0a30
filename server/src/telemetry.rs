//! Log lines.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::time::SystemTime;

use crate::config::{Config, ConfigError, LogFormat};

/// What libraries say that nobody asked for, unless the configured filter names them: sqlx notes
/// each repeated migration, async-openai logs whole answers of a provider.
const QUIET: &str = "sqlx=warn,async_openai=off";

/// Writes log lines to standard error in the configured form.
///
/// # Errors
/// [`ConfigError::Value`] when `log` is not a filter.
pub(crate) fn start(config: &Config) -> Result<(), ConfigError> {
    let filter = EnvFilter::try_new(format!("{QUIET},{}", config.log)).map_err(|error| {
        ConfigError::Value {
            field: "log",
            problem: format!("is not a filter such as `info` or `engine=debug,info`: {error}"),
        }
    })?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_timer(SystemTime);
    // A second subscriber in the same process (a test) is no fault.
    let _ = match config.log_format {
        LogFormat::Text => lines.with_target(false).try_init(),
        LogFormat::Json => lines.json().try_init(),
    };
    Ok(())
}
