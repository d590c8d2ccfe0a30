//! What a request costs beside its cache look-ups: recognising the visitor, deciding, rendering.
//!
//! Decisions are measured against the database that `DATABASE_URL` names, when it is set:
//! `make bench` names one with 10,000 variants.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use app::landing::{LandingPage, render, shared_start};
use criterion::{Criterion, criterion_group, criterion_main};
use domain::record::{PageRecord, Record};
use domain::segment::{Segment, detect};
use domain::visitor::{Signals, Visitor};
use domain::{Condition, Locale, SegmentId, SiteSettings};
use engine::body::{Body, Document};
use engine::catalog::Catalog;
use engine::clock::{Clock, SystemClock};
use engine::decide::{Decider, Subject};
use engine::metrics::Metrics;
use engine::store::Store;
use engine::terms::Terms;
use landfall::config::Config;
use landfall::runtime::provider;

fn demo() -> Vec<Record> {
    landfall::demo::jsonl()
        .lines()
        .map(|line| serde_json::from_str(line).expect("the demo content is valid"))
        .collect()
}

fn site(records: &[Record]) -> SiteSettings {
    records
        .iter()
        .find_map(|record| match record {
            Record::Site(site) => Some(site.clone()),
            _ => None,
        })
        .expect("the demo has a site")
}

fn home(records: &[Record]) -> &PageRecord {
    records
        .iter()
        .find_map(|record| match record {
            Record::Page(page) if page.path.as_str() == "/" => Some(page),
            _ => None,
        })
        .expect("the demo has a home page")
}

fn rendering(c: &mut Criterion) {
    let records = demo();
    let site = site(&records);
    let page = home(&records);
    let locales: Vec<Locale> = page.contents.keys().copied().collect();
    let input = LandingPage {
        site: &site,
        content: &page.contents[&site.default_locale],
        locale: site.default_locale,
        path: &page.path,
        base_url: "https://example.com",
        locales: &locales,
    };
    c.bench_function("render_cold_body", |b| b.iter(|| render(black_box(&input))));
    let html = render(&input);
    let document = Document {
        shared: shared_start(&html),
        html,
    };
    c.bench_function("compress_cold_body", |b| {
        b.iter(|| Body::compress(black_box(&document)));
    });
}

fn recognising(c: &mut Criterion) {
    let records = demo();
    let segments: Vec<Segment> = records
        .iter()
        .filter_map(|record| match record {
            Record::Segment(segment) => Some(segment),
            _ => None,
        })
        .zip(1..)
        .map(|(segment, id)| Segment {
            id: SegmentId(id),
            key: segment.key.clone(),
            name: segment.name.clone(),
            description: segment.description.clone(),
            condition: Condition::parse(&segment.condition)
                .expect("the demo's conditions are valid"),
        })
        .collect();
    let signals = Signals {
        path: "/pricing",
        query: "utm_source=newsletter&utm_campaign=spring",
        cookie: "theme=dark; session=0123456789abcdef",
        user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
        referrer: "https://www.example.org/article",
        country: "FR",
        ..Signals::default()
    };
    let now = SystemClock.now();
    c.bench_function("recognise_visitor_of_no_segment", |b| {
        b.iter(|| {
            let visitor = Visitor::new(black_box(signals), now, &[]);
            detect(&segments, &visitor)
        });
    });
}

fn deciding(c: &mut Criterion) {
    let Ok(url) = std::env::var("DATABASE_URL") else {
        eprintln!("DATABASE_URL is not set: decisions are not measured");
        return;
    };
    let runtime = tokio::runtime::Runtime::new().expect("threads are to be had");
    let store = runtime
        .block_on(Store::connect(&url, 4))
        .expect("the database answers");
    let catalog = runtime
        .block_on(Catalog::load(&store))
        .expect("the catalog loads");
    let (variants, _) = runtime
        .block_on(store.variant_counts(SystemClock.now()))
        .expect("the database answers");
    eprintln!("deciding among {variants} variants");
    let provider = provider(&Config::default(), 1).expect("the local model is installed");
    let decider = {
        let _inside = runtime.enter();
        let metrics = Arc::new(Metrics::new().expect("names differ"));
        let terms = Terms::new(
            provider.into(),
            store.clone(),
            None,
            Arc::clone(&metrics),
            1,
            Duration::from_millis(Config::default().miss_budget_ms),
        );
        Decider::new(store, Arc::new(terms), metrics, runtime.handle().clone())
    };
    let mut subjects = catalog
        .pages()
        .flat_map(|page| {
            catalog
                .segments
                .iter()
                .map(move |segment| (page, segment.id))
        })
        .collect::<Vec<_>>()
        .into_iter()
        .cycle();
    c.bench_function("decide_by_pgvector", |b| {
        b.iter(|| {
            let (page, segment) = subjects.next().expect("a cycle has no end");
            let subject = Subject {
                page,
                segment,
                locale: catalog.site.default_locale,
                term: None,
                at: None,
                supposed: &[],
            };
            runtime
                .block_on(decider.deliberate(&catalog, subject))
                .expect("the database answers")
        });
    });
}

criterion_group!(serving, rendering, recognising, deciding);
criterion_main!(serving);
