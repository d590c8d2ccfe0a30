//! Who asks: the one place that turns a request into powers.

use std::net::IpAddr;

use domain::{Role, UserId};
use engine::desk::{Actor, Desk};
use engine::people::{People, Person};
use http::header::{ACCEPT, LOCATION, RETRY_AFTER};
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use leptos::prelude::*;
use leptos_axum::{ResponseOptions, extract};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use tower_sessions::Session;

use super::{AdminError, typed};

/// How long a session lives, however much it is used.
const ABSOLUTE: Duration = Duration::days(7);
/// How long a session is used before its time without use is counted anew.
const RENEWED: Duration = Duration::minutes(5);
/// Where a session keeps who it belongs to.
const SIGNED_IN: &str = "signed_in";

/// What the server gives the admin to work with.
#[derive(Debug, Clone)]
pub struct AdminContext {
    /// What people work on.
    pub desk: Desk,
    /// The people.
    pub people: People,
    /// How people reach the site, without a slash at the end.
    pub base_url: String,
}

/// Where the request came from, as far as the server knows.
#[derive(Debug, Clone, Copy)]
pub struct ClientAddress(pub Option<IpAddr>);

/// Somebody signed in, with a role that suffices for what they are about to do.
///
/// There is no other way to the desk than through this value.
#[derive(Debug, Clone)]
pub struct AdminSession {
    context: AdminContext,
    person: Person,
    address: Option<IpAddr>,
}

/// What a session remembers of its person.
#[derive(Debug, Serialize, Deserialize)]
struct SignedIn {
    user: UserId,
    /// The person's count of "everywhere signed out" at sign-in; sessions of an earlier one are over.
    epoch: i32,
    /// When, in seconds since 1970.
    at: i64,
    /// When it was last seen to be used, as exactly as [`RENEWED`] says.
    #[serde(default)]
    used: i64,
}

impl AdminSession {
    /// The session of the present request.
    ///
    /// # Errors
    /// [`AdminError::SignedOut`] without one that is good; [`AdminError::Forbidden`] when the
    /// person's role is less than `role`; [`AdminError::Unavailable`] when the database is down.
    pub async fn require(role: Role) -> Result<Self, AdminError> {
        let session = Self::present().await?.ok_or(AdminError::SignedOut)?;
        if session.may(role) {
            Ok(session)
        } else {
            Err(AdminError::Forbidden(role))
        }
    }

    /// The session of the present request, if there is one that is good. The request counts as use of
    /// it.
    ///
    /// # Errors
    /// [`AdminError::Unavailable`] when the database is down.
    pub async fn present() -> Result<Option<Self>, AdminError> {
        let found = Self::watching().await?;
        if let Some(found) = &found {
            let now = found.desk().engine().now().unix_timestamp();
            keep_alive(&session().await?, now).await?;
        }
        Ok(found)
    }

    /// The same for a request that a window makes by itself: nobody need be there.
    ///
    /// # Errors
    /// [`AdminError::Unavailable`] when the database is down.
    pub async fn watching() -> Result<Option<Self>, AdminError> {
        let context = expect_context::<AdminContext>();
        Self::of(context, &session().await?, address()).await
    }

    /// What a request's session is worth that came from `address`; for handlers that are no
    /// screens.
    ///
    /// # Errors
    /// [`AdminError::Unavailable`] when the database is down.
    pub async fn of(
        context: AdminContext,
        session: &Session,
        address: Option<IpAddr>,
    ) -> Result<Option<Self>, AdminError> {
        let known: Option<SignedIn> = session.get(SIGNED_IN).await.map_err(unavailable)?;
        let Some(known) = known else { return Ok(None) };
        let now = context.desk.engine().now();
        let begun = OffsetDateTime::from_unix_timestamp(known.at).unwrap_or(now);
        if now - begun > ABSOLUTE {
            return Ok(None);
        }
        let person = context.people.person(known.user).await?;
        Ok(person
            .filter(|person| !person.disabled && person.epoch == known.epoch)
            .map(|person| Self {
                context,
                person,
                address,
            }))
    }

    /// What people work on.
    pub fn desk(&self) -> &Desk {
        &self.context.desk
    }

    /// How people reach the site, without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.context.base_url
    }

    /// The people.
    pub fn people(&self) -> &People {
        &self.context.people
    }

    /// Who is signed in.
    pub fn person(&self) -> &Person {
        &self.person
    }

    /// Whether the person may do what takes `role`.
    pub fn may(&self, role: Role) -> bool {
        self.person.role >= role
    }

    /// Who saved something, as the person is told: their own name stands for another window.
    pub fn who_saved(&self, author: String) -> String {
        if author == self.person.name {
            return "Another window of yours".to_owned();
        }
        author
    }

    /// The person as the audit log knows them.
    pub fn actor(&self) -> Actor {
        Actor {
            user: Some(self.person.id),
            name: self.person.email.clone(),
            address: self.address,
        }
    }
}

/// Signs `person` in, under a new session id.
///
/// # Errors
/// [`AdminError::Unavailable`] when the database is down.
pub async fn start_session(person: &Person) -> Result<(), AdminError> {
    let context = expect_context::<AdminContext>();
    let session = session().await?;
    let typed = typed::held(&session).await;
    session.flush().await.map_err(unavailable)?;
    let now = context.desk.engine().now().unix_timestamp();
    let signed_in = SignedIn {
        user: person.id,
        epoch: person.epoch,
        at: now,
        used: now,
    };
    session.cycle_id().await.map_err(unavailable)?;
    // Whoever was signed out over a form finds what they typed.
    typed::hold(&session, typed).await;
    session
        .insert(SIGNED_IN, signed_in)
        .await
        .map_err(unavailable)
}

/// Counts a session's time without use from `now` on, in seconds since 1970.
async fn keep_alive(session: &Session, now: i64) -> Result<(), AdminError> {
    let known: Option<SignedIn> = session.get(SIGNED_IN).await.map_err(unavailable)?;
    let Some(mut known) = known else {
        return Ok(());
    };
    if now - known.used < RENEWED.whole_seconds() {
        return Ok(());
    }
    known.used = now;
    session.insert(SIGNED_IN, known).await.map_err(unavailable)
}

/// Ends the present session.
///
/// # Errors
/// [`AdminError::Unavailable`] when the database is down.
pub async fn end_session() -> Result<(), AdminError> {
    session().await?.flush().await.map_err(unavailable)
}

/// The present request's session, signed in or not.
///
/// # Errors
/// [`AdminError::Internal`] outside a request of the admin.
pub async fn session() -> Result<Session, AdminError> {
    extract::<Session>()
        .await
        .map_err(|_| AdminError::Internal("no session layer".to_owned()))
}

/// Where the present request came from.
pub fn address() -> Option<IpAddr> {
    use_context::<Parts>().and_then(|parts| client_address(&parts))
}

/// Sends the person to `path`, which shows `notice` (see [`super::notice`]).
pub fn done(path: &str, notice: &str) {
    let separator = if path.contains('?') { '&' } else { '?' };
    leptos_axum::redirect(&format!("{path}{separator}notice={notice}"));
}

/// Whether a plain form or link asks, and not a script.
pub(super) fn wants_html() -> bool {
    use_context::<Parts>().is_some_and(|parts| {
        let accept = parts.headers.get(ACCEPT);
        accept.is_some_and(|accept| accept.as_bytes().windows(9).any(|w| w == b"text/html"))
    })
}

/// Whether the request was made by a screen of the admin, as far as the browser says where it was
/// made.
pub(super) fn is_from_here() -> bool {
    use_context::<Parts>().is_none_or(|parts| {
        let site = parts.headers.get("sec-fetch-site");
        site.is_none_or(|site| site == "same-origin")
    })
}

/// Sets the status of the answer.
pub(super) fn set_status(status: u16) {
    if let Some(response) = use_context::<ResponseOptions>()
        && let Ok(status) = StatusCode::from_u16(status)
    {
        response.set_status(status);
    }
}

/// Gives the answer the status that says what went wrong.
pub(super) fn answer_with(error: &AdminError) {
    set_status(error.status());
    if let AdminError::Throttled { seconds, .. } = error
        && let Some(response) = use_context::<ResponseOptions>()
    {
        response.insert_header(RETRY_AFTER, HeaderValue::from(*seconds));
    }
}

/// Answers a screen by leading to another one.
pub(super) fn lead_to(path: &str) {
    if let Some(response) = use_context::<ResponseOptions>()
        && let Ok(location) = HeaderValue::try_from(path)
    {
        response.insert_header(LOCATION, location);
        response.set_status(StatusCode::SEE_OTHER);
    }
}

fn client_address(parts: &Parts) -> Option<IpAddr> {
    parts.extensions.get::<ClientAddress>()?.0
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn unavailable(error: tower_sessions::session::Error) -> AdminError {
    tracing::warn!(%error, "admin.session failed");
    AdminError::Unavailable
}
