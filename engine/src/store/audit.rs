//! The audit log: who changed what, when, and from where.

use serde_json::Value;
use sqlx::types::Json;

use super::{StoreError, StoreTransaction};
use crate::desk::Actor;

impl StoreTransaction {
    /// Notes a change. `action` names the thing and what happened to it, such as
    /// `variant.publish`; `subject` is the thing's name. `before` and `after` hold what changed;
    /// a thing that was made has no `before`, one that was deleted no `after`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn note(
        &mut self,
        actor: &Actor,
        action: &str,
        subject: &str,
        before: Option<&Value>,
        after: Option<&Value>,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "INSERT INTO audit_log (actor_id, actor, action, subject, before, after, remote_addr)
             VALUES ($1, $2, $3, $4, $5, $6, $7::text::inet)",
            actor.user.map(|user| user.0),
            actor.name,
            action,
            subject,
            before.map(Json) as _,
            after.map(Json) as _,
            actor.address.map(|address| address.to_string())
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }
}
