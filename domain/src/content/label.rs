//! Names of a content's fields, for people.

use std::fmt::Write as _;

use crate::block::{Block, FieldKind, FieldSpec};

/// What people call the field at a dotted path, as the editor does: `blocks.faq.items.2.answer` is
/// `faq · Question 2 · Answer`. Problems count from 0, in brackets: `blocks[0].heading` is
/// `Block 1 · Heading`.
pub fn field_label(path: &str) -> String {
    let dotted = dotted(path);
    let names: Vec<&str> = dotted.split('.').collect();
    let blocks = names.iter().position(|name| *name == "blocks");
    let Some((before, [_, block, field @ ..])) = blocks.map(|place| names.split_at(place)) else {
        return in_words(&names).join(" · ");
    };
    // A block goes by its id, as it is written, or by its number.
    let block = if path.contains("blocks[") {
        format!("Block {block}")
    } else {
        (*block).to_owned()
    };
    let mut kinds = Block::SPECS.into_iter();
    let field = kinds
        .find_map(|kind| called(kind.fields, field))
        .unwrap_or_else(|| in_words(field));
    let parts = in_words(before).into_iter().chain([block]).chain(field);
    parts.collect::<Vec<_>>().join(" · ")
}

/// A path with what it counts in brackets, from 0, counted from 1 between dots.
fn dotted(path: &str) -> String {
    let mut dotted = String::new();
    for (place, part) in path.split('[').enumerate() {
        let counted = part
            .split_once(']')
            .and_then(|(index, rest)| Some((index.parse::<usize>().ok()?, rest)));
        match counted {
            Some((index, rest)) if place > 0 => {
                let _ = write!(dotted, ".{}{rest}", index + 1);
            }
            _ if place > 0 => dotted.extend(["[", part]),
            _ => dotted.push_str(part),
        }
    }
    dotted
}

/// What `fields` call the field at `path`; `None` when it is none of theirs.
fn called(fields: &[FieldSpec], path: &[&str]) -> Option<Vec<String>> {
    let (name, rest) = path.split_first()?;
    let field = fields.iter().find(|field| field.name == *name)?;
    let numbered = |noun: &str, number: &str| format!("{} {number}", capitalised(noun));
    let (first, inner) = match (field.kind, rest) {
        (_, []) => (field.label.to_owned(), Vec::new()),
        (FieldKind::Group(inner), rest) => (field.label.to_owned(), called(inner, rest)?),
        (FieldKind::Lines { noun, .. } | FieldKind::List { noun, .. }, [number]) => {
            (numbered(noun, number), Vec::new())
        }
        (FieldKind::List { noun, item, .. }, [number, rest @ ..]) => {
            (numbered(noun, number), called(item, rest)?)
        }
        _ => return None,
    };
    Some([first].into_iter().chain(inner).collect())
}

/// Names that no kind of block knows.
fn in_words(names: &[&str]) -> Vec<String> {
    let mut parts = Vec::new();
    let mut names = names.iter().peekable();
    while let Some(name) = names.next() {
        let words = capitalised(&name.replace('_', " "));
        let is_number = |next: &&&str| next.bytes().all(|byte| byte.is_ascii_digit());
        match names.next_if(is_number) {
            None => parts.push(words),
            Some(number) => {
                let one = words.strip_suffix('s').unwrap_or(&words);
                parts.push(format!("{one} {number}"));
            }
        }
    }
    parts
}

fn capitalised(name: &str) -> String {
    let mut characters = name.chars();
    let first = characters.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_called_what_the_editor_calls_it() {
        let check = |path: &str, expected: &str| assert_eq!(field_label(path), expected);
        check("title", "Title");
        check("starts_at", "Starts at");
        check("blocks.hero.headline", "hero · Headline");
        check("blocks.hero.primary.label", "hero · Main button · Label");
        check("blocks.top.image.alt", "top · Picture · What it shows");
        check("blocks.faq.items.2.answer", "faq · Question 2 · Answer");
        check("blocks.what.items.2.title", "what · Feature 2 · Title");
        check("blocks.plans.plans.1.features.3", "plans · Plan 1 · Line 3");
        check("blocks.hero.points.1", "hero · Reassurance 1");
        check("content.blocks[0].headline", "Content · Block 1 · Headline");
        check("blocks[1].items[0].title", "Block 2 · Feature 1 · Title");
        check("blocks[0].image.alt", "Block 1 · Picture · What it shows");
        check("blocks[0].nonsense.2", "Block 1 · Nonsense 2");
        check("blocks[x].id", "Blocks[x] · Id");
        check("blocks.order", "order");
        check("blocks", "Blocks");
        check("", "");
    }
}
