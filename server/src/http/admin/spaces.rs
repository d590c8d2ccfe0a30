//! How far a job that fills an embedding space is, live; and a comparison of two spaces as a file.

use std::convert::Infallible;
use std::time::Duration;

use app::admin::{AdminError, AdminSession, job_words};
use axum::extract::Query;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use domain::Role;
use engine::visits;
use futures::stream::unfold;
use http::header;
use serde::Deserialize;
use tokio::time::Instant;

use super::signed_in::{SignedIn, refusal};

/// How often the job is looked at.
const PERIOD: Duration = Duration::from_millis(500);
/// How long one answer lasts. The browser asks again then, and is asked who it is.
const LONGEST: Duration = Duration::from_mins(1);

/// Which space.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    space: i32,
    floor: Option<f32>,
}

/// An answer that goes on.
struct Telling {
    session: AdminSession,
    space: i32,
    until: Instant,
    /// What was said last.
    said: String,
    ended: bool,
}

/// Tells `DONE TOTAL WORDS` whenever it changes, and `over` when the job is over.
pub(super) async fn events(signed_in: SignedIn, Query(asked): Query<Asked>) -> Response {
    let session = match signed_in.with(Role::Viewer) {
        Ok(session) => session,
        Err(error) => return refusal(&error),
    };
    let telling = Telling {
        session,
        space: asked.space,
        until: Instant::now() + LONGEST,
        said: String::new(),
        ended: false,
    };
    let stream = unfold(telling, |mut telling| async move {
        while !telling.ended && Instant::now() < telling.until {
            // The database may be back next time.
            if let Ok(news) = telling.look().await
                && news != telling.said
            {
                telling.ended = news == OVER;
                telling.said.clone_from(&news);
                return Some((
                    Ok::<Event, Infallible>(Event::default().data(news)),
                    telling,
                ));
            }
            tokio::time::sleep(PERIOD).await;
        }
        None
    });
    Sse::new(stream)
        .keep_alive(KeepAlive::default())
        .into_response()
}

/// What is said when nothing more will happen by itself.
const OVER: &str = "over";

impl Telling {
    async fn look(&self) -> Result<String, AdminError> {
        let spaces = self.session.desk().spaces();
        let Some((job, index)) = spaces.job(self.space).await? else {
            return Ok(OVER.to_owned());
        };
        Ok(if job.is_moving() {
            format!("{} {} {}", job.done, job.total, job_words(&job, index))
        } else {
            OVER.to_owned()
        })
    }
}

/// Every decision in both spaces.
pub(super) async fn csv(signed_in: SignedIn, Query(asked): Query<Asked>) -> Response {
    let compared = async {
        let session = signed_in.with(Role::Viewer)?;
        let desk = session.desk();
        let traffic = visits::traffic(desk.engine()).await;
        let floor = asked.floor.filter(|floor| (-1.0..=1.0).contains(floor));
        let drift = desk.spaces().drift(asked.space, &traffic, floor).await?;
        Ok::<String, AdminError>(drift.csv())
    };
    match compared.await {
        Ok(text) => {
            let headers = [
                (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
                (
                    header::CONTENT_DISPOSITION,
                    "attachment; filename=\"decisions.csv\"",
                ),
            ];
            (headers, text).into_response()
        }
        Err(error) => refusal(&error),
    }
}
