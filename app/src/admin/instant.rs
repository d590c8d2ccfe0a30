//! Instants as screens write them.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The instant for [`crate::ui::Moment`], RFC 3339.
pub(super) fn text(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}
