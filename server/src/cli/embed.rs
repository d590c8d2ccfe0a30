//! `landfall embed`.

use engine::ingest::embed_missing;
use engine::store::Store;

use super::CommandError;
use super::progress::Bar;
use crate::config::Config;
use crate::runtime::{all_threads, provider};

pub(super) async fn run(config: &Config, store: &Store) -> Result<(), CommandError> {
    let provider = provider(config, all_threads())?;
    let embedded = embed_missing(store, &*provider, &Bar::new("variants")).await?;
    println!(
        "{embedded} texts embedded; {} decides now",
        provider.space()
    );
    Ok(())
}
