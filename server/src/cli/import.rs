//! `landfall import`.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use engine::desk::Actor;
use engine::ingest::format::Format;
use engine::ingest::{BadRows, ImportError, LocalFile, Rejection, Source, Summary, import, plan};
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
    /// Import the good rows even if others are bad
    #[arg(long)]
    skip_bad_rows: bool,
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
    let bad_rows = if options.skip_bad_rows {
        BadRows::Skip
    } else {
        BadRows::Refuse
    };
    if options.dry_run {
        let (plan, rejections) = plan(store, &source).await?;
        say!("{plan}; nothing was written");
        if !rejections.is_empty() && bad_rows == BadRows::Refuse {
            return Err(ImportError::Rejected(rejections).into());
        }
        complain(&rejections);
        return Ok(());
    }
    let provider = writing_provider(config, store).await?;
    let summary = import(
        store,
        &*provider,
        &source,
        bad_rows,
        &Actor::command_line(),
        &Bar::new("records"),
    )
    .await?;
    report(summary);
    Ok(())
}

/// Says what is wrong with a file, row by row.
pub(super) fn complain(rejections: &[Rejection]) {
    for rejection in rejections {
        eprintln!("  {rejection}");
    }
}

/// Says what an import did.
pub(super) fn report(summary: Summary) {
    say!(
        "{} records saved, {} unchanged, {} texts embedded",
        summary.saved,
        summary.unchanged,
        summary.embedded
    );
    if summary.skipped > 0 {
        say!("{} bad rows skipped", summary.skipped);
    }
}
