//! A JSON value becomes a valid record, or everything that keeps it from being one.

use domain::block::{Block, Cta, Faq, Features, Hero, Logos, Pricing, RichText, Testimonials};
use domain::record::{Record, RecordKind};
use domain::{Problem, Problems};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::explain::{explain, join, problem, shortened};

/// Most characters of a name that a bad row gives; good ones are shorter.
const MAX_NAME: usize = 200;

const KINDS: &str = "site, segment, page or variant";

/// What a row says it is.
pub(super) fn kind(json: &Value) -> Option<RecordKind> {
    RecordKind::of(json.get("kind")?.as_str()?)
}

/// The name that a row gives its record.
pub(super) fn name(json: &Value) -> String {
    let name = json.get("id").or_else(|| json.get("key"));
    shortened(name.and_then(Value::as_str).unwrap_or_default(), MAX_NAME)
}

/// Reads and validates a record.
///
/// `kind` and the blocks' `type` are looked at before serde does, because serde forgets where inside
/// a tagged value an error lies.
pub(super) fn record(json: Value) -> Result<Record, Vec<Problem>> {
    let Value::Object(mut fields) = json else {
        return Err(vec![problem(
            "",
            "is not an object; write each record as {…} on a line of its own",
        )]);
    };
    let kind = match fields.remove("kind") {
        Some(Value::String(kind)) => kind,
        Some(_) => return Err(vec![problem("kind", format!("is not a text; use {KINDS}"))]),
        None => return Err(vec![problem("kind", format!("is missing; use {KINDS}"))]),
    };
    let body = Value::Object(fields);
    let record = match kind.as_str() {
        "site" => typed(&body).map(Record::Site).map_err(|only| vec![only]),
        "segment" => typed(&body).map(Record::Segment).map_err(|only| vec![only]),
        "page" => with_blocks(&body, blocks_of_page).map(Record::Page),
        "variant" => with_blocks(&body, blocks_of_variant).map(Record::Variant),
        other => {
            let message = format!("is {:?}; use {KINDS}", shortened(other, 60));
            return Err(vec![problem("kind", message)]);
        }
    }?;
    let mut problems = Problems::new();
    refuse_repeated_languages(&record, &body, &mut problems);
    record.validate(&mut problems);
    problems.into_result().map(|()| record)
}

fn typed<T: DeserializeOwned>(json: &Value) -> Result<T, Problem> {
    serde_path_to_error::deserialize(json)
        .map_err(|error| explain(error.path(), &error.inner().to_string()))
}

/// Like [`typed`], but looks into each block by itself when the whole cannot be read.
fn with_blocks<T: DeserializeOwned>(
    body: &Value,
    blocks: fn(&mut Value) -> Vec<(String, &mut Value)>,
) -> Result<T, Vec<Problem>> {
    let first = match typed(body) {
        Ok(record) => return Ok(record),
        Err(first) => first,
    };
    // The lists of blocks are taken out, so that what is wrong outside of them is seen as well.
    let mut rest = body.clone();
    let mut inside = Vec::new();
    for (place, list) in blocks(&mut rest) {
        let Some(list) = list.as_array_mut() else {
            continue;
        };
        for (index, json) in std::mem::take(list).iter().enumerate() {
            if let Err(Problem { field, message }) = block(json) {
                let field = join(&format!("{place}.blocks[{index}]"), &field);
                inside.push(problem(&field, message));
            }
        }
    }
    let mut problems: Vec<Problem> = typed::<T>(&rest).err().into_iter().chain(inside).collect();
    if problems.is_empty() {
        problems.push(first);
    }
    Err(problems)
}

fn blocks_of_page(body: &mut Value) -> Vec<(String, &mut Value)> {
    let contents = body
        .get_mut("contents")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten();
    contents
        .filter_map(|(locale, content)| {
            Some((format!("contents.{locale}"), content.get_mut("blocks")?))
        })
        .collect()
}

fn blocks_of_variant(body: &mut Value) -> Vec<(String, &mut Value)> {
    let blocks = body
        .get_mut("content")
        .and_then(|content| content.get_mut("blocks"));
    blocks
        .map(|blocks| ("content".to_owned(), blocks))
        .into_iter()
        .collect()
}

/// Reads one block as the type it names.
fn block(json: &Value) -> Result<(), Problem> {
    let Value::Object(fields) = json else {
        return typed::<Block>(json).map(drop);
    };
    let mut fields = fields.clone();
    let name = fields.remove("type");
    let body = Value::Object(fields);
    match name.as_ref().and_then(Value::as_str) {
        Some("hero") => typed::<Hero>(&body).map(drop),
        Some("logos") => typed::<Logos>(&body).map(drop),
        Some("features") => typed::<Features>(&body).map(drop),
        Some("testimonials") => typed::<Testimonials>(&body).map(drop),
        Some("pricing") => typed::<Pricing>(&body).map(drop),
        Some("faq") => typed::<Faq>(&body).map(drop),
        Some("cta") => typed::<Cta>(&body).map(drop),
        Some("rich_text") => typed::<RichText>(&body).map(drop),
        // An error at the tag itself, which serde words well but places at the block.
        _ => typed::<Block>(json).map(drop).map_err(|inner| Problem {
            field: "type".to_owned(),
            message: inner.message,
        }),
    }
}

/// `de-AT` and `de_at` are two keys in JSON and one language here: the second would replace the first.
fn refuse_repeated_languages(record: &Record, body: &Value, problems: &mut Problems) {
    let mut check = |field: &str, languages: usize| {
        let keys = body
            .get(field)
            .and_then(Value::as_object)
            .map_or(0, serde_json::Map::len);
        if keys > languages {
            problems.add(
                field,
                "names a language twice, in two spellings; keep one of them",
            );
        }
    };
    match record {
        Record::Site(site) => {
            check("navigation", site.navigation.len());
            check("footer", site.footer.len());
        }
        Record::Page(page) => check("contents", page.contents.len()),
        Record::Segment(_) | Record::Variant(_) => {}
    }
}
