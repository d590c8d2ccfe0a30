//! What people change about themselves.

use domain::Role;
use leptos::prelude::*;

use crate::admin::AdminError;
use crate::admin::session::{AdminSession, address, done, end_session, start_session};
use crate::admin::welcome::same;

/// The account's screen.
const ACCOUNT: &str = "/admin/account";

/// Gives oneself another name.
#[server(prefix = "/admin/api", endpoint = "account/name")]
pub async fn rename(name: String) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Viewer).await?;
    session
        .people()
        .rename(&session.actor(), session.person().id, &name)
        .await?;
    done(ACCOUNT, "name-saved");
    Ok(())
}

/// Changes one's password. Other sessions end; this one goes on under a new id.
#[server(prefix = "/admin/api", endpoint = "account/password")]
pub async fn change_password(
    current: String,
    password: String,
    repeat: String,
) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Viewer).await?;
    same(&password, &repeat)?;
    let id = session.person().id;
    let person = session
        .people()
        .change_password(id, &current, &password, address())
        .await?;
    start_session(&person).await?;
    done(ACCOUNT, "password-changed");
    Ok(())
}

/// Ends all of one's sessions.
#[server(prefix = "/admin/api", endpoint = "account/sign-out-everywhere")]
pub async fn sign_out_everywhere() -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Viewer).await?;
    let (actor, id) = (session.actor(), session.person().id);
    session.people().sign_out_everywhere(&actor, id).await?;
    end_session().await?;
    done("/admin/sign-in", "signed-out-everywhere");
    Ok(())
}
