//! Parameters of an address.

use std::borrow::Cow;

/// Most parameters read from a query; the rest are ignored.
const MAX_PARAMETERS: usize = 64;

/// Names and values of a query, decoded, in its order.
pub(super) fn parameters(query: &str) -> Vec<(Cow<'_, str>, Cow<'_, str>)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .take(MAX_PARAMETERS)
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(key), decode(value))
        })
        .collect()
}

/// A query without the parameters of a name; one that has none is left as it is.
pub fn without(query: &str, name: &str) -> String {
    let others = query
        .split('&')
        .filter(|pair| decode(pair.split('=').next().unwrap_or_default()) != name);
    others.collect::<Vec<_>>().join("&")
}

/// Decodes `+` and `%xx`; what is not valid UTF-8 afterwards becomes U+FFFD.
fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains(['+', '%']) {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = |i: usize| bytes.get(i).and_then(|b| char::from(*b).to_digit(16));
        match (bytes[at], hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                at += 3;
            }
            (b'+', ..) => {
                decoded.push(b' ');
                at += 1;
            }
            (byte, ..) => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    Cow::Owned(String::from_utf8_lossy(&decoded).into_owned())
}

#[cfg(test)]
mod tests {
    use super::without;

    #[test]
    fn a_parameter_goes_however_it_is_spelt_and_the_others_stay_as_they_are() {
        let check = |query: &str, expected: &str| {
            assert_eq!(without(query, "utm_source"), expected);
        };
        check("utm_source=x&utm_term=a+b", "utm_term=a+b");
        check("a=%20&&utm%5Fsource=x&b&utm_source", "a=%20&&b");
        check("utm_sources=x&&=utm_source", "utm_sources=x&&=utm_source");
        check("", "");
    }
}
