//! A file in the database, read piece by piece.

use std::io::{self, BufRead, BufReader, Read};

use tokio::runtime::Handle;

use crate::ingest::Source;
use crate::ingest::format::Format;
use crate::store::Store;

/// A file that has arrived.
pub(super) struct Uploaded {
    store: Store,
    runtime: Handle,
    upload: i64,
    format: Format,
}

impl Uploaded {
    /// The file `upload`. It is read on threads that may wait, with the help of `runtime`.
    pub(super) fn new(store: Store, runtime: Handle, upload: i64, format: Format) -> Self {
        Self {
            store,
            runtime,
            upload,
            format,
        }
    }
}

impl Source for Uploaded {
    fn format(&self) -> Format {
        self.format
    }

    fn open(&self) -> io::Result<Box<dyn BufRead + Send>> {
        Ok(Box::new(BufReader::new(Pieces {
            store: self.store.clone(),
            runtime: self.runtime.clone(),
            upload: self.upload,
            next: 0,
            piece: io::Cursor::default(),
        })))
    }
}

/// The pieces one after the other, of which one is in memory.
struct Pieces {
    store: Store,
    runtime: Handle,
    upload: i64,
    next: i32,
    piece: io::Cursor<Vec<u8>>,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.piece.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            let piece = self.store.piece(self.upload, self.next);
            match self.runtime.block_on(piece).map_err(io::Error::other)? {
                Some(bytes) => self.piece = io::Cursor::new(bytes),
                None => return Ok(0),
            }
            self.next += 1;
        }
    }
}
