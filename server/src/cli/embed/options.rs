//! What can be said to `landfall embed`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use engine::spaces::Floors;

#[derive(Debug, Args)]
#[command(
    after_help = "Without a command: fills the space of the configured model, then decides with it. Where the model of
[next_embedding] decides already, its space is completed instead.

To look before the switch, name the new model in landfall.toml as [next_embedding], then
  landfall embed plan       what it takes
  landfall embed start      fill its space; another node goes on if this one is stopped
  landfall embed drift      which decisions would change
  landfall embed switch     decide with it
  landfall embed rollback   decide with the model before"
)]
pub(in crate::cli) struct Options {
    #[command(subcommand)]
    pub(super) action: Option<Action>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// Say how many texts a model's space wants, and what it takes to embed them
    Plan(Model),
    /// Fill a model's space, and follow how far it has come
    Start {
        #[command(flatten)]
        model: Model,
        /// Leave the work to a server that has the model
        #[arg(long)]
        detach: bool,
    },
    /// List the spaces, and how far their jobs have come
    Status,
    /// Let a job rest; what is embedded stays
    Pause(Which),
    /// Let a paused job go on
    Resume(Which),
    /// Stop a job; what is embedded stays, and starting again does the rest
    Cancel(Which),
    /// Compare every decision in the present space and in another
    Drift {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        floors: FloorOptions,
        /// Write every decision as CSV
        #[arg(long, value_name = "FILE")]
        csv: Option<PathBuf>,
        /// Draw how similarities are distributed
        #[arg(long, value_name = "FILE")]
        svg: Option<PathBuf>,
    },
    /// Decide with a complete space from now on; unless one is named, with the newest that never decided
    Switch {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        floors: FloorOptions,
        /// Switch although some texts have no vector there
        #[arg(long)]
        incomplete: bool,
        /// Days for which the present space is kept for a rollback
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(..=3650))]
        keep_days: Option<u32>,
    },
    /// Decide with the space before again, with the floors it had; done twice, it leads forward again
    Rollback,
    /// Delete a space that does not decide
    Drop {
        /// The space's number
        space: i32,
    },
}

#[derive(Debug, Args)]
pub(super) struct Model {
    /// The model's name [default: the configured one that does not decide]
    #[arg(long, value_name = "NAME")]
    pub(super) model: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct FloorOptions {
    /// The site's similarity floor after the switch [default: the one that the space had when it decided before, or the present one]
    #[arg(long, value_name = "SIMILARITY", value_parser = similarity, allow_negative_numbers = true)]
    floor: Option<f32>,
    /// The floor of campaign terms after the switch [default: the one that the space had when it decided before, or the present one]
    #[arg(long, value_name = "SIMILARITY", value_parser = similarity, allow_negative_numbers = true)]
    term_floor: Option<f32>,
}

#[derive(Debug, Args)]
pub(super) struct Which {
    /// The space's number, as `landfall embed status` shows it [default: the newest that fits]
    pub(super) space: Option<i32>,
}

/// A floor that similarities can reach.
fn similarity(text: &str) -> Result<f32, String> {
    let floor: f32 = text.parse().map_err(|_| "it is no number".to_owned())?;
    let given = Floors {
        similarity: Some(floor),
        term: None,
    };
    let possible = given.possible().similarity;
    possible.ok_or_else(|| "it is not between -1 and 1".to_owned())
}

impl From<&FloorOptions> for Floors {
    fn from(options: &FloorOptions) -> Self {
        Self {
            similarity: options.floor,
            term: options.term_floor,
        }
    }
}
