//! What admins do with spaces.

use std::time::Duration;

use domain::Role;
use engine::spaces::{Floors, SwitchOptions};
use leptos::prelude::*;

use crate::admin::AdminError;
use crate::admin::session::{AdminSession, done};

/// The screen that all of this leads back to.
const SCREEN: &str = "/admin/spaces";

/// Begins to fill the space of a configured model.
#[server(prefix = "/admin/api", endpoint = "spaces/start")]
pub async fn start(model: String) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Admin).await?;
    let spaces = session.desk().spaces();
    let spec = super::plan::named(&spaces, &model)?;
    spaces.start(&session.actor(), &spec).await?;
    done(SCREEN, "space-started");
    Ok(())
}

/// Lets a job rest.
#[server(prefix = "/admin/api", endpoint = "spaces/pause")]
pub async fn pause(space: i32) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Admin).await?;
    session
        .desk()
        .spaces()
        .pause(&session.actor(), space)
        .await?;
    done(SCREEN, "space-paused");
    Ok(())
}

/// Lets a paused job go on.
#[server(prefix = "/admin/api", endpoint = "spaces/resume")]
pub async fn resume(space: i32) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Admin).await?;
    session
        .desk()
        .spaces()
        .resume(&session.actor(), space)
        .await?;
    done(SCREEN, "space-resumed");
    Ok(())
}

/// Stops a job.
#[server(prefix = "/admin/api", endpoint = "spaces/cancel")]
pub async fn cancel(space: i32) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Admin).await?;
    session
        .desk()
        .spaces()
        .cancel(&session.actor(), space)
        .await?;
    done(SCREEN, "space-cancelled");
    Ok(())
}

/// Tries the texts again that the provider refused.
#[server(prefix = "/admin/api", endpoint = "spaces/retry")]
pub async fn retry(space: i32) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Admin).await?;
    session
        .desk()
        .spaces()
        .retry(&session.actor(), space)
        .await?;
    done(SCREEN, "space-retried");
    Ok(())
}

/// Deletes a space that does not decide.
#[server(prefix = "/admin/api", endpoint = "spaces/drop")]
pub async fn drop_space(space: i32) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Admin).await?;
    session
        .desk()
        .spaces()
        .retire(&session.actor(), space)
        .await?;
    done(SCREEN, "space-dropped");
    Ok(())
}

/// Decides with a complete space from now on. A floor that is left empty is what it was when the
/// space decided before, or stays as it is.
#[server(prefix = "/admin/api", endpoint = "spaces/switch")]
pub async fn switch(
    space: i32,
    #[server(default)] floor: String,
    #[server(default)] term_floor: String,
    #[server(default)] keep_days: String,
    #[server(default)] incomplete: Option<String>,
) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Admin).await?;
    let such = "is no number; write one such as 0.35";
    let days = "is no number of days; write one such as 14, or leave it empty";
    let options = SwitchOptions {
        floors: Floors {
            similarity: number("floor", &floor, such)?,
            term: number("term_floor", &term_floor, such)?,
        },
        incomplete: incomplete.is_some(),
        keep: number::<u16>("keep_days", &keep_days, days)?
            .map(|days| Duration::from_hours(u64::from(days) * 24)),
    };
    let spaces = session.desk().spaces();
    let switched = spaces.switch(&session.actor(), space, options).await?;
    let notice = match switched.kept {
        Duration::ZERO => "space-switched-for-good",
        _ => "space-switched",
    };
    done(SCREEN, notice);
    Ok(())
}

/// The number in a field; `None` when it is empty.
fn number<T: std::str::FromStr>(
    field: &str,
    text: &str,
    otherwise: &str,
) -> Result<Option<T>, AdminError> {
    match text.trim() {
        "" => Ok(None),
        text => match text.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(AdminError::invalid(field, otherwise)),
        },
    }
}

/// Decides with the space before again, if that is `space`: a second press does not go forth again.
#[server(prefix = "/admin/api", endpoint = "spaces/rollback")]
pub async fn rollback(space: i32) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Admin).await?;
    let spaces = session.desk().spaces();
    spaces.rollback(&session.actor(), Some(space)).await?;
    done(SCREEN, "space-rolled-back");
    Ok(())
}
