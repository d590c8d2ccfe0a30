//! Why a request has no answer, as `application/problem+json` (RFC 9457).

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

use super::document;
use crate::http::limits::TooLarge;

/// A kind of problem. Each has a place in the documentation, which its `type` refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A parameter is missing, repeated, unknown or malformed.
    InvalidParameter,
    /// There is no token, or none that is good.
    Unauthorized,
    /// The token lacks a scope.
    Forbidden,
    /// There is no such page, segment or route.
    NotFound,
    /// No variant fits; the page's default content would be shown.
    NothingFits,
    /// The route does not know the method.
    MethodNotAllowed,
    /// The file has more bytes than an import takes.
    TooLarge,
    /// The file has bad rows.
    BadRows,
    /// Another import is running.
    Busy,
    /// The address is too long.
    AddressTooLong,
    /// The cookies are too large.
    HeadersTooLarge,
    /// The database does not answer.
    Unavailable,
    /// The answer was not ready in time.
    TooSlow,
}

/// A problem on its way to a client.
#[derive(Debug)]
pub(super) struct Problem {
    kind: Kind,
    detail: String,
    parameter: Option<String>,
    allowed: Vec<String>,
    rows: Vec<BadRow>,
    methods: &'static str,
}

/// Something wrong with a row of a file.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BadRow {
    /// The line on which the row starts, from 1.
    pub(super) line: usize,
    /// What the row says it is: `site`, `segment`, `page` or `variant`; `null` when that cannot be told.
    pub(super) kind: Option<&'static str>,
    /// The id or the key that it gives its record; empty when that cannot be told.
    pub(super) name: String,
    /// The field, as a path inside the record; empty for the row as a whole.
    pub(super) field: String,
    /// What is wrong, and what to do.
    pub(super) problem: String,
}

/// Why a request has no answer (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct Body {
    /// A reference to the kind's description, relative to the site.
    #[schema(example = "/api/docs#invalid-parameter")]
    r#type: String,
    /// The kind in a few words; always the same for one `type`.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What is wrong with this request, and what to do.
    detail: String,
    /// The parameter that is wrong, where one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
    /// What may stand in its place, where that can be listed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allowed: Vec<String>,
    /// What is wrong with a file: the first 200 of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rows: Vec<BadRow>,
}

impl Kind {
    /// Every kind, in the order of the documentation.
    pub(super) const ALL: [Self; 13] = [
        Self::InvalidParameter,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::NothingFits,
        Self::MethodNotAllowed,
        Self::TooLarge,
        Self::BadRows,
        Self::Busy,
        Self::AddressTooLong,
        Self::HeadersTooLarge,
        Self::Unavailable,
        Self::TooSlow,
    ];

    /// Its place in the documentation.
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::InvalidParameter => "invalid-parameter",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not-found",
            Self::NothingFits => "nothing-fits",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::TooLarge => "too-large",
            Self::BadRows => "bad-rows",
            Self::Busy => "busy",
            Self::AddressTooLong => "address-too-long",
            Self::HeadersTooLarge => "headers-too-large",
            Self::Unavailable => "unavailable",
            Self::TooSlow => "too-slow",
        }
    }

    /// Its HTTP status.
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::InvalidParameter => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound | Self::NothingFits => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BadRows => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Busy => StatusCode::CONFLICT,
            Self::AddressTooLong => StatusCode::URI_TOO_LONG,
            Self::HeadersTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::TooSlow => StatusCode::GATEWAY_TIMEOUT,
        }
    }

    /// The kind in a few words.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::InvalidParameter => "A parameter is missing, repeated, unknown or malformed",
            Self::Unauthorized => "A valid token is needed",
            Self::Forbidden => "The token may not do this",
            Self::NotFound => "There is no such thing",
            Self::NothingFits => "No variant fits",
            Self::MethodNotAllowed => "The method is not allowed",
            Self::TooLarge => "The file is too large",
            Self::BadRows => "The file has bad rows",
            Self::Busy => "Another import is running",
            Self::AddressTooLong => "The address is too long",
            Self::HeadersTooLarge => "The cookies are too large",
            Self::Unavailable => "The database does not answer",
            Self::TooSlow => "The answer was not ready in time",
        }
    }

    /// What a client does about it.
    pub(super) fn advice(self) -> &'static str {
        match self {
            Self::InvalidParameter => {
                "`parameter` names it, `detail` says what is wrong, and `allowed` lists what may stand there. \
                 Sending the same request again changes nothing."
            }
            Self::Unauthorized => {
                "Send `Authorization: Bearer lf_…` with a token that is neither revoked nor expired. \
                 `landfall token add` makes one."
            }
            Self::Forbidden => "Make a token with the scope that `detail` names.",
            Self::NotFound => {
                "The page, the segment or the address does not exist, at least not yet: a page published \
                 this second is known within the next."
            }
            Self::NothingFits => {
                "Visitors see the page's default content. Show your own, or ask with `fallback=default` to \
                 be sent it."
            }
            Self::MethodNotAllowed => "Use a method that `Allow` names.",
            Self::TooLarge => "Split the file; each part may have 50 MB.",
            Self::BadRows => {
                "Nothing was imported. `rows` says what is wrong, line by line; correct it and send the file again."
            }
            Self::Busy => "Wait until it is over, and send the file again.",
            Self::AddressTooLong => "The path has at most 1,024 bytes, the query at most 8,192.",
            Self::HeadersTooLarge => "Send no cookies; the API reads none.",
            Self::Unavailable => "Ask again after the seconds that `Retry-After` says.",
            Self::TooSlow => {
                "Show default content now. The search goes on and its outcome is kept, so that the next \
                 request usually finds it."
            }
        }
    }
}

impl Problem {
    /// A problem; `detail` says what is wrong with this request.
    pub(super) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            parameter: None,
            allowed: Vec::new(),
            rows: Vec::new(),
            methods: "GET, HEAD",
        }
    }

    /// Says which methods the route knows, in the header's words.
    pub(super) fn with_methods(self, methods: &'static str) -> Self {
        Self { methods, ..self }
    }

    /// Says what is wrong with a file.
    pub(super) fn with_rows(self, rows: Vec<BadRow>) -> Self {
        Self { rows, ..self }
    }

    /// A problem with one parameter.
    pub(super) fn with(parameter: &str, detail: impl Into<String>) -> Self {
        Self {
            parameter: Some(parameter.to_owned()),
            ..Self::new(Kind::InvalidParameter, detail)
        }
    }

    /// Says what may stand in the parameter's place.
    pub(super) fn allowing(mut self, allowed: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.allowed = allowed.into_iter().map(Into::into).collect();
        self
    }

    /// Says that the thing `parameter` names does not exist.
    pub(super) fn missing(parameter: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: Kind::NotFound,
            ..Self::with(parameter, detail)
        }
    }
}

impl From<TooLarge> for Problem {
    fn from(large: TooLarge) -> Self {
        let kind = if large.status == StatusCode::URI_TOO_LONG {
            Kind::AddressTooLong
        } else {
            Kind::HeadersTooLarge
        };
        Self::new(kind, large.text)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.kind.status();
        let body = Body {
            r#type: format!("{}#{}", document::DOCS, self.kind.id()),
            title: self.kind.title(),
            status: status.as_u16(),
            detail: self.detail,
            parameter: self.parameter,
            allowed: self.allowed,
            rows: self.rows,
        };
        // Texts and numbers always become JSON.
        let json = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = Response::new(axum::body::Body::from(json));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        let mut insert = |name, value| headers.insert(name, HeaderValue::from_static(value));
        insert(header::CONTENT_TYPE, "application/problem+json");
        insert(header::CACHE_CONTROL, "no-store");
        match self.kind {
            Kind::MethodNotAllowed => insert(header::ALLOW, self.methods),
            Kind::Unavailable => insert(header::RETRY_AFTER, "1"),
            Kind::Unauthorized => insert(header::WWW_AUTHENTICATE, "Bearer realm=\"landfall\""),
            Kind::Forbidden => insert(
                header::WWW_AUTHENTICATE,
                "Bearer realm=\"landfall\", error=\"insufficient_scope\"",
            ),
            _ => None,
        };
        response
    }
}
