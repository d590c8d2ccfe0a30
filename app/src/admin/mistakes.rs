//! What was wrong with a form that was sent without JavaScript: the server sends people back to
//! the form with the error in the address.

use leptos::server_fn::error::ServerFnUrlError;

use super::AdminError;
use crate::ui::Mistakes;

/// Reads the error from a raw query, for the fields of the screen.
pub(super) fn of_query(query: &str) -> Mistakes {
    let error: Option<AdminError> = form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "__err")
        .map(|(_, text)| ServerFnUrlError::decode_err(&text));
    error.map_or_else(Mistakes::default, |error| Mistakes {
        whole: Some(error.to_string()),
        fields: error.problems().to_vec(),
    })
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
