//! What an import would do, found out without doing any of it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use domain::difference::{Change, changes};
use domain::record::{Record, RecordKind};
use serde::{Deserialize, Serialize};

use super::check::Checker;
use super::present::{Compared, Present};
use super::source::{Batches, Source};
use super::{ImportError, Rejection};
use crate::store::Store;

/// Most new and most changed records that a plan shows.
const SAMPLES: usize = 6;
/// Most fields that a sample shows, and characters of each.
const FIELDS: usize = 5;
const CHARACTERS: usize = 160;

/// What an import would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// How many records of each kind; kinds that do not occur are left out.
    pub counts: BTreeMap<RecordKind, Counts>,
    /// Bad rows that do not even say what they are.
    pub unknown: usize,
    /// Some of the records that would be saved.
    pub samples: Vec<Sample>,
}

/// Records of one kind, by what an import would do with them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// They would be made.
    pub new: usize,
    /// They stand in the database, and would be changed.
    pub changed: usize,
    /// They stand in the database as they are.
    pub unchanged: usize,
    /// They have problems.
    pub rejected: usize,
}

/// A record that would be saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// What it is.
    pub kind: RecordKind,
    /// The name by which it is known again; empty for the site.
    pub name: String,
    /// Whether it would be made.
    pub new: bool,
    /// Some of the fields in which it differs from what stands in the database.
    pub fields: Vec<FieldChange>,
    /// How many more fields differ.
    pub more: usize,
}

/// A field that would change; long texts are cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Its way through the record.
    pub field: String,
    /// What it is; `None` when it is not there.
    pub before: Option<String>,
    /// What it would be; `None` when it would be gone.
    pub after: Option<String>,
}

/// Goes through a file, a batch of rows at a time.
pub struct Planner {
    store: Store,
    batches: Batches,
    present: Present,
    checker: Checker,
    plan: Plan,
}

impl Plan {
    /// Records that would be saved: what is new and what would change.
    pub fn saves(&self) -> usize {
        self.sum(|counts| counts.new + counts.changed)
    }

    /// Bad rows.
    pub fn rejected(&self) -> usize {
        self.unknown + self.sum(|counts| counts.rejected)
    }

    /// The records of all kinds together.
    pub fn sum(&self, of: impl Fn(&Counts) -> usize) -> usize {
        self.counts.values().map(of).sum()
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} new, {} changed, {} unchanged, {} rejected",
            self.sum(|counts| counts.new),
            self.sum(|counts| counts.changed),
            self.sum(|counts| counts.unchanged),
            self.rejected()
        )
    }
}

impl Planner {
    /// Reads the whole file, for the names that its records may refer to.
    ///
    /// # Errors
    /// [`ImportError::File`] when it cannot be read, [`ImportError::Store`] when the database fails.
    pub async fn start(store: &Store, source: &Arc<dyn Source>) -> Result<Self, ImportError> {
        let present = Present::load(store).await?;
        let checker = Checker::gather(&present, source).await?;
        Ok(Self {
            store: store.clone(),
            batches: Batches::of(source),
            present,
            checker,
            plan: Plan::default(),
        })
    }

    /// Takes the next rows and returns what is wrong with them; `None` at the file's end.
    ///
    /// # Errors
    /// As for [`Self::start`].
    pub async fn step(&mut self) -> Result<Option<Vec<Rejection>>, ImportError> {
        let Some(rows) = self.batches.next().await? else {
            return Ok(None);
        };
        let mut rejections = Vec::new();
        let mut records = Vec::with_capacity(rows.len());
        for row in rows {
            let (line, kind) = (row.line, row.kind);
            let checked = row
                .record
                .and_then(|record| match self.checker.check(line, &record) {
                    problems if problems.is_empty() => Ok(record),
                    problems => Err(problems),
                });
            match checked {
                Ok(record) => records.push(record),
                Err(problems) => {
                    match kind {
                        Some(kind) => self.plan.counts.entry(kind).or_default().rejected += 1,
                        None => self.plan.unknown += 1,
                    }
                    let rejected = problems.into_iter();
                    rejections.extend(rejected.map(|problem| Rejection {
                        line,
                        kind,
                        name: row.name.clone(),
                        row: row.text.clone(),
                        problem,
                    }));
                }
            }
        }
        for compared in self.present.compare(&self.store, records).await? {
            self.plan.count(&compared);
        }
        Ok(Some(rejections))
    }

    /// Bad rows so far.
    pub(super) fn rejected(&self) -> usize {
        self.plan.rejected()
    }

    /// What was found; to be asked at the file's end.
    pub fn finish(self) -> Plan {
        self.plan
    }
}

impl Plan {
    fn count(&mut self, compared: &Compared) {
        let counts = self.counts.entry(compared.record.kind()).or_default();
        if compared.is_unchanged() {
            counts.unchanged += 1;
            return;
        }
        let new = compared.former.is_none();
        if new {
            counts.new += 1;
        } else {
            counts.changed += 1;
        }
        let shown = self.samples.iter().filter(|s| s.new == new).count();
        if shown < SAMPLES {
            self.samples.push(Sample::of(compared));
        }
    }
}

impl Sample {
    fn of(compared: &Compared) -> Self {
        let Compared { record, former } = compared;
        let value = |record: &Record| serde_json::to_value(record).ok();
        let former_value = former.as_ref().and_then(value);
        let mut changes = changes(former_value.as_ref(), value(record).as_ref());
        // Kind and name are said already, and those of blocks by the ways to their fields.
        changes.retain(|change| {
            let field = change.field.rsplit('.').next().unwrap_or_default();
            !matches!(field, "kind" | "id" | "key" | "type")
        });
        let more = changes.len().saturating_sub(FIELDS);
        changes.truncate(FIELDS);
        Self {
            kind: record.kind(),
            name: record.name().to_owned(),
            new: former.is_none(),
            fields: changes.into_iter().map(FieldChange::from).collect(),
            more,
        }
    }
}

impl From<Change> for FieldChange {
    fn from(change: Change) -> Self {
        Self {
            field: change.field,
            before: change.before.map(shortened),
            after: change.after.map(shortened),
        }
    }
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
