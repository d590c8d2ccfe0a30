//! The texts that a provider refused, as a file.

use std::fmt::Write as _;

use time::format_description::well_known::Rfc3339;

use super::Spaces;
use super::cell::cell;
use crate::desk::DeskError;

impl Spaces {
    /// All texts that the provider of a space refused as CSV, for spreadsheets: what each belongs to,
    /// what the provider said, how often it was tried and when last.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] when there is no such space; [`DeskError::Store`] when the database fails.
    pub async fn refused_csv(&self, version: i32) -> Result<String, DeskError> {
        self.find(version).await?;
        let mut text = String::from("text,error,attempts,failed_at\n");
        for letter in self.dead_letters(version).await? {
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "{},{},{},{}",
                cell(&letter.subject),
                cell(&letter.error),
                letter.attempts,
                letter.failed_at.format(&Rfc3339).unwrap_or_default(),
            );
        }
        Ok(text)
    }
}
