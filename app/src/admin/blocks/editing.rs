use std::collections::BTreeSet;

use domain::{ContentOverride, PageContent, Problem};
use leptos::prelude::*;
use serde_json::Value;

use super::focus::{focus, focus_first_mistake};
use super::tree::{self, BLOCKS};

/// What an editor of blocks is about: the content as it stands, and where the person is in it.
#[derive(Clone, Copy)]
pub struct Editing {
    content: RwSignal<Value>,
    base: StoredValue<Option<Value>>,
    /// Begins every id in the document, so that two editors do not meet.
    prefix: StoredValue<String>,
    problems: Memo<Vec<Problem>>,
    pub(super) open: RwSignal<BTreeSet<String>>,
    /// Grows when the form of a block has to be made anew.
    pub(super) shape: RwSignal<u32>,
    /// Places that have been visited: what is wrong there is said.
    touched: RwSignal<BTreeSet<String>>,
    all_touched: RwSignal<bool>,
    /// Whether the kinds of blocks to add are shown.
    pub(super) choosing: RwSignal<bool>,
    pub(super) removed: RwSignal<Option<Removed>>,
    pub(super) said: RwSignal<String>,
    /// The place of the entry that is being dragged, and of the one under it.
    pub(super) dragged: RwSignal<Option<String>>,
    pub(super) dragged_over: RwSignal<Option<String>>,
}

/// What was taken away last, and where it stood.
#[derive(Clone)]
pub(super) struct Removed {
    pub(super) words: String,
    place: String,
    value: Value,
}

impl Editing {
    /// Edits `content`. With a `base`, which is a page's content, it edits what a variant changes
    /// of it. `prefix` begins the ids of everything in the document.
    pub fn new(prefix: &str, content: Value, base: Option<Value>) -> Self {
        let open = match &base {
            None => tree::blocks(&content).first().into_iter().collect(),
            Some(_) => Vec::from_iter(tree::blocks(&content)),
        };
        let open: BTreeSet<String> = open
            .into_iter()
            .map(|block| tree::id_of(block).to_owned())
            .collect();
        let override_only = base.is_some();
        let content = RwSignal::new(content);
        let problems = Memo::new(move |_| {
            content.with(|content| {
                if override_only {
                    ContentOverride::problems_of(content)
                } else {
                    PageContent::problems_of(content)
                }
            })
        });
        Self {
            content,
            base: StoredValue::new(base),
            prefix: StoredValue::new(prefix.to_owned()),
            problems,
            open: RwSignal::new(open),
            shape: RwSignal::new(0),
            touched: RwSignal::new(BTreeSet::new()),
            all_touched: RwSignal::new(false),
            choosing: RwSignal::new(false),
            removed: RwSignal::new(None),
            said: RwSignal::new(String::new()),
            dragged: RwSignal::new(None),
            dragged_over: RwSignal::new(None),
        }
    }

    /// The content as it stands; it need not be valid.
    pub fn content(&self) -> RwSignal<Value> {
        self.content
    }

    /// What keeps the content from being saved.
    pub fn problems(&self) -> Memo<Vec<Problem>> {
        self.problems
    }

    /// Says all that is wrong beside its field, and goes to the first of it. Whether anything is.
    pub fn reveal_problems(&self) -> bool {
        let problems = self.problems.get_untracked();
        self.all_touched.set(true);
        self.content.with_untracked(|content| {
            let wrong = |index: usize| {
                let start = format!("blocks[{index}]");
                problems.iter().any(|p| p.field.starts_with(&start))
            };
            let blocks = tree::blocks(content).iter().enumerate();
            let ids = blocks.filter(|(index, _)| wrong(*index));
            self.open
                .update(|open| open.extend(ids.map(|(_, block)| tree::id_of(block).to_owned())));
        });
        if !problems.is_empty() {
            focus_first_mistake(&self.dom_id(""));
        }
        !problems.is_empty()
    }

    /// Puts another content in the place of the present one.
    pub fn replace(&self, content: Value) {
        self.removed.set(None);
        self.content.set(content);
        self.remake();
    }

    /// The page's content, when a variant of it is edited.
    pub(super) fn with_base<R>(&self, look: impl FnOnce(Option<&Value>) -> R) -> R {
        self.base.with_value(|base| look(base.as_ref()))
    }

    /// The id in the document of what stands at a place.
    pub(super) fn dom_id(&self, place: &str) -> String {
        self.prefix.with_value(|prefix| format!("{prefix}.{place}"))
    }

    /// What is wrong at a place, once somebody has been there.
    pub(super) fn mistake(&self, place: &str) -> Option<String> {
        let due = self.all_touched.get() || self.touched.with(|touched| touched.contains(place));
        if !due {
            return None;
        }
        let path = self.content.with(|content| tree::path(content, place))?;
        self.problems.with(|problems| {
            let found = problems.iter().find(|problem| problem.field == path)?;
            Some(found.message.clone())
        })
    }

    /// How much is wrong inside a block that will be said or has been.
    pub(super) fn mistakes_in(&self, id: &str) -> usize {
        if !self.all_touched.get() {
            return 0;
        }
        let Some(index) = self.content.with(|content| tree::index_of(content, id)) else {
            return 0;
        };
        let start = format!("blocks[{index}]");
        self.problems
            .with(|found| found.iter().filter(|p| p.field.starts_with(&start)).count())
    }

    /// What is wrong with the content as a whole, or with its list of blocks.
    pub(super) fn own_mistakes(self) -> AnyView {
        let text = move || {
            let due = self.all_touched.get();
            let problems = self.problems.read();
            let own = |problem: &&Problem| problem.field.is_empty() || problem.field == "blocks";
            let found = problems.iter().find(own).filter(|_| due)?;
            let what = if self.with_base(|base| base.is_some()) {
                "The variant"
            } else {
                "The page"
            };
            Some(format!("{what} {}.", found.message))
        };
        view! {
            <p data-wrong="" tabindex="-1" class="text-sm text-bad empty:hidden">
                {text}
            </p>
        }
        .into_any()
    }

    pub(super) fn touch(&self, place: String) {
        if !self
            .touched
            .with_untracked(|touched| touched.contains(&place))
        {
            self.touched.update(|touched| {
                touched.insert(place);
            });
        }
    }

    /// Somebody typed. An optional text that is empty is none.
    pub(super) fn write(&self, place: &str, text: String, optional: bool) {
        self.content.update(|content| {
            let _ = if optional && text.is_empty() {
                tree::take(content, place).map(drop)
            } else {
                tree::write(content, place, text)
            };
        });
    }

    /// Puts a value at a place, and goes to the element with the id `next`.
    pub(super) fn add(&self, place: &str, value: Value, words: &str, next: &str) {
        self.content.update(|content| {
            tree::put(content, place, value);
        });
        self.remake();
        self.said.set(format!("{words} added."));
        focus(self.dom_id(next));
    }

    /// Takes away what stands at a place, so that it can be brought back.
    pub(super) fn remove(&self, place: &str, words: String, next: &str) {
        let mut taken = None;
        self.content
            .update(|content| taken = tree::take(content, place));
        let Some(value) = taken else { return };
        self.remake();
        self.said.set(words.clone());
        self.removed.set(Some(Removed {
            words,
            place: place.to_owned(),
            value,
        }));
        focus(self.dom_id(next));
    }

    /// Brings back what was taken away last.
    pub(super) fn undo(&self) {
        let Some(Removed { place, value, .. }) = self.removed.get_untracked() else {
            return;
        };
        self.removed.set(None);
        self.content.update(|content| {
            // A block that was overridden once more meanwhile gives way.
            if let Some(again) = tree::index_of(content, tree::id_of(&value)) {
                tree::take(content, &format!("{BLOCKS}/{again}"));
            }
            tree::put(content, &place, value);
        });
        self.remake();
        self.said.set("Brought back.".to_owned());
    }

    /// Moves an entry of a list to where another stands, and says where it is now.
    pub(super) fn shift(&self, list: &str, from: usize, to: usize, words: &str) {
        let mut moved = None;
        self.content
            .update(|content| moved = tree::shift(content, list, from, to));
        if moved.is_none() {
            return;
        }
        // Blocks are moved as they are; entries know their number.
        if list != BLOCKS {
            self.remake();
        }
        let count = self.content.with_untracked(|c| tree::count(c, list));
        self.said
            .set(format!("{words} is now {} of {count}.", to + 1));
    }

    fn remake(&self) {
        self.shape.update(|shape| *shape += 1);
    }
}
