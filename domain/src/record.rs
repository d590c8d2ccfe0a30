//! The records an import file consists of, one JSON object a line.
//!
//! `kind` says what a record is: `site`, `segment`, `page` or `variant`. Records refer to each
//! other by name, so that a file means the same in every database.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;

use crate::condition::Condition;
use crate::content::{ContentOverride, PageContent};
use crate::id::{ExternalId, SegmentKey};
use crate::locale::Locale;
use crate::path::CanonicalPath;
use crate::rollout::EVERYBODY;
use crate::site::SiteSettings;
use crate::validation::Problems;
use crate::variant::Status;

/// Largest page as JSON, all languages together; an import file's rows may be a little larger.
const MAX_PAGE_BYTES: usize = 1_000_000;

/// One record of an import file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Record {
    /// What holds for every page.
    Site(SiteSettings),
    /// A named audience.
    Segment(SegmentRecord),
    /// A public path with its default content.
    Page(PageRecord),
    /// What one audience sees instead.
    Variant(VariantRecord),
}

/// What a record is, in the order in which an import takes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordKind {
    /// What holds for every page.
    Site,
    /// A named audience.
    Segment,
    /// A public path with its default content.
    Page,
    /// What one audience sees instead.
    Variant,
}

/// A named audience.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentRecord {
    /// Its name in cookies, headers and files.
    pub key: SegmentKey,
    /// Its name for people, at most 80 characters.
    pub name: String,
    /// A sentence about these visitors, at most 400 characters; part of the query vector.
    pub description: String,
    /// Segments are tried from the smallest number to the largest; equals by key.
    pub priority: i32,
    /// Who belongs to it, in the condition language. `{}` is everyone.
    pub condition: Value,
}

/// A public path with its default content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageRecord {
    /// The name by which a later import knows the page again.
    pub id: ExternalId,
    /// Its path, without a language prefix.
    pub path: CanonicalPath,
    /// A sentence saying what the page is for, at most 400 characters; part of the query vector.
    pub intent: String,
    /// Per cent of its visitors, 0 to 100, who see what is decided for them; the rest see its
    /// default content.
    #[serde(default = "everybody", skip_serializing_if = "is_everybody")]
    pub rollout: f64,
    /// Whether campaign terms have a say in what its visitors see.
    #[serde(default = "heard", skip_serializing_if = "is_heard")]
    pub terms: bool,
    /// What it says to everybody, per language.
    pub contents: BTreeMap<Locale, PageContent>,
}

impl PageRecord {
    /// What it says to everybody who asked for `locale` on a site whose default language is `default`; `None` when it
    /// says nothing at all.
    pub fn content_for(&self, locale: Locale, default: Locale) -> Option<&PageContent> {
        let found = locale.content_in(&self.contents, default);
        found.map(|(_, content)| content)
    }
}

/// What one audience sees of a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VariantRecord {
    /// The name by which a later import knows the variant again.
    pub id: ExternalId,
    /// The page's `id`.
    pub page: ExternalId,
    /// The segment's `key`; without one the variant is for any visitor it resembles enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<SegmentKey>,
    /// Its language.
    pub locale: Locale,
    /// Its name for people, at most [`Self::MAX_NAME`] characters.
    pub name: String,
    /// Where it stands in its life.
    #[serde(default = "published")]
    pub status: Status,
    /// When a scheduled variant starts to be shown, RFC 3339.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "time::serde::rfc3339::option"
    )]
    pub starts_at: Option<OffsetDateTime>,
    /// When a scheduled variant stops being shown, RFC 3339.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "time::serde::rfc3339::option"
    )]
    pub ends_at: Option<OffsetDateTime>,
    /// What it changes of its page.
    pub content: ContentOverride,
}

impl RecordKind {
    /// Every kind: records refer to none of a later one.
    pub const ALL: [Self; 4] = [Self::Site, Self::Segment, Self::Page, Self::Variant];

    /// The kind's name in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Segment => "segment",
            Self::Page => "page",
            Self::Variant => "variant",
        }
    }

    /// The kind that a file names so.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl Record {
    /// What the record is.
    pub fn kind(&self) -> RecordKind {
        match self {
            Self::Site(_) => RecordKind::Site,
            Self::Segment(_) => RecordKind::Segment,
            Self::Page(_) => RecordKind::Page,
            Self::Variant(_) => RecordKind::Variant,
        }
    }

    /// The name by which it is known again among those of its kind; a site has none.
    pub fn name(&self) -> &str {
        match self {
            Self::Site(_) => "",
            Self::Segment(segment) => segment.key.as_str(),
            Self::Page(page) => page.id.as_str(),
            Self::Variant(variant) => variant.id.as_str(),
        }
    }

    /// Checks everything that can be known from the record alone.
    pub fn validate(&self, problems: &mut Problems) {
        match self {
            Self::Site(site) => site.validate(problems),
            Self::Segment(segment) => segment.validate(problems),
            Self::Page(page) => page.validate(problems),
            Self::Variant(variant) => variant.validate(problems),
        }
    }
}

impl SegmentRecord {
    fn validate(&self, problems: &mut Problems) {
        problems.line("name", &self.name, 80);
        problems.line("description", &self.description, 400);
        match Condition::parse(&self.condition) {
            Err(error) => problems.add("condition", error.to_string()),
            Ok(_)
                if self.key.is_default()
                    && self.condition != Value::Object(serde_json::Map::new()) =>
            {
                problems.add("condition", "of the default segment is always {}");
            }
            Ok(_) => {}
        }
        // PostgreSQL's jsonb holds every text but this one.
        if has_nul(&self.condition) {
            problems.add("condition", "contains the character U+0000; remove it");
        }
    }
}

impl PageRecord {
    fn validate(&self, problems: &mut Problems) {
        // What is larger could not be imported again after an export.
        let bytes = serde_json::to_vec(self).map_or(0, |json| json.len());
        if bytes > MAX_PAGE_BYTES {
            problems.add(
                "contents",
                format!("are {bytes} bytes of JSON together; the limit is {MAX_PAGE_BYTES}"),
            );
        }
        problems.line("intent", &self.intent, 400);
        if !(0.0..=EVERYBODY).contains(&self.rollout) {
            problems.add(
                "rollout",
                format!("is {}; give per cent from 0 to 100", self.rollout),
            );
        }
        problems.count("contents", self.contents.len(), 1, 32);
        for (locale, content) in &self.contents {
            problems.within(&format!("contents.{locale}"), |p| content.validate(p));
        }
    }
}

impl VariantRecord {
    /// Longest name, in characters.
    pub const MAX_NAME: usize = 120;

    fn validate(&self, problems: &mut Problems) {
        problems.line("name", &self.name, Self::MAX_NAME);
        if self.status == Status::Scheduled && self.starts_at.is_none() {
            problems.add(
                "starts_at",
                "is missing; a scheduled variant needs its start",
            );
        }
        if let (Some(start), Some(end)) = (self.starts_at, self.ends_at)
            && end <= start
        {
            problems.add("ends_at", "is not after starts_at");
        }
        problems.within("content", |p| self.content.validate(p));
    }
}

fn published() -> Status {
    Status::Published
}

fn heard() -> bool {
    true
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes fields by reference"
)]
fn is_heard(terms: &bool) -> bool {
    *terms
}

fn everybody() -> f64 {
    EVERYBODY
}

#[cfg_attr(
    target_pointer_width = "64",
    expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde passes fields by reference"
    )
)]
fn is_everybody(rollout: &f64) -> bool {
    *rollout >= EVERYBODY
}

/// Whether any text in `json`, a key or a value, contains the character U+0000.
fn has_nul(json: &Value) -> bool {
    match json {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(fields) => fields
            .iter()
            .any(|(key, value)| key.contains('\0') || has_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_survives_being_written_and_read() {
        let line = r#"{"kind":"variant","id":"v1","page":"pricing","segment":"smb","locale":"de","name":"N","status":"scheduled","starts_at":"2026-03-01T08:00:00Z","content":{"title":"T"}}"#;
        let record: Record = serde_json::from_str(line).unwrap();
        assert_eq!(serde_json::to_string(&record).unwrap(), line);
    }

    fn check(line: &str, expected: &[&str]) {
        let mut problems = Problems::new();
        serde_json::from_str::<Record>(line)
            .unwrap()
            .validate(&mut problems);
        let found: Vec<String> = problems
            .into_vec()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{found} lacks {expected}");
        }
    }

    #[test]
    fn a_condition_may_spell_a_nul_but_not_contain_one() {
        let check = |condition: &str, expected: &[&str]| {
            let record = r#"{"kind":"segment","key":"x","name":"N","description":"D","priority":1,"condition":"#;
            check(&format!("{record}{condition}}}"), expected);
        };
        let refused: &[&str] = &["condition: contains the character U+0000"];
        check(r#"{"utm.source":{"$regex":"\\u0000|a"}}"#, &[]);
        check(r#"{"utm.source":"C:\\u0000"}"#, &[]);
        check(r#"{"utm.source":"a\u0000"}"#, refused);
        check(r#"{"query.a\u0000":"a"}"#, refused);
        check(
            r#"{"$or":[{"utm.source":{"$in":["a","\u0000"]}}]}"#,
            refused,
        );
    }

    #[test]
    fn a_page_hears_campaign_terms_unless_it_says_that_it_does_not() {
        let page = |terms: &str| {
            format!(r#"{{"kind":"page","id":"p","path":"/p","intent":"I"{terms},"contents":{{}}}}"#)
        };
        for (terms, heard) in [("", true), (r#","terms":false"#, false)] {
            let record: PageRecord =
                serde_json::from_str(&page(terms).replace(r#""kind":"page","#, "")).unwrap();
            assert_eq!(record.terms, heard);
            let written = serde_json::to_string(&Record::Page(record)).unwrap();
            assert_eq!(written, page(terms));
        }
    }

    #[test]
    fn a_rollout_is_a_share_in_per_cent() {
        let page = |rollout: &str| {
            format!(
                r#"{{"kind":"page","id":"p","path":"/p","intent":"I"{rollout},"contents":{{"en":{{"title":"T","description":"D","blocks":[{{"type":"hero","id":"hero","headline":"H"}}]}}}}}}"#
            )
        };
        for fine in ["", r#","rollout":0.0"#, r#","rollout":33.4"#] {
            check(&page(fine), &[]);
            let record: Record = serde_json::from_str(&page(fine)).unwrap();
            assert_eq!(serde_json::to_string(&record).unwrap(), page(fine));
        }
        check(&page(r#","rollout":100"#), &[]);
        check(&page(r#","rollout":100.1"#), &["rollout: is 100.1; "]);
        check(&page(r#","rollout":-1"#), &["rollout: is -1; "]);
    }

    #[test]
    fn a_record_is_checked_as_a_whole() {
        check(
            r#"{"kind":"variant","id":"v","page":"p","locale":"en","name":"N","status":"scheduled","content":{}}"#,
            &["starts_at: is missing", "content: changes nothing"],
        );
        check(
            r#"{"kind":"segment","key":"default","name":"N","description":"D","priority":1,"condition":{"device":"mobile"}}"#,
            &["condition: of the default segment is always {}"],
        );
        check(
            r#"{"kind":"segment","key":"x","name":"N","description":"D","priority":1,"condition":{"utm.source":{"$regex":"("}}}"#,
            &["condition: "],
        );
    }
}
