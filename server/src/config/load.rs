//! Where the configuration comes from.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::Serialize;
use thiserror::Error;

use super::{Config, DEFAULT_FILE};

/// Variables that begin with our prefix but belong to the set-up scripts.
const SCRIPT_VARIABLES: [&str; 1] = ["cache"];

/// A configuration that cannot be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// A field is unknown or malformed.
    #[error("configuration: {0}")]
    Field(Box<figment::Error>),
    /// The named file does not exist.
    #[error("configuration: there is no file {0}")]
    NoFile(PathBuf),
    /// A value does not make sense.
    #[error("configuration: `{field}` {problem}")]
    Value {
        /// The field's name.
        field: &'static str,
        /// What is wrong and what is expected.
        problem: String,
    },
}

impl ConfigError {
    /// Refuses the value of `field`: `problem` goes on from its name.
    pub(super) fn refuse(field: &'static str, problem: impl Into<String>) -> Result<(), Self> {
        let problem = problem.into();
        Err(Self::Value { field, problem })
    }
}

/// What the command line says, over everything else.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Overrides {
    /// Overrides `listen`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<SocketAddr>,
    /// Overrides `base_url`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// Overrides `database_url`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database_url: Option<String>,
    /// Overrides `redis_url`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redis_url: Option<String>,
    /// Overrides `data_dir`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<PathBuf>,
    /// Overrides `log`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
}

impl Config {
    /// Reads file, environment and `overrides`, in that order.
    ///
    /// # Errors
    /// [`ConfigError`] names the field that is unknown, malformed or senseless.
    pub fn load(file: Option<&Path>, overrides: &Overrides) -> Result<Self, ConfigError> {
        if let Some(file) = file
            && !file.is_file()
        {
            return Err(ConfigError::NoFile(file.to_owned()));
        }
        let variables = Env::prefixed("LANDFALL_")
            .filter(|name| !SCRIPT_VARIABLES.iter().any(|own| name == own))
            .split("__");
        let well_known = Env::raw()
            .only(&["DATABASE_URL", "REDIS_URL"])
            .filter(|name| {
                std::env::var(name.as_str().to_ascii_uppercase()).is_ok_and(|v| !v.is_empty())
            });
        let config: Self = Figment::from(Serialized::defaults(Self::default()))
            .merge(Toml::file(file.unwrap_or(Path::new(DEFAULT_FILE))))
            .merge(variables)
            .merge(well_known)
            .merge(Serialized::defaults(overrides))
            .extract()
            .map_err(|error| ConfigError::Field(Box::new(error)))?;
        config.check()?;
        Ok(config)
    }
}

/// Where `make setup` puts programs and model: `LANDFALL_CACHE`, else the first of the usual cache
/// folders that has them.
pub(super) fn default_runtime_dir() -> PathBuf {
    if let Some(cache) = std::env::var_os("LANDFALL_CACHE") {
        return PathBuf::from(cache).join("runtime");
    }
    let variable = |name| std::env::var_os(name).map(PathBuf::from);
    let own = variable("XDG_CACHE_HOME")
        .or_else(|| Some(variable("HOME")?.join(".cache")))
        .map(|cache| cache.join("landfall/runtime"));
    let system = PathBuf::from("/var/cache/landfall/runtime");
    own.filter(|own| own.is_dir() || !system.is_dir())
        .unwrap_or(system)
}
