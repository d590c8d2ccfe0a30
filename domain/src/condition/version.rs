use std::cmp::Ordering;
use std::iter::repeat_n;

/// A version in its padded form, against which others are compared as plain text.
///
/// A leading `v` and build information after `+` are dropped, the rest is split at dots and
/// hyphens, parts made of digits are padded with spaces to five places so that 9 sorts before 10,
/// and a version of exactly three parts gets a `~` so that 1.0.0 sorts after 1.0.0-beta. Numbers
/// longer than five digits therefore sort as text, which the published cases require.
#[derive(Debug, Clone)]
pub(super) struct Version(Box<[u16]>);

impl Version {
    pub(super) fn new(text: &str) -> Self {
        Self(padded(text).collect())
    }

    /// How `actual` stands to this version.
    pub(super) fn order(&self, actual: &str) -> Ordering {
        padded(actual).cmp(self.0.iter().copied())
    }
}

/// The UTF-16 code units of the padded form, produced one by one so that nothing is allocated.
fn padded(text: &str) -> impl Iterator<Item = u16> + '_ {
    let text = if text.is_empty() { "0" } else { text };
    let text = text.strip_prefix('v').unwrap_or(text);
    let text = text
        .split_once('+')
        .map_or(text, |(version, _build)| version);
    let parts = text.split(['-', '.']);
    let release = (parts.clone().count() == 3).then_some("~");
    parts
        .chain(release)
        .enumerate()
        .flat_map(|(position, part)| {
            let separator = (position > 0).then_some(u16::from(b'-'));
            separator
                .into_iter()
                .chain(repeat_n(u16::from(b' '), padding(part)))
                .chain(part.encode_utf16())
        })
}

fn padding(part: &str) -> usize {
    let number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if number {
        5_usize.saturating_sub(part.len())
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: &str) {
        let units: Vec<u16> = padded(text).collect();
        assert_eq!(String::from_utf16(&units).unwrap(), expected, "{text}");
    }

    #[test]
    fn versions_are_padded_part_by_part() {
        check("1.2.3", "    1-    2-    3-~");
        check("v1.2.3-rc.1+build.5", "    1-    2-    3-rc-    1");
        check("", "    0");
        check("v", "");
        check("1..2", "    1--    2-~");
        check("123456.0", "123456-    0");
        check("1.2.3-٣", "    1-    2-    3-٣");
    }

    proptest! {
        #[test]
        fn versions_are_totally_ordered(a in "[v0-9a-c.+-]{0,12}", b in "[v0-9a-c.+-]{0,12}", c in "[v0-9a-c.+-]{0,12}") {
            let order = |x: &str, y: &str| Version::new(y).order(x);
            prop_assert_eq!(order(&a, &a), Ordering::Equal);
            prop_assert_eq!(order(&a, &b), order(&b, &a).reverse());
            if order(&a, &b).is_le() && order(&b, &c).is_le() {
                prop_assert!(order(&a, &c).is_le());
            }
        }

        #[test]
        fn numeric_parts_compare_as_numbers(a in 0..100_000_u32, b in 0..100_000_u32) {
            let (left, right) = (format!("2.{a}.0"), format!("2.{b}.0"));
            prop_assert_eq!(Version::new(&right).order(&left), a.cmp(&b));
        }
    }
}
