//! Light or dark: as the system has it, or as somebody chose for this browser.

use domain::Role;
use http::HeaderValue;
use http::header::{COOKIE, SET_COOKIE};
use http::request::Parts;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use serde::{Deserialize, Serialize};

use super::AdminError;
use super::session::{AdminContext, AdminSession};
use super::sign_in::next::allowed;

/// The cookie of the choice. Landing pages never see it, so that it is in no cache's way.
const COOKIE_NAME: &str = "landfall_theme";
/// How long a choice is kept, in seconds: a year.
const KEPT_SECONDS: u32 = 31_536_000;

/// What the admin looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// All of them: with the form's word and people's.
    pub(super) const ALL: [(Self, &str, &str); 3] = [
        (Self::System, "system", "System"),
        (Self::Light, "light", "Light"),
        (Self::Dark, "dark", "Dark"),
    ];

    /// What the present request's browser was told.
    pub(super) fn chosen() -> Self {
        let parts = use_context::<Parts>();
        let cookies = parts
            .iter()
            .flat_map(|parts| parts.headers.get_all(COOKIE))
            .filter_map(|header| header.to_str().ok())
            .flat_map(|header| header.split(';'));
        cookies
            .filter_map(|cookie| cookie.trim().split_once('='))
            .filter(|(name, _)| *name == COOKIE_NAME)
            .find_map(|(_, value)| Self::named(value))
            .unwrap_or_default()
    }

    /// The word in the document for the style sheet, where the system does not decide.
    pub(super) fn forced(self) -> Option<&'static str> {
        (self != Self::System).then(|| self.name())
    }

    fn name(self) -> &'static str {
        let all = Self::ALL.iter();
        all.clone()
            .find_map(|(theme, name, _)| (*theme == self).then_some(*name))
            .unwrap_or("system")
    }

    fn named(wanted: &str) -> Option<Self> {
        let mut all = Self::ALL.iter();
        all.find_map(|(theme, name, _)| (*name == wanted).then_some(*theme))
    }

    /// The header that keeps the choice in the browser, or forgets it.
    fn cookie(self, secure: bool) -> String {
        let seconds = if self == Self::System {
            0
        } else {
            KEPT_SECONDS
        };
        let name = self.name();
        let secure = if secure { "; Secure" } else { "" };
        format!(
            "{COOKIE_NAME}={name}; Path=/admin; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
        )
    }
}

/// Chooses what the admin looks like in this browser, and leads back to the screen at `back`.
#[server(prefix = "/admin/api", endpoint = "account/theme")]
pub async fn choose_theme(theme: Theme, #[server(default)] back: String) -> Result<(), AdminError> {
    AdminSession::require(Role::Viewer).await?;
    let base_url = expect_context::<AdminContext>().base_url;
    let cookie = theme.cookie(base_url.starts_with("https:"));
    if let Some(response) = use_context::<ResponseOptions>()
        && let Ok(cookie) = HeaderValue::try_from(cookie)
    {
        response.append_header(SET_COOKIE, cookie);
    }
    leptos_axum::redirect(&allowed(Some(&back)));
    Ok(())
}

/// The choice, for the account's menu: three buttons that need no JavaScript.
#[component]
pub(super) fn ThemeChoice(
    /// The present screen's address.
    back: String,
) -> impl IntoView {
    let chosen = Theme::chosen();
    let buttons = Theme::ALL.into_iter().map(|(theme, name, words)| {
        let pressed = if theme == chosen { "true" } else { "false" };
        view! {
            <button
                name="theme"
                value=name
                aria-pressed=pressed
                class="min-h-8 grow rounded-md px-2 text-xs text-muted hover:text-ink aria-pressed:bg-card \
                aria-pressed:font-semibold aria-pressed:text-ink aria-pressed:shadow-xs"
            >
                {words}
            </button>
        }
    });
    view! {
        <form method="post" action="/admin/api/account/theme" class="px-2 py-1.5">
            <input type="hidden" name="back" value=back />
            <div role="group" aria-label="Look" class="flex rounded-lg bg-wash p-1">
                {buttons.collect_view()}
            </div>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_kept_for_the_admin_alone_and_no_choice_is_forgotten() {
        assert_eq!(
            Theme::Dark.cookie(true),
            "landfall_theme=dark; Path=/admin; Max-Age=31536000; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(
            Theme::System.cookie(false),
            "landfall_theme=system; Path=/admin; Max-Age=0; HttpOnly; SameSite=Lax"
        );
    }

    #[test]
    fn only_a_choice_shows_in_the_document() {
        assert_eq!(Theme::named("dark").and_then(Theme::forced), Some("dark"));
        assert_eq!(Theme::named("system").and_then(Theme::forced), None);
        assert_eq!(Theme::named("<script>"), None);
    }
}
