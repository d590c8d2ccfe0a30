//! What people do with variants besides writing them.

use domain::{Role, VariantId};
use engine::desk::local_time::LocalTime;
use engine::desk::variants::{Publication, UndoToken};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::filter::ListQuery;
use super::outcome;
use crate::admin::AdminError;
use crate::admin::session::{AdminSession, done};

/// What to do with variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Show the newest revision from now on.
    Now,
    /// Show it from one date to another.
    Schedule,
    /// Go on showing what visitors see, until a date.
    Until,
    /// Show it to nobody any more.
    Archive,
    /// Make it a draft again.
    Withdraw,
}

/// Publishes, schedules, archives or withdraws variants, and leads back with a way to undo it.
/// Dates are on the clocks of the site.
///
/// With `all` it does so with everything that the list at `back` finds, instead of `ids`. When
/// `careful`, variants that visitors see now are taken from them only if `live` says so.
#[server(prefix = "/admin/api", endpoint = "variants/publish")]
pub async fn publish_variants(
    #[server(default)] ids: Vec<VariantId>,
    #[server(default)] all: bool,
    #[server(default)] careful: bool,
    #[server(default)] live: bool,
    what: What,
    #[server(default)] starts_at: String,
    #[server(default)] ends_at: String,
    #[server(default)] back: String,
) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Publisher).await?;
    let ids = if all {
        let query = back.split_once('?').map_or("", |(_, query)| query);
        let filter = ListQuery::parse(query).filter;
        session.desk().all_variants(&filter).await?
    } else {
        ids
    };
    if ids.is_empty() {
        return Err(AdminError::invalid("", "Tick at least one variant first."));
    }
    if careful && !live && !matches!(what, What::Now | What::Until) {
        let seen = session.desk().live_variants(&ids).await?;
        if seen > 0 {
            return Err(AdminError::invalid(
                "live",
                outcome::warning(what, seen, ids.len()),
            ));
        }
    }
    let clocks = LocalTime::of(&session.desk().engine().catalog().site);
    let publication = match what {
        What::Now => Publication::Now,
        What::Until => Publication::Until(clocks.instant("ends_at", &ends_at)?),
        What::Archive => Publication::Archive,
        What::Withdraw => Publication::Withdraw,
        What::Schedule => {
            let starts_at = clocks.instant("starts_at", &starts_at)?;
            Publication::Schedule {
                starts_at: starts_at.ok_or_else(|| {
                    AdminError::invalid("starts_at", "is missing; choose when it starts")
                })?,
                ends_at: clocks.instant("ends_at", &ends_at)?,
            }
        }
    };
    let published = session
        .desk()
        .publish(&session.actor(), &ids, publication)
        .await?;
    outcome::lead_back(&back, what, &published);
    Ok(())
}

/// Undoes a publication.
#[server(prefix = "/admin/api", endpoint = "variants/undo")]
pub async fn undo_publication(
    token: i64,
    #[server(default)] back: String,
) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Publisher).await?;
    let undone = session
        .desk()
        .undo(&session.actor(), UndoToken(token))
        .await?;
    outcome::lead_back_undone(&back, undone);
    Ok(())
}

/// Makes a draft with the same content, and leads to it.
#[server(prefix = "/admin/api", endpoint = "variants/duplicate")]
pub async fn duplicate_variant(id: VariantId) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Editor).await?;
    let copy = session.desk().duplicate(&session.actor(), id).await?;
    done(
        &format!("/admin/variants/{}", copy.id),
        "variant-duplicated",
    );
    Ok(())
}

/// Deletes a variant that was never published, and leads to the list.
#[server(prefix = "/admin/api", endpoint = "variants/delete")]
pub async fn delete_variant(id: VariantId) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Editor).await?;
    let desk = session.desk();
    desk.delete_variant(&session.actor(), id).await?;
    done("/admin/variants", "variant-deleted");
    Ok(())
}

/// Saves an earlier revision's content as the newest one.
#[server(prefix = "/admin/api", endpoint = "variants/restore")]
pub async fn restore_revision(id: VariantId, revision: i32) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Editor).await?;
    session
        .desk()
        .restore(&session.actor(), id, revision)
        .await?;
    done(&format!("/admin/variants/{id}/history"), "variant-restored");
    Ok(())
}
