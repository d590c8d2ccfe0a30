//! How far a job that fills an embedding space is, live;
//! and what the screens of embeddings offer as files.

use std::convert::Infallible;
use std::time::Duration;

use app::admin::{AdminError, AdminSession, comparison_words, job_words};
use axum::extract::Query;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use domain::Role;
use engine::spaces::{Comparison, Floors};
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
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Asked {
    space: i32,
    floor: Option<f32>,
    term_floor: Option<f32>,
}

/// An answer that goes on.
struct Telling {
    session: AdminSession,
    asked: Asked,
    about: About,
    until: Instant,
    /// What was said last.
    said: String,
    ended: bool,
}

/// What an answer tells about.
#[derive(Clone, Copy)]
enum About {
    /// The job that fills a space.
    Job,
    /// A comparison with the space that decides.
    Comparison,
}

/// Tells how far the job of a space is.
pub(super) async fn events(signed_in: SignedIn, Query(asked): Query<Asked>) -> Response {
    tell(signed_in, asked, About::Job)
}

/// Tells how far a comparison is.
pub(super) async fn drift_events(signed_in: SignedIn, Query(asked): Query<Asked>) -> Response {
    tell(signed_in, asked, About::Comparison)
}

/// Tells `DONE TOTAL WORDS` whenever it changes, and `over` when nothing more will happen.
fn tell(signed_in: SignedIn, asked: Asked, about: About) -> Response {
    let session = match signed_in.with(Role::Viewer) {
        Ok(session) => session,
        Err(error) => return refusal(&error),
    };
    let telling = Telling {
        session,
        asked,
        about,
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
        let Asked { space, .. } = self.asked;
        let desk = self.session.desk();
        match self.about {
            About::Job => {
                let Some((job, index)) = desk.spaces().job(space).await? else {
                    return Ok(OVER.to_owned());
                };
                Ok(if job.is_moving() {
                    format!("{} {} {}", job.done, job.total, job_words(&job, index))
                } else {
                    OVER.to_owned()
                })
            }
            About::Comparison => {
                let floors = self.asked.floors();
                // What is in the way of it is for the screen to say.
                let compared = desk.comparison(space, floors, Duration::ZERO).await;
                Ok(match compared {
                    Ok(Comparison::Underway { done, pages }) => {
                        format!("{done} {pages} {}", comparison_words(done, pages))
                    }
                    Ok(Comparison::Ready(_)) | Err(_) => OVER.to_owned(),
                })
            }
        }
    }
}

impl Asked {
    /// The floors, where they are some.
    fn floors(&self) -> Floors {
        let floors = Floors {
            similarity: self.floor,
            term: self.term_floor,
        };
        floors.possible()
    }
}

/// Every decision in both spaces.
pub(super) async fn decisions(signed_in: SignedIn, Query(asked): Query<Asked>) -> Response {
    let compared = async {
        let session = signed_in.with(Role::Viewer)?;
        let desk = session.desk();
        let compared = desk.comparison(asked.space, asked.floors(), LONGEST);
        match compared.await? {
            Comparison::Ready(drift) => Ok(drift.csv()),
            Comparison::Underway { .. } => Err(AdminError::Conflict(
                "The comparison takes longer than a minute. Wait until its screen shows it, then ask for the file."
                    .to_owned(),
            )),
        }
    };
    file("decisions.csv", compared.await)
}

/// Every text that the provider of a space refused.
pub(super) async fn refused(signed_in: SignedIn, Query(asked): Query<Asked>) -> Response {
    let written = async {
        let session = signed_in.with(Role::Viewer)?;
        Ok(session.desk().spaces().refused_csv(asked.space).await?)
    };
    file("refused.csv", written.await)
}

/// A table to be saved under this name.
fn file(name: &str, text: Result<String, AdminError>) -> Response {
    let text = match text {
        Ok(text) => text,
        Err(error) => return refusal(&error),
    };
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    (headers, text).into_response()
}
