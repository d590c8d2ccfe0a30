//! Segments: finding, writing, ordering and deleting them.

use std::collections::HashMap;

use domain::condition::SavedGroups;
use domain::condition::outline::Direction;
use domain::difference::apart;
use domain::record::{Record, SegmentRecord};
use domain::{Condition, SegmentKey};
use serde_json::{Value, json};

use super::audience::Reach;
use super::{Actor, Desk, DeskError};
use crate::embedding::Embedding;
use crate::ingest::{check_one, vectors_or_later};
use crate::store::{SegmentSummary, SegmentUse, Space, StoreError, StoreTransaction, TextHash};

/// How far apart priorities are, so that an import can put a segment in between.
const STEP: i32 = 10;
/// Most variants that are named where a segment is used.
const USES: i64 = 50;

/// What people write of a segment.
#[derive(Debug, Clone)]
pub struct SegmentDraft {
    /// Its name for people.
    pub name: String,
    /// A sentence about these visitors.
    pub description: String,
    /// Who belongs to it: JSON text in the condition language.
    pub condition: String,
}

/// A segment as a list shows it.
#[derive(Debug, Clone)]
pub struct ListedSegment {
    /// The segment with its variants.
    pub summary: SegmentSummary,
    /// What share of the last seven days' visits its condition would have matched.
    pub reach: Reach,
}

/// Where a segment is used.
#[derive(Debug, Clone)]
pub struct SegmentUses {
    /// How many variants are written for it.
    pub total: i64,
    /// The first of them, by page.
    pub variants: Vec<SegmentUse>,
}

impl Desk {
    /// Every segment with what is written for it and who comes, in the order in which they are
    /// tried, `default` last.
    ///
    /// # Errors
    /// [`DeskError::Store`] when the database fails.
    pub async fn segments(&self) -> Result<Vec<ListedSegment>, DeskError> {
        let (summaries, audience) = tokio::try_join!(self.segment_summaries(), self.audience())?;
        let conditions: Vec<Condition> = summaries
            .iter()
            .map(|summary| {
                Condition::parse_lenient(&summary.record.condition, &SavedGroups::default())
            })
            .collect();
        let reach = audience.reach(&conditions.iter().collect::<Vec<_>>());
        let listed = summaries.into_iter().zip(reach);
        let listed = listed.map(|(summary, reach)| ListedSegment { summary, reach });
        Ok(listed.collect())
    }

    /// Every segment with what is written for it, in the order in which they are tried, `default`
    /// last.
    ///
    /// # Errors
    /// [`DeskError::Store`] when the database fails.
    pub async fn segment_summaries(&self) -> Result<Vec<SegmentSummary>, DeskError> {
        Ok(self.store.segment_summaries().await?)
    }

    /// A segment as it is edited.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] when there is none of that key.
    pub async fn segment(&self, key: &SegmentKey) -> Result<SegmentSummary, DeskError> {
        let mut segments = self.store.segment_summaries().await?.into_iter();
        let found = segments.find(|segment| segment.record.key == *key);
        found.ok_or_else(|| gone(key))
    }

    /// The variants written for a segment.
    ///
    /// # Errors
    /// [`DeskError::Store`] when the database fails.
    pub async fn segment_uses(&self, segment: &SegmentSummary) -> Result<SegmentUses, DeskError> {
        Ok(SegmentUses {
            total: segment.variants.total(),
            variants: self.store.segment_uses(segment.id, USES).await?,
        })
    }

    /// Makes a segment, which is tried after the others.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] when something is wrong with it, or when its key is taken.
    pub async fn create_segment(
        &self,
        actor: &Actor,
        key: SegmentKey,
        draft: SegmentDraft,
    ) -> Result<(), DeskError> {
        let mut writing = self.prepare_segment(draft.of(key)?).await?;
        let mut transaction = self.store.begin().await?;
        let order = transaction.segment_order().await?;
        if let Some((present, _)) = transaction.segment(&writing.record.key).await? {
            writing.record.priority = present.priority;
            // A second click on "create" finds its work done.
            if present == writing.record {
                return Ok(());
            }
            let message = format!(
                "is the key of {} already; choose another, or edit that segment",
                present.name
            );
            return Err(DeskError::invalid("key", message));
        }
        let last = order.last().map_or(0, |(_, priority)| *priority);
        writing.record.priority = last.saturating_add(STEP);
        writing.save(&mut transaction).await?;
        let subject = writing.record.key.as_str();
        let after = json!(writing.record);
        transaction
            .note(actor, "segment.create", subject, None, Some(&after))
            .await?;
        transaction.announce().await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Saves a segment over its edition `base`. Its key and its place in the order stay.
    ///
    /// # Errors
    /// [`DeskError::Stale`] when somebody saved the segment since; [`DeskError::NotFound`] when it
    /// was deleted; [`DeskError::Invalid`] when something is wrong with it.
    pub async fn save_segment(
        &self,
        actor: &Actor,
        key: &SegmentKey,
        base: i32,
        draft: SegmentDraft,
    ) -> Result<(), DeskError> {
        let mut writing = self.prepare_segment(draft.of(key.clone())?).await?;
        let mut transaction = self.store.begin().await?;
        let present = transaction.segment(key).await?;
        let (present, edition) = present.ok_or_else(|| gone(key))?;
        writing.record.priority = present.priority;
        // A second click on "save" finds its work done.
        if writing.record == present {
            return Ok(());
        }
        if edition != base {
            let author = transaction.last_author("segment", key.as_str()).await?;
            return Err(DeskError::Stale {
                revision: edition,
                author: author.unwrap_or_else(|| "somebody".to_owned()),
            });
        }
        writing.save(&mut transaction).await?;
        let (before, after) = apart(&json!(present), &json!(writing.record));
        let subject = key.as_str();
        transaction
            .note(actor, "segment.save", subject, Some(&before), Some(&after))
            .await?;
        transaction.announce().await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Tries the segments in the order of `keys` from now on.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] unless these are exactly the segments there are, without `default`.
    pub async fn order_segments(
        &self,
        actor: &Actor,
        keys: &[SegmentKey],
    ) -> Result<(), DeskError> {
        let transaction = self.store.begin().await?;
        reorder(transaction, actor, |present| {
            let mut wanted = keys.to_vec();
            let mut there = present.clone();
            wanted.sort_unstable();
            there.sort_unstable();
            *present = keys.to_vec();
            if wanted == there {
                Ok(())
            } else {
                let message = "Somebody added or deleted a segment meanwhile. \
                               Nothing was changed; load the list again.";
                Err(DeskError::Conflict(message.to_owned()))
            }
        })
        .await
    }

    /// Tries a segment one place earlier or later; at the end of the order nothing changes.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] when there is none of that key, or it is `default`.
    pub async fn move_segment(
        &self,
        actor: &Actor,
        key: &SegmentKey,
        direction: Direction,
    ) -> Result<(), DeskError> {
        let transaction = self.store.begin().await?;
        reorder(transaction, actor, |order| {
            let place = order.iter().position(|it| it == key);
            let place = place.ok_or_else(|| gone(key))?;
            let target = match direction {
                Direction::Up => place.saturating_sub(1),
                Direction::Down => (place + 1).min(order.len() - 1),
            };
            order.swap(place, target);
            Ok(())
        })
        .await
    }

    /// Deletes a segment. Its visitors belong to the next one whose condition holds.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] while variants use it, and for `default`; [`DeskError::NotFound`]
    /// when it is gone.
    pub async fn delete_segment(&self, actor: &Actor, key: &SegmentKey) -> Result<(), DeskError> {
        if key.is_default() {
            let message = "Everybody whom no other segment claims belongs to this one; it stays.";
            return Err(DeskError::Conflict(message.to_owned()));
        }
        let mut transaction = self.store.begin().await?;
        let present = transaction.segment(key).await?;
        let (present, _) = present.ok_or_else(|| gone(key))?;
        transaction.delete_segment(key).await.map_err(refused)?;
        let subject = key.as_str();
        let before = json!(present);
        transaction
            .note(actor, "segment.delete", subject, Some(&before), None)
            .await?;
        transaction.announce().await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Checks a segment as an import would, and embeds its description.
    async fn prepare_segment(&self, record: SegmentRecord) -> Result<Writing, DeskError> {
        check_one(&self.store, &Record::Segment(record.clone())).await?;
        let provider = self.engine.provider();
        let space = self.store.ensure_space(provider.space()).await?;
        let vectors =
            vectors_or_later(&self.store, provider, &space, &[&record.description]).await?;
        Ok(Writing {
            record,
            space,
            vectors,
        })
    }
}

impl SegmentDraft {
    /// The record of this draft; its priority is not known yet.
    fn of(self, key: SegmentKey) -> Result<SegmentRecord, DeskError> {
        let wrong = |message: String| DeskError::invalid("condition", message);
        let text = match self.condition.trim() {
            "" => return Err(wrong("is empty; {} matches everyone".to_owned())),
            text => text,
        };
        Condition::parse_str(text).map_err(|error| wrong(error.to_string()))?;
        let condition: Value =
            serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
        Ok(SegmentRecord {
            key,
            name: self.name.trim().to_owned(),
            description: self.description.trim().to_owned(),
            priority: 0,
            condition,
        })
    }
}

/// A segment that may be saved.
struct Writing {
    record: SegmentRecord,
    space: Space,
    /// The description's vector.
    vectors: HashMap<TextHash, Embedding>,
}

impl Writing {
    async fn save(&self, transaction: &mut StoreTransaction) -> Result<(), DeskError> {
        transaction.save_segment(&self.record).await?;
        for (hash, vector) in &self.vectors {
            transaction
                .save_query_vector(&self.space, hash, vector)
                .await?;
        }
        Ok(())
    }
}

/// Changes the order of all segments but `default`, and gives them priorities anew.
async fn reorder(
    mut transaction: StoreTransaction,
    actor: &Actor,
    change: impl FnOnce(&mut Vec<SegmentKey>) -> Result<(), DeskError>,
) -> Result<(), DeskError> {
    let present = transaction.segment_order().await?;
    let before: Vec<SegmentKey> = present.into_iter().map(|(key, _)| key).collect();
    let mut after = before.clone();
    change(&mut after)?;
    if after == before {
        return Ok(());
    }
    let priorities = (1..).map(|place: i32| place.saturating_mul(STEP));
    let numbered: Vec<(SegmentKey, i32)> = after.iter().cloned().zip(priorities).collect();
    transaction.set_priorities(&numbered).await?;
    let (before, after) = (json!({ "order": before }), json!({ "order": after }));
    transaction
        .note(
            actor,
            "segment.order",
            "segments",
            Some(&before),
            Some(&after),
        )
        .await?;
    transaction.announce().await?;
    transaction.commit().await?;
    Ok(())
}

fn gone(key: &SegmentKey) -> DeskError {
    DeskError::NotFound(format!("The segment {key}"))
}

/// What the database refuses because variants use the segment.
fn refused(error: StoreError) -> DeskError {
    match error {
        StoreError::Refused { .. } => DeskError::Conflict(
            "Variants are written for this segment. Move or delete them first.".to_owned(),
        ),
        other => DeskError::Store(other),
    }
}
