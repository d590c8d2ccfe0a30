use domain::Role;
use domain::preview::Scene;
use leptos::prelude::*;

use crate::admin::AdminError;
use crate::admin::instant;
use crate::admin::once::{self, Once};
use crate::admin::session::AdminSession;

/// Makes a link to a preview, and leads to it.
#[server(prefix = "/admin/api", endpoint = "preview/share")]
pub async fn share(query: String, days: i64) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Editor).await?;
    let scene = Scene::of_fields(form_urlencoded::parse(query.as_bytes()));
    let (token, ends) = session
        .desk()
        .share_preview(&session.actor(), &scene, days)
        .await?;
    once::keep(&Once {
        title: "The link is ready".to_owned(),
        lead: format!(
            "Whoever opens it sees the page {} as this visitor would, without an account. It cannot be withdrawn.",
            scene.page
        ),
        until: instant::text(ends),
        label: "Link".to_owned(),
        secret: format!("{}/preview/{token}", session.base_url()),
    })
    .await?;
    leptos_axum::redirect("/admin/preview/shared");
    Ok(())
}
