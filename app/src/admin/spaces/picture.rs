//! How similarities are distributed in two spaces, as a picture.

use std::fmt::Write as _;

use engine::spaces::{Drift, Histogram, Side, floor_words};
use leptos::prelude::*;

/// The drawing's size, in units of its own.
const WIDTH: f32 = 720.0;
const HEIGHT: f32 = 240.0;
/// The heading of the picture as a file.
const TITLE: &str = "How similar variants are to what pages and segments ask for";
/// Room below for the numbers.
const FOOT: f32 = 26.0;

/// How the same similarities are distributed in the old space and in the new one.
pub(super) struct Distributions<'a> {
    pub(super) sides: [Distribution<'a>; 2],
}

/// How similarities are distributed in one space.
pub(super) struct Distribution<'a> {
    /// The space's version.
    pub(super) version: i32,
    /// The floor that is held against them.
    pub(super) floor: f32,
    histogram: &'a Histogram,
}

impl<'a> Distributions<'a> {
    /// The similarities of variants to pages and segments.
    pub(super) fn of_pairs(drift: &'a Drift) -> Self {
        let sides = [&drift.from, &drift.to].map(|side| Distribution {
            version: side.version,
            floor: side.floor,
            histogram: &side.histogram,
        });
        Self { sides }
    }

    /// How near campaign terms come to variants; `None` where none are known.
    pub(super) fn of_terms(drift: &'a Drift) -> Option<Self> {
        let terms = drift.terms.as_ref()?;
        let of = [(&drift.from, &terms.in_old), (&drift.to, &terms.in_new)];
        let sides = of.map(|(side, histogram)| Distribution {
            version: side.version,
            floor: side.term_floor,
            histogram,
        });
        Some(Self { sides })
    }
}

/// What is drawn, as paths and places.
struct Drawing {
    old: String,
    new: String,
    old_floor: f32,
    new_floor: f32,
    marks: Vec<(f32, String)>,
}

impl Drawing {
    fn of(distributions: &Distributions<'_>) -> Self {
        let [from, to] = &distributions.sides;
        let highest = from.histogram.highest().max(to.histogram.highest());
        // What both leave empty is not shown.
        let low = lowest(from.histogram)
            .min(lowest(to.histogram))
            .min(from.floor)
            .min(to.floor);
        let low = (low * 10.0).floor() / 10.0;
        let across = |similarity: f32| (similarity - low) / (1.0 - low) * WIDTH;
        #[expect(clippy::cast_precision_loss, reason = "a height needs no more")]
        let up = |count: u32| {
            HEIGHT - FOOT - count as f32 / highest.max(1) as f32 * (HEIGHT - FOOT - 12.0)
        };
        let steps = |side: &Distribution<'_>| {
            let mut path = String::new();
            for (from, to, count) in side.histogram.bars().filter(|(_, to, _)| *to > low + 1e-3) {
                let (from, to, height) = (across(from.max(low)), across(to), up(count));
                let verb = if path.is_empty() {
                    format!("M{from:.1} {:.1}", HEIGHT - FOOT)
                } else {
                    String::new()
                };
                // Writing to a string cannot fail.
                let _ = write!(path, "{verb}L{from:.1} {height:.1}L{to:.1} {height:.1}");
            }
            let _ = write!(path, "L{WIDTH:.1} {:.1}", HEIGHT - FOOT);
            path
        };
        let mut marks = Vec::new();
        let mut at = low;
        while at < 1.01 {
            marks.push((across(at), format!("{at:.1}").replace("-0.0", "0.0")));
            at += 0.2;
        }
        Self {
            old: steps(from),
            new: steps(to),
            old_floor: across(from.floor),
            new_floor: across(to.floor),
            marks,
        }
    }
}

fn lowest(histogram: &Histogram) -> f32 {
    let mut bars = histogram.bars();
    bars.find(|(_, _, count)| *count > 0)
        .map_or(0.0, |(low, _, _)| low)
}

/// The picture on a screen, in the screen's colours.
pub(super) fn picture(title: &str, of: &Distributions<'_>) -> impl IntoView + use<> {
    let drawing = Drawing::of(of);
    let [from, to] = &of.sides;
    let marks = drawing.marks.into_iter().map(|(at, words)| {
        view! {
            <text x=format!("{at:.1}") y="234" text-anchor="middle" class="fill-muted text-[11px] max-sm:text-[22px]">
                {words}
            </text>
        }
    });
    let label = format!(
        "{title}: space {} in grey, space {} in colour. The dashed lines are the floors, {} and {}.",
        from.version,
        to.version,
        floor_words(from.floor),
        floor_words(to.floor)
    );
    view! {
        <svg
            viewBox="-22 0 764 240"
            role="img"
            aria-label=label
            class="block h-auto w-full"
            preserveAspectRatio="xMidYMid meet"
        >
            <path d="M0 214H720" class="stroke-line" />
            <path d=drawing.old class="fill-muted/20 stroke-muted" stroke-width="1.5" />
            <path d=drawing.new class="fill-accent/20 stroke-accent" stroke-width="1.5" />
            <path
                d=format!("M{:.1} 0V214", drawing.old_floor)
                class="stroke-muted"
                stroke-dasharray="5 4"
            />
            <path
                d=format!("M{:.1} 0V214", drawing.new_floor)
                class="stroke-accent"
                stroke-dasharray="5 4"
            />
            {marks.collect_view()}
        </svg>
    }
}

/// The picture as a file of its own, SVG, with its key.
pub fn drift_picture(drift: &Drift) -> String {
    let drawing = Drawing::of(&Distributions::of_pairs(drift));
    let mut marks = String::new();
    for (at, words) in &drawing.marks {
        // Writing to a string cannot fail.
        let _ = write!(
            marks,
            r##"<text x="{at:.1}" y="234" text-anchor="middle" font-size="11" fill="#53606b">{words}</text>"##
        );
    }
    let key = |side: &Side| {
        let name = side.name.replace('&', "&amp;").replace('<', "&lt;");
        format!(
            "Space {}, {name}; floor {}, dashed",
            side.version,
            floor_words(side.floor)
        )
    };
    let (old, new) = (key(&drift.from), key(&drift.to));
    let suggested = floor_words(drift.suggested_floor);
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="-14 -86 748 346" width="748" height="346" font-family="sans-serif"><title>{TITLE}</title><rect x="-14" y="-86" width="748" height="346" fill="#fff"/><text y="-62" font-size="15" font-weight="600" fill="#1c2126">{TITLE}</text><path d="M0 -46h10v10h-10z" fill="#53606b"/><text x="16" y="-37" font-size="12" fill="#1c2126">{old}</text><path d="M0 -26h10v10h-10z" fill="#b93a13"/><text x="16" y="-17" font-size="12" fill="#1c2126">{new}; {suggested} would let the same share through</text><path d="M0 214H720" stroke="#e3dccf"/><path d="{}" fill="#53606b" fill-opacity=".2" stroke="#53606b" stroke-width="1.5"/><path d="{}" fill="#b93a13" fill-opacity=".2" stroke="#b93a13" stroke-width="1.5"/><path d="M{:.1} 0V214" stroke="#53606b" stroke-dasharray="5 4"/><path d="M{:.1} 0V214" stroke="#b93a13" stroke-dasharray="5 4"/>{marks}<text x="720" y="252" text-anchor="end" font-size="11" fill="#53606b">cosine similarity</text></svg>
"##,
        drawing.old, drawing.new, drawing.old_floor, drawing.new_floor
    )
}
