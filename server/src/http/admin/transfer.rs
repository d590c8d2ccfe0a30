//! Files that come and go at the desk.

use app::admin::{AdminError, mistake_address};
use axum::body::Body;
use axum::extract::State;
use axum::extract::multipart::{Field, Multipart};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::Role;
use engine::desk::transfer::ReceiveError;
use engine::ingest::format::Format;
use engine::ingest::{ExportError, Selection};
use engine::store::{JobState, Owner};
use http::{HeaderValue, Uri, header};

use super::signed_in::{SignedIn, refusal};
use crate::http::AppState;
use crate::http::streamed;

/// The screen that sends files and shows what became of them.
pub(super) const SCREEN: &str = "/admin/transfer";

/// Takes the file of a form, and leads to what its import would do.
pub(super) async fn upload(person: SignedIn, mut form: Multipart) -> Response {
    let session = match person.with(Role::Editor) {
        Ok(session) => session,
        Err(error) => return refusal(&error),
    };
    let owner = Owner::Person(session.person().id);
    let received = match file(&mut form).await {
        Ok(field) => {
            let name = field.file_name().unwrap_or_default().to_owned();
            let received = session.desk().receive_upload(owner, &name, field).await;
            received.map(drop).map_err(told)
        }
        Err(error) => Err(error),
    };
    match received {
        Ok(()) => Redirect::to(SCREEN),
        Err(error) => Redirect::to(&mistake_address(SCREEN, &error)),
    }
    .into_response()
}

/// The field of the form that holds the file.
async fn file(form: &mut Multipart) -> Result<Field<'_>, AdminError> {
    let malformed = |_| AdminError::invalid("file", "did not arrive as a whole; upload it again");
    let field = form.next_field().await.map_err(malformed)?;
    field
        .filter(|field| field.name() == Some("file"))
        .ok_or_else(|| AdminError::invalid("file", "is missing; choose a file"))
}

fn told(error: ReceiveError) -> AdminError {
    match error {
        ReceiveError::Desk(error) => error.into(),
        other => AdminError::Conflict(other.to_string()),
    }
}

/// Everything wrong with the file that waits, or what the import `job` skips, as CSV.
pub(super) async fn rejects(person: SignedIn, uri: Uri) -> Response {
    let session = match person.with(Role::Editor) {
        Ok(session) => session,
        Err(error) => return refusal(&error),
    };
    let owner = Owner::Person(session.person().id);
    let desk = session.desk();
    let table = if let Some(job) = job_of(&uri) {
        desk.rejects_of(job).await.map(Body::from)
    } else {
        desk.look_again(owner).await.map(streamed::rejects)
    };
    match table {
        Ok(table) => download(table, Format::Csv, "rejected-rows"),
        Err(error) => refusal(&error.into()),
    }
}

/// How many records of how many an import has saved, or `over`.
pub(super) async fn progress(person: SignedIn, uri: Uri) -> Response {
    let session = match person.with(Role::Viewer) {
        Ok(session) => session,
        Err(error) => return refusal(&error),
    };
    let Some(job) = job_of(&uri) else {
        return refusal(&AdminError::NotFound("The import".to_owned()));
    };
    match session.desk().import_job(job).await.map(|job| job.state) {
        Ok(JobState::Running { done, total, .. }) => {
            format!("{done} {}", total.unwrap_or(0)).into_response()
        }
        Ok(_) => "over".into_response(),
        Err(error) => refusal(&error.into()),
    }
}

/// The import that an address names.
fn job_of(uri: &Uri) -> Option<i64> {
    let query = uri.query().unwrap_or_default();
    form_urlencoded::parse(query.as_bytes())
        .find_map(|(name, text)| (name == "job").then(|| text.parse().ok())?)
}

/// Records as a file.
pub(super) async fn export(State(state): State<AppState>, person: SignedIn, uri: Uri) -> Response {
    if let Err(error) = person.with(Role::Viewer) {
        return refusal(&error);
    }
    let (mut format, mut page) = (Format::JsonLines, None);
    let query = uri.query().unwrap_or_default();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "format" => match Format::of_name(&value) {
                Some(known) => format = known,
                None => return refusal(&AdminError::invalid("format", "is jsonl or csv")),
            },
            "page" if !value.is_empty() => page = Some(value.into_owned()),
            _ => {}
        }
    }
    let selection = match page.map(|id| id.parse()).transpose() {
        Ok(page) => page.map_or(Selection::Everything, Selection::Page),
        Err(_) => return refusal(&AdminError::NotFound("The page".to_owned())),
    };
    let name = match &selection {
        Selection::Everything => "landfall".to_owned(),
        // Ids may have characters that files may not.
        Selection::Page(id) => id.as_str().replace(['/', ':'], "-"),
    };
    match state.desk.export(&selection, format).await {
        Ok(export) => download(streamed::export(export), format, &name),
        Err(ExportError::NoPage(_)) => refusal(&AdminError::NotFound("The page".to_owned())),
        Err(ExportError::Write(error)) => refusal(&AdminError::Conflict(format!("{error}."))),
        Err(ExportError::Store(error)) => refusal(&error.into()),
    }
}

fn download(body: Body, format: Format, name: &str) -> Response {
    let (kind, extension) = match format {
        Format::JsonLines => ("application/x-ndjson", "jsonl"),
        Format::Csv => ("text/csv; charset=utf-8", "csv"),
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let place = format!("attachment; filename=\"{name}.{extension}\"");
    if let Ok(place) = HeaderValue::try_from(place) {
        headers.insert(header::CONTENT_DISPOSITION, place);
    }
    response
}
