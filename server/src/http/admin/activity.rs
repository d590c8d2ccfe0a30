//! The audit log as a file, sent as it is read.

use app::admin::{AdminContext, AdminError, AdminSession, ClientAddress};
use axum::body::{Body, Bytes};
use axum::extract::{Extension, Query};
use axum::response::{IntoResponse as _, Response};
use domain::Role;
use engine::desk::activity::{ActivityQuery, written};
use engine::ingest::format::Format;
use engine::store::AuditFilter;
use futures::stream::try_unfold;
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;
use tower_sessions::Session;

/// Entries read at once.
const BATCH: i64 = 500;

/// The filter, as the screen's form spells it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    person: String,
    kind: String,
    subject: String,
    from: String,
    to: String,
}

/// How far a file has come.
struct Writing {
    session: AdminSession,
    filter: AuditFilter,
    format: Format,
    /// The last entry written.
    after: Option<i64>,
    ended: bool,
}

/// The log as a table.
pub(super) async fn csv(
    context: Extension<AdminContext>,
    address: Extension<ClientAddress>,
    session: Session,
    asked: Query<Asked>,
) -> Response {
    answer(Format::Csv, context, address, session, asked).await
}

/// The log as one JSON object a line.
pub(super) async fn json_lines(
    context: Extension<AdminContext>,
    address: Extension<ClientAddress>,
    session: Session,
    asked: Query<Asked>,
) -> Response {
    answer(Format::JsonLines, context, address, session, asked).await
}

async fn answer(
    format: Format,
    Extension(context): Extension<AdminContext>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Response {
    let begun = async {
        let session = AdminSession::of(context, &session, address).await?;
        let session = session.ok_or(AdminError::SignedOut)?;
        if !session.may(Role::Viewer) {
            return Err(AdminError::Forbidden(Role::Viewer));
        }
        let filter = session.desk().activity_filter(&asked.into())?;
        Ok(Writing {
            session,
            filter,
            format,
            after: None,
            ended: false,
        })
    };
    match begun.await {
        Ok(writing) => file(writing),
        Err(error) => {
            let status = StatusCode::from_u16(error.status());
            let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, error.to_string()).into_response()
        }
    }
}

fn file(writing: Writing) -> Response {
    let (kind, disposition) = match writing.format {
        Format::Csv => (
            "text/csv; charset=utf-8",
            "attachment; filename=\"activity.csv\"",
        ),
        Format::JsonLines => (
            "application/jsonl; charset=utf-8",
            "attachment; filename=\"activity.jsonl\"",
        ),
    };
    let mut response = Response::new(Body::from_stream(try_unfold(writing, Writing::part)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static(disposition),
    );
    response
}

impl Writing {
    /// The next part of the file and what comes after it; a failure breaks the answer off, so that
    /// nobody takes a part for the whole.
    async fn part(mut self) -> Result<Option<(Bytes, Self)>, axum::BoxError> {
        if self.ended {
            return Ok(None);
        }
        let desk = self.session.desk();
        let entries = desk.activity(&self.filter, self.after, BATCH).await?;
        let text = written(self.format, &entries, self.after.is_none())?;
        self.ended = i64::try_from(entries.len())? < BATCH;
        self.after = entries.last().map(|entry| entry.id).or(self.after);
        Ok(Some((text.into(), self)))
    }
}

impl From<Asked> for ActivityQuery {
    fn from(asked: Asked) -> Self {
        Self {
            person: asked.person,
            kind: asked.kind,
            subject: asked.subject,
            from: asked.from,
            to: asked.to,
        }
    }
}
