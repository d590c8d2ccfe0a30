//! Segments and how a visitor is matched to one.

use crate::condition::Condition;
use crate::id::{SegmentId, SegmentKey};
use crate::visitor::Visitor;

/// A named audience.
#[derive(Debug, Clone)]
pub struct Segment {
    /// The segment's row number.
    pub id: SegmentId,
    /// Its name in cookies, headers and files.
    pub key: SegmentKey,
    /// Its name for people.
    pub name: String,
    /// A sentence about these visitors; part of the query vector.
    pub description: String,
    /// Who belongs to it.
    pub condition: Condition,
}

/// Why a visitor belongs to a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// A shared cache named it in a header.
    Header,
    /// The address's `segment` parameter named it.
    Parameter,
    /// The `user_segment` cookie named it.
    Cookie,
    /// Its condition was the first to hold.
    Condition,
    /// No other segment claims the visitor.
    Default,
    /// Crawlers are visitors without signals.
    Crawler,
}

impl Reason {
    /// One word for logs and `landfall explain`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Parameter => "parameter",
            Self::Cookie => "cookie",
            Self::Condition => "condition",
            Self::Default => "default",
            Self::Crawler => "crawler",
        }
    }
}

/// Finds a visitor's segment among `segments`, which come by priority with `default` last.
///
/// Returns the index of the segment. An explicit choice counts only when it names a segment that
/// exists. Without segments there is nothing to find, and the answer is `None`.
pub fn detect(segments: &[Segment], visitor: &Visitor<'_>) -> Option<(usize, Reason)> {
    let default = segments.len().checked_sub(1)?;
    if visitor.is_bot() {
        return Some((default, Reason::Crawler));
    }
    if let Some(index) = named_by_shared_cache(segments, visitor) {
        return Some((index, Reason::Header));
    }
    if let Some(index) = named(segments, visitor.segment_parameter()) {
        return Some((index, Reason::Parameter));
    }
    if let Some(index) = named(segments, visitor.segment_cookie()) {
        return Some((index, Reason::Cookie));
    }
    let matching = segments[..default]
        .iter()
        .position(|segment| segment.condition.matches(visitor));
    Some(match matching {
        Some(index) => (index, Reason::Condition),
        None => (default, Reason::Default),
    })
}

/// The index of the segment that a shared cache named for this visitor, when it exists.
///
/// Such an answer is kept for others of the segment, so nothing else about the visitor may count.
pub fn named_by_shared_cache(segments: &[Segment], visitor: &Visitor<'_>) -> Option<usize> {
    let key = visitor.segment_header().filter(|_| !visitor.is_bot());
    named(segments, key)
}

fn named(segments: &[Segment], key: Option<&str>) -> Option<usize> {
    let key = key?;
    segments.iter().position(|s| s.key.as_str() == key)
}
