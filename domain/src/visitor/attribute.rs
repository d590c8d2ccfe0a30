//! The catalogue of what conditions may ask about a visitor, for whoever writes one.

use Kind::{Bool, Date, Number, Text, Version};
use Topic::{Campaign, Device, Language, Origin, Page, Place, Time, Visits};

/// One attribute, or all attributes below a prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribute {
    /// Its path in conditions; `query.*` and `cookie.*` stand for every name below them.
    pub path: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// What values it has.
    pub kind: Kind,
    /// Under which heading it is offered.
    pub topic: Topic,
    /// Values to suggest.
    pub values: &'static [&'static str],
    /// Whether it never has any other value.
    pub closed: bool,
}

/// What values an attribute has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// A number.
    Number,
    /// True or false.
    Bool,
    /// A day as text, such as `2026-11-25`.
    Date,
    /// A version as text, such as `17.4.1`.
    Version,
}

/// Attributes that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// The campaign that brought the visitor.
    Campaign,
    /// The place on the web where they come from.
    Origin,
    /// Where they are.
    Place,
    /// What they speak.
    Language,
    /// What they use.
    Device,
    /// When they come.
    Time,
    /// How often they have come.
    Visits,
    /// What they ask for.
    Page,
}

impl Topic {
    /// Every topic, in the order in which they are offered.
    pub const ALL: [Self; 8] = [
        Campaign, Origin, Place, Language, Device, Time, Visits, Page,
    ];

    /// The topic as a heading.
    pub fn label(self) -> &'static str {
        match self {
            Campaign => "Campaign",
            Origin => "Where they come from",
            Place => "Where they are",
            Language => "Language",
            Device => "Device",
            Time => "Time",
            Visits => "Visits",
            Page => "Address and cookies",
        }
    }
}

/// Every attribute, by topic.
pub const ATTRIBUTES: &[Attribute] = &[
    open(
        "utm.source",
        "Campaign source",
        Campaign,
        &[
            "google",
            "bing",
            "linkedin",
            "xing",
            "facebook",
            "newsletter",
        ],
    ),
    open(
        "utm.medium",
        "Campaign medium",
        Campaign,
        &["cpc", "email", "social", "display", "referral"],
    ),
    open("utm.campaign", "Campaign name", Campaign, &[]),
    open("utm.term", "Campaign term", Campaign, &[]),
    open("utm.content", "Campaign content", Campaign, &[]),
    open(
        "referrer.host",
        "Referring site",
        Origin,
        &[
            "google.com",
            "linkedin.com",
            "github.com",
            "news.ycombinator.com",
        ],
    ),
    closed(
        "referrer.medium",
        "Kind of referrer",
        Origin,
        &[
            "direct", "internal", "search", "social", "email", "referral",
        ],
    ),
    open(
        "geo.country",
        "Country",
        Place,
        &[
            "AT", "CH", "DE", "ES", "FR", "GB", "IE", "IT", "NL", "PL", "SE", "US",
        ],
    ),
    open("geo.region", "Region", Place, &[]),
    open("geo.city", "City", Place, &[]),
    open("locale", "Language of the page", Language, &["en", "de"]),
    open(
        "language",
        "Language of the browser",
        Language,
        &[
            "en", "en-GB", "en-US", "de", "de-AT", "de-CH", "fr", "es", "it",
        ],
    ),
    closed("device", "Device", Device, &["desktop", "tablet", "mobile"]),
    open(
        "browser.name",
        "Browser",
        Device,
        &[
            "chrome", "safari", "firefox", "edge", "opera", "samsung", "vivaldi", "other",
        ],
    ),
    typed("browser.version", "Browser version", Version, Device),
    open(
        "os.name",
        "Operating system",
        Device,
        &[
            "windows", "macos", "linux", "chromeos", "android", "ios", "other",
        ],
    ),
    typed("os.version", "Operating system version", Version, Device),
    typed("time.hour", "Hour of the day", Number, Time),
    closed(
        "time.weekday",
        "Day of the week",
        Time,
        &[
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
            "sunday",
        ],
    ),
    typed("time.date", "Date", Date, Time),
    typed("visit.count", "Number of visits", Number, Visits),
    typed("visit.returning", "Has been here before", Bool, Visits),
    typed("visit.first_seen", "Date of the first visit", Date, Visits),
    open("path", "Path of the page", Page, &["/", "/pricing"]),
    open("query.*", "Parameter of the address", Page, &[]),
    open("cookie.*", "Cookie", Page, &[]),
    typed("bot", "Is a crawler", Bool, Page),
];

impl Attribute {
    /// The attribute that a condition's `path` asks for; `None` for what no visitor has.
    pub fn of(path: &str) -> Option<&'static Self> {
        ATTRIBUTES
            .iter()
            .find(|attribute| match attribute.prefix() {
                Some(prefix) => path.starts_with(prefix),
                None => attribute.path == path,
            })
    }

    /// What people call what a condition's `path` asks for: `Country`, `Cookie plan`; the path itself when no visitor has
    /// that.
    pub fn name_of(path: &str) -> String {
        match Self::of(path) {
            None => path.to_owned(),
            Some(attribute) => match attribute.prefix() {
                Some(prefix) => {
                    let name = path.strip_prefix(prefix).unwrap_or_default();
                    format!("{} {name}", attribute.label)
                }
                None => attribute.label.to_owned(),
            },
        }
    }

    /// What stands before the name of one of many, such as `query.`.
    pub fn prefix(&self) -> Option<&'static str> {
        self.path.strip_suffix('*')
    }
}

const fn open(
    path: &'static str,
    label: &'static str,
    topic: Topic,
    values: &'static [&'static str],
) -> Attribute {
    Attribute {
        path,
        label,
        kind: Text,
        topic,
        values,
        closed: false,
    }
}

const fn closed(
    path: &'static str,
    label: &'static str,
    topic: Topic,
    values: &'static [&'static str],
) -> Attribute {
    Attribute {
        closed: true,
        ..open(path, label, topic, values)
    }
}

const fn typed(path: &'static str, label: &'static str, kind: Kind, topic: Topic) -> Attribute {
    Attribute {
        kind,
        ..open(path, label, topic, &[])
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::condition::{AttributePath, AttributeValue, Attributes};
    use crate::visitor::{Signals, Visitor};

    #[test]
    fn the_catalogue_lists_what_the_readme_lists() {
        let readme = include_str!("../../../README.md");
        let (_, table) = readme.split_once("| attribute | value |").unwrap();
        let (table, _) = table.split_once("\n\n").unwrap();
        let mut listed: Vec<String> = table
            .lines()
            .filter_map(|line| line.split('|').nth(1))
            .flat_map(|cell| cell.split('`').skip(1).step_by(2))
            .map(|path| path.replace("NAME", "*"))
            .collect();
        let mut catalogued: Vec<&str> = ATTRIBUTES.iter().map(|a| a.path).collect();
        listed.sort_unstable();
        catalogued.sort_unstable();
        assert_eq!(catalogued, listed);
    }

    #[test]
    fn every_attribute_has_values_of_its_kind() {
        let signals = Signals {
            path: "/pricing",
            query: "utm_source=a&utm_medium=b&utm_campaign=c&utm_term=d&utm_content=e&x=f",
            cookie: "x=1; landfall_visit=2.2026-01-05",
            referrer: "https://www.google.de/search?q=x",
            user_agent: "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) Version/17.4 Mobile/15E148 Safari/604.1",
            accept_language: "de-AT",
            country: "de",
            region: "BE",
            city: "Berlin",
            ..Signals::default()
        };
        let cookies = ["x".to_owned()];
        let visitor = Visitor::new(signals, datetime!(2026-11-25 14:30 UTC), &cookies);
        for attribute in ATTRIBUTES {
            let path = attribute.path.replace('*', "x");
            let value = visitor.get(&AttributePath::new(&path)).expect(&path);
            let fits = match attribute.kind {
                Number => matches!(value, AttributeValue::Number(_)),
                Bool => matches!(value, AttributeValue::Bool(_)),
                Text | Date | Version => matches!(value, AttributeValue::Text(_)),
            };
            assert!(fits, "{path} is {value}");
            if let (true, AttributeValue::Text(text)) = (attribute.closed, value) {
                assert!(attribute.values.contains(&text), "{path} is {text}");
            }
        }
    }

    #[test]
    fn a_path_is_found_by_itself_or_by_its_prefix() {
        let check = |path: &str, expected: Option<&str>| {
            assert_eq!(Attribute::of(path).map(|a| a.path), expected, "{path}");
        };
        assert_eq!(Attribute::name_of("geo.country"), "Country");
        assert_eq!(Attribute::name_of("cookie.plan"), "Cookie plan");
        assert_eq!(Attribute::name_of("customer.plan"), "customer.plan");
        check("utm.source", Some("utm.source"));
        check("query.plan", Some("query.*"));
        check("cookie.plan", Some("cookie.*"));
        check("query", None);
        check("utm", None);
        check("customer.plan", None);
    }

    #[test]
    fn every_attribute_stands_under_its_topic() {
        let order = |a: &Attribute| Topic::ALL.iter().position(|topic| *topic == a.topic);
        assert!(ATTRIBUTES.is_sorted_by_key(order));
    }
}
