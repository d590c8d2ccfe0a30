//! A visitor as fields, and as the query of an address.

use domain::visitor::Sketch;
use domain::visitor::attribute::Attribute;

/// The field that holds attributes without a field of their own, one a line.
pub(super) const MORE: &str = "more";

/// Takes what a field holds.
pub(super) fn set(sketch: &mut Sketch, field: &str, text: &str) {
    if field == MORE {
        let kept = sketch.entries().filter(|(path, _)| has_field(path));
        let kept: Vec<_> = kept.map(owned).collect();
        let more = text.lines().filter_map(|line| line.split_once('='));
        let more = more.map(|(path, text)| owned((path.trim(), text.trim())));
        *sketch = kept.into_iter().chain(more).collect();
    } else {
        sketch.set(field, text);
    }
}

/// The attributes without a field of their own, one a line.
pub(super) fn more(sketch: &Sketch) -> String {
    let lines: Vec<String> = sketch
        .entries()
        .filter(|(path, _)| !has_field(path))
        .map(|(path, text)| format!("{path}={text}"))
        .collect();
    lines.join("\n")
}

/// The visitor that a raw query describes by the fields' names; `None` when it describes none.
#[cfg(feature = "ssr")]
pub(in crate::admin::segments) fn sketch_of(query: &str) -> Option<Sketch> {
    let mut sketch = None;
    for (name, text) in form_urlencoded::parse(query.as_bytes()) {
        if name == MORE || has_field(&name) {
            let sketch = sketch.get_or_insert_with(Sketch::default);
            set(sketch, &name, &text);
        }
    }
    sketch
}

fn has_field(path: &str) -> bool {
    Attribute::of(path).is_some_and(|it| it.path == path)
}

fn owned((path, text): (&str, &str)) -> (String, String) {
    (path.to_owned(), text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_without_a_field_are_written_one_a_line() {
        let mut sketch = Sketch::default();
        sketch.set("device", "mobile");
        set(
            &mut sketch,
            MORE,
            "query.plan = team\n\nnonsense\ncookie.plan=pro=1",
        );
        assert_eq!(sketch.text("query.plan"), "team");
        assert_eq!(sketch.text("cookie.plan"), "pro=1");
        assert_eq!(sketch.text("device"), "mobile");
        assert_eq!(more(&sketch), "query.plan=team\ncookie.plan=pro=1");
        set(&mut sketch, MORE, "");
        assert_eq!(more(&sketch), "");
        assert_eq!(sketch.text("device"), "mobile");
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn a_visitor_is_read_from_an_address() {
        assert_eq!(sketch_of(""), None);
        assert_eq!(sketch_of("notice=saved"), None);
        let sketch = sketch_of("device=tablet&utm.term=a+%26+b&more=query.x%3D1&user=x").unwrap();
        let entries: Vec<_> = sketch.entries().collect();
        assert_eq!(
            entries,
            [
                ("device", "tablet"),
                ("utm.term", "a & b"),
                ("query.x", "1")
            ]
        );
    }
}
