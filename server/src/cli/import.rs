//! `landfall import`.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use engine::desk::Actor;
use engine::ingest::format::Format;
use engine::ingest::{ImportError, LocalFile, Source, Summary, import, plan};
use engine::store::Store;

use super::CommandError;
use super::progress::Bar;
use crate::config::Config;
use crate::runtime::writing_provider;

/// Checks the whole file first and reports every bad row with its line and field. Then saves what
/// is new or changed, in batches; running the same import again changes nothing.
#[derive(Debug, Args)]
#[command(after_help = "JSON lines, one record a line:
  {\"kind\":\"segment\",\"key\":\"enterprise\",\"name\":\"Enterprise\",\"description\":\"Buyers at large companies\",\"priority\":10,\"condition\":{\"utm.source\":\"linkedin\"}}
  {\"kind\":\"variant\",\"id\":\"pricing-enterprise\",\"page\":\"pricing\",\"segment\":\"enterprise\",\"locale\":\"en\",\"name\":\"Pricing for enterprises\",\"content\":{\"title\":\"Plans for large fleets\"}}
CSV has the same fields as dotted columns: kind,id,page,segment,locale,name,content.title,content.blocks.0.id,…
Kinds are site, segment, page and variant. README.md describes the fields; `landfall export` shows them filled.")]
pub(super) struct Options {
    /// A .jsonl or .csv file
    file: PathBuf,
    /// Only check; write nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(
    config: &Config,
    store: &Store,
    options: &Options,
) -> Result<(), CommandError> {
    let format =
        Format::of_path(&options.file).map_err(|error| CommandError::Other(error.to_string()))?;
    let file = LocalFile {
        path: options.file.clone(),
        format,
    };
    let source: Arc<dyn Source> = Arc::new(file);
    source.open().map_err(|error| {
        let name = options.file.display();
        CommandError::Other(format!("{name} cannot be opened: {error}"))
    })?;
    if options.dry_run {
        let (plan, rejections) = plan(store, &source).await?;
        say!("{plan}; nothing was written");
        if !rejections.is_empty() {
            return Err(ImportError::Rejected(rejections).into());
        }
        return Ok(());
    }
    let provider = writing_provider(config, store).await?;
    let summary = import(
        store,
        &*provider,
        &source,
        &Actor::command_line(),
        &Bar::new("records"),
    )
    .await?;
    report(summary);
    Ok(())
}

/// Says what an import did.
pub(super) fn report(summary: Summary) {
    say!(
        "{} records saved, {} unchanged, {} texts embedded",
        summary.saved,
        summary.unchanged,
        summary.embedded
    );
}
