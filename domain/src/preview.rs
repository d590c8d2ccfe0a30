//! Somebody to look at a page as: a visitor who never came.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::locale::Locale;
use crate::validation::Problems;
use crate::visitor::{Signals, VISIT_COOKIE, Visitor};

/// Longest text of a field, in characters.
const MAX_TEXT: usize = 200;
/// How long ago a returning visitor came first.
const RETURNS_AFTER: Duration = Duration::days(7);

/// What is to be previewed: a page in a language, and the visitor who sees it.
///
/// Every field is the text of a form's field; an empty one is a signal that the visitor lacks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Scene {
    /// The page's path, without a language prefix.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub page: String,
    /// The language asked for; without one, the site's default.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub locale: String,
    /// The segment that the visitor belongs to, whatever else is said of them.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub segment: String,
    /// `utm_source`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub utm_source: String,
    /// `utm_medium`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub utm_medium: String,
    /// `utm_campaign`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub utm_campaign: String,
    /// `utm_term`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub utm_term: String,
    /// The site that the visitor comes from: an address or a host.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub referrer: String,
    /// Two letters.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub country: String,
    /// `desktop`, `tablet` or `mobile`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub device: String,
    /// The browser's language, such as `de-AT`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub language: String,
    /// Date and time on the site's clocks, such as `2026-12-01T08:00`; without one, now.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub time: String,
    /// Cookies, as a browser sends them: `name=value; other=value`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cookie: String,
    /// Whether the visitor has been here before.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub returning: bool,
    /// Whether drafts take part as if they were published.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub drafts: bool,
}

/// The texts that a scene's visitor would send.
#[derive(Debug)]
pub struct Sent<'a> {
    scene: &'a Scene,
    query: String,
    cookie: String,
    referrer: String,
    country: String,
}

impl Scene {
    /// Reads the fields of a form. Names that are not a scene's are left out.
    pub fn of_fields<N: AsRef<str>, T: AsRef<str>>(
        fields: impl IntoIterator<Item = (N, T)>,
    ) -> Self {
        let mut scene = Self::default();
        for (name, text) in fields {
            let (name, text) = (name.as_ref(), text.as_ref().trim());
            match name {
                "returning" => scene.returning = text == "true",
                "drafts" => scene.drafts = text == "true",
                _ => {
                    if let Some(field) = scene.text_mut(name) {
                        text.clone_into(field);
                    }
                }
            }
        }
        scene
    }

    /// The fields that say something, as [`Self::of_fields`] reads them.
    pub fn fields(&self) -> Vec<(&'static str, &str)> {
        let mut fields: Vec<(&'static str, &str)> = NAMES
            .iter()
            .map(|name| (*name, self.text(name)))
            .filter(|(_, text)| !text.is_empty())
            .collect();
        for (name, on) in [("returning", self.returning), ("drafts", self.drafts)] {
            if on {
                fields.push((name, "true"));
            }
        }
        fields
    }

    /// The text of a field; empty for a name that is none.
    pub fn text(&self, name: &str) -> &str {
        match name {
            "page" => &self.page,
            "locale" => &self.locale,
            "segment" => &self.segment,
            "utm_source" => &self.utm_source,
            "utm_medium" => &self.utm_medium,
            "utm_campaign" => &self.utm_campaign,
            "utm_term" => &self.utm_term,
            "referrer" => &self.referrer,
            "country" => &self.country,
            "device" => &self.device,
            "language" => &self.language,
            "time" => &self.time,
            "cookie" => &self.cookie,
            _ => "",
        }
    }

    fn text_mut(&mut self, name: &str) -> Option<&mut String> {
        Some(match name {
            "page" => &mut self.page,
            "locale" => &mut self.locale,
            "segment" => &mut self.segment,
            "utm_source" => &mut self.utm_source,
            "utm_medium" => &mut self.utm_medium,
            "utm_campaign" => &mut self.utm_campaign,
            "utm_term" => &mut self.utm_term,
            "referrer" => &mut self.referrer,
            "country" => &mut self.country,
            "device" => &mut self.device,
            "language" => &mut self.language,
            "time" => &mut self.time,
            "cookie" => &mut self.cookie,
            _ => return None,
        })
    }

    /// Checks what can be known without the site: lengths and spellings.
    pub fn validate(&self, problems: &mut Problems) {
        for (name, text) in self.fields() {
            if text.chars().count() > MAX_TEXT {
                let message = format!("has more than {MAX_TEXT} characters; shorten it");
                problems.add(name, message);
            }
            if text.chars().any(char::is_control) {
                problems.add(
                    name,
                    "has a line break or another control character; remove it",
                );
            }
        }
        let letters = self.country.chars().all(|c| c.is_ascii_alphabetic());
        if !self.country.is_empty() && (self.country.len() != 2 || !letters) {
            problems.add("country", "is two letters, such as DE or GB");
        }
        if !self.device.is_empty() && user_agent(&self.device).is_empty() {
            problems.add("device", "is desktop, tablet or mobile");
        }
    }

    /// The texts that the visitor would send at `now`.
    pub fn sent(&self, now: OffsetDateTime) -> Sent<'_> {
        let utm = ["utm_source", "utm_medium", "utm_campaign", "utm_term"];
        let parameters: Vec<String> = utm
            .into_iter()
            .filter(|name| !self.text(name).is_empty())
            .map(|name| format!("{name}={}", encoded(self.text(name))))
            .collect();
        let seen = now.saturating_sub(RETURNS_AFTER).date();
        let visits = self.returning.then(|| {
            let (month, day) = (u8::from(seen.month()), seen.day());
            format!("{VISIT_COOKIE}=1.{:04}-{month:02}-{day:02}", seen.year())
        });
        let own = Some(self.cookie.clone()).filter(|cookie| !cookie.is_empty());
        let cookies: Vec<String> = own.into_iter().chain(visits).collect();
        Sent {
            scene: self,
            query: parameters.join("&"),
            cookie: cookies.join("; "),
            referrer: if self.referrer.is_empty() || self.referrer.contains("://") {
                self.referrer.clone()
            } else {
                format!("https://{}", self.referrer)
            },
            country: self.country.to_ascii_uppercase(),
        }
    }
}

impl<'a> Sent<'a> {
    /// The visitor at `now`, on the site's clocks. `cookies` are the names that conditions may read.
    pub fn visitor(
        &'a self,
        locale: Locale,
        now: OffsetDateTime,
        cookies: &'a [String],
    ) -> Visitor<'a> {
        let signals = Signals {
            path: &self.scene.page,
            locale,
            query: &self.query,
            segment: &self.scene.segment,
            cookie: &self.cookie,
            referrer: &self.referrer,
            host: "",
            user_agent: user_agent(&self.scene.device),
            accept_language: &self.scene.language,
            country: &self.country,
            region: "",
            city: "",
        };
        Visitor::new(signals, now, cookies)
    }
}

/// The fields that hold a text, in the order of the form.
const NAMES: [&str; 13] = [
    "page",
    "locale",
    "segment",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "referrer",
    "country",
    "device",
    "language",
    "time",
    "cookie",
];

/// A browser on such a device; empty for a word that is no device.
fn user_agent(device: &str) -> &'static str {
    match device {
        "desktop" => {
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
        }
        "tablet" => {
            "Mozilla/5.0 (iPad; CPU OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/604.1"
        }
        "mobile" => {
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1"
        }
        _ => "",
    }
}

/// A text as a part of a query.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            const DIGITS: [char; 16] = [
                '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
            ];
            encoded.push('%');
            encoded.push(DIGITS[usize::from(byte >> 4)]);
            encoded.push(DIGITS[usize::from(byte & 15)]);
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::condition::Condition;

    const NOW: OffsetDateTime = datetime!(2026-11-25 14:30 UTC);

    fn scene(fields: &[(&str, &str)]) -> Scene {
        Scene::of_fields(fields.iter().copied())
    }

    #[test]
    fn every_field_of_a_scene_is_a_signal_of_its_visitor() {
        let check = |fields: &[(&str, &str)], condition: &str| {
            let scene = scene(fields);
            let sent = scene.sent(NOW);
            let allowed = ["plan".to_owned()];
            let visitor = sent.visitor(Locale::default(), NOW, &allowed);
            let condition = Condition::parse_str(condition).unwrap();
            assert!(condition.matches(&visitor), "{fields:?}");
        };
        check(
            &[],
            r#"{"utm.source":{"$exists":false},"visit.returning":false}"#,
        );
        check(
            &[("utm_source", "a&b=c +%"), ("utm_medium", "cpc")],
            r#"{"utm.source":"a&b=c +%","utm.medium":"cpc"}"#,
        );
        check(
            &[("utm_campaign", "ü"), ("utm_term", "cold chain")],
            r#"{"utm.campaign":"ü","utm.term":"cold chain"}"#,
        );
        check(
            &[("referrer", "www.google.de")],
            r#"{"referrer.host":"google.de","referrer.medium":"search"}"#,
        );
        check(
            &[("referrer", "https://linkedin.com/feed")],
            r#"{"referrer.medium":"social"}"#,
        );
        check(&[("country", "de")], r#"{"geo.country":"DE"}"#);
        check(&[("language", "de-AT")], r#"{"language":"de-AT"}"#);
        check(
            &[("cookie", "plan=pro; x=y")],
            r#"{"cookie.plan":"pro","cookie.x":{"$exists":false}}"#,
        );
        check(
            &[("returning", "true"), ("cookie", "plan=pro")],
            r#"{"visit.returning":true,"visit.first_seen":"2026-11-18","cookie.plan":"pro"}"#,
        );
        for device in ["desktop", "tablet", "mobile"] {
            check(
                &[("device", device)],
                &format!(r#"{{"device":"{device}","bot":false}}"#),
            );
        }
        check(&[("page", "/pricing")], r#"{"path":"/pricing"}"#);
    }

    #[test]
    fn a_scene_is_read_as_it_is_written() {
        let fields: Vec<(&str, &str)> = NAMES.iter().map(|name| (*name, "x")).collect();
        let mut full = scene(&fields);
        full.returning = true;
        full.drafts = true;
        assert_eq!(Scene::of_fields(full.fields()), full);
        assert_eq!(full.fields().len(), NAMES.len() + 2);
        assert_eq!(
            scene(&[("colour", "red"), ("returning", "on")]),
            Scene::default()
        );
    }

    #[test]
    fn what_no_visitor_could_send_is_refused() {
        let check = |name: &str, text: &str, expected: bool| {
            let mut problems = Problems::new();
            scene(&[(name, text)]).validate(&mut problems);
            assert_eq!(problems.into_vec().is_empty(), expected, "{name} {text}");
        };
        check("country", "DE", true);
        check("country", "Germany", false);
        check("country", "ÄÖ", false);
        check("device", "watch", false);
        check("cookie", "a=b\r\nc", false);
        check("utm_term", &"x".repeat(200), true);
        check("utm_term", &"x".repeat(201), false);
    }
}
