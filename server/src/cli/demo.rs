//! `landfall demo`.

use std::sync::Arc;

use clap::Args;
use engine::desk::Actor;
use engine::ingest::format::Format;
use engine::ingest::{BadRows, Source, Text, apply, import};
use engine::store::Store;

use super::CommandError;
use super::import::report;
use super::progress::Bar;
use crate::config::Config;
use crate::demo::generator::{GeneratorOptions, generate};
use crate::demo::jsonl;
use crate::runtime::writing_provider;

/// Without options, loads the demo company's pages, segments and variants. With --pages or
/// --segments, generates pages /lp/page-000 and on, one variant for each page and segment.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// How many pages to generate, at most 10,000
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pages: Option<u32>,
    /// How many segments to generate, `default` included, at least 3 and at most 1,000
    #[arg(long, value_parser = clap::value_parser!(u32).range(3..=1_000))]
    segments: Option<u32>,
    /// Another number gives other texts
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub(super) async fn run(
    config: &Config,
    store: &Store,
    options: &Options,
) -> Result<(), CommandError> {
    if options.pages.is_none() && options.segments.is_none() {
        return load(config, store).await;
    }
    let wanted = GeneratorOptions {
        pages: options.pages.unwrap_or(200),
        segments: options.segments.unwrap_or(50),
        seed: options.seed,
    };
    let provider = writing_provider(config, store).await?;
    let records = generate(&wanted).collect();
    report(
        apply(
            store,
            &*provider,
            records,
            &Actor::command_line(),
            &Bar::new("records"),
        )
        .await?,
    );
    Ok(())
}

/// Loads the demo company's content.
pub(super) async fn load(config: &Config, store: &Store) -> Result<(), CommandError> {
    let provider = writing_provider(config, store).await?;
    let source: Arc<dyn Source> = Arc::new(Text {
        bytes: jsonl().into(),
        format: Format::JsonLines,
    });
    let summary = import(
        store,
        &*provider,
        &source,
        BadRows::Refuse,
        &Actor::command_line(),
        &Bar::new("records"),
    )
    .await?;
    report(summary);
    Ok(())
}
