//! A page's history, read from the audit log: what was saved, and what changed.

use domain::difference::{Change, changes, undone};
use domain::record::PageRecord;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::{Desk, DeskError};
use crate::store::AuditEntry;

/// Most changes that are told, and that can be gone back over.
const TOLD: i64 = 100;

/// A page as it was after one change.
#[derive(Debug, Clone)]
pub struct PageState {
    /// The change's number in the audit log; later ones have larger numbers.
    pub change: i64,
    /// What happened: `page.save`.
    pub action: String,
    /// Who did it.
    pub author: String,
    /// When.
    pub at: OffsetDateTime,
    /// What it changed; of the first one, all that the log says of the new page.
    pub changes: Vec<Change>,
    /// Whether it made the page.
    pub begins: bool,
    /// The page as it was afterwards; `None` where the log does not tell.
    pub record: Option<PageRecord>,
}

impl Desk {
    /// What became of the page that is `present` now since it was made, the latest change first, at
    /// most 100 of them.
    ///
    /// # Errors
    /// [`DeskError::Store`] when the database fails.
    pub async fn page_history(&self, present: &PageRecord) -> Result<Vec<PageState>, DeskError> {
        let log = self
            .store
            .audit_of("page", present.id.as_str(), TOLD)
            .await?;
        Ok(walked_back(present, log))
    }

    /// The page that is `present` now as it was after `change`, and when that was.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] when the log does not tell how it was.
    pub async fn page_as_of(
        &self,
        present: &PageRecord,
        change: i64,
    ) -> Result<(PageRecord, OffsetDateTime), DeskError> {
        let history = self.page_history(present).await?.into_iter();
        history
            .filter(|state| state.change == change)
            .find_map(|state| Some((state.record?, state.at)))
            .ok_or_else(|| DeskError::NotFound("This state of the page".to_owned()))
    }
}

/// The states that `log`, the latest change first, tells of the page that is `present` now.
fn walked_back(present: &PageRecord, log: Vec<AuditEntry>) -> Vec<PageState> {
    let mut state = Some(json!(present));
    let mut states = Vec::new();
    for entry in log {
        let record = state
            .clone()
            .and_then(|page| serde_json::from_value(page).ok());
        let begins = entry.before.is_none();
        state = state.and_then(|page| before(&page, &entry));
        states.push(PageState {
            change: entry.id,
            changes: changes(entry.before.as_ref(), entry.after.as_ref()),
            action: entry.action,
            author: entry.author,
            at: entry.at,
            begins,
            record,
        });
        // What stands before that was another page of the same id.
        if begins {
            break;
        }
    }
    states
}

/// What a page was before one of its changes.
fn before(page: &Value, entry: &AuditEntry) -> Option<Value> {
    undone(page, entry.before.as_ref()?, entry.after.as_ref()?)
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
}
