//! What the editor asks of the server.

use leptos::prelude::*;

use super::shape::{Saved, Theirs};
use crate::admin::AdminError;

#[cfg(feature = "ssr")]
use {
    super::{load, preview, shape::Written},
    crate::admin::session::{AdminSession, done, wants_html},
    domain::variant::Origin,
    domain::{ContentOverride, ExternalId, Locale, Problem, Role, SegmentKey, VariantId},
    engine::desk::variants::{VariantEdit, Wanted},
    serde_json::Value,
};

/// Lets the language model write a variant, and leads to its draft.
#[server(prefix = "/admin/api", endpoint = "variants/write")]
pub async fn write_variant(
    page: String,
    locale: String,
    #[server(default)] segment: String,
) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Editor).await?;
    let segment: Option<SegmentKey> = match segment.as_str() {
        "" => None,
        key => Some(parsed("segment", key)?),
    };
    let page: ExternalId = parsed("page", &page)?;
    let locale: Locale = parsed("locale", &locale)?;
    let desk = session.desk();
    let name = load::draft_name(desk, &page, segment.as_ref(), locale);
    let wanted = Wanted {
        page,
        segment,
        locale,
        name,
    };
    let saved = desk.write_variant(&session.actor(), wanted).await?;
    done(&format!("/admin/variants/{}", saved.id), "variant-written");
    Ok(())
}

/// Saves a variant. Without JavaScript, what cannot be saved is kept as typed, so that nothing of
/// it is lost on the way back to the form.
#[server(prefix = "/admin/api", endpoint = "variants/save")]
pub async fn save_variant(
    id: Option<i64>,
    base: i32,
    key: String,
    #[server(default)] tab: String,
    page: String,
    locale: String,
    name: String,
    segment: String,
    content: String,
) -> Result<Saved, AdminError> {
    let session = AdminSession::require(Role::Editor).await?;
    let person = session.person().id;
    let saved = save(
        &session, id, base, &page, &locale, &name, &segment, &content,
    )
    .await;
    match saved {
        Ok(saved) => {
            session.desk().drop_draft(person, &key, &tab).await?;
            if wants_html() {
                done(&format!("/admin/variants/{}", saved.id), "variant-saved");
            }
            Ok(saved)
        }
        Err(error) => {
            let content = serde_json::from_str(&content).ok();
            if let Some(content) = content.filter(|_| wants_html()) {
                let written = Written {
                    name,
                    segment,
                    content,
                };
                let body = serde_json::to_string(&written).unwrap_or_default();
                let desk = session.desk();
                desk.keep_draft(person, &key, &tab, &body, base).await?;
            }
            Err(error)
        }
    }
}

/// Keeps what is typed, for when its tab is closed. Nothing typed is nothing kept.
#[server(prefix = "/admin/api", endpoint = "variants/keep")]
pub async fn keep_draft(
    key: String,
    #[server(default)] tab: String,
    base: i32,
    written: String,
) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Editor).await?;
    let person = session.person().id;
    if written.is_empty() {
        session.desk().drop_draft(person, &key, &tab).await?;
        return Ok(());
    }
    if serde_json::from_str::<Written>(&written).is_err() {
        return Err(AdminError::invalid(
            "written",
            "is not what an editor sends",
        ));
    }
    session
        .desk()
        .keep_draft(person, &key, &tab, &written, base)
        .await?;
    Ok(())
}

/// Forgets what is typed and not saved.
#[server(prefix = "/admin/api", endpoint = "variants/discard")]
pub async fn discard_draft(key: String, #[server(default)] tab: String) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Editor).await?;
    let person = session.person().id;
    session.desk().drop_draft(person, &key, &tab).await?;
    let variant: Option<i64> = key.parse().ok();
    let back = variant.map_or_else(
        || "/admin/variants/new".to_owned(),
        |id| format!("/admin/variants/{id}"),
    );
    done(&back, "draft-discarded");
    Ok(())
}

/// What is saved of a variant, beside what the person has.
#[server(prefix = "/admin/api", endpoint = "variants/compare")]
pub async fn compare_variant(id: i64, written: String) -> Result<Theirs, AdminError> {
    let session = AdminSession::require(Role::Editor).await?;
    let mine: Written = serde_json::from_str(&written)
        .map_err(|_| AdminError::invalid("written", "is not what an editor sends"))?;
    let detail = session.desk().variant(VariantId(id)).await?;
    let saved = load::written(&detail);
    let page = serde_json::json!(detail.page_content);
    Ok(Theirs {
        revision: detail.revision,
        author: session.who_saved(detail.author),
        differences: load::differences(&page, &load::segments(session.desk()), &saved, &mine),
        written: saved,
    })
}

/// The page as it would be with `content`, as HTML: an override of the page with the external id
/// `page`, or with `whole` the page's own content.
#[server(prefix = "/admin/api", endpoint = "preview/draft")]
pub async fn preview_draft(
    page: String,
    locale: String,
    content: String,
    whole: bool,
) -> Result<String, AdminError> {
    let session = AdminSession::require(Role::Editor).await?;
    let content: Value = serde_json::from_str(&content)
        .map_err(|error| AdminError::invalid("content", error.to_string()))?;
    let locale = parsed("locale", &locale)?;
    let catalog = session.desk().engine().catalog();
    let shown = if whole {
        preview::of_page(&catalog, &page, locale, &content)
    } else {
        preview::of_variant(&catalog, &page, locale, &content)
    };
    shown.ok_or_else(|| AdminError::NotFound("This page".to_owned()))
}

#[cfg(feature = "ssr")]
async fn save(
    session: &AdminSession,
    id: Option<i64>,
    base: i32,
    page: &str,
    locale: &str,
    name: &str,
    segment: &str,
    content: &str,
) -> Result<Saved, AdminError> {
    let json: Value = serde_json::from_str(content)
        .map_err(|error| AdminError::invalid("content", format!("is not JSON: {error}")))?;
    let content = ContentOverride::from_json(&json).map_err(within_content)?;
    let segment: Option<SegmentKey> = match segment {
        "" => None,
        key => Some(parsed("segment", key)?),
    };
    let id = id.map(VariantId);
    // The dates are the publication's.
    let dates = match id {
        Some(id) => {
            let record = session.desk().variant(id).await?.record;
            (record.starts_at, record.ends_at)
        }
        None => (None, None),
    };
    let edit = VariantEdit {
        id,
        base,
        name: name.trim().to_owned(),
        page: parsed("page", page)?,
        segment,
        locale: parsed("locale", locale)?,
        content,
        starts_at: dates.0,
        ends_at: dates.1,
        origin: Origin::Saved,
    };
    let saved = session.desk().save_variant(&session.actor(), edit).await?;
    Ok(Saved {
        id: saved.id.0,
        revision: saved.revision,
    })
}

#[cfg(feature = "ssr")]
fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
    field: &str,
    text: &str,
) -> Result<T, AdminError> {
    text.parse()
        .map_err(|error: T::Err| AdminError::invalid(field, error.to_string()))
}

/// Problems of the content, at their places in the form.
#[cfg(feature = "ssr")]
fn within_content(problems: Vec<Problem>) -> AdminError {
    let moved = problems.into_iter().map(|problem| Problem {
        field: match problem.field.as_str() {
            "" => "content".to_owned(),
            field => format!("content.{field}"),
        },
        ..problem
    });
    AdminError::Invalid(moved.collect())
}
