//! Valid records of every kind, with texts that are hard to write.

use domain::block::{
    Action, Block, Cta, Faq, Feature, Features, Hero, Icon, Image, Logos, Plan, Pricing, Question,
    RichText, Testimonial, Testimonials,
};
use domain::decision::Thresholds;
use domain::record::{PageRecord, Record, SegmentRecord, VariantRecord};
use domain::variant::Status;
use domain::{BlockId, ContentOverride, Locale, PageContent, SafeUrl, SiteSettings};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use time::{OffsetDateTime, UtcOffset};

/// Any valid record.
pub(super) fn record() -> impl Strategy<Value = Record> {
    prop_oneof![
        site().prop_map(Record::Site),
        segment().prop_map(Record::Segment),
        page().prop_map(Record::Page),
        variant().prop_map(Record::Variant),
    ]
}

fn site() -> impl Strategy<Value = SiteSettings> {
    let locales = Just(["en", "de", "pt-BR", "es-419"].map(locale).to_vec()).prop_shuffle();
    let links = vec(action(), 1..3);
    let thresholds = (-1.0..=1.0_f32, -1.0..=1.0_f32, 0.0..=1.0_f32);
    (
        line(),
        locales,
        btree_map(any_locale(), links, 0..3),
        btree_map(any_locale(), line(), 0..3),
        thresholds,
    )
        .prop_map(
            |(name, locales, navigation, footer, thresholds)| SiteSettings {
                name,
                default_locale: locales[0],
                locales,
                time_zone: "Europe/Berlin".to_owned(),
                navigation,
                footer,
                thresholds: Thresholds {
                    similarity_floor: thresholds.0,
                    term_floor: thresholds.1,
                    term_weight: thresholds.2,
                },
            },
        )
}

fn segment() -> impl Strategy<Value = SegmentRecord> {
    (
        "[a-c0-9][a-z0-9-]{0,9}",
        line(),
        line(),
        any::<i32>(),
        condition(),
    )
        .prop_map(
            |(key, name, description, priority, condition)| SegmentRecord {
                key: key.parse().unwrap(),
                name,
                description,
                priority,
                condition,
            },
        )
}

fn condition() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!({})),
        line().prop_map(|text| json!({ "utm.source": text })),
        vec(line(), 1..3).prop_map(|texts| json!({ "geo.country": {"$in": texts} })),
        (-1_000..1_000_i32)
            .prop_map(|n| json!({ "query.n": {"$gt": n, "$lt": f64::from(n) / 100.0} })),
        any::<bool>().prop_map(|yes| json!({ "visit.returning": yes, "bot": {"$exists": yes} })),
    ];
    leaf.prop_recursive(3, 8, 2, |inner| {
        let lists = vec(inner.clone(), 1..3);
        prop_oneof![
            lists.prop_map(|all| json!({ "$or": all })),
            inner.prop_map(|one| json!({ "$not": one })),
        ]
    })
}

fn page() -> impl Strategy<Value = PageRecord> {
    let content =
        (line(), line(), blocks(1..4)).prop_map(|(title, description, blocks)| PageContent {
            title,
            description,
            blocks,
        });
    (
        external_id(),
        line(),
        prop_oneof![Just(100.0), 0.0..=100.0],
        any::<bool>(),
        btree_map(any_locale(), content, 1..3),
    )
        .prop_map(|(id, intent, rollout, terms, contents)| PageRecord {
            path: format!("/{}", id.to_ascii_lowercase()).parse().unwrap(),
            id: id.parse().unwrap(),
            intent,
            rollout,
            terms,
            contents,
        })
}

fn variant() -> impl Strategy<Value = VariantRecord> {
    let content =
        (option::of(line()), line(), blocks(0..3)).prop_map(|(title, description, blocks)| {
            ContentOverride {
                title,
                description: Some(description),
                blocks,
            }
        });
    let status = select(&[
        Status::Draft,
        Status::Scheduled,
        Status::Published,
        Status::Archived,
    ]);
    let ids = (
        external_id(),
        external_id(),
        option::of("[a-z][a-z0-9-]{0,9}"),
    );
    (
        ids,
        any_locale(),
        line(),
        status,
        instant(),
        option::of(1..9_999_i64),
        content,
    )
        .prop_map(
            |((id, page, segment), locale, name, status, start, length, content)| VariantRecord {
                id: id.parse().unwrap(),
                page: page.parse().unwrap(),
                segment: segment.map(|key| key.parse().unwrap()),
                locale,
                name,
                status,
                starts_at: (status == Status::Scheduled).then_some(start),
                ends_at: length.map(|seconds| start + time::Duration::seconds(seconds)),
                content,
            },
        )
}

fn instant() -> impl Strategy<Value = OffsetDateTime> {
    (
        0..4_000_000_000_i64,
        0..1_000_000_000_u32,
        -14 * 60..14 * 60_i32,
    )
        .prop_map(|(second, nano, offset)| {
            OffsetDateTime::from_unix_timestamp(second)
                .unwrap()
                .replace_nanosecond(nano)
                .unwrap()
                .to_offset(UtcOffset::from_whole_seconds(offset * 60).unwrap())
        })
}

fn blocks(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Block>> {
    // Ids are numbered, because they must not repeat within a page.
    count.prop_flat_map(|count| (0..count).map(block).collect::<Vec<_>>())
}

fn block(number: usize) -> impl Strategy<Value = Block> {
    let id = move || block_id(number);
    let features = (
        line(),
        option::of(line()),
        vec((option::of(icon()), line(), line()), 1..3),
    );
    let quotes = (option::of(line()), vec((line(), line(), line()), 1..3));
    prop_oneof![
        hero(number),
        (option::of(line()), vec(line(), 2..12)).prop_map(move |(heading, names)| {
            Block::Logos(Logos {
                id: id(),
                heading,
                names,
            })
        }),
        features.prop_map(move |(heading, intro, items)| Block::Features(Features {
            id: id(),
            heading,
            intro,
            items: items
                .into_iter()
                .map(|(icon, title, text)| Feature { icon, title, text })
                .collect(),
        })),
        quotes.prop_map(move |(heading, items)| Block::Testimonials(Testimonials {
            id: id(),
            heading,
            items: items
                .into_iter()
                .map(|(quote, name, role)| Testimonial { quote, name, role })
                .collect(),
        })),
        pricing(number),
        (line(), vec((line(), paragraph()), 1..12)).prop_map(move |(heading, items)| Block::Faq(
            Faq {
                id: id(),
                heading,
                items: items
                    .into_iter()
                    .map(|(question, answer)| Question { question, answer })
                    .collect(),
            }
        )),
        (line(), option::of(line()), action(), option::of(action())).prop_map(
            move |(heading, text, primary, secondary)| {
                Block::Cta(Cta {
                    id: id(),
                    heading,
                    text,
                    primary,
                    secondary,
                })
            }
        ),
        (option::of(line()), paragraph()).prop_map(move |(heading, markdown)| {
            Block::RichText(RichText {
                id: id(),
                heading,
                markdown,
            })
        }),
    ]
}

fn hero(number: usize) -> impl Strategy<Value = Block> {
    let id = move || block_id(number);
    let hero = (
        line(),
        option::of(line()),
        option::of(action()),
        vec(line(), 0..5),
        option::of(line()),
    );
    hero.prop_map(move |(headline, eyebrow, primary, points, alt)| {
        Block::Hero(Hero {
            id: id(),
            eyebrow: eyebrow.clone(),
            headline,
            subheadline: eyebrow,
            secondary: primary.clone(),
            primary,
            points,
            image: alt.map(|alt| Image {
                url: url("/a.png"),
                alt,
            }),
        })
    })
}

fn pricing(number: usize) -> impl Strategy<Value = Block> {
    let id = move || block_id(number);
    let plan = (line(), option::of(line()), vec(line(), 1..13), action());
    (line(), option::of(line()), vec(plan, 1..3)).prop_map(move |(heading, note, plans)| {
        let plan = |(name, period, features, action): (String, Option<String>, _, _)| Plan {
            price: name.clone(),
            name,
            summary: period.clone(),
            badge: period.clone(),
            period,
            features,
            action,
        };
        let plans = plans.into_iter().map(plan).collect();
        Block::Pricing(Pricing {
            id: id(),
            heading,
            intro: note.clone(),
            plans,
            note,
        })
    })
}

fn block_id(number: usize) -> BlockId {
    format!("block-{number}").parse().unwrap()
}

fn action() -> impl Strategy<Value = Action> {
    let urls = [
        "/demo?a=1,2;b=\"3\"",
        "#plans",
        "https://example.com/a",
        "mailto:a@example.com",
        "tel:+4930",
    ];
    (line(), select(urls.to_vec())).prop_map(|(label, address)| Action {
        label,
        url: url(address),
    })
}

fn icon() -> impl Strategy<Value = Icon> {
    select(&[Icon::Bolt, Icon::Globe, Icon::Users])
}

/// A text on one line, full of what a table must quote or guard.
fn line() -> impl Strategy<Value = String> {
    "[a-z0-9äß€😀＝ ',;:.\"=+@\\\\-]{0,12}[a-z'\"=+]"
}

fn paragraph() -> impl Strategy<Value = String> {
    "[a-z '\",;=\n-]{0,20}[a-z'\"=+][\n ]{0,2}"
}

fn external_id() -> impl Strategy<Value = String> {
    "[B-Zb-z0-9][A-Za-z0-9._-]{0,9}"
}

fn any_locale() -> impl Strategy<Value = Locale> {
    select(&["en", "de", "de-AT", "pt-BR", "es-419"]).prop_map(locale)
}

fn locale(text: &str) -> Locale {
    text.parse().unwrap()
}

fn url(text: &str) -> SafeUrl {
    text.parse().unwrap()
}
