//! What changed in a text, word by word.

/// Most pairs of words that are compared; longer texts count as changed between their equal ends.
const MAX_PAIRS: usize = 250_000;

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The words, with the spaces between them.
    pub text: String,
    /// Whether the other text lacks them.
    pub changed: bool,
}

/// Both texts in pieces that stand in both or in one of them. The pieces of a text together are
/// the text.
pub fn redline(before: &str, after: &str) -> (Vec<Piece>, Vec<Piece>) {
    let (old, new) = (words(before), words(after));
    let start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let end = old[start..]
        .iter()
        .rev()
        .zip(new[start..].iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (old_middle, new_middle) = (start..old.len() - end, start..new.len() - end);
    let kept = common(&old[old_middle.clone()], &new[new_middle.clone()]);
    let (mut old_kept, mut new_kept) = (vec![false; old.len()], vec![false; new.len()]);
    for (kept, middle) in [(&mut old_kept, &old_middle), (&mut new_kept, &new_middle)] {
        kept[..middle.start].fill(true);
        kept[middle.end..].fill(true);
    }
    for (a, b) in kept {
        old_kept[start + a] = true;
        new_kept[start + b] = true;
    }
    (pieces(&old, &old_kept), pieces(&new, &new_kept))
}

/// Words, each with the white space behind it.
fn words(text: &str) -> Vec<&str> {
    text.split_inclusive(char::is_whitespace).collect()
}

/// Positions of a longest common subsequence.
fn common(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    let width = new.len() + 1;
    if old.len().saturating_mul(new.len()) > MAX_PAIRS {
        return Vec::new();
    }
    // Each cell: how many words the rest of both has in common.
    let mut lengths = vec![0_u32; (old.len() + 1) * width];
    for a in (0..old.len()).rev() {
        for b in (0..new.len()).rev() {
            lengths[a * width + b] = if old[a] == new[b] {
                lengths[(a + 1) * width + b + 1] + 1
            } else {
                lengths[(a + 1) * width + b].max(lengths[a * width + b + 1])
            };
        }
    }
    let (mut a, mut b, mut found) = (0, 0, Vec::new());
    while a < old.len() && b < new.len() {
        if old[a] == new[b] {
            found.push((a, b));
            (a, b) = (a + 1, b + 1);
        } else if lengths[(a + 1) * width + b] >= lengths[a * width + b + 1] {
            a += 1;
        } else {
            b += 1;
        }
    }
    found
}

fn pieces(words: &[&str], kept: &[bool]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for (word, kept) in words.iter().zip(kept) {
        match pieces.last_mut() {
            Some(last) if last.changed != *kept => last.text.push_str(word),
            _ => pieces.push(Piece {
                text: (*word).to_owned(),
                changed: !kept,
            }),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn marked(pieces: &[Piece]) -> String {
        pieces
            .iter()
            .map(|piece| match piece.changed {
                true => format!("[{}]", piece.text),
                false => piece.text.clone(),
            })
            .collect()
    }

    #[test]
    fn only_the_words_that_differ_are_marked() {
        let check = |before: &str, after: &str, old: &str, new: &str| {
            let (one, other) = redline(before, after);
            assert_eq!((marked(&one).as_str(), marked(&other).as_str()), (old, new));
        };
        check("a b c", "a x c", "a [b ]c", "a [x ]c");
        check("same", "same", "same", "same");
        check("", "new", "", "[new]");
        check("a b c d", "b d e", "[a ]b [c d]", "b [d e]");
        check(
            "Plans for small fleets",
            "Plans for all small fleets",
            "Plans for small fleets",
            "Plans for [all ]small fleets",
        );
    }

    #[test]
    fn texts_too_long_to_compare_are_changed_between_their_ends() {
        let text = |word: &str| format!("start {}end", format!("{word} ").repeat(1_000));
        let (old, new) = redline(&text("a"), &text("b"));
        assert_eq!(old.len(), 3);
        assert_eq!(new[1].text, "b ".repeat(1_000));
    }

    proptest! {
        #[test]
        fn pieces_make_up_their_text(before in "[ab \n]{0,20}", after in "[ab \n]{0,20}") {
            let (old, new) = redline(&before, &after);
            let join = |pieces: &[Piece]| pieces.iter().map(|p| p.text.as_str()).collect::<String>();
            let kept = |pieces: &[Piece]| pieces.iter().filter(|p| !p.changed).map(|p| p.text.as_str()).collect::<String>();
            prop_assert_eq!(join(&old), before);
            prop_assert_eq!(join(&new), after);
            prop_assert_eq!(kept(&old), kept(&new));
        }
    }
}
