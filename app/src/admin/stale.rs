//! Two people work on the same page or segment, and one saves after the other: what the second one
//! wrote is kept, and shown beside what is saved.

use domain::{PageId, Role, SegmentKey};
use engine::desk::DeskError;
use leptos::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::editor::{Conflict, Difference};
use super::session::{AdminSession, done};
use super::{AdminError, Form};
use crate::ui::Button;

/// Words wait for the person, not for one of their windows.
const TAB: &str = "";

/// A thing of which somebody's words may wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Thing {
    Page(PageId),
    Segment(SegmentKey),
}

/// What somebody could not save.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Unsaved<T> {
    /// Who had saved the thing before.
    pub(super) author: String,
    pub(super) mine: T,
}

impl Thing {
    /// Under which the words are kept.
    fn key(&self) -> String {
        match self {
            Self::Page(id) => format!("page:{id}"),
            Self::Segment(key) => format!("segment:{key}"),
        }
    }

    fn of_key(key: &str) -> Option<Self> {
        match key.split_once(':')? {
            ("page", id) => id.parse().ok().map(|id| Self::Page(PageId(id))),
            ("segment", key) => key.parse().ok().map(Self::Segment),
            _ => None,
        }
    }

    /// The screen that shows it.
    fn screen(&self) -> String {
        match self {
            Self::Page(id) => format!("/admin/pages/{id}"),
            Self::Segment(key) => format!("/admin/segments/{key}"),
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Page(_) => "page",
            Self::Segment(_) => "segment",
        }
    }
}

/// Ends an attempt to save `mine`. When somebody else was faster, it is kept, and the answer leads to
/// the screen that shows both; when it is saved, nothing waits any more.
pub(super) async fn settle<T: Serialize, R>(
    session: &AdminSession,
    thing: &Thing,
    mine: T,
    outcome: Result<R, DeskError>,
) -> Result<R, AdminError> {
    let (desk, person) = (session.desk(), session.person().id);
    match outcome {
        Ok(saved) => {
            desk.drop_draft(person, &thing.key(), TAB).await?;
            Ok(saved)
        }
        Err(DeskError::Stale { revision, author }) => {
            let author = session.who_saved(author);
            let unsaved = Unsaved { author, mine };
            let body = serde_json::to_string(&unsaved).unwrap_or_default();
            desk.keep_draft(person, &thing.key(), TAB, &body, revision)
                .await?;
            leptos_axum::redirect(&thing.screen());
            let author = unsaved.author;
            Err(AdminError::Stale { revision, author })
        }
        Err(error) => Err(error.into()),
    }
}

/// What of `thing` waits for the person.
pub(super) async fn waiting<T: DeserializeOwned>(
    session: &AdminSession,
    thing: &Thing,
) -> Result<Option<Unsaved<T>>, AdminError> {
    let (desk, person) = (session.desk(), session.person().id);
    let kept = desk.drafts(person, &thing.key()).await?;
    let latest = kept.first();
    Ok(latest.and_then(|kept| serde_json::from_str(&kept.body).ok()))
}

/// Both versions, for above a form that holds the person's own; `None` where they are the same.
pub(super) fn both(thing: &Thing, author: &str, differences: Vec<Difference>) -> Option<AnyView> {
    if differences.is_empty() {
        return None;
    }
    let key = thing.key();
    let both = view! {
        <div class="mb-6">
            <Conflict
                author=author.to_owned()
                noun=thing.word()
                text="Nothing was overwritten. Below is what you wrote: change what you like, and save it on top of theirs. Or take theirs."
                differences
                saved=author.to_owned()
            >
                <Form action="/admin/api/stale/take-theirs".to_owned()>
                    <input type="hidden" name="key" value=key />
                    <div>
                        <Button>"Take theirs"</Button>
                    </div>
                </Form>
            </Conflict>
        </div>
    };
    Some(both.into_any())
}

/// Forgets what somebody could not save.
#[server(prefix = "/admin/api", endpoint = "stale/take-theirs")]
pub async fn take_theirs(key: String) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Publisher).await?;
    let thing = Thing::of_key(&key);
    let thing = thing.ok_or_else(|| AdminError::invalid("key", "names no page and no segment"))?;
    let person = session.person().id;
    let desk = session.desk();
    desk.drop_draft(person, &thing.key(), TAB).await?;
    done(&thing.screen(), "draft-discarded");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_known_by_its_key() {
        let segment = "smb".parse().expect("a key");
        for thing in [Thing::Page(PageId(7)), Thing::Segment(segment)] {
            assert_eq!(Thing::of_key(&thing.key()), Some(thing));
        }
        for other in [
            "",
            "7",
            "new:0-en",
            "page:x",
            "segment:no key",
            "page:7/../x",
        ] {
            assert_eq!(Thing::of_key(other), None, "{other}");
        }
    }
}
