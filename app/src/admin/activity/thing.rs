//! What a change was about.

use engine::store::AuditEntry;
use leptos::prelude::*;

/// A thing as the log knows it.
#[derive(Debug, Clone, Copy)]
pub(in crate::admin) struct Thing<'a> {
    /// What happened to what kind of thing: `variant.publish`.
    pub(in crate::admin) action: &'a str,
    /// Its name, as imports spell it.
    pub(in crate::admin) subject: &'a str,
    /// Its row, while there is one.
    pub(in crate::admin) id: Option<i64>,
    /// What people call it today.
    pub(in crate::admin) name: Option<&'a str>,
}

impl Thing<'_> {
    /// What the log says of a change.
    pub(in crate::admin) fn of(entry: &AuditEntry) -> Thing<'_> {
        Thing {
            action: &entry.action,
            subject: &entry.subject,
            id: entry.thing_id,
            name: entry.thing_name.as_deref(),
        }
    }

    /// What people call it.
    pub(super) fn name(self) -> String {
        self.name.unwrap_or(self.subject).to_owned()
    }

    /// Its name; a link to its screen, if it has one.
    pub(in crate::admin) fn shown(self) -> impl IntoView + use<> {
        let name = self.name();
        match self.screen() {
            Some(href) => view! {
                <a class="font-medium underline-offset-4 hover:underline" href=href>
                    {name}
                </a>
            }
            .into_any(),
            None => view! { <span class="font-medium">{name}</span> }.into_any(),
        }
    }

    /// The screen that shows it; `None` for what is gone and what has none.
    pub(super) fn screen(self) -> Option<String> {
        let (kind, _) = self.action.split_once('.')?;
        match (kind, self.id, self.name) {
            ("variant", Some(id), _) => Some(format!("/admin/variants/{id}")),
            ("page", Some(id), _) => Some(format!("/admin/pages/{id}")),
            ("segment", _, Some(_)) => Some(format!("/admin/segments/{}", self.subject)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_still_there_has_a_screen() {
        let check = |action: &str, id: Option<i64>, name: Option<&str>, expected: Option<&str>| {
            let thing = Thing {
                action,
                subject: "smb",
                id,
                name,
            };
            assert_eq!(thing.screen().as_deref(), expected, "{action}");
        };
        check(
            "variant.save",
            Some(3),
            Some("Small"),
            Some("/admin/variants/3"),
        );
        check("variant.delete", None, None, None);
        check("page.save", Some(2), Some("/smb"), Some("/admin/pages/2"));
        check(
            "segment.save",
            None,
            Some("Small"),
            Some("/admin/segments/smb"),
        );
        check("segment.delete", None, None, None);
        check("people.add", None, None, None);
    }
}
