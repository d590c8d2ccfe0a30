//! What a block's fields are: their names, their labels and their limits.

/// A kind of block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockSpec {
    /// The kind's name as JSON spells it.
    pub type_name: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// A sentence saying what it is for.
    pub purpose: &'static str,
    /// Its fields from top to bottom, without `type` and `id`.
    pub fields: &'static [FieldSpec],
}

/// A field of a block, or of an entry in one of its lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldSpec {
    /// Its name as JSON spells it.
    pub name: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// A sentence of help; may be empty.
    pub hint: &'static str,
    /// Whether it may not be left out. A list says by its smallest length.
    pub required: bool,
    /// What it holds.
    pub kind: FieldKind,
}

/// What a field holds. Lengths are in characters, both ends of a range included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// A text on one line.
    Line {
        /// Its greatest length.
        max: usize,
    },
    /// A text that may have several lines.
    Text {
        /// Its greatest length.
        max: usize,
    },
    /// A text in Markdown.
    Markdown {
        /// Its greatest length.
        max: usize,
    },
    /// A [`crate::SafeUrl`].
    Url,
    /// A [`crate::SafeUrl`] from which a page may show a picture.
    Picture,
    /// The name of an [`super::Icon`].
    Icon,
    /// Fields that belong together, such as a button's.
    Group(&'static [FieldSpec]),
    /// Several texts of one line each.
    Lines {
        /// What one of them is called.
        noun: &'static str,
        /// Fewest and most of them.
        count: (usize, usize),
        /// The greatest length of each.
        max: usize,
    },
    /// Several entries with fields of their own.
    List {
        /// What one of them is called.
        noun: &'static str,
        /// Fewest and most of them.
        count: (usize, usize),
        /// The fields of each.
        item: &'static [FieldSpec],
    },
}

impl FieldSpec {
    const fn new(name: &'static str, label: &'static str, kind: FieldKind) -> Self {
        Self {
            name,
            label,
            hint: "",
            required: false,
            kind,
        }
    }

    pub(crate) const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub(crate) const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }

    /// The greatest length of the field's text, in characters, if it is a text.
    pub fn max_chars(&self) -> Option<usize> {
        match self.kind {
            FieldKind::Line { max } | FieldKind::Text { max } | FieldKind::Markdown { max } => {
                Some(max)
            }
            _ => None,
        }
    }
}

pub(crate) const fn line(name: &'static str, label: &'static str, max: usize) -> FieldSpec {
    FieldSpec::new(name, label, FieldKind::Line { max })
}

pub(super) const fn text(name: &'static str, label: &'static str, max: usize) -> FieldSpec {
    FieldSpec::new(name, label, FieldKind::Text { max })
}

pub(super) const fn markdown(name: &'static str, label: &'static str, max: usize) -> FieldSpec {
    FieldSpec::new(name, label, FieldKind::Markdown { max })
}

pub(super) const fn url(name: &'static str, label: &'static str) -> FieldSpec {
    FieldSpec::new(name, label, FieldKind::Url)
}

pub(super) const fn picture(name: &'static str, label: &'static str) -> FieldSpec {
    FieldSpec::new(name, label, FieldKind::Picture)
}

pub(super) const fn icon(name: &'static str, label: &'static str) -> FieldSpec {
    FieldSpec::new(name, label, FieldKind::Icon)
}

pub(super) const fn group(
    name: &'static str,
    label: &'static str,
    fields: &'static [FieldSpec],
) -> FieldSpec {
    FieldSpec::new(name, label, FieldKind::Group(fields))
}

pub(super) const fn lines(
    name: &'static str,
    label: &'static str,
    noun: &'static str,
    count: (usize, usize),
    max: usize,
) -> FieldSpec {
    FieldSpec::new(name, label, FieldKind::Lines { noun, count, max })
}

pub(super) const fn list(
    name: &'static str,
    label: &'static str,
    noun: &'static str,
    count: (usize, usize),
    item: &'static [FieldSpec],
) -> FieldSpec {
    FieldSpec::new(name, label, FieldKind::List { noun, count, item })
}
