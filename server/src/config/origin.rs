//! Origins, as browsers name the site that a script comes from.

/// Whether a text is an origin as browsers send it: scheme and host in lower case, and the port
/// unless it is the scheme's own.
pub(super) fn is_origin(text: &str) -> bool {
    let Some((scheme, authority)) = text.split_once("://") else {
        return false;
    };
    let own_port = match scheme {
        "https" => 443,
        "http" => 80,
        _ => return false,
    };
    let Ok(authority) = authority.parse::<http::uri::Authority>() else {
        return false;
    };
    let written = match authority.port_u16() {
        None => authority.host().to_owned(),
        Some(port) if port == own_port => return false,
        Some(port) => format!("{}:{port}", authority.host()),
    };
    text == format!("{scheme}://{}", written.to_ascii_lowercase())
}

/// Whether an address is one of the web.
pub(super) fn is_web(url: &str) -> bool {
    url.starts_with("http://") || url.starts_with("https://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_send_it() {
        let check = |text: &str, expected: bool| assert_eq!(is_origin(text), expected, "{text:?}");
        check("https://example.com", true);
        check("http://127.0.0.1:5173", true);
        check("http://[::1]:5173", true);
        check("https://example.com/", false);
        check("https://example.com/shop", false);
        check("https://Example.com", false);
        check("https://example.com:443", false);
        check("https://user@example.com", false);
        check("example.com", false);
        check("ftp://example.com", false);
        check("https://", false);
        check("null", false);
        check("", false);
    }
}
