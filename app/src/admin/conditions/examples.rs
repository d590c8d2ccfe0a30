/// A condition to begin with.
pub(super) struct Example {
    /// How a form names it.
    pub(super) key: &'static str,
    /// The words on its button.
    pub(super) label: &'static str,
    /// The condition, as JSON.
    pub(super) condition: &'static str,
}

/// The first one is shown to whoever brings no condition.
pub(super) const EXAMPLES: [Example; 3] = [
    Example {
        key: "campaign",
        label: "A campaign’s visitor",
        condition: r#"{
  "utm.source": { "$in": ["linkedin", "xing"] },
  "utm.campaign": { "$regex": "^enterprise" },
  "visit.count": { "$gte": 2 }
}"#,
    },
    Example {
        key: "after-hours",
        label: "After hours, no crawler",
        condition: r#"{
  "$or": [
    { "time.hour": { "$gte": 18 } },
    { "time.hour": { "$lt": 6 } },
    { "time.weekday": { "$in": ["saturday", "sunday"] } }
  ],
  "$nor": [
    { "bot": true }
  ]
}"#,
    },
    Example {
        key: "desktop",
        label: "Recent desktop browser",
        condition: r#"{
  "device": "desktop",
  "geo.country": { "$in": ["DE", "AT", "CH"] },
  "browser.version": { "$vgte": "130.0" },
  "utm.term": { "$exists": true }
}"#,
    },
];

/// The visitor shown to whoever brings none, as JSON.
pub(super) const VISITOR: &str = r#"{
  "utm": {
    "source": "linkedin",
    "medium": "cpc",
    "campaign": "enterprise-autumn"
  },
  "referrer": { "host": "www.linkedin.com", "medium": "social" },
  "geo": { "country": "DE", "city": "Hamburg" },
  "language": "de",
  "device": "mobile",
  "browser": { "name": "firefox", "version": "132.0" },
  "time": { "hour": 20, "weekday": "tuesday" },
  "visit": { "count": 3, "returning": true },
  "bot": false
}"#;
