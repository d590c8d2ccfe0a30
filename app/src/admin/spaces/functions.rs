//! What admins do with spaces.

use domain::Role;
use engine::spaces::SwitchOptions;
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

/// Decides with a complete space from now on.
#[server(prefix = "/admin/api", endpoint = "spaces/switch")]
pub async fn switch(
    space: i32,
    #[server(default)] floor: String,
    #[server(default)] incomplete: Option<String>,
) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Admin).await?;
    let floor = match floor.trim() {
        "" => None,
        text => match text.parse() {
            Ok(floor) => Some(floor),
            Err(_) => {
                return Err(AdminError::invalid(
                    "floor",
                    "is no number; write one such as 0.35, or leave it empty",
                ));
            }
        },
    };
    let options = SwitchOptions {
        floor,
        incomplete: incomplete.is_some(),
        keep: None,
    };
    let spaces = session.desk().spaces();
    spaces.switch(&session.actor(), space, options).await?;
    done(SCREEN, "space-switched");
    Ok(())
}

/// Decides with the space before again.
#[server(prefix = "/admin/api", endpoint = "spaces/rollback")]
pub async fn rollback() -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Admin).await?;
    session.desk().spaces().rollback(&session.actor()).await?;
    done(SCREEN, "space-rolled-back");
    Ok(())
}
