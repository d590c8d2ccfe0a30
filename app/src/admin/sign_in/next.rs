//! Where somebody goes after signing in.

/// The address they wanted, when it is a screen of the admin; otherwise the first one.
pub(in crate::admin) fn allowed(wanted: Option<&str>) -> String {
    wanted
        .filter(|wanted| is_screen(wanted))
        .unwrap_or("/admin")
        .to_owned()
}

fn is_screen(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let below = path.strip_prefix("/admin");
    let inside = below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let lower = path.to_ascii_lowercase();
    // What browsers would turn into another path, or a server function.
    let odd = ["..", "%2e", "//", "\\", "%5c"];
    let closed = ["/admin/sign-in", "/admin/api", "/admin/welcome"];
    inside
        && address.bytes().all(|b| b.is_ascii_graphic())
        && !odd.iter().any(|odd| lower.contains(odd))
        && !closed.iter().any(|closed| lower.starts_with(closed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_screens_of_the_admin_are_gone_to() {
        let check = |wanted: &str, expected: &str| {
            assert_eq!(allowed(Some(wanted)), expected, "{wanted:?}");
        };
        check("/admin", "/admin");
        check(
            "/admin/variants?page=2&q=a%20b",
            "/admin/variants?page=2&q=a%20b",
        );
        for elsewhere in [
            "",
            "/",
            "/pricing",
            "/administrator",
            "//evil.example/admin",
            "https://evil.example/admin",
            "/admin//evil.example",
            "/admin/../pricing",
            "/admin/%2E%2e/pricing",
            "/admin/\\evil.example",
            "/admin/x\r\nset-cookie: a=b",
            "/admin/sign-in?next=/admin",
            "/admin/api/sign-out",
            "javascript:alert(1)",
        ] {
            check(elsewhere, "/admin");
        }
        assert_eq!(allowed(None), "/admin");
    }
}
