//! The audit log, as people read it and take it away.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{Desk, DeskError};
use crate::ingest::format::{Format, guarded};
use crate::store::{AuditEntry, AuditFilter, AuditGroup, Fold};

/// Which part of the log to show, as a form says it: an empty field leaves nothing out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActivityQuery {
    /// Who, exactly as the log names them.
    pub person: String,
    /// Which kind of thing: `page`, `variant` and so on.
    pub kind: String,
    /// Part of the thing's name.
    pub subject: String,
    /// The first day in the site's time zone, `2026-03-01`.
    pub from: String,
    /// The last day, itself included.
    pub to: String,
}

/// What a log can be filtered by.
#[derive(Debug, Clone)]
pub struct ActivityChoices {
    /// Everybody in the log as it spells them, with the names of those who have an account.
    pub people: Vec<(String, Option<String>)>,
    /// The kinds of things in it.
    pub kinds: Vec<String>,
}

impl Desk {
    /// Reads a filter.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] when a date is none, or the days are in the wrong order.
    pub fn activity_filter(&self, query: &ActivityQuery) -> Result<AuditFilter, DeskError> {
        let zone = &self.engine.catalog().site.time_zone;
        filter(query, &TimeZone::get(zone).unwrap_or(TimeZone::UTC))
    }

    /// Entries of the log, the latest first: `limit` of them, older than the one numbered
    /// `older_than`.
    ///
    /// # Errors
    /// [`DeskError::Store`] when the database fails.
    pub async fn activity(
        &self,
        filter: &AuditFilter,
        older_than: Option<i64>,
        limit: i64,
    ) -> Result<Vec<AuditEntry>, DeskError> {
        Ok(self.store.audit_entries(filter, older_than, limit).await?)
    }

    /// As [`Self::activity`], with each import and each step for many things told as one.
    ///
    /// # Errors
    /// [`DeskError::Store`] when the database fails.
    pub async fn activity_in_batches(
        &self,
        filter: &AuditFilter,
        older_than: Option<i64>,
        limit: i64,
    ) -> Result<Vec<AuditGroup>, DeskError> {
        let groups = self
            .store
            .audit_groups(filter, Fold::Batches, older_than, limit);
        Ok(groups.await?)
    }

    /// What the log can be filtered by.
    ///
    /// # Errors
    /// [`DeskError::Store`] when the database fails.
    pub async fn activity_choices(&self) -> Result<ActivityChoices, DeskError> {
        Ok(ActivityChoices {
            people: self.store.audit_actors().await?,
            kinds: self.store.audit_kinds().await?,
        })
    }
}

fn filter(query: &ActivityQuery, zone: &TimeZone) -> Result<AuditFilter, DeskError> {
    let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let from = day("from", &query.from)?;
    let to = day("to", &query.to)?;
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        return Err(DeskError::invalid("to", "lies before the first day"));
    }
    Ok(AuditFilter {
        actor: given(&query.person),
        kind: given(&query.kind),
        subject: given(&query.subject),
        from: from.and_then(|day| start(day, zone)),
        until: to
            .and_then(|day| day.tomorrow().ok())
            .and_then(|day| start(day, zone)),
        actions: Vec::new(),
    })
}

fn day(field: &str, text: &str) -> Result<Option<Date>, DeskError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = |_| DeskError::invalid(field, "is not a day; write it as 2026-03-01");
    text.parse().map(Some).map_err(wrong)
}

/// The instant at which a day begins; `None` for one that no clock will show.
fn start(day: Date, zone: &TimeZone) -> Option<OffsetDateTime> {
    let second = day.to_zoned(zone.clone()).ok()?.timestamp().as_second();
    OffsetDateTime::from_unix_timestamp(second).ok()
}

/// An entry as a file holds it.
#[derive(Serialize)]
struct Line<'a> {
    at: String,
    actor: &'a str,
    address: Option<&'a str>,
    action: &'a str,
    subject: &'a str,
    before: Option<&'a Value>,
    after: Option<&'a Value>,
}

/// Entries as a part of a file; the `first` part of a table names its columns.
///
/// A table is safe to open: what a spreadsheet would run as a formula gets an apostrophe.
///
/// # Errors
/// [`std::io::Error`] when an entry has no such form, which would be a mistake of this file.
pub fn written(format: Format, entries: &[AuditEntry], first: bool) -> std::io::Result<Vec<u8>> {
    match format {
        Format::JsonLines => {
            let mut text = Vec::new();
            for entry in entries {
                serde_json::to_writer(&mut text, &line(entry))?;
                text.push(b'\n');
            }
            Ok(text)
        }
        Format::Csv => {
            // The mark without which Excel takes the letters for another encoding's.
            let start = if first { "\u{feff}" } else { "" };
            let mut table = csv::Writer::from_writer(start.as_bytes().to_vec());
            if first {
                table.write_record([
                    "at", "actor", "address", "action", "subject", "before", "after",
                ])?;
            }
            for entry in entries {
                let line = line(entry);
                let json = |value: Option<&Value>| value.map_or_else(String::new, Value::to_string);
                let (before, after) = (json(line.before), json(line.after));
                table.write_record(
                    [
                        &*line.at,
                        line.actor,
                        line.address.unwrap_or_default(),
                        line.action,
                        line.subject,
                        &before,
                        &after,
                    ]
                    .map(|cell| guarded(cell).into_owned()),
                )?;
            }
            table.into_inner().map_err(csv::IntoInnerError::into_error)
        }
    }
}

fn line(entry: &AuditEntry) -> Line<'_> {
    Line {
        at: entry.at.format(&Rfc3339).unwrap_or_default(),
        actor: &entry.actor,
        address: entry.address.as_deref(),
        action: &entry.action,
        subject: &entry.subject,
        before: entry.before.as_ref(),
        after: entry.after.as_ref(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use time::macros::datetime;

    use super::*;

    fn berlin() -> TimeZone {
        TimeZone::get("Europe/Berlin").unwrap()
    }

    #[test]
    fn days_are_those_of_the_site_and_the_last_one_counts() {
        let query = ActivityQuery {
            from: "2026-03-29".to_owned(),
            to: " 2026-03-29 ".to_owned(),
            ..ActivityQuery::default()
        };
        let filter = filter(&query, &berlin()).unwrap();
        assert_eq!(filter.from, Some(datetime!(2026-03-28 23:00 UTC)));
        // The clocks went forward on that day.
        assert_eq!(filter.until, Some(datetime!(2026-03-29 22:00 UTC)));
        assert_eq!(filter.actor, None);
    }

    #[test]
    fn a_wrong_day_is_told_to_its_field() {
        let check = |from: &str, to: &str, field: &str| {
            let query = ActivityQuery {
                from: from.to_owned(),
                to: to.to_owned(),
                ..ActivityQuery::default()
            };
            let Err(DeskError::Invalid(problems)) = filter(&query, &berlin()) else {
                panic!("{from} {to} was taken");
            };
            assert_eq!(problems[0].field, field);
        };
        check("yesterday", "", "from");
        check("", "2026-02-30", "to");
        check("2026-03-02", "2026-03-01", "to");
    }

    #[test]
    fn a_file_holds_no_formula_and_names_its_columns_once() {
        let entry = AuditEntry {
            id: 1,
            at: datetime!(2026-03-01 08:00 UTC),
            actor: "=HYPERLINK(\"http://x\")".to_owned(),
            author: "Ann".to_owned(),
            action: "page.save".to_owned(),
            subject: "@pricing".to_owned(),
            thing_id: None,
            thing_name: None,
            before: None,
            after: Some(json!({"intent": "A, B"})),
            address: None,
        };
        let text = |format, first| {
            let bytes = written(format, std::slice::from_ref(&entry), first).unwrap();
            String::from_utf8(bytes).unwrap()
        };
        let row = "2026-03-01T08:00:00Z,\"'=HYPERLINK(\"\"http://x\"\")\",,page.save,'@pricing,,\"{\"\"intent\"\":\"\"A, B\"\"}\"\n";
        assert_eq!(text(Format::Csv, false), row);
        assert_eq!(
            text(Format::Csv, true),
            format!("\u{feff}at,actor,address,action,subject,before,after\n{row}")
        );
        let line: Value = serde_json::from_str(&text(Format::JsonLines, true)).unwrap();
        assert_eq!(line["after"]["intent"], "A, B");
        assert_eq!(line["actor"], "=HYPERLINK(\"http://x\")");
    }
}
