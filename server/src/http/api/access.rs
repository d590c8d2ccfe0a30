//! Who asks: a token in the `Authorization` header.

use engine::store::{Scope, Store, Token, TokenSecret};
use http::{HeaderMap, header};
use time::OffsetDateTime;
use tracing::warn;

use super::problem::{Kind, Problem};

/// The token that a request carries, when it may do what `scope` covers.
///
/// # Errors
/// [`Problem`]: 401 without a token that is good at `now`, 403 when it lacks the scope, 503 when
/// the database fails.
pub(super) async fn token(
    store: &Store,
    headers: &HeaderMap,
    scope: Scope,
    now: OffsetDateTime,
) -> Result<Token, Problem> {
    let Some(secret) = secret(headers) else {
        return Err(Problem::new(
            Kind::Unauthorized,
            "Send one header `Authorization: Bearer lf_…` with a token that `landfall token add` made.",
        ));
    };
    let found = store.use_token(&secret, now).await.map_err(|error| {
        warn!(%error, "api.token failed");
        Problem::new(Kind::Unavailable, "The token could not be looked up.")
    })?;
    let Some(token) = found else {
        return Err(Problem::new(
            Kind::Unauthorized,
            "This token is unknown, revoked or expired.",
        ));
    };
    if !token.may(scope) {
        return Err(Problem::new(
            Kind::Forbidden,
            format!(
                "The token {:?} has no scope {}.",
                token.name,
                scope.as_str()
            ),
        ));
    }
    Ok(token)
}

fn secret(headers: &HeaderMap) -> Option<TokenSecret> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    let (scheme, secret) = value.split_once(' ')?;
    // Two of them leave open which one counts.
    let alone = values.next().is_none() && scheme.eq_ignore_ascii_case("bearer");
    alone.then(|| TokenSecret::read(secret.trim()))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn a_secret_is_read_from_one_bearer_header() {
        let secret = format!("lf_{}", "a".repeat(64));
        let check = |values: &[String], expected: bool| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::AUTHORIZATION, HeaderValue::try_from(value).unwrap());
            }
            assert_eq!(super::secret(&headers).is_some(), expected, "{values:?}");
        };
        check(&[format!("Bearer {secret}")], true);
        check(&[format!("bearer  {secret}")], true);
        check(&[], false);
        check(&[format!(" {secret}")], false);
        check(&[format!("Basic {secret}")], false);
        check(&["Bearer lf_short".to_owned()], false);
        check(
            &[format!("Bearer {secret}"), format!("Bearer {secret}")],
            false,
        );
    }
}
