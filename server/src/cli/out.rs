//! Standard output. Its reader may have enough before all is said: `landfall embed status | head -1`.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write as _};

/// Writes a line to standard output, as `println!` does, unless nobody reads any more.
macro_rules! say {
    ($($words:tt)*) => {
        $crate::cli::out::write(format_args!("{}\n", format_args!($($words)*)))
    };
}

/// Writes to standard output. That nobody reads any more is no failure.
pub(super) fn write(words: Arguments<'_>) {
    if let Err(error) = io::stdout().lock().write_fmt(words)
        && error.kind() != ErrorKind::BrokenPipe
    {
        eprintln!("landfall: standard output cannot be written: {error}");
    }
}
