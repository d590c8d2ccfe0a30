//! What the list's address says.

use domain::Locale;
use domain::variant::Status;
use engine::desk::variants::{VariantFilter, VariantSort};

/// The status filter's word for variants with changes that visitors do not see.
pub(super) const CHANGED: &str = "changed";
/// The status filter's word for variants whose text cannot be compared yet.
pub(super) const UNEMBEDDED: &str = "unembedded";
/// The segment filter's word for variants for any segment; no segment has this key.
pub(super) const ANY: &str = "*";

/// A list's address, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ListQuery {
    /// Which variants, and in which order. Words that mean nothing filter nothing.
    pub(super) filter: VariantFilter,
    /// The page, from 1.
    pub(super) at: usize,
}

impl ListQuery {
    /// Reads a raw query.
    pub(super) fn parse(query: &str) -> Self {
        let mut found = Self {
            at: 1,
            ..Self::default()
        };
        let filter = &mut found.filter;
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match (&*name, value.trim()) {
                (_, "") => {}
                ("q", text) => text.clone_into(&mut filter.search),
                ("by", how) => filter.by_meaning = how == "meaning",
                ("page", id) => filter.page = id.parse().ok(),
                ("segment", ANY) => filter.segment = Some(None),
                ("segment", key) => filter.segment = key.parse().ok().map(Some),
                ("locale", locale) => filter.locale = locale.parse().ok(),
                ("status", CHANGED) => filter.changed = true,
                ("status", UNEMBEDDED) => filter.unembedded = true,
                ("status", status) => filter.status = status.parse().ok(),
                ("author", author) => filter.author = Some(author.to_owned()),
                ("sort", sort) => {
                    let known = VariantSort::ALL.into_iter().find(|s| s.as_str() == sort);
                    filter.sort = known.unwrap_or_default();
                }
                ("at", number) => found.at = number.parse().unwrap_or(1).max(1),
                _ => {}
            }
        }
        found
    }

    /// The address of a page of this list.
    pub(super) fn href(&self, at: usize) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in self.fields() {
            if !value.is_empty() {
                query.append_pair(name, &value);
            }
        }
        if at > 1 {
            query.append_pair("at", &at.to_string());
        }
        let query = query.finish();
        if query.is_empty() {
            "/admin/variants".to_owned()
        } else {
            format!("/admin/variants?{query}")
        }
    }

    /// The address of the same list with another status; empty for any.
    pub(super) fn href_with_status(&self, status: &str) -> String {
        let mut other = self.clone();
        other.filter.changed = status == CHANGED;
        other.filter.unembedded = status == UNEMBEDDED;
        other.filter.status = status.parse().ok();
        other.href(1)
    }

    /// Whether one of the fields is set that are folded away at first.
    pub(super) fn has_more(&self) -> bool {
        let filter = &self.filter;
        let narrowed = filter.page.is_some()
            || filter.segment.is_some()
            || filter.locale.is_some()
            || filter.author.is_some();
        narrowed || filter.sort != VariantSort::default()
    }

    /// Whether anything is left out of the list.
    pub(super) fn is_filtered(&self) -> bool {
        let everything = VariantFilter {
            sort: self.filter.sort,
            by_meaning: self.filter.by_meaning,
            ..VariantFilter::default()
        };
        self.filter != everything
    }

    /// The form's fields as they stand.
    pub(super) fn fields(&self) -> [(&'static str, String); 8] {
        let filter = &self.filter;
        let segment = match &filter.segment {
            None => String::new(),
            Some(None) => ANY.to_owned(),
            Some(Some(key)) => key.to_string(),
        };
        let status = if filter.changed {
            CHANGED
        } else if filter.unembedded {
            UNEMBEDDED
        } else {
            filter.status.map_or("", Status::as_str)
        };
        let sort = match filter.sort {
            VariantSort::Updated => "",
            other => other.as_str(),
        };
        let by = if filter.by_meaning { "meaning" } else { "" };
        [
            ("q", filter.search.clone()),
            ("by", by.to_owned()),
            (
                "page",
                filter
                    .page
                    .as_ref()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
            ),
            ("segment", segment),
            (
                "locale",
                filter
                    .locale
                    .as_ref()
                    .map(Locale::to_string)
                    .unwrap_or_default(),
            ),
            ("status", status.to_owned()),
            ("author", filter.author.clone().unwrap_or_default()),
            ("sort", sort.to_owned()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_survives_being_read_and_written() {
        let check = |query: &str, expected: &str| {
            let parsed = ListQuery::parse(query);
            assert_eq!(parsed.href(parsed.at), expected);
            assert_eq!(
                ListQuery::parse(expected.split_once('?').map_or("", |p| p.1)),
                parsed
            );
        };
        check("", "/admin/variants");
        check("sort=updated&at=1&q=", "/admin/variants");
        check(
            "status=changed&segment=*&at=3",
            "/admin/variants?segment=*&status=changed&at=3",
        );
        check(
            "q=a%26b&by=meaning&page=pricing&segment=smb&locale=de&author=a%40b.example&sort=name",
            "/admin/variants?q=a%26b&by=meaning&page=pricing&segment=smb&locale=de&author=a%40b.example&sort=name",
        );
        check(
            "status=lost&locale=%3Cscript%3E&sort=x&at=-4",
            "/admin/variants",
        );
    }

    #[test]
    fn another_status_keeps_the_rest_of_the_list() {
        let list = ListQuery::parse("q=x&status=draft&at=4");
        assert_eq!(list.href_with_status(""), "/admin/variants?q=x");
        assert_eq!(
            list.href_with_status(CHANGED),
            "/admin/variants?q=x&status=changed"
        );
        assert_eq!(
            ListQuery::parse("status=changed").href_with_status(UNEMBEDDED),
            "/admin/variants?status=unembedded"
        );
        assert_eq!(
            list.href_with_status("archived"),
            "/admin/variants?q=x&status=archived"
        );
    }

    #[test]
    fn an_order_alone_leaves_nothing_out() {
        assert!(!ListQuery::parse("sort=name&by=meaning").is_filtered());
        assert!(ListQuery::parse("q=x").is_filtered());
        assert!(ListQuery::parse("segment=*").is_filtered());
    }
}
