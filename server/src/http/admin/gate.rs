//! What every request of the admin passes: limits, who may post, and the answer's headers.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, Method, StatusCode, header};

use super::{address, policy};
use crate::http::limits;

/// Refuses what is too large or comes from another site, and protects every answer.
pub(super) async fn keep(mut request: Request, next: Next) -> Response {
    let mut response = match check(&request) {
        Ok(()) => {
            let address = address::of(&request);
            request.extensions_mut().insert(address);
            next.run(request).await
        }
        Err((status, text)) => (status, text).into_response(),
    };
    policy::protect(response.headers_mut());
    response
}

fn check(request: &Request) -> Result<(), (StatusCode, &'static str)> {
    limits::check(request.uri(), request.headers()).map_err(|large| (large.status, large.text))?;
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if reads
        || is_same_origin(
            request.headers(),
            request.uri().authority().map(http::uri::Authority::as_str),
        )
    {
        Ok(())
    } else {
        Err((
            StatusCode::FORBIDDEN,
            "This form was sent from another site. Open the admin and try again.",
        ))
    }
}

/// Whether a request was sent by the admin's own screens. What is no browser sends neither header,
/// and has no session that another site could use.
fn is_same_origin(headers: &HeaderMap, authority: Option<&str>) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return matches!(site.as_bytes(), b"same-origin" | b"none");
    }
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let origin = origin.to_str().unwrap_or_default();
    let named = origin.split_once("://").map(|(_, host)| host);
    named.is_some() && (named == host || named == authority)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};

    #[test]
    fn only_the_admins_own_screens_may_post() {
        let check = |fields: &[(&'static str, &'static str)], expected: bool| {
            let headers = fields
                .iter()
                .map(|(name, value)| {
                    let name = HeaderName::from_static(name);
                    (name, HeaderValue::from_static(value))
                })
                .collect();
            assert_eq!(is_same_origin(&headers, None), expected, "{fields:?}");
        };
        check(&[], true);
        check(&[("sec-fetch-site", "same-origin")], true);
        check(&[("sec-fetch-site", "same-site")], false);
        check(&[("sec-fetch-site", "cross-site")], false);
        let host = ("host", "site.example:3000");
        check(&[host, ("origin", "https://site.example:3000")], true);
        check(&[host, ("origin", "https://site.example")], false);
        check(&[host, ("origin", "https://evil.example")], false);
        check(&[host, ("origin", "null")], false);
        check(&[("origin", "https://site.example")], false);
    }
}
