//! `landfall embed`.

mod follow;
mod options;
mod show;

use std::path::PathBuf;
use std::time::Duration;

use app::ui::counted;
use engine::desk::{Actor, DeskError};
use engine::embedding::{Providers, SpaceSpec};
use engine::spaces::{Floors, Spaces, SwitchOptions};
use engine::store::{EmbedJobState, Space, SpaceRow, SpaceState};
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
                    say!(
                        "space {space}: a server that has this model fills it; landfall embed start without --detach \
                         does it here"
                    );
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
                let space = self.next(which).await?;
                let switched = spaces.switch(actor, space, options).await?;
                show::switched(switched);
            }
            Action::Rollback => {
                let switched = spaces.rollback(actor, None).await?;
                show::rolled_back(switched);
            }
            Action::Drop { space } => {
                spaces.retire(actor, *space).await?;
                say!("space {space} is given up; its vectors are deleted as soon as a server runs");
            }
        }
        Ok(())
    }

    /// Fills a space, unless somebody interrupts that, and says what became of it.
    async fn fill(&self, space: i32) -> Result<(), CommandError> {
        follow::work(&self.spaces, space).await?;
        match self.services.store.missing(space).await?.all_refused() {
            0 => say!("space {space} is complete"),
            refused => {
                let (them, texts) = (them(refused), counted(refused, "text", "texts"));
                say!(
                    "space {space} is complete but for {texts} that the provider refused; landfall embed status \
                     names {them}, and landfall embed start tries {them} again"
                );
            }
        }
        Ok(())
    }

    /// Fills the space of the configured model, then decides with it. Where the model that is being moved to
    /// decides already, it goes on deciding.
    async fn build_and_switch(&self) -> Result<(), CommandError> {
        let configured = self.providers.configured().space();
        let rows = self.services.store.spaces().await?;
        let active = |row: &&SpaceRow| matches!(row.state, SpaceState::Active { .. });
        let active = rows.iter().find(active).map(|row| &row.space);
        let (space, embedded) = match active {
            Some(space) if self.providers.of(&space.spec).is_some() => {
                (space.clone(), self.complete(space.version).await?)
            }
            None if rows.is_empty() => {
                let space = self.services.store.ensure_space(configured).await?;
                self.spaces.complete_active().await?;
                let coverage = self.services.store.coverage(space.version).await?;
                (space, coverage.present())
            }
            _ => self.move_to(configured).await?,
        };
        let texts = counted(embedded, "text", "texts");
        say!("{texts} embedded; {} decides now", space.spec);
        if space.spec != *configured {
            say!(
                "it is the model of [next_embedding]: space {} goes on deciding. landfall embed rollback goes back to \
                 the space before",
                space.version
            );
        }
        let refused = self
            .services
            .store
            .missing(space.version)
            .await?
            .all_refused();
        if refused > 0 {
            let (them, texts) = (them(refused), counted(refused, "text has", "texts have"));
            say!(
                "{texts} no vector, because the provider refuses {them}; landfall embed status names {them}, and \
                 landfall embed tries {them} again"
            );
        }
        Ok(())
    }

    /// Embeds what the space that decides is missing, what was refused as well. Returns how many texts got
    /// their vector.
    async fn complete(&self, version: i32) -> Result<i64, CommandError> {
        let missing = self.services.store.missing(version).await?;
        if missing.all_refused() > 0 {
            self.spaces.retry(&self.actor, version).await?;
        }
        self.spaces.complete_active().await?;
        let left = self.services.store.missing(version).await?;
        Ok(missing.total() - left.total())
    }

    /// Fills a model's space and decides with it. Returns the space, and how many texts were embedded.
    async fn move_to(&self, spec: &SpaceSpec) -> Result<(Space, i64), CommandError> {
        let version = self.spaces.start(&self.actor, spec).await?.space;
        follow::work(&self.spaces, version).await?;
        let job = self.services.store.embed_job_of(version).await?;
        let options = SwitchOptions::default();
        self.spaces.switch(&self.actor, version, options).await?;
        let space = Space {
            version,
            spec: spec.clone(),
        };
        Ok((space, job.map_or(0, |job| job.done)))
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

    /// The space named, or the newest one that is complete and has never decided.
    async fn next(&self, which: &Which) -> Result<i32, CommandError> {
        if let Some(space) = which.space {
            return Ok(space);
        }
        let rows = self.services.store.spaces().await?;
        let ready = |row: &&SpaceRow| matches!(row.state, SpaceState::Ready { .. });
        let new = |row: &&SpaceRow| {
            let SpaceState::Ready { deactivated_at, .. } = row.state else {
                return false;
            };
            deactivated_at.is_none()
        };
        if let Some(row) = rows.iter().find(new) {
            return Ok(row.space.version);
        }
        let words = match rows.iter().find(ready).map(|row| row.space.version) {
            None => "no other space is complete; landfall embed start fills one".to_owned(),
            Some(left) => format!(
                "no space is complete that has not decided before; landfall embed rollback goes back to the one \
                 before, and landfall embed switch {left} decides with space {left} again"
            ),
        };
        Err(CommandError::Other(words))
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

/// One text or several, once it was said which.
fn them(texts: i64) -> &'static str {
    if texts == 1 { "it" } else { "them" }
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
