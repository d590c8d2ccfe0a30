//! What the editor of a page asks the server to do.

use std::collections::BTreeMap;

use leptos::prelude::*;

use crate::admin::AdminError;

/// Makes a page, and goes to its editor. `contents` is what it says as JSON, by language; `add` is
/// a language to go on with.
///
/// # Errors
/// [`AdminError::Invalid`] names the fields that need a correction.
#[server(prefix = "/admin/api", endpoint = "pages/create")]
pub async fn create_page(
    id: String,
    path: String,
    intent: String,
    rollout: String,
    #[server(default)] ignore_terms: Option<String>,
    #[server(default)] contents: BTreeMap<String, String>,
    #[server(default)] add: Option<String>,
) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Publisher).await?;
    let id_is_typed = !id.trim().is_empty();
    let id = if id_is_typed { &id } else { &path };
    let form = PageForm {
        id: reading::id(id),
        id_is_typed,
        path,
        intent,
        rollout,
        terms: ignore_terms.is_none(),
        contents,
    };
    let record = form.read()?;
    let page = session.desk().create_page(&session.actor(), record).await;
    let page = page.map_err(|error| reading::beside_fields(error.into()))?;
    let query = reading::adding(add.as_deref());
    done(&format!("/admin/pages/{page}{query}"), "page-created");
    Ok(())
}

/// Saves a page over the edition it was opened at, without the languages to `remove`. Blocks in which
/// variants say something are removed only if `orphans` says so.
///
/// # Errors
/// [`AdminError::Stale`] when somebody saved it since, which leads to both versions;
/// [`AdminError::Invalid`] names the fields that need a correction.
#[server(prefix = "/admin/api", endpoint = "pages/save")]
pub async fn save_page(
    page: i64,
    edition: i32,
    path: String,
    intent: String,
    rollout: String,
    #[server(default)] ignore_terms: Option<String>,
    #[server(default)] contents: BTreeMap<String, String>,
    #[server(default)] remove: BTreeMap<String, String>,
    #[server(default)] add: Option<String>,
    #[server(default)] orphans: bool,
) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Publisher).await?;
    let (desk, page) = (session.desk(), PageId(page));
    let mut contents = contents;
    contents.retain(|locale, _| !remove.contains_key(locale));
    let present = desk.page(page).await?.record;
    let form = PageForm {
        id: present.id.to_string(),
        id_is_typed: false,
        path,
        intent,
        rollout,
        terms: ignore_terms.is_none(),
        contents,
    };
    let record = form.read()?;
    if !orphans {
        let names = desk.orphaned(&present, &record).await?;
        if !names.is_empty() {
            return Err(AdminError::invalid("orphans", reading::orphans(&names)));
        }
    }
    let saved = desk
        .save_page(&session.actor(), page, edition, record.clone())
        .await;
    stale::settle(&session, &Thing::Page(page), record, saved)
        .await
        .map_err(reading::beside_fields)?;
    let query = reading::adding(add.as_deref());
    done(&format!("/admin/pages/{page}{query}"), "page-saved");
    Ok(())
}

/// Deletes a page that has no variants.
///
/// # Errors
/// [`AdminError::Conflict`] while it has some.
#[server(prefix = "/admin/api", endpoint = "pages/delete")]
pub async fn delete_page(page: i64) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Publisher).await?;
    let desk = session.desk();
    desk.delete_page(&session.actor(), PageId(page)).await?;
    done("/admin/pages", "page-deleted");
    Ok(())
}

#[cfg(feature = "ssr")]
use {
    self::reading::PageForm,
    crate::admin::session::{AdminSession, done},
    crate::admin::stale::{self, Thing},
    domain::{PageId, Role},
};

#[cfg(feature = "ssr")]
mod reading {
    use std::collections::BTreeMap;

    use domain::content::field_label;
    use domain::record::PageRecord;
    use domain::{ExternalId, Locale, PageContent, Problem, Problems};
    use serde_json::Value;

    use crate::admin::AdminError;

    /// Most variants that are named in a warning.
    const NAMED: usize = 5;

    /// The fields of a page's form.
    pub(super) struct PageForm {
        pub(super) id: String,
        /// Otherwise the id is made from the path, and a wrong path says enough.
        pub(super) id_is_typed: bool,
        pub(super) path: String,
        pub(super) intent: String,
        pub(super) rollout: String,
        pub(super) terms: bool,
        pub(super) contents: BTreeMap<String, String>,
    }

    impl PageForm {
        /// The page that the form describes.
        pub(super) fn read(self) -> Result<PageRecord, AdminError> {
            let mut problems = Problems::new();
            let path = self.path.trim().parse();
            let path = path.map_err(|error: domain::path::PathError| {
                problems.add("path", error.to_string());
            });
            let id = self.id.parse();
            let id = id.map_err(|error: domain::id::NameError| {
                if path.is_ok() || self.id_is_typed {
                    problems.add("id", error.to_string());
                }
            });
            let rollout = self.rollout.trim().replace(',', ".").parse::<f64>();
            let rollout = rollout.map_err(|_| {
                problems.add("rollout", "is not a number; give per cent from 0 to 100");
            });
            let mut contents = BTreeMap::new();
            for (locale, text) in self.contents {
                match content(&locale, &text) {
                    Ok((locale, content)) => drop(contents.insert(locale, content)),
                    Err(found) => problems.within(&format!("contents.{locale}"), |problems| {
                        for Problem { field, message } in found {
                            problems.add(&field, message);
                        }
                    }),
                }
            }
            match (id, path, rollout) {
                (Ok(id), Ok(path), Ok(rollout)) if problems.is_empty() => Ok(PageRecord {
                    id,
                    path,
                    intent: self.intent.trim().to_owned(),
                    rollout,
                    terms: self.terms,
                    contents,
                }),
                _ => Err(AdminError::Invalid(renamed(problems.into_vec()))),
            }
        }
    }

    fn content(locale: &str, text: &str) -> Result<(Locale, PageContent), Vec<Problem>> {
        let unreadable = |message: String| {
            let field = String::new();
            vec![Problem { field, message }]
        };
        let locale = locale.parse();
        let locale =
            locale.map_err(|error: domain::locale::LocaleError| unreadable(error.to_string()))?;
        let json: Value = serde_json::from_str(text)
            .map_err(|error| unreadable(format!("cannot be read: {error}")))?;
        Ok((locale, PageContent::from_json(&json)?))
    }

    /// What it means for these variants that their page loses a block.
    pub(super) fn orphans(names: &[String]) -> String {
        let (first, more) = names.split_at(names.len().min(NAMED));
        let named: Vec<String> = first.iter().map(|name| format!("“{name}”")).collect();
        let named = named.join(", ");
        let (say, them) = match (names.len(), more.len()) {
            (1, _) => ("says", named),
            (_, 0) => ("say", named),
            (_, more) => ("say", format!("{named} and {more} more")),
        };
        format!(
            "{them} {say} something in a block that you removed; visitors will not see that any more. \
             If that is meant, tick the box below and save again."
        )
    }

    /// The id of a page of which only the path is given: `/landing/fleet` is `landing-fleet`.
    pub(super) fn id(given: &str) -> String {
        match given.trim().strip_prefix('/') {
            Some("") => "home".to_owned(),
            Some(path) => {
                let name = path.chars().map(|c| if c == '/' { '-' } else { c });
                name.take(ExternalId::MAX_BYTES).collect()
            }
            None => given.trim().to_owned(),
        }
    }

    /// The query with which the editor opens with another language in it.
    pub(super) fn adding(locale: Option<&str>) -> String {
        let locale: Option<Locale> = locale.and_then(|locale| locale.parse().ok());
        locale.map_or_else(String::new, |locale| format!("?add={locale}"))
    }

    /// Problems by the names that the form's fields have.
    pub(super) fn beside_fields(error: AdminError) -> AdminError {
        match error {
            AdminError::Invalid(problems) => AdminError::Invalid(renamed(problems)),
            other => other,
        }
    }

    fn renamed(problems: Vec<Problem>) -> Vec<Problem> {
        problems.into_iter().map(beside_field).collect()
    }

    /// What is wrong with a language is said in one place, `contents.de`, above all of it: the
    /// editor says it beside each field by itself.
    fn beside_field(problem: Problem) -> Problem {
        let Some(rest) = problem.field.strip_prefix("contents.") else {
            return problem;
        };
        let (locale, place) = rest.split_once('.').unwrap_or((rest, ""));
        let message = if place.is_empty() {
            problem.message.clone()
        } else {
            format!("{} {}", field_label(place), problem.message)
        };
        Problem {
            field: format!("contents.{locale}"),
            message,
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_problem_is_said_beside_the_field_it_is_about() {
            let check = |field: &str, expected: &str, message: &str| {
                let found = beside_field(Problem {
                    field: field.to_owned(),
                    message: "is empty".to_owned(),
                });
                assert_eq!(
                    (found.field.as_str(), found.message.as_str()),
                    (expected, message)
                );
            };
            check("path", "path", "is empty");
            check("contents", "contents", "is empty");
            check("contents.de", "contents.de", "is empty");
            check("contents.de.title", "contents.de", "Title is empty");
            check(
                "contents.de.blocks[2].items[0].title",
                "contents.de",
                "Block 3 · Feature 1 · Title is empty",
            );
        }

        #[test]
        fn a_path_makes_a_name() {
            assert_eq!(id("/landing/fleet"), "landing-fleet");
            assert_eq!(id("/"), "home");
            assert_eq!(id(" pricing-2 "), "pricing-2");
        }

        #[test]
        fn a_form_tells_everything_that_is_wrong_at_once() {
            let check = |id_is_typed: bool, expected: &[&str]| {
                let form = PageForm {
                    id: "!".to_owned(),
                    id_is_typed,
                    path: "pricing".to_owned(),
                    intent: String::new(),
                    rollout: "all".to_owned(),
                    terms: true,
                    contents: BTreeMap::from([("en".to_owned(), "[".to_owned())]),
                };
                let error = form.read().unwrap_err();
                let fields: Vec<&str> = error.problems().iter().map(|p| p.field.as_str()).collect();
                assert_eq!(fields, expected);
            };
            check(true, &["path", "id", "rollout", "contents.en"]);
            check(false, &["path", "rollout", "contents.en"]);
        }
    }
}
