//! What holds for every page of the site.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::block::Action;
use crate::decision::Thresholds;
use crate::locale::Locale;
use crate::validation::Problems;

/// Settings a marketer makes for the whole site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteSettings {
    /// The company's or product's name, at most 60 characters.
    pub name: String,
    /// The language whose addresses carry no prefix.
    pub default_locale: Locale,
    /// Every language served, the default among them; at most 32.
    pub locales: Vec<Locale>,
    /// IANA name of the zone in which `time.*` conditions are read.
    #[serde(default = "utc")]
    pub time_zone: String,
    /// Links at the top of each page, per language, 1 to 6.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub navigation: BTreeMap<Locale, Vec<Action>>,
    /// A line at the foot of each page, per language, at most 200 characters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub footer: BTreeMap<Locale, String>,
    /// When similarity is strong enough to decide.
    #[serde(default)]
    pub thresholds: Thresholds,
}

impl Default for SiteSettings {
    fn default() -> Self {
        let english = Locale::default();
        Self {
            name: "Landfall".to_owned(),
            default_locale: english,
            locales: vec![english],
            time_zone: utc(),
            navigation: BTreeMap::new(),
            footer: BTreeMap::new(),
            thresholds: Thresholds::default(),
        }
    }
}

impl SiteSettings {
    /// Checks texts and languages. The zone's name is checked by whoever has the zone database.
    pub fn validate(&self, problems: &mut Problems) {
        problems.line("name", &self.name, 60);
        problems.line("time_zone", &self.time_zone, 60);
        problems.count("locales", self.locales.len(), 1, 32);
        if !self.locales.contains(&self.default_locale) {
            problems.add("locales", "does not contain default_locale; add it");
        }
        for (locale, links) in &self.navigation {
            problems.within(&format!("navigation.{locale}"), |p| {
                p.count("", links.len(), 1, 6);
                p.each("", links, |p, link| p.line("label", &link.label, 40));
            });
        }
        for (locale, line) in &self.footer {
            problems.line(&format!("footer.{locale}"), line, 200);
        }
        self.thresholds.validate(problems);
    }
}

fn utc() -> String {
    "UTC".to_owned()
}
