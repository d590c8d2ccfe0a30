//! Why a visitor sees what they see.

use domain::decision::{Pool, TermUse};
use domain::segment::Reason;
use engine::Tier;
use engine::catalog::Catalog;
use engine::desk::preview::Preview;
use engine::explain::{Counterfactual, SegmentExplanation, Signal};
use leptos::prelude::*;

use super::candidates::candidates;
use crate::admin::instant;
use crate::ui::{Badge, Icon, Moment, Panel, Sign, Tone};

/// Everything that led to what the frame shows.
pub(super) fn explanation(catalog: &Catalog, preview: &Preview) -> impl IntoView + use<> {
    let segments: Vec<_> = preview
        .explanation
        .segments
        .iter()
        .map(|tried| segment(catalog, preview, tried))
        .collect();
    let (verdict, nearest) = (verdict(catalog, preview), candidates(preview));
    let (without, facts) = (without(catalog, preview), facts(preview));
    view! {
        <Panel title="Why this is shown">
            <div class="p-4">{verdict} <div class="mt-4">{nearest}</div></div>
        </Panel>
        <Panel title="Which segment">
            <ol class="divide-y divide-line">{segments}</ol>
        </Panel>
        {without}
        <Panel title="How it was decided">{facts}</Panel>
    }
}

fn verdict(catalog: &Catalog, preview: &Preview) -> impl IntoView + use<> {
    let explanation = &preview.explanation;
    let winner = explanation.candidates.first();
    let shown = winner.map_or_else(
        || "The page’s default content".to_owned(),
        |winner| {
            let title = preview.titles.get(&winner.variant);
            title.unwrap_or(&winner.variant).clone()
        },
    );
    let because = match explanation.pool {
        Pool::Segment if explanation.candidates.len() == 1 => {
            "It is the only variant written for this segment in this language."
        }
        Pool::Segment => "Of the variants written for this segment it is the nearest.",
        Pool::Any => {
            "No variant is written for this segment. Of those for anybody that are near enough, it is the nearest."
        }
        Pool::Default => {
            "No variant is written for this segment, and none for anybody is near enough."
        }
    };
    let segment = name_of(catalog, explanation.segment.as_str());
    view! {
        <p class="text-lg/6 font-semibold wrap-anywhere">{shown}</p>
        <p class="mt-1.5 text-sm/6 text-muted">
            "The visitor belongs to "
            <strong class="font-medium text-ink wrap-anywhere">{segment}</strong> ": " {reason(explanation.reason)} ". " {because}
        </p>
    }
}

fn segment(
    catalog: &Catalog,
    preview: &Preview,
    tried: &SegmentExplanation,
) -> impl IntoView + use<> {
    let name = name_of(catalog, tried.key.as_str());
    let chosen = tried.key == preview.explanation.segment;
    let clauses = tried.clauses.iter().map(|clause| {
        view! {
            <li class="flex gap-2 text-xs/5">
                {mark(clause.matched)}
                <span class="min-w-0 wrap-anywhere">
                    <span title=clause.text.clone()>{clause.words()}</span>
                    <span class="text-muted">" · it is " {clause.actual_words()}</span>
                </span>
            </li>
        }
    });
    let clauses: Vec<_> = clauses.collect();
    let everyone = clauses.is_empty().then(
        || view! { <p class="px-4 pb-3 pl-10 text-xs text-muted">"Everyone belongs to it."</p> },
    );
    let list = (!clauses.is_empty())
        .then(|| view! { <ul class="grid gap-1 px-4 pb-3 pl-10">{clauses}</ul> });
    view! {
        <li>
            <details open=chosen>
                <summary class="disclosure flex min-h-10 cursor-pointer items-center gap-2 px-4 text-sm">
                    {mark(tried.matched)}
                    <span class=if chosen { "min-w-0 font-semibold wrap-anywhere" } else { "min-w-0 wrap-anywhere" }>
                        {name}
                    </span>
                    {chosen.then(|| view! { <Badge tone=Tone::Good>"This one"</Badge> })}
                </summary>
                {list}
                {everyone}
            </details>
        </li>
    }
}

/// Whether something holds, in a sign and in words.
fn mark(holds: bool) -> impl IntoView {
    let (class, sign, words) = if holds {
        ("mt-0.5 shrink-0 text-good", Sign::Check, "holds")
    } else {
        ("mt-0.5 shrink-0 text-bad", Sign::Cross, "does not hold")
    };
    view! {
        <span class=class>
            <Icon sign />
            <span class="sr-only">{words}</span>
        </span>
    }
}

/// What would be shown if the visitor came without a signal, for each that they bring.
fn without(catalog: &Catalog, preview: &Preview) -> impl IntoView + use<> {
    let others = preview.explanation.counterfactuals.iter();
    let rows: Vec<_> = others
        .filter_map(|other| Some((words(*other.without.first()?), other)))
        .map(|(signal, other)| {
            view! {
                <div class="px-4 py-2.5">
                    <dt class="text-xs text-muted">"Without " {signal}</dt>
                    <dd class="mt-0.5 text-sm wrap-anywhere">{outcome(catalog, preview, other)}</dd>
                </div>
            }
        })
        .collect();
    (!rows.is_empty()).then(|| {
        view! {
            <Panel title="What makes the difference">
                <dl class="divide-y divide-line">{rows}</dl>
            </Panel>
        }
    })
}

fn words(signal: Signal) -> &'static str {
    match signal {
        Signal::Segment => "the chosen segment",
        Signal::Term => "the campaign term",
        Signal::UtmSource => "the campaign source",
        Signal::UtmMedium => "the campaign medium",
        Signal::UtmCampaign => "the campaign name",
        Signal::UtmContent => "the campaign content",
        Signal::Query => "anything in the address",
        Signal::Referrer => "the referring site",
        Signal::Country => "the country",
        Signal::Device => "the device",
        Signal::Language => "the language of the browser",
        Signal::Time => "the chosen time",
        Signal::Visits => "earlier visits",
        Signal::Cookies => "cookies",
    }
}

fn outcome(catalog: &Catalog, preview: &Preview, other: &Counterfactual) -> String {
    let explanation = &preview.explanation;
    let winner = other.winner.as_deref();
    if winner == explanation.winner() && other.segment == explanation.segment {
        return "Nothing would change.".to_owned();
    }
    let shown = match winner {
        None => "The page’s default content".to_owned(),
        Some(id) => preview.titles.get(id).map_or(id, String::as_str).to_owned(),
    };
    let segment = name_of(catalog, other.segment.as_str());
    format!("{shown}, for {segment}: {}", reason(other.reason))
}

fn facts(preview: &Preview) -> impl IntoView + use<> {
    let explanation = &preview.explanation;
    let fact = |name: &'static str, value: AnyView| {
        view! {
            <div class="flex items-baseline justify-between gap-4 px-4 py-2.5">
                <dt class="shrink-0 text-muted">{name}</dt>
                <dd class="min-w-0 text-right wrap-anywhere">{value}</dd>
            </div>
        }
    };
    let term = explanation.term.as_ref().map(|term| {
        let fate = match explanation.term_use {
            TermUse::Heard => "heard",
            TermUse::BelowFloor => "not near enough to any variant",
            TermUse::Absent => "could not be embedded",
        };
        fact("Campaign term", format!("“{term}”: {fate}").into_any())
    });
    let margin = explanation
        .margin
        .map(|margin| fact("Lead over the next", format!("{margin:.3}").into_any()));
    let space = explanation.space.as_ref().map_or_else(
        || "none yet".to_owned(),
        |space| format!("{}, version {}", space.spec, space.version),
    );
    let rollout = (explanation.rollout < 100.0).then(|| {
        let words = format!(
            "{} % of visitors; the others see the default content",
            explanation.rollout
        );
        fact("Rollout", words.into_any())
    });
    let thresholds = explanation.thresholds;
    let at = instant::text(preview.at);
    view! {
        <dl class="divide-y divide-line text-sm">
            {margin} {term} {rollout} {fact("As of", view! { <Moment at /> }.into_any())}
        </dl>
        <details class="border-t border-line">
            <summary class="disclosure flex min-h-10 cursor-pointer items-center px-4 text-sm">"Technical details"</summary>
            <dl class="divide-y divide-line border-t border-line text-sm">
                {fact("Similarity floor", format!("{:.2}", thresholds.similarity_floor).into_any())}
                {fact("Term floor", format!("{:.2}", thresholds.term_floor).into_any())}
                {fact("Embedding space", space.into_any())}
                {fact("The decision is", tier(preview.decision).into_any())}
                {fact("The page is", preview.body.map_or("a draft’s, and in no cache", tier).into_any())}
            </dl>
        </details>
    }
}

fn tier(tier: Tier) -> &'static str {
    match tier {
        Tier::Memory => "in memory",
        Tier::Redis => "in Redis",
        Tier::Nowhere => "in no cache yet",
    }
}

fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Header => "you chose it",
        Reason::Parameter => "the address names it",
        Reason::Cookie => "a cookie names it",
        Reason::Condition => "its condition is the first that holds",
        Reason::Default => "no other segment’s condition holds",
        Reason::Crawler => "crawlers belong to no other",
    }
}

fn name_of(catalog: &Catalog, key: &str) -> String {
    let mut segments = catalog.segments.iter();
    let known = segments.find(|segment| segment.key.as_str() == key);
    known.map_or_else(|| key.to_owned(), |segment| segment.name.clone())
}
