//! How well campaign terms find the variant that a marketer would want.
//!
//! Decides every term of `demo/quality.jsonl` about the demo content with the local model, as the
//! engine does, and prints how often that is right: for the thresholds in use, and as a curve over
//! other floors and weights. What balances best is sought on every second term only, and judged by
//! the others. Nothing is asserted. The last line is JSON, for `make bench`.

use std::collections::HashMap;

use domain::decision::{Candidate, Question, Thresholds, choose};
use domain::record::{PageRecord, Record, VariantRecord};
use domain::term::Term;
use domain::variant::Status;
use domain::{ExternalId, Locale, SegmentId, SegmentKey, SiteSettings, VariantId};
use engine::embedding::{Embedding, EmbeddingProvider};
use landfall::config::Config;
use landfall::runtime::{all_threads, provider};
use serde::Deserialize;

/// The labelled terms.
const LABELLED: &str = include_str!("../demo/quality.jsonl");

/// A term and what its visitors should get.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Label {
    page: ExternalId,
    locale: Locale,
    /// Without one, `default`.
    segment: Option<SegmentKey>,
    term: String,
    /// `None` is the page's default content: the term has nothing to do with the page.
    variant: Option<ExternalId>,
}

/// A term with all that its decision depends on.
struct Case {
    label: Label,
    segment: SegmentId,
    locales: Vec<Locale>,
    alignment: f32,
    candidates: Vec<Candidate>,
}

/// Shares, 0 to 1.
#[derive(Clone, Copy)]
struct Score {
    /// Of the terms with a wanted variant, how many got it.
    found: f64,
    /// Of the unrelated terms, how many got anything but the default content.
    mistaken: f64,
}

impl Score {
    /// Both kinds of terms weigh alike: 1 is perfect, 0 is guessing.
    fn balance(self) -> f64 {
        self.found - self.mistaken
    }
}

/// The demo content with its vectors.
struct Demo {
    site: SiteSettings,
    segments: Vec<(SegmentKey, String)>,
    pages: HashMap<ExternalId, PageRecord>,
    variants: Vec<VariantRecord>,
    vectors: HashMap<String, Embedding>,
}

fn main() {
    let model = provider(&Config::default(), all_threads()).expect("the local model is installed");
    let runtime = tokio::runtime::Runtime::new().expect("the system gives threads");
    let labels: Vec<Label> = LABELLED
        .lines()
        .map(|line| serde_json::from_str(line).expect("a label is valid"))
        .collect();
    let demo = runtime.block_on(Demo::load(&*model, &labels));
    let cases: Vec<Case> = labels.into_iter().map(|label| demo.case(label)).collect();
    report(cases, demo.site.thresholds);
}

impl Demo {
    async fn load(model: &dyn EmbeddingProvider, labels: &[Label]) -> Self {
        let mut demo = Self {
            site: SiteSettings::default(),
            segments: Vec::new(),
            pages: HashMap::new(),
            variants: Vec::new(),
            vectors: HashMap::new(),
        };
        for line in landfall::demo::jsonl().lines() {
            match serde_json::from_str(line).expect("the demo content is valid") {
                Record::Site(site) => demo.site = site,
                Record::Segment(s) => demo.segments.push((s.key, s.description)),
                Record::Page(page) => {
                    demo.pages.insert(page.id.clone(), page);
                }
                Record::Variant(v) if v.status == Status::Published => demo.variants.push(v),
                Record::Variant(_) => {}
            }
        }
        let asked = demo.pages.values().map(|page| page.intent.clone());
        let described = demo.segments.iter().map(|(_, text)| text.clone());
        let written = demo.variants.iter().map(|v| v.content.embedding_text());
        let brought = labels.iter().map(|label| normalised(&label.term));
        let texts: Vec<String> = asked
            .chain(described)
            .chain(written)
            .chain(brought)
            .collect();
        eprintln!("embedding {} texts", texts.len());
        let vectors = model.embed(&texts).await.expect("the model runs");
        demo.vectors = texts.into_iter().zip(vectors).collect();
        demo
    }

    /// What the engine would find for this term; see `Decider::deliberate`.
    fn case(&self, label: Label) -> Case {
        let page = &self.pages[&label.page];
        let key = label.segment.as_ref().map_or("default", SegmentKey::as_str);
        let place = |key: &str| {
            self.segments
                .iter()
                .position(|(known, _)| known.as_str() == key)
        };
        let id = |place: usize| SegmentId(i64::try_from(place).expect("few segments"));
        let segment = place(key).expect("the segment exists");
        let parts = [&page.intent, &self.segments[segment].1].map(|text| &self.vectors[text]);
        let query = Embedding::mean(parts).expect("two vectors");
        let term = &self.vectors[&normalised(&label.term)];
        let candidates = (1..)
            .zip(&self.variants)
            .filter(|(_, v)| v.page == label.page)
            .map(|(number, v)| {
                let vector = &self.vectors[&v.content.embedding_text()];
                let of = v.segment.as_ref().map(|key| place(key.as_str()).map(id));
                Candidate {
                    variant: VariantId(number),
                    segment: of.map(|segment| segment.expect("the segment exists")),
                    locale: v.locale,
                    similarity: Some(vector.cosine(&query)),
                    term_similarity: Some(vector.cosine(term)),
                }
            })
            .collect();
        Case {
            // Every page of the demo has content in both languages.
            locales: vec![label.locale],
            segment: id(segment),
            alignment: query.cosine(term),
            candidates,
            label: Label {
                variant: label.variant.inspect(|wanted| {
                    assert!(self.variants.iter().any(|v| v.id == *wanted), "{wanted}");
                }),
                ..label
            },
        }
    }
}

/// A term in the spelling in which it is embedded.
fn normalised(term: &str) -> String {
    let term = Term::normalise(term).expect("a label has words");
    term.as_str().to_owned()
}

impl Case {
    /// Whether the right thing happens.
    fn is_right(&self, thresholds: Thresholds, names: &HashMap<VariantId, ExternalId>) -> bool {
        let choice = choose(
            &self.candidates,
            &Question {
                segment: self.segment,
                locales: &self.locales,
                thresholds,
                term_alignment: Some(self.alignment),
            },
        );
        let shown = choice.winner().map(|winner| &names[&winner.variant]);
        shown == self.label.variant.as_ref()
    }
}

struct Bench {
    cases: Vec<Case>,
    names: HashMap<VariantId, ExternalId>,
}

/// Thresholds, and how well they do.
type Scored = (Thresholds, Score);

impl Bench {
    /// The score of the terms for which `only` holds, given their places in the file and labels.
    fn score(&self, thresholds: Thresholds, only: impl Fn(usize, &Label) -> bool) -> Score {
        let share = |related: bool| {
            let cases = self.cases.iter().enumerate();
            let cases: Vec<&Case> = cases
                .filter(|(place, case)| {
                    case.label.variant.is_some() == related && only(*place, &case.label)
                })
                .map(|(_, case)| case)
                .collect();
            let right = cases.iter().filter(|c| c.is_right(thresholds, &self.names));
            count(right.count()) / count(cases.len().max(1))
        };
        Score {
            found: share(true),
            mistaken: 1.0 - share(false),
        }
    }

    /// What balances best on the terms to tune by; of equals the one in their middle.
    fn best(&self, among: impl Iterator<Item = Thresholds>) -> Scored {
        let scored: Vec<Scored> = among
            .map(|thresholds| (thresholds, self.score(thresholds, tunes)))
            .collect();
        let balances = scored.iter().map(|(_, score)| score.balance());
        let best = balances.fold(f64::NEG_INFINITY, f64::max);
        let equals: Vec<Scored> = scored
            .into_iter()
            .filter(|(_, score)| score.balance() > best - 1e-9)
            .collect();
        equals[equals.len() / 2]
    }
}

/// Whether a term is one to tune by. Neighbours in the file are about the same variant.
fn tunes(place: usize, _: &Label) -> bool {
    place.is_multiple_of(2)
}

fn judges(place: usize, label: &Label) -> bool {
    !tunes(place, label)
}

fn report(cases: Vec<Case>, present: Thresholds) {
    let names = (1..).map(VariantId).zip(names()).collect();
    let bench = Bench { cases, names };
    let related = bench.cases.iter().filter(|c| c.label.variant.is_some());
    let related = related.count();
    let unrelated = bench.cases.len() - related;
    println!("{related} terms with a wanted variant, {unrelated} unrelated ones");

    head(&["thresholds in use", "right variant", "false match"]);
    let everyone = |_: usize, _: &Label| true;
    let all = bench.score(present, everyone);
    let in_language =
        |code: &'static str| bench.score(present, move |_, label| label.locale.as_str() == code);
    row("all terms", all);
    row("English", in_language("en"));
    row("German", in_language("de"));
    row("half to judge by", bench.score(present, judges));

    head(&["term_floor", "right variant", "false match", "balance"]);
    for thresholds in floors(present) {
        let score = bench.score(thresholds, everyone);
        let floor = format!("{:.2}", thresholds.term_floor);
        balanced_row(&floor, score);
    }

    println!("\nThe best term_floor for each weight, on the half to tune by and on the other:");
    head(&[
        "term_weight, term_floor",
        "right variant",
        "false match",
        "balance",
    ]);
    let weights = [0.5, 0.6, 0.7, 0.8, 0.9, 1.0].map(|weight| Thresholds {
        term_weight: weight,
        ..present
    });
    for weighted in weights {
        let (best, score) = bench.best(floors(weighted));
        let words = format!("{:.1}, {:.2}", best.term_weight, best.term_floor);
        balanced_row(&words, score);
        balanced_row("the other half", bench.score(best, judges));
    }
    let (best, _) = bench.best(weights.into_iter().flat_map(floors));
    let judged = bench.score(best, judges);
    println!(
        "\nBalanced at term_floor {:.2}, term_weight {:.1}",
        best.term_floor, best.term_weight
    );
    let json = serde_json::json!({
        "right": all.found, "false": all.mistaken,
        "floor": best.term_floor, "weight": best.term_weight,
        "right_at_floor": judged.found, "false_at_floor": judged.mistaken,
    });
    println!("{json}");
}

fn head(cells: &[&str]) {
    println!("\n| {} |", cells.join(" | "));
    println!("| {} |", vec!["---"; cells.len()].join(" | "));
}

fn row(words: &str, score: Score) {
    let (found, mistaken) = (percent(score.found), percent(score.mistaken));
    println!("| {words} | {found} | {mistaken} |");
}

fn balanced_row(words: &str, score: Score) {
    let (found, mistaken) = (percent(score.found), percent(score.mistaken));
    println!(
        "| {words} | {found} | {mistaken} | {:.3} |",
        score.balance()
    );
}

/// The ids of the published variants, in the order of their numbers.
fn names() -> impl Iterator<Item = ExternalId> {
    let records = landfall::demo::jsonl();
    let records: Vec<Record> = records
        .lines()
        .map(|line| serde_json::from_str(line).expect("the demo content is valid"))
        .collect();
    records.into_iter().filter_map(|record| match record {
        Record::Variant(v) if v.status == Status::Published => Some(v.id),
        _ => None,
    })
}

/// The same thresholds with every floor of the curve.
fn floors(thresholds: Thresholds) -> impl Iterator<Item = Thresholds> {
    (10..=30_u8).map(move |step| Thresholds {
        term_floor: f32::from(step) * 0.02,
        ..thresholds
    })
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).expect("few terms"))
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}
