//! Content as a tree of JSON, and the changes that an editor makes to it.
//!
//! A *place* names a value in the tree: the id of a block, a colon, and the JSON pointer inside the
//! block (`faq:/items/1/question`). With no id the pointer starts at the content (`:/title`). A
//! block's places stay the same while blocks are moved about.

use domain::block::{BlockSpec, FieldKind, FieldSpec};
use domain::{Block, PageContent};
use serde_json::{Map, Value};

/// Where the content's list of blocks stands.
pub(super) const BLOCKS: &str = ":/blocks";

/// The blocks of a content.
pub(super) fn blocks(content: &Value) -> &[Value] {
    let list = content.get("blocks").and_then(Value::as_array);
    list.map_or(&[], Vec::as_slice)
}

/// The id of a block.
pub(super) fn id_of(block: &Value) -> &str {
    block.get("id").and_then(Value::as_str).unwrap_or("")
}

/// The fields of a block.
pub(super) fn spec_of(block: &Value) -> Option<&'static BlockSpec> {
    Block::spec_of(block.get("type")?.as_str()?)
}

/// Where the block of this id stands among its content's.
pub(super) fn index_of(content: &Value, id: &str) -> Option<usize> {
    blocks(content).iter().position(|block| id_of(block) == id)
}

/// The JSON pointer of a place, from the content on.
fn pointer(content: &Value, place: &str) -> Option<String> {
    match place.split_once(':')? {
        ("", pointer) => Some(pointer.to_owned()),
        (id, inside) => Some(format!("/blocks/{}{inside}", index_of(content, id)?)),
    }
}

/// The value at a place.
pub(super) fn get<'v>(content: &'v Value, place: &str) -> Option<&'v Value> {
    content.pointer(&pointer(content, place)?)
}

/// The text at a place; nothing is an empty text.
pub(super) fn text<'v>(content: &'v Value, place: &str) -> &'v str {
    get(content, place).and_then(Value::as_str).unwrap_or("")
}

/// How many entries the list at a place has.
pub(super) fn count(content: &Value, place: &str) -> usize {
    get(content, place)
        .and_then(Value::as_array)
        .map_or(0, Vec::len)
}

/// What the field at a place may hold. A place inside a list's entry names the entry's field; the
/// entry itself has the field of its list.
pub(super) fn field_at(content: &Value, place: &str) -> Option<FieldSpec> {
    let (id, pointer) = place.split_once(':')?;
    let mut fields = if id.is_empty() {
        &PageContent::FIELDS[..]
    } else {
        spec_of(&blocks(content)[index_of(content, id)?])?.fields
    };
    let mut found = None;
    for name in pointer.split('/').skip(1) {
        if name.starts_with(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let field = fields.iter().find(|field| field.name == name)?;
        if let FieldKind::Group(inside) | FieldKind::List { item: inside, .. } = field.kind {
            fields = inside;
        }
        found = Some(*field);
    }
    found
}

/// The list in which the entry at a place stands, and its number there.
pub(super) fn entry(content: &Value, place: &str) -> Option<(String, usize)> {
    match place.split_once(':')? {
        (id, "") => Some((BLOCKS.to_owned(), index_of(content, id)?)),
        _ => {
            let (list, index) = place.rsplit_once('/')?;
            Some((list.to_owned(), index.parse().ok()?))
        }
    }
}

/// What the entry at a place is called: `Hero`, `Feature 2`.
pub(super) fn name_of(content: &Value, place: &str) -> String {
    let Some((list, index)) = entry(content, place) else {
        return String::new();
    };
    if list == BLOCKS {
        let block = &blocks(content)[index];
        return spec_of(block).map_or_else(String::new, |spec| spec.label.to_owned());
    }
    let noun = field_at(content, place).map_or("", |field| noun_of(&field));
    format!("{} {}", capitalised(noun), index + 1)
}

/// What one entry of a list is called.
pub(super) fn noun_of(field: &FieldSpec) -> &'static str {
    match field.kind {
        FieldKind::Lines { noun, .. } | FieldKind::List { noun, .. } => noun,
        _ => field.label,
    }
}

pub(super) fn capitalised(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(rest).collect()
}

/// The path by which a problem names a place: `blocks[2].items[1].question`.
pub(super) fn path(content: &Value, place: &str) -> Option<String> {
    let pointer = pointer(content, place)?;
    let mut path = String::new();
    for part in pointer.split('/').skip(1) {
        if part.starts_with(|c: char| c.is_ascii_digit()) {
            path.extend(["[", part, "]"]);
        } else {
            path.extend([if path.is_empty() { "" } else { "." }, part]);
        }
    }
    Some(path)
}

/// Puts a value at a place: into a list before what stands there, into an object in its stead.
/// A list that is not there yet is made.
pub(super) fn put(content: &mut Value, place: &str, value: Value) -> Option<()> {
    let pointer = pointer(content, place)?;
    let (parent, last) = pointer.rsplit_once('/')?;
    if let Ok(index) = last.parse::<usize>() {
        if content.pointer(parent).is_none() {
            let (above, name) = parent.rsplit_once('/')?;
            let above = content.pointer_mut(above)?.as_object_mut()?;
            above.insert(name.to_owned(), Value::Array(Vec::new()));
        }
        let list = content.pointer_mut(parent)?.as_array_mut()?;
        list.insert(index.min(list.len()), value);
    } else {
        let object = content.pointer_mut(parent)?.as_object_mut()?;
        object.insert(last.to_owned(), value);
    }
    Some(())
}

/// Replaces the text at a place, which may be an entry of a list.
pub(super) fn write(content: &mut Value, place: &str, text: String) -> Option<()> {
    let pointer = pointer(content, place)?;
    match content.pointer_mut(&pointer) {
        Some(value) => *value = Value::String(text),
        None => put(content, place, Value::String(text))?,
    }
    Some(())
}

/// Takes away what stands at a place.
pub(super) fn take(content: &mut Value, place: &str) -> Option<Value> {
    let pointer = pointer(content, place)?;
    let (parent, last) = pointer.rsplit_once('/')?;
    match content.pointer_mut(parent)? {
        Value::Array(list) => {
            let index: usize = last.parse().ok()?;
            (index < list.len()).then(|| list.remove(index))
        }
        Value::Object(object) => object.remove(last),
        _ => None,
    }
}

/// Moves an entry of the list at a place to where another stands.
pub(super) fn shift(content: &mut Value, list: &str, from: usize, to: usize) -> Option<()> {
    let pointer = pointer(content, list)?;
    let list = content.pointer_mut(&pointer)?.as_array_mut()?;
    if from >= list.len() || to >= list.len() {
        return None;
    }
    let entry = list.remove(from);
    list.insert(to, entry);
    Some(())
}

/// A name for a new block that no block of the content has: `faq`, `faq-2`, …
pub(super) fn free_id(content: &Value, spec: &BlockSpec) -> String {
    let name = spec.type_name.replace('_', "-");
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    std::iter::once(name.clone())
        .chain(numbered)
        .find(|id| index_of(content, id).is_none())
        .unwrap_or(name)
}

/// A few words by which a block is known again: its first required text, else any.
pub(super) fn summary(block: &Value) -> Option<&str> {
    let spec = spec_of(block)?;
    let texts = |required: bool| {
        let fields = spec.fields.iter().filter(move |f| f.required == required);
        fields.filter_map(|field| block.get(field.name)?.as_str())
    };
    texts(true)
        .chain(texts(false))
        .find(|text| !text.is_empty())
}

/// Reads content that somebody wrote as JSON, as far as the editor can show it: an object whose
/// blocks are of known types and have names of their own.
pub(super) fn parse(text: &str) -> Result<Value, String> {
    let content: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if !content.is_object() {
        return Err("write an object with title, description and blocks".to_owned());
    }
    let list = blocks(&content);
    for (index, block) in list.iter().enumerate() {
        let id = id_of(block);
        if id.is_empty() || id.contains([':', '/']) {
            return Err(format!("blocks[{index}] needs an id"));
        }
        if spec_of(block).is_none() {
            return Err(format!("blocks[{index}] has no known type"));
        }
        if index_of(&content, id) != Some(index) {
            return Err(format!(
                "the id {id:?} stands twice; give each block its own"
            ));
        }
    }
    Ok(content)
}

/// Content as JSON for people: two blanks for each level.
pub(super) fn written(content: &Value) -> String {
    serde_json::to_string_pretty(content).unwrap_or_default()
}

/// Content that says nothing.
pub(super) fn empty() -> Value {
    Value::Object(Map::new())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn content() -> Value {
        json!({
            "title": "T",
            "blocks": [
                {"type": "hero", "id": "hero", "headline": "H"},
                {"type": "faq", "id": "faq", "heading": "Q", "items": [
                    {"question": "a", "answer": "1"}, {"question": "b", "answer": "2"}
                ]}
            ]
        })
    }

    #[test]
    fn a_place_follows_its_block() {
        let mut content = content();
        let place = "faq:/items/1/question";
        let check = |content: &Value, expected: &str| {
            assert_eq!(text(content, place), "b");
            assert_eq!(path(content, place).unwrap(), expected);
        };
        check(&content, "blocks[1].items[1].question");
        shift(&mut content, BLOCKS, 1, 0).unwrap();
        check(&content, "blocks[0].items[1].question");
        assert_eq!(path(&content, ":/title").unwrap(), "title");
        assert_eq!(path(&content, "gone:/title"), None);
    }

    #[test]
    fn what_was_taken_can_be_put_back_where_it_was() {
        for place in [":/title", ":/blocks/0", "hero:/headline", "faq:/items/0"] {
            let mut changed = content();
            let taken = take(&mut changed, place).unwrap();
            assert_ne!(changed, content(), "{place}");
            put(&mut changed, place, taken).unwrap();
            assert_eq!(changed, content(), "{place}");
        }
    }

    #[test]
    fn a_place_has_a_name_and_a_field() {
        let check = |place: &str, name: &str, field: &str| {
            assert_eq!(name_of(&content(), place), name, "{place}");
            let found = field_at(&content(), place).map_or("", |field| field.name);
            assert_eq!(found, field, "{place}");
        };
        check("faq:", "Questions", "");
        check("faq:/items/1", "Question 2", "items");
        check("faq:/items/1/answer", "", "answer");
        check("hero:/primary/url", "", "url");
        check("hero:/nothing", "", "");
        check(":/title", "", "title");
    }

    #[test]
    fn a_list_is_made_by_its_first_entry() {
        let mut content = content();
        put(&mut content, "hero:/points/0", json!("fast")).unwrap();
        put(&mut content, "hero:/points/9", json!("cheap")).unwrap();
        assert_eq!(
            get(&content, "hero:/points"),
            Some(&json!(["fast", "cheap"]))
        );
        write(&mut content, "hero:/points/1", "fair".to_owned()).unwrap();
        assert_eq!(
            get(&content, "hero:/points"),
            Some(&json!(["fast", "fair"]))
        );
        let mut nothing = empty();
        put(
            &mut nothing,
            ":/blocks/0",
            json!({"type": "faq", "id": "faq"}),
        )
        .unwrap();
        assert_eq!(count(&nothing, BLOCKS), 1);
    }

    #[test]
    fn what_is_out_of_reach_changes_nothing() {
        let mut changed = content();
        assert_eq!(shift(&mut changed, BLOCKS, 0, 2), None);
        assert_eq!(shift(&mut changed, "hero:/points", 0, 1), None);
        assert_eq!(take(&mut changed, "faq:/items/2"), None);
        assert_eq!(put(&mut changed, "gone:/items/0", json!("x")), None);
        assert_eq!(changed, content());
    }

    #[test]
    fn a_new_block_gets_a_name_of_its_own() {
        let spec = Block::spec_of("faq").unwrap();
        assert_eq!(free_id(&content(), spec), "faq-2");
        let spec = Block::spec_of("rich_text").unwrap();
        assert_eq!(free_id(&content(), spec), "rich-text");
    }

    #[test]
    fn a_block_is_known_by_what_it_says_first() {
        let check = |block: Value, expected| assert_eq!(summary(&block), expected);
        check(
            json!({"type": "hero", "id": "h", "eyebrow": "E", "headline": "H"}),
            Some("H"),
        );
        check(
            json!({"type": "logos", "id": "l", "heading": "L", "names": []}),
            Some("L"),
        );
        check(json!({"type": "logos", "id": "l", "names": []}), None);
    }

    #[test]
    fn json_that_the_editor_cannot_show_is_refused() {
        let check = |text: &str, expected: &str| {
            let error = parse(text).unwrap_err();
            assert!(error.contains(expected), "{error}");
        };
        assert_eq!(parse(&written(&content())).unwrap(), content());
        check("{", "EOF");
        check("[]", "an object");
        check(r#"{"blocks": [{"type": "hero"}]}"#, "blocks[0] needs an id");
        check(r#"{"blocks": [{"type": "x", "id": "x"}]}"#, "no known type");
        check(
            r#"{"blocks": [{"type": "faq", "id": "x"}, {"type": "faq", "id": "x"}]}"#,
            "twice",
        );
    }
}
