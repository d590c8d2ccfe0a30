//! Answers that are written while they are sent. One that fails is broken off, so that nobody takes
//! it for whole.

use std::io;

use axum::body::Body;
use engine::ingest::{Export, Planner, Rejection, write_rejects};
use futures::stream;
use tracing::warn;

/// An export as a body.
pub(super) fn export(export: Export) -> Body {
    Body::from_stream(stream::try_unfold(
        export,
        async |mut export: Export| match export.next().await {
            Ok(bytes) => Ok(bytes.map(|bytes| (bytes, export))),
            Err(error) => {
                warn!(%error, "http.export broken off");
                Err(io::Error::other(error))
            }
        },
    ))
}

/// Everything wrong with a file, as the rows of a CSV file.
pub(super) fn rejects(planner: Planner) -> Body {
    let rows = stream::try_unfold(
        (planner, true),
        async |(mut planner, first): (Planner, bool)| match planner.step().await {
            Ok(rejections) => {
                let rows = rejections.map(|rejections| written(&rejections, first));
                Ok(rows.transpose()?.map(|rows| (rows, (planner, false))))
            }
            Err(error) => {
                warn!(%error, "http.rejects broken off");
                Err(io::Error::other(error))
            }
        },
    );
    Body::from_stream(rows)
}

fn written(rejections: &[Rejection], first: bool) -> io::Result<Vec<u8>> {
    let mut rows = Vec::new();
    write_rejects(rejections, first, &mut rows)?;
    Ok(rows)
}
