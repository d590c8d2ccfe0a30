//! Texts that are made for one answer and fit into a fixed place.

use std::fmt::{self, Write as _};

/// Bytes of the longest text.
const LENGTH: usize = 48;

/// A short text, written without allocating.
#[derive(Debug, Clone, Copy)]
pub(super) struct Short {
    bytes: [u8; LENGTH],
    length: usize,
}

impl Short {
    /// `text`, up to its last part that has room.
    pub(super) fn of(text: fmt::Arguments<'_>) -> Self {
        let mut short = Self {
            bytes: [0; LENGTH],
            length: 0,
        };
        // What has no room is left out; the texts made here have about half as many bytes.
        let _ = short.write_fmt(text);
        short
    }

    /// The text.
    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

impl fmt::Write for Short {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        let room = self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}
