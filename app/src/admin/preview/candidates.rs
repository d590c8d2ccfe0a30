//! The nearest variants, with bars.

use engine::desk::preview::Preview;
use engine::explain::CandidateExplanation;
use leptos::prelude::*;

use crate::ui::{Badge, Tone};

/// The candidates, best first.
pub(super) fn candidates(preview: &Preview) -> impl IntoView + use<> {
    let floor = preview.explanation.thresholds.similarity_floor;
    let rows: Vec<_> = preview
        .explanation
        .candidates
        .iter()
        .enumerate()
        .map(|(place, candidate)| row(preview, place, candidate, floor))
        .collect();
    (!rows.is_empty()).then(|| {
        view! {
            <ol class="grid gap-3.5">{rows}</ol>
            <p class="mt-3 text-xs/5 text-muted">
                "The mark on each bar is the similarity floor, " {format!("{floor:.2}")}
                ": variants for any segment must reach it, unless a campaign term reaches them."
            </p>
        }
    })
}

fn row(
    preview: &Preview,
    place: usize,
    candidate: &CandidateExplanation,
    floor: f32,
) -> impl IntoView + use<> {
    let title = preview.titles.get(&candidate.variant).cloned();
    let title = title.unwrap_or_else(|| candidate.variant.clone());
    let draft = preview.drafts.contains(&candidate.id);
    let similarity = candidate
        .similarity
        .map_or_else(|| "no vector".to_owned(), |s| format!("{s:+.3}"));
    let href = format!("/admin/variants/{}", candidate.id);
    view! {
        <li>
            <div class="flex items-baseline justify-between gap-3 text-sm">
                <span class="min-w-0 wrap-anywhere">
                    <a
                        href=href
                        class=if place == 0 {
                            "font-semibold underline decoration-line underline-offset-4 hover:decoration-current"
                        } else {
                            "underline decoration-line underline-offset-4 hover:decoration-current"
                        }
                    >
                        {title}
                    </a>
                    {draft
                        .then(|| {
                            view! {
                                <span class="ml-2">
                                    <Badge tone=Tone::Busy>"Draft"</Badge>
                                </span>
                            }
                        })}
                </span>
                <span class="shrink-0 tabular-nums text-muted">{similarity}</span>
            </div>
            {candidate.similarity.map(|similarity| bar(similarity, floor))}
        </li>
    }
}

/// A similarity from 0 to 1 as a bar; the words beside it say the same.
fn bar(similarity: f32, floor: f32) -> impl IntoView {
    let share = |value: f32| format!("{:.1}", value.clamp(0.0, 1.0) * 100.0);
    view! {
        <svg
            viewBox="0 0 100 4"
            preserveAspectRatio="none"
            aria-hidden="true"
            class="mt-1.5 h-2 w-full overflow-hidden rounded-full"
        >
            <rect width="100" height="4" class="fill-wash" />
            <rect width=share(similarity) height="4" class="fill-accent" />
            <rect x=share(floor) width="0.7" height="4" class="fill-ink" />
        </svg>
    }
}
