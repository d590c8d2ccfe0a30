//! `landfall export`.

use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::PathBuf;

use clap::Args;
use engine::ingest::format::Format;
use engine::ingest::{Export, ExportError, Selection};
use engine::store::Store;

use super::CommandError;

/// Writes site, segments, pages and variants as `landfall import` reads them. The same content
/// always gives the same bytes.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// A .jsonl or .csv file; `-` writes JSON lines to standard output
    #[arg(default_value = "-")]
    file: PathBuf,
}

pub(super) async fn run(store: &Store, options: &Options) -> Result<(), CommandError> {
    let failed = |error: std::io::Error| {
        CommandError::Other(format!(
            "{} cannot be written: {error}",
            options.file.display()
        ))
    };
    if options.file.as_os_str() == "-" {
        let mut out = std::io::stdout();
        let all = |bytes: Vec<u8>| out.write_all(&bytes);
        return match written(store, Format::JsonLines, all).await {
            // Whoever reads it has enough.
            Err(ExportError::Write(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            other => other.map(drop).map_err(|error| broken_off(&error)),
        };
    }
    let format =
        Format::of_path(&options.file).map_err(|error| CommandError::Other(error.to_string()))?;
    // Under another name until it is whole, so that no reader meets half an export.
    let mut unfinished = options.file.clone().into_os_string();
    unfinished.push(".part");
    let mut writer = BufWriter::new(File::create(&unfinished).map_err(failed)?);
    let count = written(store, format, |bytes| writer.write_all(&bytes))
        .await
        .map_err(|error| broken_off(&error))?;
    writer.flush().map_err(failed)?;
    std::fs::rename(&unfinished, &options.file).map_err(failed)?;
    say!("{count} records written to {}", options.file.display());
    Ok(())
}

fn broken_off(error: &ExportError) -> CommandError {
    CommandError::Other(format!("the export failed: {error}"))
}

/// Exports everything to `write` and returns how many records there were.
async fn written(
    store: &Store,
    format: Format,
    mut write: impl FnMut(Vec<u8>) -> std::io::Result<()>,
) -> Result<usize, ExportError> {
    let mut export = Export::start(store, &Selection::Everything, format).await?;
    while let Some(bytes) = export.next().await? {
        write(bytes)?;
    }
    Ok(export.count())
}
