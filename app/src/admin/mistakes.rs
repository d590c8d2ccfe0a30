//! What was wrong with a form that was sent without JavaScript: the server sends people back to
//! the form with the error in the address.

use leptos::server_fn::error::ServerFnUrlError;

use super::session::is_from_here;
use super::{AdminError, typed};
use crate::ui::Mistakes;

/// The error that a raw query tells. Nobody else puts words into the admin's mouth: a link from
/// elsewhere tells nothing. Whoever is refused again comes from an address that told of the last time: the
/// latest one stands at the end.
pub(super) fn error(query: &str) -> Option<AdminError> {
    form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| name == "__err" && is_from_here())
        .last()
        .map(|(_, text)| ServerFnUrlError::decode_err(&text))
}

/// The error as the fields of the screen show it.
pub(super) fn beside_fields(error: Option<&AdminError>) -> Mistakes {
    error.map_or_else(Mistakes::default, |error| Mistakes {
        whole: Some(error.to_string()),
        fields: error.problems().to_vec(),
        typed: Vec::new(),
    })
}

/// The same with what was typed into the form.
pub(super) async fn with_what_was_typed(error: &AdminError) -> Mistakes {
    Mistakes {
        typed: typed::take().await,
        ..beside_fields(Some(error))
    }
}

/// The address of the screen at `path` that tells of an error, for whoever sent it a form that no
/// server function takes.
pub fn address(path: &str, error: &AdminError) -> String {
    // Only the part after the question mark is used.
    let url = ServerFnUrlError::new(path, error.clone()).to_url("http://localhost/");
    match url {
        Ok(url) => format!("{path}?{}", url.query().unwrap_or_default()),
        Err(_) => path.to_owned(),
    }
}
