//! `landfall embed`.

mod follow;
mod options;
mod show;

use std::path::PathBuf;
use std::time::Duration;

use engine::desk::{Actor, DeskError};
use engine::embedding::{Providers, SpaceSpec};
use engine::spaces::{Floors, Spaces, SwitchOptions};
use engine::store::{EmbedJobState, SpaceState};
use engine::visits;

pub(super) use self::options::Options;
use self::options::{Action, Model, Which};
use super::CommandError;
use crate::config::Config;
use crate::runtime::{Running, Services, all_threads, providers, space_settings};

/// What the commands work with.
struct Desk<'a> {
    config: &'a Config,
    services: &'a Services,
    providers: Providers,
    spaces: Spaces,
    actor: Actor,
}

pub(super) async fn run(
    config: &Config,
    services: &Services,
    options: &Options,
) -> Result<(), CommandError> {
    let providers = providers(config, all_threads())?;
    let desk = Desk {
        config,
        services,
        spaces: Spaces::new(
            services.store.clone(),
            providers.clone(),
            space_settings(config),
        ),
        providers,
        actor: Actor::command_line(),
    };
    match &options.action {
        None => desk.build_and_switch().await,
        Some(action) => desk.act(action).await,
    }
}

impl Desk<'_> {
    async fn act(&self, action: &Action) -> Result<(), CommandError> {
        let (spaces, actor) = (&self.spaces, &self.actor);
        match action {
            Action::Plan(model) => {
                let spec = self.model(model).await?;
                show::plan(&spaces.plan(&spec).await?);
            }
            Action::Start { model, detach } => {
                let spec = self.model(model).await?;
                let space = spaces.start(actor, &spec).await?.space;
                let job = self.services.store.embed_job_of(space).await?;
                if job.is_some_and(|job| job.state == EmbedJobState::Paused) {
                    spaces.resume(actor, space).await?;
                }
                if *detach {
                    say!("space {space}: a running server fills it");
                } else {
                    self.fill(space).await?;
                }
            }
            Action::Status => show::overview(&spaces.overview().await?, spaces).await?,
            Action::Pause(which) => {
                let space = self.with_open_job(which).await?;
                spaces.pause(actor, space).await?;
                say!("space {space}: the job rests");
            }
            Action::Resume(which) => {
                let space = self.with_open_job(which).await?;
                spaces.resume(actor, space).await?;
                say!("space {space}: the job waits for a server, or for landfall embed start");
            }
            Action::Cancel(which) => {
                let space = self.with_open_job(which).await?;
                spaces.cancel(actor, space).await?;
                say!("space {space}: the job is stopped");
            }
            Action::Drift {
                which,
                floors,
                csv,
                svg,
            } => {
                let space = self.comparable(which).await?;
                self.drift(space, floors.into(), csv.as_ref(), svg.as_ref())
                    .await?;
            }
            Action::Switch {
                which,
                floors,
                incomplete,
                keep_days,
            } => {
                let options = SwitchOptions {
                    floors: floors.into(),
                    incomplete: *incomplete,
                    keep: keep_days.map(|days| Duration::from_secs(u64::from(days) * 86_400)),
                };
                let space = self.comparable(which).await?;
                let switched = spaces.switch(actor, space, options).await?;
                show::switched(switched);
            }
            Action::Rollback => {
                let switched = spaces.rollback(actor, None).await?;
                show::rolled_back(switched);
            }
            Action::Drop { space } => {
                spaces.retire(actor, *space).await?;
                say!("space {space}: a running server deletes its vectors");
            }
        }
        Ok(())
    }

    /// Fills a space, unless somebody interrupts that, and says what became of it.
    async fn fill(&self, space: i32) -> Result<(), CommandError> {
        tokio::select! {
            filled = follow::work(&self.spaces, space) => filled?,
            _ = tokio::signal::ctrl_c() => {
                return Err(CommandError::Other(format!(
                    "stopped; what is embedded stays. A running server goes on with space {space}, and so does \
                     landfall embed start; landfall embed cancel ends it"
                )));
            }
        }
        match self.services.store.missing(space).await?.refused {
            0 => say!("space {space} is complete"),
            refused => say!(
                "space {space} is complete but for {refused} texts that the provider refused; landfall embed status \
                 names them, and landfall embed start tries them again"
            ),
        }
        Ok(())
    }

    /// Fills the space of the configured model, then decides with it.
    async fn build_and_switch(&self) -> Result<(), CommandError> {
        let spec = self.providers.configured().space().clone();
        let overview = self.spaces.overview().await?;
        let present = overview
            .spaces
            .iter()
            .find(|view| view.row.space.spec == spec);
        let embedded = match present {
            Some(view) if matches!(view.row.state, SpaceState::Active { .. }) => {
                let version = view.row.space.version;
                let missing = view.coverage.missing;
                if missing.refused > 0 {
                    self.spaces.retry(&self.actor, version).await?;
                }
                self.spaces.complete_active().await?;
                let left = self.services.store.missing(version).await?;
                missing.total() - left.total()
            }
            None if overview.spaces.is_empty() => {
                let space = self.services.store.ensure_space(&spec).await?;
                self.spaces.complete_active().await?;
                let coverage = self.services.store.coverage(space.version).await?;
                coverage.present()
            }
            _ => {
                let started = self.spaces.start(&self.actor, &spec).await?;
                follow::work(&self.spaces, started.space).await?;
                let job = self.services.store.embed_job_of(started.space).await?;
                let options = SwitchOptions::default();
                self.spaces
                    .switch(&self.actor, started.space, options)
                    .await?;
                job.map_or(0, |job| job.done)
            }
        };
        say!("{embedded} texts embedded; {spec} decides now");
        Ok(())
    }

    /// The model to work on: the one named, or the configured one that does not decide.
    async fn model(&self, model: &Model) -> Result<SpaceSpec, CommandError> {
        let active = self.services.store.active_space().await?;
        let all = || self.providers.all().map(|provider| provider.space());
        let found = match &model.model {
            Some(name) => all().find(|spec| spec.model == *name),
            None => all().find(|spec| active.as_ref().is_none_or(|active| active.spec != **spec)),
        };
        found.cloned().ok_or_else(|| {
            let known: Vec<String> = all().map(ToString::to_string).collect();
            let known = known.join(" and ");
            match &model.model {
                Some(name) => {
                    CommandError::Usage(format!("{name} is not configured; there is {known}"))
                }
                None => CommandError::Other(format!(
                    "{known} decides already; name the model to move to as [next_embedding] in landfall.toml"
                )),
            }
        })
    }

    /// The space named, or the one with an open job.
    async fn with_open_job(&self, which: &Which) -> Result<i32, CommandError> {
        if let Some(space) = which.space {
            return Ok(space);
        }
        let jobs = self.services.store.embed_jobs(20).await?;
        let open = jobs.iter().find(|job| job.is_open());
        open.map(|job| job.space)
            .ok_or_else(|| CommandError::Other("no job is open".to_owned()))
    }

    /// The space named, or the newest one that is complete and does not decide.
    async fn comparable(&self, which: &Which) -> Result<i32, CommandError> {
        if let Some(space) = which.space {
            return Ok(space);
        }
        let rows = self.services.store.spaces().await?;
        let ready = rows
            .iter()
            .find(|row| matches!(row.state, SpaceState::Ready { .. }));
        ready.map(|row| row.space.version).ok_or_else(|| {
            CommandError::Other(
                "no other space is complete; landfall embed start fills one".to_owned(),
            )
        })
    }

    async fn drift(
        &self,
        space: i32,
        floors: Floors,
        csv: Option<&PathBuf>,
        svg: Option<&PathBuf>,
    ) -> Result<(), CommandError> {
        // Visits are counted in the shared cache, which an engine reads.
        let cold = Config {
            warm_concurrency: 0,
            ..self.config.clone()
        };
        let running = Running::start(
            &cold,
            self.services.store.clone(),
            self.services.redis_url.as_deref(),
            self.providers.clone(),
        )
        .await?;
        let traffic = visits::traffic(&running.engine).await;
        let drift = self.spaces.drift(space, &traffic, floors).await?;
        running.stop().await;
        let write = |file: &PathBuf, text: String| {
            std::fs::write(file, text).map_err(|error| {
                CommandError::Other(format!("{} cannot be written: {error}", file.display()))
            })
        };
        if let Some(file) = csv {
            write(file, drift.csv())?;
        }
        if let Some(file) = svg {
            write(file, app::admin::drift_picture(&drift))?;
        }
        show::drift(&drift);
        Ok(())
    }
}

impl From<DeskError> for CommandError {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Store(error) => error.into(),
            DeskError::Embedding(error) => error.into(),
            DeskError::Invalid(problems) => {
                let words: Vec<String> = problems.iter().map(ToString::to_string).collect();
                Self::Other(words.join("; "))
            }
            other => Self::Other(other.to_string()),
        }
    }
}
