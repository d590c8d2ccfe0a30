//! Where records come from: a file that is read several times, a batch of rows at a time.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor};
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::mpsc;

use super::format::{self, Format, Row};

/// Rows a batch: few enough that little memory is taken by them.
const BATCH: usize = 100;

/// A file of records that can be read from its start as often as needed.
pub trait Source: Send + Sync {
    /// How it spells its records.
    fn format(&self) -> Format;

    /// Starts to read. Called on a thread that may wait for the bytes.
    ///
    /// # Errors
    /// When the file cannot be opened.
    fn open(&self) -> io::Result<Box<dyn BufRead + Send>>;
}

/// A file of this machine.
#[derive(Debug, Clone)]
pub struct LocalFile {
    /// Where it is.
    pub path: PathBuf,
    /// How it spells its records.
    pub format: Format,
}

/// A file that is in memory.
#[derive(Debug, Clone)]
pub struct Text {
    /// All of it.
    pub bytes: Bytes,
    /// How it spells its records.
    pub format: Format,
}

impl Source for LocalFile {
    fn format(&self) -> Format {
        self.format
    }

    fn open(&self) -> io::Result<Box<dyn BufRead + Send>> {
        Ok(Box::new(BufReader::new(File::open(&self.path)?)))
    }
}

impl Source for Text {
    fn format(&self) -> Format {
        self.format
    }

    fn open(&self) -> io::Result<Box<dyn BufRead + Send>> {
        Ok(Box::new(Cursor::new(self.bytes.clone())))
    }
}

/// The rows of a file, read on a thread where that disturbs nobody and only as fast as they are
/// taken.
pub(super) struct Batches(mpsc::Receiver<io::Result<Vec<Row>>>);

impl Batches {
    /// Starts to read.
    pub(super) fn of(source: &Arc<dyn Source>) -> Self {
        let (sender, receiver) = mpsc::channel(1);
        let source = Arc::clone(source);
        tokio::task::spawn_blocking(move || {
            if let Err(error) = read(&*source, &sender) {
                // Nobody may be waiting any more.
                let _ = sender.blocking_send(Err(error));
            }
        });
        Self(receiver)
    }

    /// The next rows; `None` at the end.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) async fn next(&mut self) -> io::Result<Option<Vec<Row>>> {
        self.0.recv().await.transpose()
    }
}

fn read(source: &dyn Source, sender: &mpsc::Sender<io::Result<Vec<Row>>>) -> io::Result<()> {
    let mut rows = format::read(source.format(), source.open()?);
    loop {
        let batch: Vec<Row> = rows.by_ref().take(BATCH).collect::<io::Result<_>>()?;
        if batch.is_empty() || sender.blocking_send(Ok(batch)).is_err() {
            return Ok(());
        }
    }
}
