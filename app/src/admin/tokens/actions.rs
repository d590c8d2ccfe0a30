//! What admins do with tokens.

use domain::Role;
use engine::people::MAX_TOKEN_DAYS;
use engine::store::Scope;
use leptos::prelude::*;

use super::words;
use crate::admin::AdminError;
use crate::admin::instant;
use crate::admin::once::{self, Once};
use crate::admin::session::{AdminSession, done};

/// Makes a token and leads to its secret.
#[server(prefix = "/admin/api", endpoint = "tokens/make")]
pub async fn make(
    name: String,
    #[server(default)] import: bool,
    #[server(default)] export: bool,
    #[server(default)] explain: bool,
    days: String,
) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Admin).await?;
    let days: u16 = days.trim().parse().map_err(|_| {
        AdminError::invalid(
            "days",
            format!("is not a number from 1 to {MAX_TOKEN_DAYS}"),
        )
    })?;
    let wanted = [
        (import, Scope::Import),
        (export, Scope::Export),
        (explain, Scope::Explain),
    ];
    let scopes: Vec<Scope> = wanted
        .into_iter()
        .filter_map(|(wanted, scope)| wanted.then_some(scope))
        .collect();
    let (token, secret) = session
        .people()
        .make_token(&session.actor(), &name, &scopes, days)
        .await?;
    once::keep(&Once {
        title: format!("{} is ready", token.name),
        lead: format!(
            "It may {}. Send it in the header Authorization, as: Bearer, a space, the secret. \
             Keep it like a password: it is shown only now.",
            words(&token.scopes)
        ),
        until: instant::text(token.expires_at),
        label: "Secret".to_owned(),
        secret: secret.expose().to_owned(),
    })
    .await?;
    leptos_axum::redirect("/admin/tokens/made");
    Ok(())
}

/// Revokes a token.
#[server(prefix = "/admin/api", endpoint = "tokens/revoke")]
pub async fn revoke(id: i64) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Admin).await?;
    session.people().revoke_token(&session.actor(), id).await?;
    done("/admin/tokens", "token-revoked");
    Ok(())
}
