//! `landfall explain`.

use clap::Args;
use engine::explain::explain;
use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::CommandError;
use crate::config::Config;
use crate::http::{Fields, Request};
use crate::runtime::{Running, Services, providers};

/// Prints the visitor's attributes, each segment's matched and unmatched conditions, the nearest
/// candidates with their similarity, the winner and how far it is ahead. Asks the database, not
/// the caches.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  landfall explain '/pricing?utm_source=linkedin' --header 'CF-IPCountry: DE' --header 'Cookie: user_segment=smb'")]
pub(super) struct Options {
    /// The request's address, with or without scheme and host
    url: String,
    /// A header of the request, as `Name: value`; may be given several times
    #[arg(long = "header", short = 'H', value_name = "HEADER")]
    headers: Vec<String>,
    /// The instant of the request, as in 2026-12-01T08:00:00Z [default: now]
    #[arg(long, value_name = "INSTANT")]
    at: Option<String>,
}

pub(super) async fn run(
    config: &Config,
    services: &Services,
    options: &Options,
) -> Result<(), CommandError> {
    let uri: Uri = options.url.parse().map_err(|error| {
        CommandError::Other(format!("{:?} is not an address: {error}", options.url))
    })?;
    let headers = headers(&options.headers)?;
    let at = options.at.as_deref().map(instant).transpose()?;
    let providers = providers(config, config.embedding.threads)?;
    // Explanations ask no cache, and none has to be warm for them.
    let cold = Config {
        warm_concurrency: 0,
        ..config.clone()
    };
    let running = Running::start(&cold, services.store.clone(), None, providers).await?;
    let engine = &running.engine;
    let catalog = engine.catalog();
    let fields = Fields::of(&headers, config);
    let query = uri.query().unwrap_or_default();
    let request = Request::read(uri.path(), query, &fields, &catalog)
        .map_err(|error| CommandError::Other(error.to_string()))?;
    let page = catalog.page(&request.path).ok_or_else(|| {
        let mut paths: Vec<&str> = catalog.pages().map(|page| page.path.as_str()).collect();
        paths.sort_unstable();
        paths.truncate(20);
        CommandError::Other(format!(
            "there is no page at {}; there are {}",
            request.path,
            if paths.is_empty() {
                "no pages at all".to_owned()
            } else {
                paths.join(", ")
            }
        ))
    })?;
    let present = engine.now();
    let visitor = request.visitor(&catalog, config, at.unwrap_or(present));
    let store = &services.store;
    let explanation = explain(engine, store, &catalog, page, &visitor, present, &[]).await?;
    running.stop().await;
    match explanation {
        Some(explanation) => super::out::write(format_args!("{explanation}")),
        None => say!("there are no segments"),
    }
    Ok(())
}

fn instant(text: &str) -> Result<OffsetDateTime, CommandError> {
    OffsetDateTime::parse(text, &Rfc3339).map_err(|_| {
        CommandError::Other(format!(
            "{text:?} is not an instant; write one like 2026-12-01T08:00:00Z"
        ))
    })
}

fn headers(given: &[String]) -> Result<HeaderMap, CommandError> {
    let mut headers = HeaderMap::new();
    for line in given {
        let malformed =
            || CommandError::Other(format!("{line:?} is not a header; write 'Name: value'"));
        let (name, value) = line.split_once(':').ok_or_else(malformed)?;
        let name = HeaderName::try_from(name.trim()).map_err(|_| malformed())?;
        let value = HeaderValue::try_from(value.trim()).map_err(|_| malformed())?;
        headers.append(name, value);
    }
    Ok(headers)
}
