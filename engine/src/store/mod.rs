//! All SQL of Landfall, one file per entity.
//!
//! Callers get domain types and [`StoreError`]; nothing outside this folder knows a table.

mod attention;
mod audit;
mod audit_group;
mod candidate;
mod catalog;
mod embed_job;
mod embed_job_lease;
mod embed_job_order;
mod error;
mod head;
mod insight;
mod job;
mod missing_vector;
mod nearest;
mod page;
mod redirect;
mod segment;
mod setting;
mod space;
mod space_index;
mod term;
mod token;
mod upload;
mod user;
mod user_link;
mod user_throttle;
mod variant;
mod variant_draft;
mod variant_list;
mod variant_publication;
mod variant_revision;
mod vector;
mod visit_sample;

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, PgConnection, PgPool, Postgres, Transaction};

pub use attention::{Asked, Backlog, Upcoming, WeakMatch};
pub use audit::{AuditEntry, AuditFilter, Note};
pub use audit_group::{AuditGroup, Fold};
pub use candidate::{PageQuestions, Wanted};
pub use catalog::{CatalogRows, PageRow, SegmentRow};
pub use embed_job::{EmbedJob, EmbedJobState, JobStep, Phase};
pub use error::StoreError;
pub use head::Head;
pub use insight::{Disagreement, NamedVariant, NearDuplicate, PlacedTerm};
pub use job::{Beat, Job, JobState};
pub use missing_vector::{Coverage, DeadLetter, Missing, MissingText};
pub use page::{EditedPage, PageSummary, VariantCounts};
pub use segment::{SegmentSummary, SegmentUse};
pub use space::{Space, SpaceRow, SpaceState};
pub use space_index::{IndexSettings, IndexState, IndexTurn};
pub(crate) use term::{BroughtTerm, TermUse};
pub(crate) use token::NewToken;
pub use token::{Scope, ScopeError, Token, TokenSecret};
pub use upload::{Findings, Owner, Upload};
pub(crate) use user_link::NewLink;
pub(crate) use user_throttle::FailureKey;
pub use variant::{SavedVariant, VariantContent, VariantName, VariantSelection};
pub use variant_draft::KeptDraft;
pub use variant_list::{ListedVariant, VariantFilter, VariantSort, Wanting};
pub use variant_publication::{State, VariantStates};
pub use variant_revision::{RevisionRow, VariantFacts, VariantRow, WrittenBy};
pub use vector::TextHash;
pub(crate) use visit_sample::{SampledVisit, WeighedVisit};

/// The channel on which a change of the catalog is announced; the payload is the revision.
pub const CATALOG_CHANNEL: &str = "landfall_catalog";
/// Oldest PostgreSQL served, as `server_version_num` counts.
const MIN_POSTGRES: i32 = 150_000;
/// Oldest pgvector served: the first whose scans of an index go on where rows are missing.
const MIN_PGVECTOR: (u32, u32) = (0, 8);

/// A pool of connections to Landfall's database. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Store {
    pool: PgPool,
    options: PgConnectOptions,
    index: IndexSettings,
}

/// Several changes that become visible together or not at all.
///
/// It remembers what was saved, so that [`Self::announce`] gives a new revision to the pages
/// concerned and to no others.
pub struct StoreTransaction {
    tx: Transaction<'static, Postgres>,
    touched: Touched,
}

/// What a transaction changed, as far as visitors can see it.
#[derive(Default)]
struct Touched {
    /// Something that every page depends on.
    everything: bool,
    /// Pages of their own or through a variant.
    pages: Vec<i64>,
}

impl Store {
    /// Connects and checks that the server is one Landfall can work with.
    ///
    /// `max_connections` bounds the pool.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the server cannot be reached within 10 s or the address is
    /// malformed; [`StoreError::Unsupported`] when PostgreSQL is older than 15, or pgvector is
    /// missing or older than 0.8.
    pub async fn connect(url: &str, max_connections: u32) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url)?.application_name("landfall");
        let mut probe = tokio::time::timeout(
            Duration::from_secs(10),
            PgConnection::connect_with(&options),
        )
        .await
        .map_err(|_| StoreError::Unreachable)??;
        check_versions(&mut probe).await?;
        probe.close().await?;
        Ok(Self {
            pool: pool(&options, max_connections),
            options,
            index: IndexSettings::default(),
        })
    }

    /// The same database, its indexes built in another way from now on.
    #[must_use]
    pub fn building_indexes(self, index: IndexSettings) -> Self {
        Self { index, ..self }
    }

    /// Brings the schema up to date.
    ///
    /// # Errors
    /// [`StoreError::Migration`] when a migration fails or the database was made by a newer version.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        sqlx::migrate!("../migrations").run(&self.pool).await?;
        Ok(())
    }

    /// Starts a transaction. Writers take turns, so that publications have an order and none waits
    /// for another in a circle.
    ///
    /// # Errors
    /// [`StoreError::Database`] when no connection is to be had.
    pub async fn begin(&self) -> Result<StoreTransaction, StoreError> {
        let mut tx = self.pool.begin().await?;
        sqlx::query!("SELECT FROM catalog_state FOR UPDATE")
            .execute(&mut *tx)
            .await?;
        Ok(StoreTransaction {
            tx,
            touched: Touched::default(),
        })
    }

    /// Starts a transaction that takes no turn: for what no visitor sees and no other writer
    /// changes, and must not wait for a long import.
    ///
    /// # Errors
    /// [`StoreError::Database`] when no connection is to be had.
    pub(crate) async fn begin_beside(&self) -> Result<StoreTransaction, StoreError> {
        Ok(StoreTransaction {
            tx: self.pool.begin().await?,
            touched: Touched::default(),
        })
    }

    /// The same database through a pool of its own, for work that must never keep a connection
    /// from visitors.
    #[must_use]
    pub fn background(&self, max_connections: u32) -> Self {
        Self {
            pool: pool(&self.options, max_connections),
            options: self.options.clone(),
            index: self.index,
        }
    }

    /// The pool, for a library that brings its own SQL (the session store).
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Waits for open connections to be returned and closes them.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

impl StoreTransaction {
    /// Makes the changes visible.
    ///
    /// # Errors
    /// [`StoreError`] when a deferred constraint refuses them or the server is gone; nothing is
    /// changed then.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.tx.commit().await?;
        Ok(())
    }
}

fn pool(options: &PgConnectOptions, max_connections: u32) -> PgPool {
    PgPoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(Duration::from_secs(5))
        .connect_lazy_with(options.clone())
}

async fn check_versions(connection: &mut PgConnection) -> Result<(), StoreError> {
    let server =
        sqlx::query_scalar!(r#"SELECT current_setting('server_version_num')::int AS "version!""#)
            .fetch_one(&mut *connection)
            .await?;
    if server < MIN_POSTGRES {
        return Err(StoreError::Unsupported(format!(
            "PostgreSQL {} is too old; Landfall needs 15 or newer",
            server / 10_000
        )));
    }
    let pgvector = sqlx::query_scalar!(
        r#"SELECT coalesce(
               (SELECT extversion FROM pg_extension WHERE extname = 'vector'),
               (SELECT default_version FROM pg_available_extensions WHERE name = 'vector')
           ) AS version"#
    )
    .fetch_one(&mut *connection)
    .await?;
    let Some(version) = pgvector else {
        return Err(StoreError::Unsupported(
            "this PostgreSQL server has no pgvector; install it there \
             (Debian: apt-get install postgresql-NN-pgvector)"
                .to_owned(),
        ));
    };
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if found < MIN_PGVECTOR {
        return Err(StoreError::Unsupported(format!(
            "pgvector {version} is too old; Landfall needs {}.{} or newer: \
             update the package, then run ALTER EXTENSION vector UPDATE",
            MIN_PGVECTOR.0, MIN_PGVECTOR.1
        )));
    }
    Ok(())
}
