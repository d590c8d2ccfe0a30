//! What `landfall demo` loads: a company's hand-written content, or a generated set for load work.

pub mod generator;

use domain::SegmentKey;
use domain::record::{Record, SegmentRecord};

const SEGMENTS: &str = include_str!("../../demo/segments.jsonl");

/// The files of the demo content in an order that imports: what a record refers to comes first.
const FILES: [&str; 9] = [
    include_str!("../../demo/site.jsonl"),
    SEGMENTS,
    include_str!("../../demo/home.jsonl"),
    include_str!("../../demo/pricing.jsonl"),
    include_str!("../../demo/analytics.jsonl"),
    include_str!("../../demo/route-planning.jsonl"),
    include_str!("../../demo/electric-fleets.jsonl"),
    include_str!("../../demo/security.jsonl"),
    include_str!("../../demo/demo.jsonl"),
];

/// The demo company's content as an import file, one record a line.
pub fn jsonl() -> String {
    FILES.concat()
}

/// A segment of the demo content; `None` when it has none of that key.
fn segment(key: &SegmentKey) -> Option<SegmentRecord> {
    SEGMENTS
        .lines()
        .find_map(|line| match serde_json::from_str(line) {
            Ok(Record::Segment(segment)) if segment.key == *key => Some(segment),
            _ => None,
        })
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashMap, HashSet};

    use domain::block::{Action, Block};
    use domain::record::{PageRecord, VariantRecord};
    use domain::variant::Status;
    use domain::{Locale, Problems, SiteSettings};

    use super::*;

    struct Content {
        site: SiteSettings,
        segments: Vec<SegmentRecord>,
        pages: Vec<PageRecord>,
        variants: Vec<VariantRecord>,
    }

    fn content() -> Content {
        let (mut segments, mut pages, mut variants) = (Vec::new(), Vec::new(), Vec::new());
        let mut site = None;
        for line in jsonl().lines() {
            match serde_json::from_str(line).unwrap() {
                Record::Site(only) => site = Some(only),
                Record::Segment(segment) => segments.push(segment),
                Record::Page(page) => pages.push(page),
                Record::Variant(variant) => variants.push(variant),
            }
        }
        Content {
            site: site.unwrap(),
            segments,
            pages,
            variants,
        }
    }

    fn problems(inspect: impl FnOnce(&mut Problems)) -> Vec<String> {
        let mut problems = Problems::new();
        inspect(&mut problems);
        problems
            .into_vec()
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn every_line_is_a_valid_record_in_its_canonical_spelling() {
        for line in jsonl().lines() {
            let record: Record = serde_json::from_str(line).unwrap();
            assert_eq!(problems(|p| record.validate(p)), [""; 0], "{line}");
            assert_eq!(serde_json::to_string(&record).unwrap(), line);
        }
    }

    #[test]
    fn every_variant_fits_its_page_and_names_a_segment_that_exists() {
        let Content {
            site,
            segments,
            pages,
            variants,
        } = content();
        let pages: HashMap<_, _> = pages.iter().map(|page| (&page.id, page)).collect();
        let segments: HashSet<_> = segments.iter().map(|segment| &segment.key).collect();
        let mut ids = HashSet::new();
        for variant in &variants {
            let id = &variant.id;
            assert!(ids.insert(id), "{id} stands twice");
            assert!(site.locales.contains(&variant.locale), "{id}");
            assert!(
                variant
                    .segment
                    .as_ref()
                    .is_none_or(|key| segments.contains(key)),
                "{id}"
            );
            let page = &pages[&variant.page].contents[&variant.locale];
            assert_eq!(
                problems(|p| variant.content.validate_against(page, p)),
                [""; 0],
                "{id}"
            );
        }
    }

    #[test]
    fn every_published_variant_exists_in_both_languages() {
        let Content { variants, .. } = content();
        let of = |locale: &str| -> BTreeSet<String> {
            let published = variants.iter().filter(|v| v.status == Status::Published);
            published
                .filter_map(|v| {
                    v.id.as_str()
                        .strip_suffix(&format!("--{locale}"))
                        .map(str::to_owned)
                })
                .collect()
        };
        assert_eq!(of("en"), of("de"));
    }

    #[test]
    fn the_content_is_as_large_as_promised() {
        let Content {
            site,
            segments,
            pages,
            variants,
        } = content();
        assert_eq!(site.locales.len(), 2);
        assert!(pages.len() >= 6, "{} pages", pages.len());
        let named = segments
            .iter()
            .filter(|segment| !segment.key.is_default())
            .count();
        assert!(named >= 10, "{named} segments");
        assert!(variants.len() >= 80, "{} variants", variants.len());
        for page in &pages {
            for locale in &site.locales {
                let blocks = page.contents[locale].blocks.len();
                assert!(
                    (6..=8).contains(&blocks),
                    "{} in {locale}: {blocks} blocks",
                    page.id
                );
            }
        }
        for status in [Status::Draft, Status::Scheduled, Status::Archived] {
            assert!(
                variants.iter().any(|variant| variant.status == status),
                "{status}"
            );
        }
        assert!(variants.iter().any(|variant| variant.segment.is_none()));
    }

    #[test]
    fn every_link_leads_somewhere() {
        let Content {
            site,
            pages,
            variants,
            ..
        } = content();
        let addresses = |locale: Locale| -> HashSet<String> {
            pages
                .iter()
                .map(|page| page.path.in_locale(locale, site.default_locale))
                .collect()
        };
        let check = |link: &Action, locale: Locale, page: Option<&PageRecord>| {
            let url = link.url.as_str();
            let leads = match (url.strip_prefix('#'), page) {
                (Some(id), Some(page)) => page.contents[&locale]
                    .blocks
                    .iter()
                    .any(|block| block.id().as_str() == id),
                _ => url.starts_with("mailto:") || addresses(locale).contains(url),
            };
            assert!(
                leads,
                "{url} in {locale} on {:?}",
                page.map(|page| &page.id)
            );
        };
        for (locale, links) in &site.navigation {
            for link in links {
                check(link, *locale, None);
            }
        }
        for page in &pages {
            for (locale, content) in &page.contents {
                for link in links(&content.blocks) {
                    check(link, *locale, Some(page));
                }
            }
        }
        for variant in &variants {
            let page = pages.iter().find(|page| page.id == variant.page);
            for link in links(&variant.content.blocks) {
                check(link, variant.locale, page);
            }
        }
    }

    fn links(blocks: &[Block]) -> impl Iterator<Item = &Action> {
        blocks.iter().flat_map(|block| -> Vec<&Action> {
            match block {
                Block::Hero(hero) => hero.primary.iter().chain(&hero.secondary).collect(),
                Block::Pricing(pricing) => pricing.plans.iter().map(|plan| &plan.action).collect(),
                Block::Cta(cta) => std::iter::once(&cta.primary)
                    .chain(&cta.secondary)
                    .collect(),
                _ => Vec::new(),
            }
        })
    }
}
