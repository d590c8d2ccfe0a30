//! What a visitor agreed to have remembered in cookies.

use std::borrow::Cow;
use std::fmt::Write as _;

use domain::Visitor;
use domain::rollout::EVERYBODY;
use domain::visitor::VISIT_COOKIE;
use tracing::warn;

use crate::config::Config;

/// Name of the cookie by which a visitor stays on one side of a page's rollout.
const ID_COOKIE: &str = "landfall_id";
/// Random bytes of an id; it has twice as many hexadecimal digits.
const ID_BYTES: usize = 16;
/// A year, in seconds: how long a browser keeps a cookie.
const COOKIE_SECONDS: u32 = 31_536_000;

/// What is remembered of a visitor; nothing without consent.
#[derive(Debug, Default)]
pub(super) struct Remembered<'a> {
    /// By which the visitor is assigned to an arm; asked for only where there are two.
    pub(super) id: Option<Cow<'a, str>>,
    /// Whether the visitor agreed to being recognised.
    pub(super) agreed: bool,
    visit: Option<String>,
    new_id: Option<String>,
}

/// Cookies that an answer sets.
#[derive(Debug)]
pub(super) struct NewCookies([Option<String>; 2]);

impl<'a> Remembered<'a> {
    /// What `visitor` agreed to, on a page with this rollout in per cent. The consent cookie says
    /// yes; a browser that `objects` says no and is stronger; and crawlers are never asked.
    pub(super) fn of(visitor: &Visitor<'a>, rollout: f64, objects: bool, config: &Config) -> Self {
        let (name, value) = config.consent();
        let agreed = visitor.cookie(name) == Some(value) && !objects;
        if !agreed || visitor.is_bot() {
            return Self::default();
        }
        let visit = visitor
            .visit_cookie()
            .map(|visit| cookie(VISIT_COOKIE, &visit, config));
        if rollout >= EVERYBODY {
            return Self {
                agreed,
                visit,
                ..Self::default()
            };
        }
        let known = visitor.cookie(ID_COOKIE).filter(|id| is_id(id));
        let drawn = if known.is_none() { new_id() } else { None };
        Self {
            visit,
            agreed,
            new_id: drawn.as_ref().map(|id| cookie(ID_COOKIE, id, config)),
            id: known.map(Cow::Borrowed).or(drawn.map(Cow::Owned)),
        }
    }

    /// The cookies that say something new.
    pub(super) fn news(self) -> NewCookies {
        NewCookies([self.visit, self.new_id])
    }
}

impl NewCookies {
    /// Their `Set-Cookie` headers' values.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flatten().map(String::as_str)
    }
}

fn is_id(text: &str) -> bool {
    text.len() == 2 * ID_BYTES && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// 128 random bits; `None` while the system has none to give, and then the visitor has to wait.
fn new_id() -> Option<String> {
    let mut bytes = [0; ID_BYTES];
    if let Err(error) = getrandom::fill(&mut bytes) {
        warn!(%error, "http.cookies: the system gives no random bytes");
        return None;
    }
    let mut id = String::with_capacity(2 * ID_BYTES);
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(id, "{byte:02x}");
    }
    Some(id)
}

fn cookie(name: &str, value: &str, config: &Config) -> String {
    let secure = if config.base_url().starts_with("https:") {
        "; Secure"
    } else {
        ""
    };
    format!("{name}={value}; Max-Age={COOKIE_SECONDS}; Path=/; HttpOnly; SameSite=Lax{secure}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_32_lower_case_hexadecimal_digits() {
        let check = |text: &str, expected: bool| assert_eq!(is_id(text), expected, "{text}");
        check("0123456789abcdef0123456789abcdef", true);
        check("0123456789ABCDEF0123456789ABCDEF", false);
        check("0123456789abcdef0123456789abcde", false);
        check("0123456789abcdef0123456789abcdef0", false);
        check("", false);
        let (one, other) = (new_id().unwrap(), new_id().unwrap());
        check(&one, true);
        assert_ne!(one, other);
    }
}
