//! What the sign-in form and the sign-out button do.

use engine::people::SignInError;
use leptos::prelude::*;

use super::next::allowed;
use crate::admin::AdminError;
use crate::admin::session::{
    AdminContext, address, done, end_session, session, start_session, wants_html,
};

/// Where a session keeps the address that was typed, for the form that is shown again.
pub(super) const LAST_EMAIL: &str = "last_email";

/// Signs somebody in and leads to the screen they wanted.
#[server(prefix = "/admin/api", endpoint = "sign-in")]
pub async fn sign_in(
    email: String,
    password: String,
    #[server(default)] next: String,
) -> Result<(), AdminError> {
    let people = expect_context::<AdminContext>().people;
    match people.sign_in(&email, &password, address()).await {
        Ok(person) => {
            start_session(&person).await?;
            leptos_axum::redirect(&allowed(Some(&next)));
            Ok(())
        }
        Err(refused @ SignInError::Wrong) => {
            if wants_html() {
                remember(email).await;
            }
            Err(AdminError::invalid("", refused.to_string()))
        }
        Err(ref refused @ SignInError::Throttled { seconds }) => Err(AdminError::Throttled {
            seconds,
            text: refused.to_string(),
        }),
        Err(SignInError::Failed(error)) => Err(error.into()),
    }
}

/// Ends the session.
#[server(prefix = "/admin/api", endpoint = "sign-out")]
pub async fn sign_out() -> Result<(), AdminError> {
    end_session().await?;
    done("/admin/sign-in", "signed-out");
    Ok(())
}

/// Without JavaScript the form is shown anew; the address need not be typed again. It is a
/// convenience, so that a failure does not matter.
async fn remember(email: String) {
    let short: String = email.chars().take(254).collect();
    if let Ok(session) = session().await {
        let _ = session.insert(LAST_EMAIL, short).await;
    }
}
