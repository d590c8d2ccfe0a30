//! What conditions may ask about a visitor.

use time::Weekday;

use super::{Visitor, referrer};
use crate::condition::{AttributePath, AttributeValue, Attributes};

impl Attributes for Visitor<'_> {
    fn get<'b>(&'b self, path: &AttributePath) -> Option<AttributeValue<'b>> {
        let mut parts = [""; 2];
        let segments = path.segments();
        let parts = parts.get_mut(..segments.len())?;
        for (part, segment) in parts.iter_mut().zip(segments) {
            *part = segment;
        }
        match &*parts {
            ["bot"] => Some(AttributeValue::Bool(self.bot)),
            ["time", "hour"] => Some(AttributeValue::Number(f64::from(self.now.hour()))),
            ["visit", "count"] => Some(AttributeValue::Number(f64::from(self.visit().count))),
            ["visit", "returning"] => Some(AttributeValue::Bool(self.visit().count > 1)),
            parts => self.text(parts).map(AttributeValue::Text),
        }
    }
}

impl Visitor<'_> {
    fn text(&self, path: &[&str]) -> Option<&str> {
        let known = match path {
            ["utm", "source"] => return self.parameter("utm_source"),
            ["utm", "medium"] => return self.parameter("utm_medium"),
            ["utm", "campaign"] => return self.parameter("utm_campaign"),
            ["utm", "term"] => return self.parameter("utm_term"),
            ["utm", "content"] => return self.parameter("utm_content"),
            ["query", name] => return self.parameter(name),
            ["cookie", name] => {
                let allowed = self.allowed_cookies.iter().any(|own| own == name);
                return if allowed { self.cookie(name) } else { None };
            }
            ["referrer", "host"] => referrer::host(self.signals.referrer),
            ["referrer", "medium"] => referrer::medium(self.signals.referrer, self.signals.host),
            ["geo", "country"] => {
                return self
                    .country
                    .as_ref()
                    .and_then(|code| std::str::from_utf8(code).ok());
            }
            ["geo", "region"] => self.signals.region,
            ["geo", "city"] => self.signals.city,
            ["locale"] => return Some(self.signals.locale.as_str()),
            ["language"] => language(self.signals.accept_language),
            ["device"] => self.client().device,
            ["browser", "name"] => self.client().browser,
            ["browser", "version"] => &self.client().browser_version,
            ["os", "name"] => self.client().os,
            ["os", "version"] => &self.client().os_version,
            ["time", "weekday"] => self.weekday(),
            ["time", "date"] => self.date(),
            ["visit", "first_seen"] => return self.visit().first_seen,
            ["path"] => self.signals.path,
            _ => return None,
        };
        (!known.is_empty()).then_some(known)
    }

    fn weekday(&self) -> &'static str {
        match self.now.weekday() {
            Weekday::Monday => "monday",
            Weekday::Tuesday => "tuesday",
            Weekday::Wednesday => "wednesday",
            Weekday::Thursday => "thursday",
            Weekday::Friday => "friday",
            Weekday::Saturday => "saturday",
            Weekday::Sunday => "sunday",
        }
    }
}

/// The first language of an `Accept-Language` header, without weights: `de-AT`.
fn language(header: &str) -> &str {
    let first = header.split([',', ';']).next().unwrap_or_default().trim();
    if first == "*" { "" } else { first }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::condition::Condition;
    use crate::visitor::Signals;

    fn check(signals: Signals<'_>, condition: &str, expected: bool) {
        let allowed = ["plan".to_owned()];
        let visitor = Visitor::new(signals, datetime!(2026-11-25 14:30 UTC), &allowed);
        let condition = Condition::parse_str(condition).unwrap();
        assert_eq!(condition.matches(&visitor), expected, "{signals:?}");
    }

    #[test]
    fn every_attribute_can_be_asked_for() {
        let signals = Signals {
            path: "/pricing",
            query: "utm_source=linkedin&utm_term=fleet+%22x%22&plan=team%2Bpro",
            cookie: "plan=pro; secret=1; landfall_visit=2.2026-01-05",
            referrer: "https://www.google.de/search?q=x",
            host: "example.com",
            user_agent: "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) Version/17.4 Mobile/15E148 Safari/604.1",
            accept_language: "de-AT,de;q=0.9",
            country: "de",
            region: "BE",
            city: "Berlin",
            ..Signals::default()
        };
        for condition in [
            r#"{"utm.source":"linkedin"}"#,
            r#"{"utm.term":"fleet \"x\""}"#,
            r#"{"utm.medium":{"$exists":false}}"#,
            r#"{"query.plan":"team+pro"}"#,
            r#"{"cookie.plan":"pro"}"#,
            r#"{"cookie.secret":{"$exists":false}}"#,
            r#"{"referrer.host":"google.de"}"#,
            r#"{"referrer.medium":"search"}"#,
            r#"{"geo.country":{"$in":["DE","AT"]}}"#,
            r#"{"geo.region":"BE"}"#,
            r#"{"geo.city":"Berlin"}"#,
            r#"{"locale":"en"}"#,
            r#"{"language":{"$regex":"^de"}}"#,
            r#"{"device":"mobile"}"#,
            r#"{"browser.name":"safari","browser.version":{"$vgte":"17.0"}}"#,
            r#"{"os.name":"ios","os.version":{"$vlt":"18"}}"#,
            r#"{"time.hour":{"$gte":14,"$lt":15}}"#,
            r#"{"time.weekday":"wednesday","time.date":"2026-11-25"}"#,
            r#"{"visit.count":3,"visit.returning":true,"visit.first_seen":"2026-01-05"}"#,
            r#"{"bot":false}"#,
            r#"{"path":"/pricing"}"#,
            r#"{"unknown.thing":{"$exists":false}}"#,
        ] {
            check(signals, condition, true);
        }
    }

    #[test]
    fn a_request_without_signals_has_no_attributes_to_match() {
        for condition in [
            r#"{"utm.source":"linkedin"}"#,
            r#"{"geo.country":{"$exists":true}}"#,
            r#"{"visit.returning":true}"#,
            r#"{"referrer.host":{"$exists":true}}"#,
        ] {
            check(Signals::default(), condition, false);
        }
        check(
            Signals::default(),
            r#"{"referrer.medium":"direct","visit.count":1}"#,
            true,
        );
    }
}
