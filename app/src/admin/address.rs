//! Addresses of screens with a query.

use form_urlencoded::Serializer;

/// An address whose query is still to be appended to. It has its question mark, and perhaps a first
/// field behind it.
pub(super) fn begun(address: impl Into<String>) -> Serializer<'static, String> {
    let address = address.into();
    let query = address.find('?').map_or(address.len(), |at| at + 1);
    Serializer::for_suffix(address, query)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_stand_between_the_right_signs() {
        let check = |address: &str, expected: &str| {
            let whole = begun(address).append_pair("a", "b&c").finish();
            assert_eq!(whole, expected);
        };
        check("/admin?", "/admin?a=b%26c");
        check("/admin?x=y", "/admin?x=y&a=b%26c");
    }
}
