//! The log file of a service, and its last lines for an error message.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

use super::error::EmbeddedError;

/// A log larger than this, in bytes, is set aside at the next start.
const ROTATE_AT: u64 = 16 << 20;
/// How many bytes from the end are searched for the last lines.
const TAIL_BYTES: u64 = 8 << 10;
/// How many lines an error message quotes.
const TAIL_LINES: usize = 12;

/// The log of one service. Remembers where the present run begins, so that an error never quotes an earlier one.
#[derive(Clone)]
pub(super) struct Log {
    path: PathBuf,
    begin: u64,
}

impl Log {
    /// Continues the log at `path`; a very long one is first renamed to `….1`.
    ///
    /// # Errors
    /// [`EmbeddedError::Io`] when the file cannot be opened.
    pub(super) fn open(path: PathBuf) -> Result<Self, EmbeddedError> {
        if fs::metadata(&path).is_ok_and(|found| found.len() > ROTATE_AT) {
            let mut aside = path.clone().into_os_string();
            aside.push(".1");
            fs::rename(&path, aside).map_err(EmbeddedError::io("rename", &path))?;
        }
        let mut log = Self { path, begin: 0 };
        log.writer().map_err(EmbeddedError::io("open", &log.path))?;
        log.begin = log.len();
        Ok(log)
    }

    /// The same log for another attempt, whose errors shall not quote the one before.
    #[must_use]
    pub(super) fn next_attempt(&self) -> Self {
        Self {
            path: self.path.clone(),
            begin: self.len(),
        }
    }

    /// A handle that appends.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub(super) fn writer(&self) -> io::Result<File> {
        OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&self.path)
    }

    /// Length in bytes; grows with every line that the service writes.
    pub(super) fn len(&self) -> u64 {
        fs::metadata(&self.path).map_or(0, |found| found.len())
    }

    /// The last lines of the present run, and the name of the file for more.
    pub(super) fn tail(&self) -> String {
        format!(
            "{}\n(more in {})",
            last_lines(&self.read_end()),
            self.path.display()
        )
    }

    /// Whether the end of the present run contains `text`.
    pub(super) fn mentions(&self, text: &str) -> bool {
        self.read_end().contains(text)
    }

    fn read_end(&self) -> String {
        let from = self.begin.max(self.len().saturating_sub(TAIL_BYTES));
        let mut bytes = Vec::new();
        let read = File::open(&self.path).and_then(|mut file| {
            file.seek(SeekFrom::Start(from))?;
            file.read_to_end(&mut bytes)
        });
        match read {
            Ok(_) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) => format!("(the log cannot be read: {error})"),
        }
    }
}

/// The last lines of a program's output, each indented.
pub(super) fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let kept = &lines[lines.len().saturating_sub(TAIL_LINES)..];
    if kept.is_empty() {
        "    (nothing)".to_owned()
    } else {
        format!("    {}", kept.join("\n    "))
    }
}

#[cfg(test)]
mod tests {
    use super::last_lines;

    #[test]
    fn an_error_quotes_the_last_lines_only() {
        let check = |input: &str, expected: &str| assert_eq!(last_lines(input), expected);
        check("", "    (nothing)");
        check("\n \n", "    (nothing)");
        check("one\n\ntwo\n", "    one\n    two");
        let numbers = |from: u32| {
            (from..=20)
                .map(|n| format!("    {n}"))
                .collect::<Vec<_>>()
                .join("\n")
        };
        check(&numbers(1).replace(' ', ""), &numbers(9));
    }
}
