//! A file of records is imported.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::record::RecordKind;
use engine::desk::transfer::ReceiveError;
use engine::desk::{Actor, DeskError};
use engine::ingest::{BadRows, MAX_SKIPPED, Plan};
use engine::store::{Findings, Job, JobState, Owner, Scope, StoreError};
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use serde::Serialize;
use tracing::warn;
use utoipa::ToSchema;

use super::export::format;
use super::parameters::Parameters;
use super::problem::{self, BadRow, Kind, Problem};
use super::{Api, access};
use crate::http::limits;

const PARAMETERS: [&str; 4] = ["format", "name", "dry_run", "bad_rows"];

/// What an import does.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Started {
    /// Records that are made.
    new: usize,
    /// Records that are changed.
    changed: usize,
    /// Records that stand in the database as they are.
    unchanged: usize,
    /// Bad rows, which are skipped.
    skipped: usize,
    /// What is wrong with those: the first 200 of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rows: Vec<BadRow>,
    /// The import's number; `null` for a dry run.
    import: Option<i64>,
}

/// How far an import has come.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Progress {
    /// The import's number.
    import: i64,
    /// The file's name.
    file: String,
    /// `running`, `succeeded`, `failed` or `cancelled`.
    state: &'static str,
    /// Records saved so far.
    saved: u64,
    /// Records to save; `null` while the file is being checked, and once the import is over.
    total: Option<u64>,
    /// Records that stood in the database already, once the import has succeeded.
    unchanged: Option<usize>,
    /// Texts that had to be embedded, once the import has succeeded.
    embedded: Option<usize>,
    /// Bad rows that are skipped.
    skipped: u64,
    /// What went wrong, and what to do, when the import has failed.
    error: Option<String>,
}

/// Imports a file
///
/// What `landfall import` does. The body is the file, at most 50 MB. All of it is checked first, and nothing is
/// imported when any row is bad, unless `bad_rows` is `skip`; otherwise the import goes on after the answer, and
/// `Location` says where it tells how far it is. Sending the same file again changes nothing. Needs a token with the
/// scope `import`.
#[utoipa::path(
    post,
    path = "/api/v1/import",
    operation_id = "import",
    tag = "Content files",
    security(("token" = ["import"])),
    params(
        ("format" = Option<String>, Query, description = "`jsonl` or `csv`. Without it, `jsonl`.", example = "jsonl"),
        ("name" = Option<String>, Query, description = "What people see the import called.", example = "nightly"),
        ("dry_run" = Option<String>, Query, description = "`true`: only checks the file and says what an import would do."),
        ("bad_rows" = Option<String>, Query, description = "`refuse` or `skip`: whether the good rows of a file are imported when others, at most 10,000, are bad. Without it, `refuse`."),
    ),
    request_body(content = String, content_type = "application/x-ndjson", description = "The records."),
    responses(
        (status = 200, description = "The dry run is over; nothing was imported.", body = Started),
        (status = 202, description = "The import is running.", body = Started),
        (status = 400, description = "A parameter is repeated, unknown or malformed, or there is no file.", body = problem::Body, content_type = "application/problem+json"),
        (status = 401, description = "There is no token, or it is unknown, revoked or expired.", body = problem::Body, content_type = "application/problem+json"),
        (status = 403, description = "The token has no scope `import`.", body = problem::Body, content_type = "application/problem+json"),
        (status = 405, description = "The method is not POST.", body = problem::Body, content_type = "application/problem+json"),
        (status = 409, description = "Another import is running.", body = problem::Body, content_type = "application/problem+json"),
        (status = 413, description = "The file has more than 50 MB.", body = problem::Body, content_type = "application/problem+json"),
        (status = 422, description = "The file has bad rows; nothing was imported.", body = problem::Body, content_type = "application/problem+json"),
        (status = 503, description = "The database does not answer.", body = problem::Body, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn start(
    State(api): State<Api>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    limits::check(&uri, &headers)?;
    let now = api.app.engine.now();
    let token = access::token(&api.store, &headers, Scope::Import, now).await?;
    let parameters = Parameters::read(uri.query().unwrap_or_default(), &PARAMETERS)?;
    let format = format(&parameters)?;
    let dry = match parameters.text("dry_run") {
        "" | "false" => false,
        "true" => true,
        _ => return Err(Problem::with("dry_run", "This is neither true nor false.")),
    };
    let bad_rows = match parameters.text("bad_rows") {
        "" | "refuse" => BadRows::Refuse,
        "skip" => BadRows::Skip,
        _ => {
            let detail = "This is neither refuse nor skip.";
            return Err(Problem::with("bad_rows", detail));
        }
    };
    let called = parameters.get("name").unwrap_or("import");
    let called: String = called.chars().take(100).collect();
    let desk = &api.app.desk;
    let owner = Owner::Token(token.id);
    let upload = desk
        .receive_upload(
            owner,
            &format!("{called}.{}", format.as_str()),
            body.into_data_stream(),
        )
        .await
        .map_err(refused)?;
    let Findings {
        plan,
        rejections,
        problems,
        ..
    } = upload.findings;
    let rows = rejections.into_iter().map(|rejection| BadRow {
        line: rejection.line,
        kind: rejection.kind.map(RecordKind::as_str),
        name: rejection.name,
        field: rejection.problem.field,
        problem: rejection.problem.message,
    });
    let rows = rows.collect();
    let refuses = bad_rows == BadRows::Refuse || plan.rejected() > MAX_SKIPPED;
    if dry || problems > 0 && refuses {
        desk.drop_upload(upload.id).await.map_err(|e| failed(&e))?;
    }
    if problems > 0 && refuses {
        let detail = format!("{} rows are bad; nothing was imported.", plan.rejected());
        return Err(Problem::new(Kind::BadRows, detail).with_rows(rows));
    }
    if dry {
        return Ok(json(StatusCode::OK, &started(&plan, rows, None)));
    }
    let actor = Actor {
        user: None,
        name: format!("token {}", token.name),
        address: None,
    };
    let job = desk
        .start_import(&actor, owner, upload.id, bad_rows)
        .await
        .map_err(unstarted)?;
    let mut response = json(StatusCode::ACCEPTED, &started(&plan, rows, Some(job)));
    if let Ok(place) = HeaderValue::try_from(format!("{}/{job}", super::IMPORT)) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// How far an import has come
///
/// Any token with the scope `import` may ask about any import.
#[utoipa::path(
    get,
    path = "/api/v1/import/{id}",
    operation_id = "import_progress",
    tag = "Content files",
    security(("token" = ["import"])),
    params(("id" = i64, Path, description = "The import's number.", example = 1)),
    responses(
        (status = 200, description = "How far it is.", body = Progress),
        (status = 401, description = "There is no token, or it is unknown, revoked or expired.", body = problem::Body, content_type = "application/problem+json"),
        (status = 403, description = "The token has no scope `import`.", body = problem::Body, content_type = "application/problem+json"),
        (status = 404, description = "There is no such import.", body = problem::Body, content_type = "application/problem+json"),
        (status = 503, description = "The database does not answer.", body = problem::Body, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn job(
    State(api): State<Api>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    limits::check(&uri, &headers)?;
    let now = api.app.engine.now();
    access::token(&api.store, &headers, Scope::Import, now).await?;
    let absent = || Problem::new(Kind::NotFound, "There is no such import.");
    let id = id.parse().map_err(|_| absent())?;
    let job = api
        .app
        .desk
        .import_job(id)
        .await
        .map_err(|error| match error {
            DeskError::NotFound(_) => absent(),
            other => failed(&other),
        })?;
    Ok(json(StatusCode::OK, &Progress::from(job)))
}

fn started(plan: &Plan, rows: Vec<BadRow>, import: Option<i64>) -> Started {
    Started {
        new: plan.sum(|counts| counts.new),
        changed: plan.sum(|counts| counts.changed),
        unchanged: plan.sum(|counts| counts.unchanged),
        skipped: plan.rejected(),
        rows,
        import,
    }
}

impl From<Job> for Progress {
    fn from(job: Job) -> Self {
        let mut progress = Self {
            import: job.id,
            file: job.file,
            state: "running",
            saved: 0,
            total: None,
            unchanged: None,
            embedded: None,
            skipped: job.skipped,
            error: None,
        };
        match job.state {
            JobState::Running { done, total, .. } => {
                progress.saved = done;
                progress.total = total;
            }
            JobState::Succeeded { summary, .. } => {
                progress.state = "succeeded";
                progress.saved = summary.saved as u64;
                progress.unchanged = Some(summary.unchanged);
                progress.embedded = Some(summary.embedded);
            }
            JobState::Failed { error, done, .. } => {
                progress.state = "failed";
                progress.saved = done;
                progress.error = Some(error);
            }
            JobState::Cancelled { done, .. } => {
                progress.state = "cancelled";
                progress.saved = done;
            }
        }
        progress
    }
}

fn refused(error: ReceiveError) -> Problem {
    match error {
        ReceiveError::TooLarge => Problem::new(Kind::TooLarge, error.to_string()),
        ReceiveError::Interrupted => Problem::new(Kind::InvalidParameter, error.to_string()),
        ReceiveError::Desk(DeskError::Invalid(problems)) => {
            let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
            Problem::new(Kind::InvalidParameter, format!("{}.", said.join("; ")))
        }
        ReceiveError::Desk(other) => unstarted(other),
    }
}

fn unstarted(error: DeskError) -> Problem {
    match error {
        DeskError::Store(StoreError::Refused { message, .. }) => {
            Problem::new(Kind::Busy, format!("There is an obstacle: {message}."))
        }
        DeskError::Conflict(text) => Problem::new(Kind::Busy, text),
        error @ DeskError::NotFound(_) => Problem::new(Kind::Busy, error.to_string()),
        other => failed(&other),
    }
}

fn failed(error: &DeskError) -> Problem {
    warn!(%error, "api.import failed");
    Problem::new(Kind::Unavailable, "The database does not answer.")
}

fn json(status: StatusCode, body: &impl Serialize) -> Response {
    // Texts and numbers always become JSON.
    let json = serde_json::to_vec(body).unwrap_or_default();
    let mut response = Response::new(Body::from(json));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "private, no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
