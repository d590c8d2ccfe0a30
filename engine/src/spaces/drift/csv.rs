//! A comparison as a file.

use std::fmt::Write as _;

use super::report::{Drift, Outcome};
use crate::spaces::cell::cell;

impl Drift {
    /// Every decision as CSV, for spreadsheets: each winner's similarity in both spaces, and how near a
    /// campaign term comes to any variant that might be shown.
    pub fn csv(&self) -> String {
        let mut text = String::from(
            "page,segment,locale,term,visits,changes,old_variant,old_variant_in_old_space,old_variant_in_new_space,\
             new_variant,new_variant_in_old_space,new_variant_in_new_space,term_in_old_space,term_in_new_space\n",
        );
        for decided in &self.decisions {
            let number = |value: Option<f32>| value.map(|v| format!("{v:.4}")).unwrap_or_default();
            let name = |outcome: &Outcome| {
                let variant = outcome.variant.as_ref();
                cell(variant.map_or("(default)", |variant| &variant.key))
            };
            let (from, to) = (&decided.from, &decided.to);
            let term = decided.term.as_ref();
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "{},{},{},{},{:.1},{},{},{},{},{},{},{},{},{}",
                cell(&decided.page.key),
                cell(&decided.segment.key),
                cell(&decided.locale),
                cell(term.map_or("", |term| term.text.as_str())),
                decided.visits,
                if decided.changes() { "yes" } else { "no" },
                name(from),
                number(from.in_old),
                number(from.in_new),
                name(to),
                number(to.in_old),
                number(to.in_new),
                number(term.and_then(|term| term.in_old)),
                number(term.and_then(|term| term.in_new)),
            );
        }
        text
    }
}
