//! One HTTP request through async-openai, and what its failure means.
//!
//! The library's own retries are replaced: they ignore dates in `Retry-After` and broken answers, and cannot be bounded in
//! time. Its service is swapped for one that sends once and keeps what the decision needs: status, `Retry-After`,
//! the provider's message.

use std::{error::Error, iter, sync::Once, time::Duration};

use async_openai::{
    Client, config::OpenAIConfig, error::OpenAIError, middleware::HttpRequestFactory,
};
use reqwest::{
    Response, StatusCode,
    header::{DATE, HeaderMap, HeaderName, RETRY_AFTER},
    redirect,
};
use serde_json::Value;
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

use super::{ApiKey, OpenAiConfig};
use crate::embedding::{
    EmbeddingError,
    retry::{Failure, Retry},
};

/// Bytes of an error's body that are read.
const MAX_ERROR_BODY: usize = 64 * 1024;

/// Characters of a provider's message that are kept.
const MAX_MESSAGE: usize = 500;

/// A client that sends each request exactly once.
pub(crate) fn client(config: &OpenAiConfig) -> Result<Client<OpenAIConfig>, EmbeddingError> {
    install_crypto();
    let http = reqwest::Client::builder()
        .timeout(config.timeout)
        // A redirect would carry the texts, and perhaps the key, to a server nobody configured.
        .redirect(redirect::Policy::none())
        .build()
        .map_err(|error| EmbeddingError::Setting {
            field: "base_url",
            reason: describe(&error),
        })?;
    // The library fills what is not set here from environment variables of its own.
    let settings = OpenAIConfig::new()
        .with_api_base(&config.base_url)
        .with_api_key(config.api_key.as_ref().map_or("", ApiKey::expose))
        .with_org_id("")
        .with_project_id("");
    let sender = http.clone();
    let once = tower::service_fn(move |request| send(sender.clone(), request));
    Ok(Client::build(http, settings).with_http_service(once))
}

/// Names *ring*, which the database driver uses too, as the process's TLS cryptography, unless another is chosen already.
fn install_crypto() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error says that one is installed: nothing is left to do.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

async fn send(http: reqwest::Client, request: HttpRequestFactory) -> Result<Response, OpenAIError> {
    let response = http.execute(request.build().await?).await?;
    if response.status().is_success() {
        Ok(response)
    } else {
        Err(OpenAIError::Boxed(Box::new(Refusal::read(response).await)))
    }
}

/// What `error` means to the user, and whether to try again. `key` is taken out of every message.
pub(crate) fn failure(error: OpenAIError, key: Option<&ApiKey>) -> Failure {
    let hide = |text: String| match key {
        Some(key) => text.replace(key.expose(), "(API key)"),
        None => text,
    };
    match error {
        OpenAIError::Boxed(error) => match error.downcast::<Refusal>() {
            Ok(refusal) => Failure {
                retry: refusal.retry(),
                error: EmbeddingError::Refused {
                    status: refusal.status.as_u16(),
                    message: hide(refusal.message),
                },
            },
            Err(error) => Failure {
                retry: Retry::Never,
                error: EmbeddingError::Malformed {
                    reason: hide(error.to_string()),
                },
            },
        },
        OpenAIError::Reqwest(error) => Failure {
            retry: if error.is_builder() {
                Retry::Never
            } else {
                Retry::After(None)
            },
            error: EmbeddingError::Unreachable {
                reason: hide(describe(&error)),
            },
        },
        // The library's own message would repeat the whole body.
        OpenAIError::JSONDeserialize(error, _) => Failure {
            retry: Retry::Never,
            error: EmbeddingError::Malformed {
                reason: hide(error.to_string()),
            },
        },
        error => Failure {
            retry: Retry::Never,
            error: EmbeddingError::Malformed {
                reason: hide(error.to_string()),
            },
        },
    }
}

/// An error with all its causes, which reqwest leaves out of its own message.
fn describe(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no complete answer in time".into();
    }
    let causes = iter::successors(error.source(), |&cause| cause.source());
    let causes = causes.map(ToString::to_string);
    let all: Vec<String> = iter::once(error.to_string()).chain(causes).collect();
    all.join(": ")
}

/// An answer with a status other than success.
#[derive(Debug, thiserror::Error)]
#[error("{status}: {message}")]
struct Refusal {
    status: StatusCode,
    message: String,
    /// The account has no credit left: waiting does not bring it back.
    out_of_credit: bool,
    retry_after: Option<Duration>,
}

impl Refusal {
    async fn read(mut response: Response) -> Self {
        let mut body = Vec::new();
        // An error's body that breaks off still says something, so what arrived is used.
        while let Ok(Some(chunk)) = response.chunk().await {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_ERROR_BODY {
                break;
            }
        }
        Self::new(response.status(), response.headers(), &body)
    }

    fn new(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let json: Value = serde_json::from_slice(body).unwrap_or_default();
        let is_quota =
            |path| json.pointer(path).and_then(Value::as_str) == Some("insufficient_quota");
        Self {
            status,
            message: message(status, &json, body),
            out_of_credit: is_quota("/error/type") || is_quota("/error/code"),
            retry_after: retry_after(headers),
        }
    }

    fn retry(&self) -> Retry {
        let passing = match self.status {
            StatusCode::REQUEST_TIMEOUT => true,
            StatusCode::TOO_MANY_REQUESTS => !self.out_of_credit,
            status => status.is_server_error(),
        };
        if passing {
            Retry::After(self.retry_after)
        } else {
            Retry::Never
        }
    }
}

/// The provider's own words: the error object of `OpenAI`, the forms its imitators use, plain text, or the status's name.
fn message(status: StatusCode, json: &Value, body: &[u8]) -> String {
    let known = ["/error/message", "/error", "/message", "/detail"];
    let known = known.iter().find_map(|path| json.pointer(path)?.as_str());
    let text = String::from_utf8_lossy(body);
    let gap = |character: char| character.is_whitespace() || character.is_control();
    let words = known.unwrap_or(&text).split(gap);
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let clean: String = words.join(" ").chars().take(MAX_MESSAGE).collect();
    if clean.is_empty() {
        status.canonical_reason().unwrap_or("no message").into()
    } else {
        clean
    }
}

/// `Retry-After` as RFC 9110 has it: seconds, or a date. A date counts from the answer's own `Date`, because the
/// provider's clock wrote both.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: HeaderName| headers.get(name)?.to_str().ok().map(str::trim);
    let wanted = text(RETRY_AFTER)?;
    if let Ok(seconds) = wanted.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = |text| OffsetDateTime::parse(text, &Rfc2822).ok();
    let wait = date(wanted)? - date(text(DATE)?)?;
    // A date in the past asks for no pause.
    Some(wait.try_into().unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(HeaderName, &'static str)| {
            (
                name.clone(),
                reqwest::header::HeaderValue::from_static(value),
            )
        };
        pairs.iter().map(pair).collect()
    }

    fn check(pairs: &[(HeaderName, &'static str)], expected_seconds: Option<u64>) {
        assert_eq!(
            retry_after(&headers(pairs)),
            expected_seconds.map(Duration::from_secs),
            "{pairs:?}"
        );
    }

    #[test]
    fn retry_after_is_read_as_seconds_or_as_a_date() {
        let date = (DATE, "Wed, 25 Nov 2026 10:00:00 GMT");
        check(&[(RETRY_AFTER, "20")], Some(20));
        check(
            &[(RETRY_AFTER, "Wed, 25 Nov 2026 10:01:30 GMT"), date.clone()],
            Some(90),
        );
        check(
            &[(RETRY_AFTER, "Wed, 25 Nov 2026 09:59:00 GMT"), date.clone()],
            Some(0),
        );
        check(&[(RETRY_AFTER, "Wed, 25 Nov 2026 10:01:30 GMT")], None);
        check(&[(RETRY_AFTER, "soon"), date.clone()], None);
        check(&[(RETRY_AFTER, "-5"), date.clone()], None);
        check(&[date], None);
    }

    fn check_refusal(status: u16, body: &str, message: &str, retry: Retry) {
        let status = StatusCode::from_u16(status).unwrap();
        let refusal = Refusal::new(status, &HeaderMap::new(), body.as_bytes());
        assert_eq!(
            (refusal.message.as_str(), refusal.retry()),
            (message, retry)
        );
    }

    #[test]
    fn a_refusal_keeps_the_providers_words_and_knows_whether_waiting_helps() {
        let again = Retry::After(None);
        check_refusal(
            429,
            r#"{"error":{"message":"Slow down","type":"tokens"}}"#,
            "Slow down",
            again,
        );
        check_refusal(
            429,
            r#"{"error":{"message":"No credit","type":"insufficient_quota"}}"#,
            "No credit",
            Retry::Never,
        );
        check_refusal(
            429,
            r#"{"error":{"message":"No credit","type":null,"code":"insufficient_quota"}}"#,
            "No credit",
            Retry::Never,
        );
        check_refusal(
            404,
            r#"{"error":"model not found"}"#,
            "model not found",
            Retry::Never,
        );
        check_refusal(422, r#"{"detail":"too long"}"#, "too long", Retry::Never);
        check_refusal(503, "<h1>Busy</h1>\r\n\r\n\u{7}", "<h1>Busy</h1>", again);
        check_refusal(500, "", "Internal Server Error", again);
        check_refusal(302, "", "Found", Retry::Never);
        check_refusal(408, "", "Request Timeout", again);
    }

    #[test]
    fn a_long_message_is_shortened() {
        let refusal = Refusal::new(StatusCode::BAD_REQUEST, &HeaderMap::new(), &[b'x'; 9000]);
        assert_eq!(refusal.message.len(), MAX_MESSAGE);
    }

    #[test]
    fn a_provider_that_repeats_the_key_does_not_make_us_repeat_it() {
        let key = ApiKey::new("sk-secret").unwrap();
        let body = br#"{"error":{"message":"Incorrect API key provided: sk-secret."}}"#;
        let refusal = Refusal::new(StatusCode::UNAUTHORIZED, &HeaderMap::new(), body);
        let failure = failure(OpenAIError::Boxed(Box::new(refusal)), Some(&key));
        assert_eq!(
            failure.error.to_string(),
            "the embedding provider refused with status 401: Incorrect API key provided: (API key)."
        );
    }
}
