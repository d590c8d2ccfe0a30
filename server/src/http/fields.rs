//! The header fields of a request that an answer to a visitor may depend on.

use std::borrow::Cow;

use http::HeaderMap;

use super::limits;
use crate::config::Config;

/// Header fields as text, read in one pass. One that is missing or not visible ASCII is empty; of several of one name
/// the first counts.
#[derive(Debug, Default)]
pub struct Fields<'a> {
    pub(super) accept_encoding: &'a str,
    pub(super) accept_language: &'a str,
    pub(super) city: &'a str,
    pub(super) host: &'a str,
    pub(super) if_none_match: &'a str,
    pub(super) referrer: &'a str,
    pub(super) region: &'a str,
    pub(super) user_agent: &'a str,
    /// All cookies. Clients may send several such fields (RFC 9113, 8.2.3).
    pub(super) cookie: Cow<'a, str>,
    /// Bytes of all cookie fields together, whatever is in them.
    pub(super) cookie_bytes: usize,
    /// Cookies in all of them.
    pub(super) cookie_count: usize,
    segment: Segment<'a>,
    gpc: &'a str,
    /// The country, and how far down its field stands in the configuration.
    country: Option<(usize, &'a str)>,
}

/// The segment that a shared cache names.
#[derive(Debug, Default)]
enum Segment<'a> {
    #[default]
    Unnamed,
    Named(&'a str),
    /// Several fields: caches disagree on which of them counts, so none does.
    Ambiguous,
}

impl<'a> Fields<'a> {
    /// Reads `headers`.
    pub fn of(headers: &'a HeaderMap, config: &Config) -> Self {
        let mut fields = Self::default();
        for (name, value) in headers {
            fields.add(name.as_str(), value.as_bytes(), config);
        }
        fields
    }

    /// Reads one field more. Its name may be spelt in either case.
    pub(super) fn add(&mut self, name: &str, value: &'a [u8], config: &Config) {
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        let text = visible(value);
        let field = match name.len() {
            4 if is("host") => &mut self.host,
            6 if is("cookie") => return self.add_cookies(value, text),
            6 if is("x-city") => &mut self.city,
            7 if is("referer") => &mut self.referrer,
            7 if is("sec-gpc") => &mut self.gpc,
            8 if is("x-region") => &mut self.region,
            10 if is("user-agent") => &mut self.user_agent,
            13 if is("if-none-match") => &mut self.if_none_match,
            15 if is("accept-encoding") => &mut self.accept_encoding,
            15 if is("accept-language") => &mut self.accept_language,
            18 if is("x-landfall-segment") => {
                self.segment = match self.segment {
                    Segment::Unnamed => Segment::Named(text),
                    Segment::Named(_) | Segment::Ambiguous => Segment::Ambiguous,
                };
                return;
            }
            _ => return self.add_country(name, text, config),
        };
        if field.is_empty() {
            *field = text;
        }
    }

    fn add_cookies(&mut self, value: &'a [u8], text: &'a str) {
        self.cookie_bytes += value.len();
        self.cookie_count += limits::cookies_in(value);
        if self.cookie.is_empty() {
            self.cookie = Cow::Borrowed(text);
        } else if !text.is_empty() {
            let all = self.cookie.to_mut();
            all.push_str("; ");
            all.push_str(text);
        }
    }

    fn add_country(&mut self, name: &str, text: &'a str, config: &Config) {
        let mut known = config.country_headers.iter();
        let Some(place) = known.position(|known| known.eq_ignore_ascii_case(name)) else {
            return;
        };
        let nearer = self.country.is_none_or(|(best, _)| place < best);
        if nearer && !text.is_empty() {
            self.country = Some((place, text));
        }
    }

    /// The segment that exactly one field names; otherwise empty.
    pub(super) fn segment(&self) -> &'a str {
        match self.segment {
            Segment::Named(key) => key,
            Segment::Unnamed | Segment::Ambiguous => "",
        }
    }

    /// The country as the first of the configured fields says that says anything.
    pub(super) fn country(&self) -> &'a str {
        self.country.map_or("", |(_, country)| country)
    }

    /// Whether the browser objects to being remembered ([Global Privacy Control](https://w3c.github.io/gpc/)).
    pub(super) fn objects(&self) -> bool {
        self.gpc == "1"
    }
}

/// The text of a field's value; empty when it is not visible ASCII.
fn visible(value: &[u8]) -> &str {
    let fine = value.iter().all(|b| matches!(b, b'\t' | b' '..=b'~'));
    if fine {
        std::str::from_utf8(value).unwrap_or_default()
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lines: &[(&str, &[u8])], expected: fn(&Fields<'_>) -> bool) {
        let config = Config::default();
        let mut fields = Fields::default();
        for (name, value) in lines {
            fields.add(name, value, &config);
        }
        assert!(expected(&fields), "{fields:?}");
    }

    #[test]
    fn a_segment_is_named_by_one_field() {
        const NAME: &str = "X-Landfall-Segment";
        check(&[], |f| f.segment().is_empty());
        check(&[(NAME, b"smb")], |f| f.segment() == "smb");
        check(&[(NAME, b"smb"), (NAME, b"enterprise")], |f| {
            f.segment().is_empty()
        });
        check(&[(NAME, b"sm\xffb")], |f| f.segment().is_empty());
    }

    #[test]
    fn cookies_of_several_fields_are_one_list() {
        check(&[("cookie", b"a=1; b=2"), ("Cookie", b"c=3")], |f| {
            f.cookie == "a=1; b=2; c=3" && f.cookie_count == 3 && f.cookie_bytes == 11
        });
        check(&[("cookie", b"\xff;\xff"), ("cookie", b"c=3")], |f| {
            f.cookie == "c=3" && f.cookie_count == 3 && f.cookie_bytes == 6
        });
    }

    #[test]
    fn the_first_configured_country_that_says_anything_counts() {
        let [first, second] = [0, 1].map(|place| Config::default().country_headers[place].clone());
        check(&[(&second, b"FR"), (&first, b"DE")], |f| {
            f.country() == "DE"
        });
        check(&[(&first, b"DE"), (&second, b"FR")], |f| {
            f.country() == "DE"
        });
        check(&[(&first, b""), (&second, b"FR")], |f| f.country() == "FR");
    }

    #[test]
    fn of_several_fields_the_first_counts() {
        check(&[("HOST", b"a.test"), ("host", b"b.test")], |f| {
            f.host == "a.test"
        });
        check(&[("sec-gpc", b"1")], |f| f.objects() && f.host.is_empty());
        check(&[("sec-gpc", b"0")], |f| !f.objects());
    }
}
