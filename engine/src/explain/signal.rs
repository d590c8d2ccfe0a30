//! What a visitor may be supposed to come without.

use domain::SegmentKey;
use domain::segment::Reason;

/// Something that a request carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// The segment that a shared cache named in a header.
    Segment,
    /// The parameter that brought the campaign term; no other takes its place.
    Term,
    /// `utm_source`.
    UtmSource,
    /// `utm_medium`.
    UtmMedium,
    /// `utm_campaign`.
    UtmCampaign,
    /// `utm_content`.
    UtmContent,
    /// Every parameter in the address.
    Query,
    /// The page that the visitor comes from.
    Referrer,
    /// Country, region and city.
    Country,
    /// What the browser says of itself and of its device.
    Device,
    /// The languages that the browser asks for.
    Language,
    /// Another instant than now.
    Time,
    /// What is remembered of earlier visits.
    Visits,
    /// Every cookie.
    Cookies,
}

impl Signal {
    /// Every signal: first what is one thing, then what comprises several.
    pub const ALL: [Self; 14] = [
        Self::Segment,
        Self::Term,
        Self::UtmSource,
        Self::UtmMedium,
        Self::UtmCampaign,
        Self::UtmContent,
        Self::Query,
        Self::Referrer,
        Self::Country,
        Self::Device,
        Self::Language,
        Self::Time,
        Self::Visits,
        Self::Cookies,
    ];
}

/// The outcome for a visitor who never came.
#[derive(Debug)]
pub struct Counterfactual {
    /// What the visitor comes without, in the order of [`Signal::ALL`]: each of these alone leaves
    /// the same request over.
    pub without: Vec<Signal>,
    /// The segment.
    pub segment: SegmentKey,
    /// Why.
    pub reason: Reason,
    /// The variant shown; `None` is the page's default content.
    pub winner: Option<String>,
}
