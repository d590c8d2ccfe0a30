//! What admins change about people.

use domain::{Role, UserId};
use engine::people::MadeLink;
use leptos::prelude::*;

use crate::admin::AdminError;
use crate::admin::instant;
use crate::admin::once::{self, Once};
use crate::admin::session::{AdminContext, AdminSession, done};
use crate::admin::welcome::welcome_url;

/// Invites somebody and leads to the link.
#[server(prefix = "/admin/api", endpoint = "people/invite")]
pub async fn invite(
    email: String,
    #[server(default)] name: String,
    role: Role,
) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Admin).await?;
    let link = session
        .people()
        .invite(&session.actor(), &email, Some(&name), role)
        .await?;
    let email = email.trim();
    let lead = format!(
        "Pass it on yourself, for instance in a chat: Landfall sends no mail. Whoever opens it first becomes \
         {email}. It works once and is shown only now."
    );
    show(format!("{email} is invited"), lead, &link).await
}

/// Makes a reset link and leads to it.
#[server(prefix = "/admin/api", endpoint = "people/reset")]
pub async fn reset(id: UserId) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Admin).await?;
    let link = session.people().reset_link(&session.actor(), id).await?;
    let lead = "Pass it on yourself: whoever opens it first chooses the password. It works once \
                and is shown only now.";
    show(
        "A link for a new password".to_owned(),
        lead.to_owned(),
        &link,
    )
    .await
}

/// Withdraws an invitation or a reset link.
#[server(prefix = "/admin/api", endpoint = "people/revoke-link")]
pub async fn revoke_link(id: i64) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Admin).await?;
    session.people().revoke_link(&session.actor(), id).await?;
    done("/admin/people", "link-withdrawn");
    Ok(())
}

/// Gives somebody another role.
#[server(prefix = "/admin/api", endpoint = "people/role")]
pub async fn set_role(id: UserId, role: Role) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Admin).await?;
    session
        .people()
        .set_role(&session.actor(), id, role)
        .await?;
    finish(id, "role-saved");
    Ok(())
}

/// Keeps somebody from signing in.
#[server(prefix = "/admin/api", endpoint = "people/disable")]
pub async fn disable(id: UserId) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Admin).await?;
    session
        .people()
        .set_disabled(&session.actor(), id, true)
        .await?;
    finish(id, "disabled");
    Ok(())
}

/// Lets somebody sign in again.
#[server(prefix = "/admin/api", endpoint = "people/enable")]
pub async fn enable(id: UserId) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Admin).await?;
    session
        .people()
        .set_disabled(&session.actor(), id, false)
        .await?;
    finish(id, "enabled");
    Ok(())
}

/// Ends somebody's sessions.
#[server(prefix = "/admin/api", endpoint = "people/sign-out")]
pub async fn sign_out(id: UserId) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Admin).await?;
    session
        .people()
        .sign_out_everywhere(&session.actor(), id)
        .await?;
    finish(id, "signed-out-person");
    Ok(())
}

/// Hands a link to the screen that shows it.
async fn show(title: String, lead: String, link: &MadeLink) -> Result<(), AdminError> {
    let base_url = expect_context::<AdminContext>().base_url;
    once::keep(&Once {
        title,
        lead,
        until: instant::text(link.expires_at),
        label: "One-time link".to_owned(),
        secret: welcome_url(&base_url, &link.secret),
    })
    .await?;
    leptos_axum::redirect("/admin/people/link");
    Ok(())
}

fn finish(id: UserId, notice: &str) {
    done(&format!("/admin/people/{id}"), notice);
}
