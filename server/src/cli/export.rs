//! `landfall export`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use clap::Args;
use engine::ingest::format::{Format, write};
use engine::ingest::records;
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
    let records = records(store).await?;
    let failed = |error: std::io::Error| {
        CommandError::Other(format!(
            "{} cannot be written: {error}",
            options.file.display()
        ))
    };
    if options.file.as_os_str() == "-" {
        return write(Format::JsonLines, &records, std::io::stdout().lock()).map_err(failed);
    }
    let format =
        Format::of_path(&options.file).map_err(|error| CommandError::Other(error.to_string()))?;
    // Under another name until it is whole, so that no reader meets half an export.
    let mut unfinished = options.file.clone().into_os_string();
    unfinished.push(".part");
    let mut writer = BufWriter::new(File::create(&unfinished).map_err(failed)?);
    write(format, &records, &mut writer).map_err(failed)?;
    writer.flush().map_err(failed)?;
    std::fs::rename(&unfinished, &options.file).map_err(failed)?;
    println!(
        "{} records written to {}",
        records.len(),
        options.file.display()
    );
    Ok(())
}
