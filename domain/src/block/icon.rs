use serde::{Deserialize, Serialize};

/// The signs a feature may carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each name is the thing it draws")]
pub enum Icon {
    Bolt,
    Chart,
    Check,
    Clock,
    Code,
    Globe,
    Heart,
    Layers,
    Lock,
    Plug,
    Shield,
    Spark,
    Target,
    Users,
}

impl Icon {
    /// Every sign, in the order in which they are offered.
    pub const ALL: [Self; 14] = [
        Self::Bolt,
        Self::Chart,
        Self::Check,
        Self::Clock,
        Self::Code,
        Self::Globe,
        Self::Heart,
        Self::Layers,
        Self::Lock,
        Self::Plug,
        Self::Shield,
        Self::Spark,
        Self::Target,
        Self::Users,
    ];

    /// The sign's name as JSON spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bolt => "bolt",
            Self::Chart => "chart",
            Self::Check => "check",
            Self::Clock => "clock",
            Self::Code => "code",
            Self::Globe => "globe",
            Self::Heart => "heart",
            Self::Layers => "layers",
            Self::Lock => "lock",
            Self::Plug => "plug",
            Self::Shield => "shield",
            Self::Spark => "spark",
            Self::Target => "target",
            Self::Users => "users",
        }
    }
}
