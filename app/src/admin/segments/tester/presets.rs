use domain::visitor::Sketch;

/// A visitor to begin with.
pub(super) struct Preset {
    /// The words on its button.
    pub(super) name: &'static str,
    attributes: &'static [(&'static str, &'static str)],
}

/// The visitors that are offered.
pub(super) const PRESETS: [Preset; 5] = [
    Preset {
        name: "From LinkedIn, in Germany, on a phone",
        attributes: &[
            ("utm.source", "linkedin"),
            ("utm.medium", "social"),
            ("referrer.host", "linkedin.com"),
            ("geo.country", "DE"),
            ("language", "de"),
            ("device", "mobile"),
            ("browser.name", "safari"),
            ("os.name", "ios"),
            ("time.hour", "10"),
            ("time.weekday", "tuesday"),
            ("visit.count", "1"),
        ],
    },
    Preset {
        name: "From a Google ad, in Britain, at a desk",
        attributes: &[
            ("utm.source", "google"),
            ("utm.medium", "cpc"),
            ("utm.term", "route planning software"),
            ("referrer.host", "google.co.uk"),
            ("geo.country", "GB"),
            ("language", "en-GB"),
            ("device", "desktop"),
            ("browser.name", "chrome"),
            ("os.name", "windows"),
            ("time.hour", "11"),
            ("time.weekday", "wednesday"),
            ("visit.count", "1"),
        ],
    },
    Preset {
        name: "Back on a Saturday evening",
        attributes: &[
            ("utm.source", "newsletter"),
            ("utm.medium", "email"),
            ("geo.country", "US"),
            ("language", "en-US"),
            ("device", "tablet"),
            ("time.hour", "20"),
            ("time.weekday", "saturday"),
            ("visit.count", "3"),
        ],
    },
    Preset {
        name: "Nothing known",
        attributes: &[],
    },
    Preset {
        name: "A crawler",
        attributes: &[("bot", "true")],
    },
];

impl Preset {
    /// The preset of this name.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        PRESETS.iter().find(|preset| preset.name == name)
    }

    /// The visitor.
    pub(super) fn sketch(&self) -> Sketch {
        self.attributes
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect()
    }
}

/// The visitor that a tester begins with.
#[cfg(feature = "ssr")]
pub(in crate::admin::segments) fn start() -> Sketch {
    PRESETS[0].sketch()
}
