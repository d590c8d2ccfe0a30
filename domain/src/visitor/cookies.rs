//! Cookies of a request.

/// Most cookies read from a request; the rest are ignored.
const MAX_COOKIES: usize = 200;

/// Names and values of a `Cookie` header, in its order.
pub(super) fn read(header: &str) -> Vec<(&str, &str)> {
    header
        .split(';')
        .filter_map(|pair| pair.split_once('='))
        .take(MAX_COOKIES)
        .map(|(name, value)| (name.trim(), value.trim().trim_matches('"')))
        .collect()
}

/// A `Cookie` header without the cookies of a name; one that has none is left as it is.
pub fn without(header: &str, name: &str) -> String {
    let others = header
        .split(';')
        .filter(|pair| pair.split('=').next().is_none_or(|own| own.trim() != name));
    others.collect::<Vec<_>>().join(";")
}

#[cfg(test)]
mod tests {
    use super::without;

    #[test]
    fn a_cookie_goes_and_the_others_stay_as_they_are() {
        let check = |header: &str, expected: &str| {
            assert_eq!(without(header, "plan"), expected);
        };
        check("a=1; plan=pro; b=\"2\"", "a=1; b=\"2\"");
        check("plan=pro", "");
        check("plans=pro; a=plan;", "plans=pro; a=plan;");
        check("", "");
    }
}
