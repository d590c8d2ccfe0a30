//! What editors do with segments.

use domain::condition::outline::Direction;
use domain::{Role, SegmentKey};
use engine::desk::segments::SegmentDraft;
use leptos::prelude::*;

use super::unsaved::Mine;
use crate::admin::AdminError;
use crate::admin::session::{AdminSession, done};
use crate::admin::stale::{self, Thing};

/// Makes a segment. Without a key it gets one from its name. `condition_text` is what a browser
/// without JavaScript sends.
#[server(prefix = "/admin/api", endpoint = "segments/create")]
pub async fn create_segment(
    name: String,
    #[server(default)] key: String,
    #[server(default)] description: String,
    #[server(default)] condition: String,
    condition_text: Option<String>,
) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Publisher).await?;
    let key = match key.trim() {
        "" => SegmentKey::from_name(&name).ok_or_else(|| {
            AdminError::invalid(
                "key",
                "cannot be made from this name; write one of a-z, 0-9 and -",
            )
        })?,
        key => key.parse().map_err(|error: domain::id::NameError| {
            AdminError::invalid("key", error.to_string())
        })?,
    };
    let draft = SegmentDraft {
        name,
        description,
        condition: condition_text.unwrap_or(condition),
    };
    session
        .desk()
        .create_segment(&session.actor(), key, draft)
        .await?;
    done("/admin/segments", "segment-created");
    Ok(())
}

/// Saves a segment over the edition `base`. When somebody saved it since, the answer leads to both
/// versions.
#[server(prefix = "/admin/api", endpoint = "segments/save")]
pub async fn save_segment(
    key: String,
    base: i32,
    name: String,
    #[server(default)] description: String,
    #[server(default)] condition: String,
    condition_text: Option<String>,
) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Publisher).await?;
    let draft = SegmentDraft {
        name,
        description,
        condition: condition_text.unwrap_or(condition),
    };
    let key = known(&key)?;
    let saved = session
        .desk()
        .save_segment(&session.actor(), &key, base, draft.clone())
        .await;
    let thing = Thing::Segment(key);
    stale::settle(&session, &thing, Mine::from(draft), saved).await?;
    done("/admin/segments", "segment-saved");
    Ok(())
}

/// Tries a segment one place earlier (`up`) or later.
#[server(prefix = "/admin/api", endpoint = "segments/move")]
pub async fn move_segment(key: String, direction: String) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Publisher).await?;
    let (key, towards) = match direction.as_str() {
        "up" => (known(&key)?, Direction::Up),
        "down" => (known(&key)?, Direction::Down),
        _ => return Err(AdminError::invalid("direction", "is neither up nor down")),
    };
    session
        .desk()
        .move_segment(&session.actor(), &key, towards)
        .await?;
    done(
        &format!("/admin/segments?moved={key}&direction={direction}"),
        "segments-ordered",
    );
    Ok(())
}

/// Tries the segments in the order of `keys`, which commas separate.
#[server(prefix = "/admin/api", endpoint = "segments/order")]
pub async fn order_segments(keys: String) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Publisher).await?;
    let keys = keys.split(',').map(known).collect::<Result<Vec<_>, _>>()?;
    session
        .desk()
        .order_segments(&session.actor(), &keys)
        .await?;
    done("/admin/segments", "segments-ordered");
    Ok(())
}

/// Deletes a segment that nothing uses.
#[server(prefix = "/admin/api", endpoint = "segments/delete")]
pub async fn delete_segment(key: String) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Publisher).await?;
    session
        .desk()
        .delete_segment(&session.actor(), &known(&key)?)
        .await?;
    done("/admin/segments", "segment-deleted");
    Ok(())
}

/// The key of a segment that should be there.
pub(super) fn known(key: &str) -> Result<SegmentKey, AdminError> {
    key.parse()
        .map_err(|_| AdminError::NotFound("This segment".to_owned()))
}
