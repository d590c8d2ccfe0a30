//! Passwords that are guessed first.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Words, names and phrases that people build passwords from, in lower case.
static WORDS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("common.txt").split_whitespace().collect());
/// Rows of keyboards and other orders that fingers follow.
const ROWS: [&str; 12] = [
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiop[]",
    "qwertzuiopü",
    "azertyuiop",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "yxcvbnm",
    "!@#$%^&*()",
    "!\"§$%&/()=",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
];
/// Fewest characters of a row that are taken for one.
const RUN: usize = 4;
/// Characters beside words and rows that make nothing harder to guess.
const GARNISH: usize = 4;

/// Whether a password is among those that are tried first: few different characters, the rows of a
/// keyboard, or a well-known word with digits around it, spelt in `l33t` or not.
pub(super) fn is_common(password: &str) -> bool {
    let lower = password.to_lowercase();
    let distinct: HashSet<char> = lower.chars().collect();
    let core = lower.trim_matches(|c: char| !c.is_alphabetic());
    distinct.len() < 5
        || beside_rows(&lower) <= GARNISH
        || is_word(&letters(&lower))
        || is_word(&letters(&plain(&lower)))
        || is_word(&letters(&plain(core)))
}

/// How many characters belong to no row.
fn beside_rows(text: &str) -> usize {
    let text: Vec<char> = text.chars().collect();
    let mut beside = 0;
    let mut at = 0;
    while at < text.len() {
        let longest = (RUN..=text.len() - at)
            .take_while(|length| is_run(&text[at..at + length]))
            .last();
        if longest.is_none() {
            beside += 1;
        }
        at += longest.unwrap_or(1);
    }
    beside
}

fn is_run(run: &[char]) -> bool {
    let forwards: String = run.iter().collect();
    let backwards: String = run.iter().rev().collect();
    ROWS.iter()
        .any(|row| row.contains(&forwards) || row.contains(&backwards))
}

/// Whether these letters are a known word, once or several times, or two of them.
fn is_word(letters: &str) -> bool {
    if letters.is_empty() || WORDS.contains(letters) {
        return true;
    }
    letters.char_indices().skip(1).any(|(at, _)| {
        let (first, rest) = letters.split_at(at);
        WORDS.contains(first) && (WORDS.contains(rest) || rest.replace(first, "").is_empty())
    })
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphabetic()).collect()
}

/// Digits and signs that stand for letters, as those letters.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '0' => 'o',
            '1' | '!' => 'i',
            '3' => 'e',
            '4' | '@' => 'a',
            '5' | '$' => 's',
            '7' => 't',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(passwords: &[&str], common: bool) {
        for password in passwords {
            assert_eq!(is_common(password), common, "{password:?}");
        }
    }

    #[test]
    fn what_is_guessed_first_is_known() {
        check(
            &[
                "password1234",
                "Password!2024",
                "P@ssw0rd1234",
                "passwordpassword",
                "letmein-letmein-letmein",
                "iloveyou123456",
                "adminadmin12",
                "welcome2024!!",
                "summerwinter99",
                "123456789012",
                "abcdefghijklmnop",
                "qwertyuiop123",
                "1q2w3e4r5t6y",
                "1qaz2wsx3edc",
                "poiuytrewq12",
                "asdfghjkl;'#",
                "aaaaaaaaaaaab",
                "abababababab",
                "112211221122",
                "19870413 1987",
            ],
            true,
        );
    }

    #[test]
    fn unrelated_words_are_fine() {
        check(
            &[
                "otter-lamp-gravel",
                "correct lamp battery gravel",
                "T7#kq9!vLm2x",
                "seventeen quiet owls",
                "пять тихих сов",
            ],
            false,
        );
    }
}
