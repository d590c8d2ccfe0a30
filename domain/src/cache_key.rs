//! What caches are keyed by: ids and revisions, never a visitor's text.

use std::fmt;

use crate::id::{PageId, Revision, SegmentId, VariantId};
use crate::locale::Locale;
use crate::term::TermHash;

/// Names one decision: which variant these visitors get on this page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DecisionKey {
    /// The catalog the decision was made from.
    pub revision: Revision,
    /// The page.
    pub page: PageId,
    /// The visitor's segment.
    pub segment: SegmentId,
    /// The language asked for.
    pub locale: Locale,
    /// The normalised campaign term's hash, when there is one.
    pub term: Option<TermHash>,
    /// Which side of the rollout the visitor is on.
    pub arm: Arm,
}

/// Names one rendered body by what it shows, not by who asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BodyKey {
    /// The catalog the body was rendered from.
    pub revision: Revision,
    /// The page.
    pub page: PageId,
    /// The variant, or the page's default content.
    pub variant: Option<VariantId>,
    /// The language asked for.
    pub locale: Locale,
}

/// A side of a page's rollout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Arm {
    /// Sees what was decided for them.
    Personalised,
    /// Sees the default content, to be compared with.
    Holdout,
}

impl fmt::Display for DecisionKey {
    /// The key's text in a shared cache: bounded, and safe in any key space.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "d:{}:{}:{}:{}:",
            self.revision, self.page, self.segment, self.locale
        )?;
        match self.term {
            Some(term) => write!(f, "{term}")?,
            None => f.write_str("-")?,
        }
        f.write_str(match self.arm {
            Arm::Personalised => ":p",
            Arm::Holdout => ":h",
        })
    }
}

impl fmt::Display for BodyKey {
    /// The key's text in a shared cache: bounded, and safe in any key space.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b:{}:{}:", self.revision, self.page)?;
        match self.variant {
            Some(variant) => write!(f, "{variant}")?,
            None => f.write_str("-")?,
        }
        write!(f, ":{}", self.locale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::term::Term;

    #[test]
    fn keys_are_short_and_carry_no_visitor_text() {
        let term = Term::normalise("Enterprise <script> SSO").unwrap();
        let key = DecisionKey {
            revision: Revision(7),
            page: PageId(1),
            segment: SegmentId(2),
            locale: "de".parse().unwrap(),
            term: Some(term.hash()),
            arm: Arm::Personalised,
        };
        let text = key.to_string();
        assert!(text.starts_with("d:7:1:2:de:"), "{text}");
        assert!(text.len() < 80 && !text.contains("script"), "{text}");
        let body = BodyKey {
            revision: Revision(7),
            page: PageId(1),
            variant: None,
            locale: "en".parse().unwrap(),
        };
        insta::assert_snapshot!(body, @"b:7:1:-:en");
    }
}
