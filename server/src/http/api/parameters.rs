//! The query of an API request, read strictly: whoever misspells a parameter should hear of it.

use super::problem::Problem;

/// A request's parameters, each known and given once.
#[derive(Debug)]
pub(super) struct Parameters(Vec<(&'static str, String)>);

impl Parameters {
    /// Reads a query without its `?`. `known` are the names it may contain.
    ///
    /// # Errors
    /// [`Problem`] names the parameter that is unknown, repeated, or not valid percent-encoded
    /// UTF-8 without control characters.
    pub(super) fn read(query: &str, known: &[&'static str]) -> Result<Self, Problem> {
        let mut read: Vec<(&'static str, String)> = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let shown: String = name.chars().take(40).collect();
            let malformed = || {
                Problem::with(
                    &shown,
                    "The parameter is not percent-encoded UTF-8 without control characters.",
                )
            };
            let name = decode(name).ok_or_else(malformed)?;
            let Some(name) = known.iter().copied().find(|own| *own == name) else {
                return Err(
                    Problem::with(&shown, "There is no such parameter.").allowing(known.to_vec())
                );
            };
            if read.iter().any(|(own, _)| *own == name) {
                return Err(Problem::with(
                    name,
                    "The parameter is given more than once; give it once.",
                ));
            }
            read.push((name, decode(value).ok_or_else(malformed)?));
        }
        Ok(Self(read))
    }

    /// A parameter's value; `None` when it is missing or empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find_map(|(own, value)| (*own == name).then_some(value.as_str()))
            .filter(|value| !value.is_empty())
    }

    /// A parameter's value; empty when it is missing.
    pub(super) fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// A parameter that must be there; `meaning` says what it is.
    ///
    /// # Errors
    /// [`Problem`] when it is missing or empty.
    pub(super) fn required(&self, name: &str, meaning: &str) -> Result<&str, Problem> {
        self.get(name).ok_or_else(|| {
            Problem::with(name, format!("The parameter is missing; give {meaning}."))
        })
    }
}

/// Decodes `+` and `%xx`. `None` for a percent sign without two digits, for what is not UTF-8
/// afterwards, and for control characters.
fn decode(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                let mut digit = || char::from(bytes.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            b'+' => b' ',
            byte => byte,
        });
    }
    let text = String::from_utf8(decoded).ok()?;
    (!text.chars().any(char::is_control)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_decoded_or_refused() {
        let check = |raw: &str, expected: Option<&str>| {
            assert_eq!(decode(raw).as_deref(), expected, "{raw}");
        };
        check("/pricing", Some("/pricing"));
        check("cold+chain%20%2B", Some("cold chain +"));
        check("gr%C3%B6%c3%9fe", Some("größe"));
        check("100%", None);
        check("%4", None);
        check("%zz", None);
        check("%FF", None);
        check("a%00b", None);
        check("a%0d%0ax", None);
    }

    #[test]
    fn a_query_is_read_strictly() {
        let check = |query: &str, expected: Option<&str>| {
            let read = Parameters::read(query, &["page", "term"]);
            let page = read.as_ref().map(|read| read.text("page")).ok();
            assert_eq!(page, expected, "{query}");
        };
        check("", Some(""));
        check("page=", Some(""));
        check("page", Some(""));
        check("page=%2Fpricing&term=a", Some("/pricing"));
        check("&&p%61ge=/&&", Some("/"));
        check("page=/&page=/", None);
        check("page=/&Page=/", None);
        check("page=/&colour=red", None);
        check("%ff=/", None);
    }
}
