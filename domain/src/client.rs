//! What a `User-Agent` says about device, browser, operating system and crawlers.

/// What was read from a `User-Agent`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// `desktop`, `tablet` or `mobile`.
    pub device: &'static str,
    /// Lower-case name, such as `firefox`; `other` when unknown.
    pub browser: &'static str,
    /// Dotted version; empty when unknown.
    pub browser_version: String,
    /// Lower-case name, such as `ios`; `other` when unknown.
    pub os: &'static str,
    /// Dotted version; empty when unknown.
    pub os_version: String,
}

/// Browser names with the token that precedes their version. The order matters: browsers claim to
/// be their ancestors, so the most specific token comes first.
const BROWSERS: [(&str, &str); 12] = [
    ("edge", "Edg/"),
    ("edge", "EdgA/"),
    ("edge", "EdgiOS/"),
    ("opera", "OPR/"),
    ("samsung", "SamsungBrowser/"),
    ("vivaldi", "Vivaldi/"),
    ("firefox", "Firefox/"),
    ("firefox", "FxiOS/"),
    ("chrome", "CriOS/"),
    ("chrome", "Chrome/"),
    ("safari", "Version/"),
    ("curl", "curl/"),
];

/// Operating systems with the token that precedes their version, most specific first.
const SYSTEMS: [(&str, &str); 8] = [
    ("ios", "iPhone OS "),
    ("ios", "CPU OS "),
    ("android", "Android "),
    ("android", "Android"),
    ("windows", "Windows NT "),
    ("chromeos", "CrOS "),
    ("macos", "Mac OS X "),
    ("linux", "Linux"),
];

/// Parts of a `User-Agent` by which crawlers and previewers name themselves, in lower case.
const CRAWLERS: [&str; 16] = [
    "bot",
    "crawl",
    "spider",
    "slurp",
    "facebookexternalhit",
    "whatsapp/",
    "mediapartners-google",
    "adsbot",
    "bingpreview",
    "embedly",
    "quora link preview",
    "ia_archiver",
    "archive.org",
    "google-read-aloud",
    "chatgpt-user",
    "perplexity",
];

/// Reads a `User-Agent`. Never fails: what is not known is `other`.
pub fn read(user_agent: &str) -> Client {
    let (browser, browser_version) = find(user_agent, &BROWSERS);
    let (os, os_version) = find(user_agent, &SYSTEMS);
    let tablet = user_agent.contains("iPad")
        || user_agent.contains("Tablet")
        || (os == "android" && !user_agent.contains("Mobile"));
    let mobile = user_agent.contains("Mobi") || user_agent.contains("iPhone");
    Client {
        device: match (tablet, mobile) {
            (true, _) => "tablet",
            (_, true) => "mobile",
            _ => "desktop",
        },
        browser,
        browser_version,
        os,
        os_version,
    }
}

/// Whether a `User-Agent` belongs to a crawler or a link previewer.
pub fn is_crawler(user_agent: &str) -> bool {
    let named = |name: &str| {
        user_agent
            .as_bytes()
            .windows(name.len())
            .any(|part| part.eq_ignore_ascii_case(name.as_bytes()))
    };
    // Cubot is a make of telephones.
    CRAWLERS.iter().any(|name| named(name)) && !named("cubot")
}

fn find(user_agent: &str, known: &[(&'static str, &str)]) -> (&'static str, String) {
    known
        .iter()
        .find_map(|(name, token)| {
            let at = user_agent.find(token)?;
            Some((*name, version(&user_agent[at + token.len()..])))
        })
        .unwrap_or(("other", String::new()))
}

fn version(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_ascii_digit() || matches!(c, '.' | '_'))
        .map(|c| if c == '_' { '.' } else { c })
        .take(20)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_clients_are_recognised() {
        let check = |user_agent: &str, expected: [&str; 5]| {
            let c = read(user_agent);
            let found = [c.device, c.browser, &c.browser_version, c.os, &c.os_version];
            assert_eq!(found, expected, "{user_agent}");
        };
        check(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.2903.51",
            ["desktop", "edge", "131.0.2903.51", "windows", "10.0"],
        );
        check(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1",
            ["mobile", "safari", "17.4", "ios", "17.4.1"],
        );
        check(
            "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/120.0 Mobile/15E148 Safari/604.1",
            ["tablet", "chrome", "120.0", "ios", "16.6"],
        );
        check(
            "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
            ["mobile", "chrome", "131.0.0.0", "android", "14"],
        );
        check(
            "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
            ["desktop", "firefox", "133.0", "linux", ""],
        );
        check("curl/8.9.1", ["desktop", "curl", "8.9.1", "other", ""]);
        check("", ["desktop", "other", "", "other", ""]);
    }

    #[test]
    fn crawlers_are_told_from_people() {
        let check = |user_agent: &str, expected: bool| {
            assert_eq!(is_crawler(user_agent), expected, "{user_agent}");
        };
        check(
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            true,
        );
        check("facebookexternalhit/1.1", true);
        check(
            "Mozilla/5.0 (Linux; Android 9; CUBOT X19) Chrome/120.0 Mobile",
            false,
        );
        check(
            "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Firefox/133.0",
            false,
        );
        check("", false);
    }
}
