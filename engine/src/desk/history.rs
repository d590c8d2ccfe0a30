//! The history of pages and segments, read from the audit log: what was saved, and what changed.

use domain::difference::{Change, changes, undone};
use domain::record::{PageRecord, SegmentRecord};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::{Desk, DeskError};
use crate::store::AuditEntry;

/// Most changes that are told, and that can be gone back over.
const TOLD: i64 = 100;

/// A page or a segment as it was after one change.
#[derive(Debug, Clone)]
pub struct PastState<R> {
    /// The change's number in the audit log; later ones have larger numbers.
    pub change: i64,
    /// What happened: `page.save`.
    pub action: String,
    /// Who did it.
    pub author: String,
    /// When.
    pub at: OffsetDateTime,
    /// What it changed; of the first one, all that the log says of the new thing.
    pub changes: Vec<Change>,
    /// Whether it made the thing.
    pub begins: bool,
    /// The thing as it was afterwards; `None` where the log does not tell.
    pub record: Option<R>,
}

/// What keeps its history in the log.
pub trait Remembered: Serialize + DeserializeOwned {
    /// What the log calls such a thing.
    const KIND: &'static str;
    /// The field that other changes than its own alter, and that therefore has no history.
    const PASSING: Option<&'static str> = None;

    /// The thing's name in the log.
    fn subject(&self) -> &str;
}

impl Remembered for PageRecord {
    const KIND: &'static str = "page";

    fn subject(&self) -> &str {
        self.id.as_str()
    }
}

impl Remembered for SegmentRecord {
    const KIND: &'static str = "segment";
    const PASSING: Option<&'static str> = Some("priority");

    fn subject(&self) -> &str {
        self.key.as_str()
    }
}

impl Desk {
    /// What became of the thing that is `present` now since it was made, the latest change first, at
    /// most 100 of them.
    ///
    /// # Errors
    /// [`DeskError::Store`] when the database fails.
    pub async fn history<R: Remembered>(
        &self,
        present: &R,
    ) -> Result<Vec<PastState<R>>, DeskError> {
        let log = self
            .store
            .audit_of(R::KIND, present.subject(), TOLD)
            .await?;
        Ok(walked_back(present, log))
    }

    /// The thing that is `present` now as it was after `change`, and when that was.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] when the log does not tell how it was.
    pub async fn as_of<R: Remembered>(
        &self,
        present: &R,
        change: i64,
    ) -> Result<(R, OffsetDateTime), DeskError> {
        let history = self.history(present).await?.into_iter();
        history
            .filter(|state| state.change == change)
            .find_map(|state| Some((state.record?, state.at)))
            .ok_or_else(|| DeskError::NotFound(format!("This state of the {}", R::KIND)))
    }
}

/// The states that `log`, the latest change first, tells of the thing that is `present` now.
fn walked_back<R: Remembered>(present: &R, log: Vec<AuditEntry>) -> Vec<PastState<R>> {
    let mut lasting = json!(present);
    let passing = taken_out::<R>(&mut lasting);
    let mut state = Some(lasting);
    let mut states = Vec::new();
    for mut entry in log {
        for side in [&mut entry.before, &mut entry.after] {
            side.as_mut().and_then(taken_out::<R>);
        }
        let begins = entry.before.is_none();
        let record = state
            .as_ref()
            .and_then(|state| whole(state, passing.as_ref()));
        state = state.and_then(|state| before(&state, &entry));
        states.push(PastState {
            change: entry.id,
            changes: changes(entry.before.as_ref(), entry.after.as_ref()),
            action: entry.action,
            author: entry.author,
            at: entry.at,
            begins,
            record,
        });
        // What stands before that was another thing of the same name.
        if begins {
            break;
        }
    }
    states
}

/// Removes the field that has no history.
fn taken_out<R: Remembered>(value: &mut Value) -> Option<Value> {
    value.as_object_mut()?.remove(R::PASSING?)
}

/// A state with today's value of the field that has no history.
fn whole<R: Remembered>(state: &Value, passing: Option<&Value>) -> Option<R> {
    let mut state = state.clone();
    if let (Some(fields), Some(name), Some(value)) = (state.as_object_mut(), R::PASSING, passing) {
        fields.insert(name.to_owned(), value.clone());
    }
    serde_json::from_value(state).ok()
}

/// What a thing was before one of its changes.
fn before(state: &Value, entry: &AuditEntry) -> Option<Value> {
    undone(state, entry.before.as_ref()?, entry.after.as_ref()?)
}

#[cfg(test)]
mod tests {
    use domain::difference::apart;
    use time::macros::datetime;

    use super::*;

    fn page(intent: &str, rollout: f64) -> PageRecord {
        let page = json!({
            "id": "pricing", "path": "/pricing", "intent": intent, "rollout": rollout,
            "contents": {"en": {"title": "Pricing", "description": "Plans", "blocks": []}}
        });
        serde_json::from_value(page).unwrap()
    }

    fn entry(id: i64, action: &str, before: Option<&PageRecord>, after: &PageRecord) -> AuditEntry {
        let (before, after) = match before {
            Some(before) => {
                let (before, after) = apart(&json!(before), &json!(after));
                (Some(before), after)
            }
            None => (None, json!(after)),
        };
        AuditEntry {
            id,
            at: datetime!(2026-03-01 08:00 UTC),
            actor: "ann@site.example".to_owned(),
            author: "Ann".to_owned(),
            action: action.to_owned(),
            subject: "pricing".to_owned(),
            thing_id: Some(1),
            thing_name: Some("/pricing".to_owned()),
            before,
            after: Some(after),
            address: None,
        }
    }

    #[test]
    fn a_page_is_known_as_it_was_after_each_change_since_it_was_made() {
        let (a, b, c) = (page("A", 100.0), page("B", 100.0), page("B", 50.0));
        let log = vec![
            entry(5, "page.save", Some(&b), &c),
            entry(4, "page.import", Some(&a), &b),
            entry(3, "page.create", None, &a),
            entry(2, "page.save", Some(&b), &c),
        ];
        let states = walked_back(&c, log);
        let known: Vec<_> = states
            .iter()
            .map(|s| (s.change, s.record.clone()))
            .collect();
        assert_eq!(known, [(5, Some(c)), (4, Some(b)), (3, Some(a))]);
        assert_eq!(states[0].changes[0].field, "rollout");
    }

    #[test]
    fn what_stands_before_a_change_that_nobody_noted_is_not_made_up() {
        let (a, b, other) = (page("A", 100.0), page("B", 100.0), page("C", 100.0));
        let log = vec![
            entry(2, "page.save", Some(&a), &b),
            entry(1, "page.create", None, &a),
        ];
        let known: Vec<bool> = walked_back(&other, log)
            .iter()
            .map(|state| state.record.is_some())
            .collect();
        assert_eq!(known, [true, false]);
    }

    #[test]
    fn a_segment_is_known_as_it_was_wherever_it_stood_among_the_others() {
        let segment = |name: &str, priority: i32| -> SegmentRecord {
            let segment = json!({
                "key": "smb", "name": name, "description": "Small ones.", "priority": priority,
                "condition": {}
            });
            serde_json::from_value(segment).unwrap()
        };
        let (before, after) = apart(&json!(segment("A", 1)), &json!(segment("B", 2)));
        let imported = AuditEntry {
            before: Some(before),
            after: Some(after),
            ..entry(2, "segment.import", None, &page("", 0.0))
        };
        // Somebody put it elsewhere since.
        let states = walked_back(&segment("B", 30), vec![imported.clone(), imported]);
        assert_eq!(states[0].record, Some(segment("B", 30)));
        assert_eq!(states[1].record, Some(segment("A", 30)));
        let fields: Vec<&str> = states[0].changes.iter().map(|c| &*c.field).collect();
        assert_eq!(fields, ["name"]);
    }
}
