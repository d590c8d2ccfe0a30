//! A seeded set of pages, segments and variants for load work.
//!
//! The same options give the same bytes on every machine.

mod compose;
mod phrases;
mod random;
mod words;

use std::collections::BTreeMap;

use domain::record::{PageRecord, Record, SegmentRecord, VariantRecord};
use domain::variant::Status;
use domain::{ContentOverride, ExternalId, Locale, PageContent, SegmentKey};

use compose::{Audience, Composer, Subject};
use random::Random;

/// Most pages one set has.
const MAX_PAGES: u32 = 10_000;
/// Fewest and most segments one set has.
const SEGMENTS: (u32, u32) = (3, 1_000);

/// What to generate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GeneratorOptions {
    /// Number of pages; beyond 10,000 none are added.
    pub pages: u32,
    /// Number of segments, `default` included; held between 3 and 1,000.
    pub segments: u32,
    /// Another number gives other texts.
    pub seed: u64,
}

/// The records of a set in an order that imports: segments, pages, then one variant for each page
/// and segment.
///
/// The segments are `default`, `enterprise`, `smb`, `seg-03` and on. `default` exists in every
/// database and is not repeated; `enterprise` and `smb` are those of the demo content, so that
/// both can be loaded. There is no site record for the same reason.
pub fn generate(options: &GeneratorOptions) -> impl Iterator<Item = Record> + use<> {
    let seed = options.seed;
    let pages = 0..options.pages.min(MAX_PAGES);
    let segments = 0..options.segments.clamp(SEGMENTS.0, SEGMENTS.1);
    let variants = pages.clone().flat_map({
        let segments = segments.clone();
        move |page| {
            segments
                .clone()
                .map(move |segment| variant(seed, page, segment))
        }
    });
    segments
        .filter_map(segment)
        .map(Record::Segment)
        .chain(pages.map(move |page| Record::Page(self::page(seed, page))))
        .chain(variants.map(Record::Variant))
}

fn segment(index: u32) -> Option<SegmentRecord> {
    let key = segment_key(index);
    match Audience::of(index) {
        Audience::Everyone => None,
        Audience::Enterprise | Audience::Smb => super::segment(&key),
        audience @ Audience::Named { .. } => Some(SegmentRecord {
            name: compose::capitalised(&audience.to_string()),
            description: format!("{}.", compose::capitalised(&audience.to_string())),
            // After the demo content's own, so that a campaign never hides its audiences.
            priority: 1_000 + index.cast_signed(),
            condition: serde_json::json!({ "utm.campaign": key.as_str() }),
            key,
        }),
    }
}

fn page(seed: u64, index: u32) -> PageRecord {
    let subject = Subject::of(index);
    let mut composer = Composer::new(subject, Audience::Everyone, Random::for_page(seed, index));
    let content = PageContent {
        title: subject.to_string(),
        description: composer.description(),
        blocks: composer.blocks(),
    };
    PageRecord {
        id: page_id(index),
        path: valid(&format!("/lp/page-{index:03}")),
        intent: composer.intent(),
        rollout: domain::rollout::EVERYBODY,
        terms: true,
        contents: BTreeMap::from([(Locale::default(), content)]),
    }
}

fn variant(seed: u64, page: u32, segment: u32) -> VariantRecord {
    let (subject, audience) = (Subject::of(page), Audience::of(segment));
    let mut composer = Composer::new(subject, audience, Random::for_variant(seed, page, segment));
    let key = segment_key(segment);
    VariantRecord {
        id: valid(&format!("{}--{key}", page_id(page))),
        page: page_id(page),
        locale: Locale::default(),
        name: format!("Page {page:03} for {key}"),
        status: Status::Published,
        starts_at: None,
        ends_at: None,
        content: ContentOverride {
            title: Some(format!("{subject}, made for {audience}")),
            description: Some(composer.description()),
            blocks: composer.blocks(),
        },
        segment: Some(key),
    }
}

fn page_id(index: u32) -> ExternalId {
    valid(&format!("lp-page-{index:03}"))
}

fn segment_key(index: u32) -> SegmentKey {
    match Audience::of(index) {
        Audience::Everyone => valid(SegmentKey::DEFAULT),
        Audience::Enterprise => valid("enterprise"),
        Audience::Smb => valid("smb"),
        Audience::Named { .. } => valid(&format!("seg-{index:02}")),
    }
}

/// A name or address that this module composed from letters, digits and numbers.
fn valid<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse()
        .expect("composed names follow the rules of names")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use domain::{Block, Problems};

    use super::*;

    const SMALL: GeneratorOptions = GeneratorOptions {
        pages: 12,
        segments: 50,
        seed: 7,
    };

    fn text(options: &GeneratorOptions) -> String {
        let lines = generate(options).map(|record| serde_json::to_string(&record).unwrap() + "\n");
        lines.collect()
    }

    fn variants(options: &GeneratorOptions) -> Vec<VariantRecord> {
        let variants = generate(options).filter_map(|record| match record {
            Record::Variant(variant) => Some(variant),
            _ => None,
        });
        variants.collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
        assert!(text(&SMALL) == text(&SMALL));
        assert!(text(&SMALL) != text(&GeneratorOptions { seed: 8, ..SMALL }));
    }

    #[test]
    fn the_bytes_are_the_same_on_every_machine() {
        let first = variants(&SMALL).swap_remove(1);
        let Block::Hero(hero) = &first.content.blocks[0] else {
            panic!("{first:?}")
        };
        assert_eq!(
            hero.headline,
            "Shift planning: 10 hours a week back for large companies"
        );
    }

    #[test]
    fn a_set_has_the_promised_pages_segments_and_variants() {
        let (mut segments, mut pages, mut variants) = (Vec::new(), Vec::new(), Vec::new());
        for record in generate(&GeneratorOptions {
            pages: 200,
            segments: 50,
            seed: 1,
        }) {
            match record {
                Record::Site(site) => panic!("{site:?}"),
                Record::Segment(segment) => segments.push(segment.key.to_string()),
                Record::Page(page) => pages.push((page.id.to_string(), page.path.to_string())),
                Record::Variant(variant) => variants.push(variant.id.to_string()),
            }
        }
        let expected = ["enterprise".to_owned(), "smb".to_owned()]
            .into_iter()
            .chain((3..50).map(|index| format!("seg-{index:02}")));
        assert_eq!(segments, expected.collect::<Vec<_>>());
        assert_eq!(pages.len(), 200);
        assert_eq!(
            pages[0],
            ("lp-page-000".to_owned(), "/lp/page-000".to_owned())
        );
        assert_eq!(
            pages[199],
            ("lp-page-199".to_owned(), "/lp/page-199".to_owned())
        );
        assert_eq!(variants.len(), 10_000);
        assert_eq!(variants[0], "lp-page-000--default");
        assert_eq!(variants[9_999], "lp-page-199--seg-49");
    }

    #[test]
    fn limits_are_kept() {
        let check = |pages: u32, segments: u32, expected: usize| {
            let options = GeneratorOptions {
                pages,
                segments,
                seed: 1,
            };
            let kept = generate(&options).filter(|record| !matches!(record, Record::Variant(_)));
            // Pages and segments, without `default`.
            assert_eq!(kept.take(12_000).count(), expected, "{options:?}");
        };
        check(0, 0, 2);
        check(1, 3, 3);
        check(0, 5_000, 999);
    }

    #[test]
    fn every_record_is_valid_and_fits_its_page() {
        let mut pages = std::collections::HashMap::new();
        for record in generate(&SMALL) {
            let mut problems = Problems::new();
            record.validate(&mut problems);
            match &record {
                Record::Page(page) => {
                    pages.insert(page.id.clone(), page.contents[&Locale::default()].clone());
                }
                Record::Variant(variant) => {
                    variant
                        .content
                        .validate_against(&pages[&variant.page], &mut problems);
                }
                _ => {}
            }
            assert_eq!(problems.into_vec(), [], "{record:?}");
        }
    }

    #[test]
    fn every_title_and_every_headline_of_a_page_is_its_own() {
        let options = GeneratorOptions {
            pages: 200,
            segments: 50,
            seed: 1,
        };
        let (mut titles, mut headlines) = (HashSet::new(), HashSet::new());
        for variant in variants(&options) {
            let title = variant.content.title.clone();
            assert!(titles.insert(title.clone()), "{title:?} stands twice");
            let Block::Hero(hero) = &variant.content.blocks[0] else {
                panic!("{variant:?}")
            };
            let headline = (variant.page.clone(), hero.headline.clone());
            assert!(
                headlines.insert(headline.clone()),
                "{headline:?} stands twice"
            );
        }
    }

    #[test]
    fn subjects_and_audiences_stay_distinct_up_to_the_limits() {
        let subjects: HashSet<String> =
            (0..MAX_PAGES).map(|i| Subject::of(i).to_string()).collect();
        assert_eq!(subjects.len(), 10_000);
        let audiences: HashSet<String> = (0..SEGMENTS.1)
            .map(|i| Audience::of(i).to_string())
            .collect();
        assert_eq!(audiences.len(), 1_000);
        let longest = |texts: &HashSet<String>| texts.iter().map(String::len).max().unwrap_or(0);
        let title = longest(&subjects) + ", made for ".len() + longest(&audiences);
        assert!(title <= 120, "a title of {title} characters");
    }

    #[test]
    fn a_variant_holds_about_four_kilobytes() {
        let variants = variants(&SMALL);
        let sizes = variants
            .iter()
            .map(|v| serde_json::to_string(&v.content).unwrap().len());
        let average = sizes.sum::<usize>() / variants.len();
        assert!(
            (3_000..=5_000).contains(&average),
            "{average} bytes on average"
        );
    }

    #[test]
    fn a_variant_has_the_blocks_that_load_work_expects() {
        for variant in variants(&SMALL) {
            let shape = variant.content.blocks.iter().map(|block| match block {
                Block::Features(block) => (block.id.as_str(), block.items.len()),
                Block::Testimonials(block) => (block.id.as_str(), block.items.len()),
                other => (other.id().as_str(), 1),
            });
            let expected = [
                ("hero", 1),
                ("features", 6),
                ("testimonials", 3),
                ("faq", 1),
                ("cta", 1),
            ];
            assert_eq!(shape.collect::<Vec<_>>(), expected);
        }
    }
}
