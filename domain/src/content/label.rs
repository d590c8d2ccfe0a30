//! Names of a content's fields, for people.

/// What people call the field at a dotted path: `blocks.faq.items.2.answer` is
/// `faq · Item 2 · Answer`. Problems count from 0, in brackets: `blocks[0].title` is `Block 1 · Title`.
pub fn field_label(path: &str) -> String {
    if let Some((list, rest)) = path.split_once('[')
        && let Some((index, rest)) = rest.split_once(']')
        && let Ok(index) = index.parse::<usize>()
    {
        // Counted, a block does not go by its id.
        let list = if list == "blocks" { "Blocks" } else { list };
        return field_label(&format!("{list}.{}{rest}", index + 1));
    }
    let mut parts: Vec<String> = Vec::new();
    let mut names = path
        .strip_prefix("blocks.")
        .unwrap_or(path)
        .split('.')
        .peekable();
    // A block goes by its id, as it is written.
    if path.starts_with("blocks.") {
        parts.extend(names.next().map(str::to_owned));
    }
    while let Some(name) = names.next() {
        let counted = names
            .peek()
            .filter(|next| next.bytes().all(|byte| byte.is_ascii_digit()));
        let words = capitalised(&name.replace('_', " "));
        match counted {
            None => parts.push(words),
            Some(number) => {
                let one = words.strip_suffix('s').unwrap_or(&words);
                parts.push(format!("{one} {number}"));
                names.next();
            }
        }
    }
    parts.join(" · ")
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
    fn a_field_is_called_what_people_call_it() {
        let check = |path: &str, expected: &str| assert_eq!(field_label(path), expected);
        check("title", "Title");
        check("blocks.hero.headline", "hero · Headline");
        check("blocks.hero.primary.label", "hero · Primary · Label");
        check("blocks.faq.items.2.answer", "faq · Item 2 · Answer");
        check(
            "blocks.plans.plans.1.features.3",
            "plans · Plan 1 · Feature 3",
        );
        check("content.blocks[0].headline", "Content · Block 1 · Headline");
        check("blocks[1].items[0].title", "Block 2 · Item 1 · Title");
        check("blocks.order", "order");
        check("", "");
    }
}
