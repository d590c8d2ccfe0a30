//! How similarities are distributed in two spaces, as a picture.

use std::fmt::Write as _;

use engine::spaces::{Drift, Histogram, Side};
use leptos::prelude::*;

/// The drawing's size, in units of its own.
const WIDTH: f32 = 720.0;
const HEIGHT: f32 = 240.0;
/// Room below for the numbers.
const FOOT: f32 = 26.0;

/// What is drawn, as paths and places.
struct Drawing {
    old: String,
    new: String,
    old_floor: f32,
    new_floor: f32,
    marks: Vec<(f32, String)>,
}

impl Drawing {
    fn of(drift: &Drift) -> Self {
        let highest = drift
            .from
            .histogram
            .highest()
            .max(drift.to.histogram.highest());
        // What both leave empty is not shown.
        let low = lowest(&drift.from.histogram)
            .min(lowest(&drift.to.histogram))
            .min(drift.from.floor)
            .min(drift.to.floor);
        let low = (low * 10.0).floor() / 10.0;
        let across = |similarity: f32| (similarity - low) / (1.0 - low) * WIDTH;
        #[expect(clippy::cast_precision_loss, reason = "a height needs no more")]
        let up = |count: u32| {
            HEIGHT - FOOT - count as f32 / highest.max(1) as f32 * (HEIGHT - FOOT - 12.0)
        };
        let steps = |side: &Side| {
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
            old: steps(&drift.from),
            new: steps(&drift.to),
            old_floor: across(drift.from.floor),
            new_floor: across(drift.to.floor),
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
pub(super) fn picture(drift: &Drift) -> impl IntoView + use<> {
    let drawing = Drawing::of(drift);
    let marks = drawing.marks.into_iter().map(|(at, words)| {
        view! {
            <text x=format!("{at:.1}") y="234" text-anchor="middle" class="fill-muted text-[11px] max-sm:text-[22px]">
                {words}
            </text>
        }
    });
    let label = format!(
        "How similarities are distributed: space {} in grey, space {} in colour. The dashed lines are the floors, {:.2} \
         and {:.2}.",
        drift.from.version, drift.to.version, drift.from.floor, drift.to.floor
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

/// The picture as a file of its own, SVG.
pub fn drift_picture(drift: &Drift) -> String {
    let drawing = Drawing::of(drift);
    let mut marks = String::new();
    for (at, words) in &drawing.marks {
        // Writing to a string cannot fail.
        let _ = write!(
            marks,
            r##"<text x="{at:.1}" y="234" text-anchor="middle" font-size="11" font-family="sans-serif" fill="#53606b">{words}</text>"##
        );
    }
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="-14 0 748 240" width="748" height="240"><rect x="-14" width="748" height="240" fill="#fff"/><path d="M0 214H720" stroke="#e3dccf"/><path d="{}" fill="#53606b" fill-opacity=".2" stroke="#53606b" stroke-width="1.5"/><path d="{}" fill="#b93a13" fill-opacity=".2" stroke="#b93a13" stroke-width="1.5"/><path d="M{:.1} 0V214" stroke="#53606b" stroke-dasharray="5 4"/><path d="M{:.1} 0V214" stroke="#b93a13" stroke-dasharray="5 4"/>{marks}</svg>
"##,
        drawing.old, drawing.new, drawing.old_floor, drawing.new_floor
    )
}
