//! Where a visitor comes from.

const SEARCH: [&str; 9] = [
    "google",
    "bing",
    "duckduckgo",
    "yahoo",
    "ecosia",
    "baidu",
    "yandex",
    "qwant",
    "startpage",
];
const SOCIAL: [&str; 14] = [
    "linkedin.com",
    "lnkd.in",
    "facebook.com",
    "instagram.com",
    "t.co",
    "twitter.com",
    "x.com",
    "reddit.com",
    "youtube.com",
    "pinterest.com",
    "tiktok.com",
    "xing.com",
    "mastodon.social",
    "threads.net",
];
const EMAIL: [&str; 4] = [
    "mail.google.com",
    "outlook.live.com",
    "outlook.office.com",
    "mail.yahoo.com",
];

/// What kind of place a referrer is, to a site at `own_host`.
pub(super) fn medium<'a>(referrer: &str, own_host: &str) -> &'a str {
    let from = host(referrer);
    let own = own_host.split(':').next().unwrap_or_default();
    let own = own.strip_prefix("www.").unwrap_or(own);
    let below = |site: &&str| {
        from.strip_suffix(*site)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    if from.is_empty() {
        "direct"
    } else if from.eq_ignore_ascii_case(own) {
        "internal"
    } else if EMAIL.iter().any(below) {
        "email"
    } else if SOCIAL.iter().any(below) {
        "social"
    } else if from.split('.').any(|label| SEARCH.contains(&label)) {
        "search"
    } else {
        "referral"
    }
}

/// The host of an address, without port and leading `www.`.
pub(super) fn host(url: &str) -> &str {
    let after = url.split_once("://").map_or("", |(_, rest)| rest);
    let authority = after.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    host.strip_prefix("www.").unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn referrers_are_sorted_by_medium() {
        let check = |referrer: &str, expected: &str| {
            assert_eq!(
                medium(referrer, "www.example.com:3000"),
                expected,
                "{referrer}"
            );
        };
        check("", "direct");
        check("https://example.com/pricing", "internal");
        check("https://www.linkedin.com/feed/", "social");
        check("https://notlinkedin.com/", "referral");
        check("https://mail.google.com/mail", "email");
        check("https://duckduckgo.com/?q=x", "search");
        check("garbage", "direct");
    }
}
