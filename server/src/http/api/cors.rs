//! Which other sites' scripts may read content.

use std::time::Duration;

use http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::variant::{CACHE, SIMILARITY, SOURCE};

/// How long a browser remembers the permission: the longest that all of them honour.
const REMEMBERED: Duration = Duration::from_hours(2);

/// The layer for `origins`, which the configuration has checked; `None` when there are none.
pub(super) fn layer(origins: &[String]) -> Option<CorsLayer> {
    if origins.is_empty() {
        return None;
    }
    let everybody = origins.iter().any(|origin| origin == "*");
    let listed = origins.iter().filter_map(|o| HeaderValue::try_from(o).ok());
    let (allowed, vary) = if everybody {
        (AllowOrigin::any(), Vec::new())
    } else {
        (AllowOrigin::list(listed), vec![header::ORIGIN])
    };
    let exposed: [HeaderName; 5] = [header::ETAG, header::RETRY_AFTER, CACHE, SIMILARITY, SOURCE];
    Some(
        CorsLayer::new()
            .allow_origin(allowed)
            .allow_methods([Method::GET, Method::HEAD])
            .allow_headers([header::IF_NONE_MATCH])
            .expose_headers(exposed)
            .max_age(REMEMBERED)
            .vary(vary),
    )
}
