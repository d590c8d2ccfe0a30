//! What each control does to the outline. Nothing here knows a browser.

use domain::condition::outline::{Comparison, Direction, Group, Join, Operator, Part};
use domain::visitor::attribute::Attribute;

use super::{Ask, control_id};

/// What came of a control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    /// Nothing.
    Nothing,
    /// A value, which is drawn already.
    Value,
    /// Something that has to be drawn anew; the control of this id has the focus then.
    Shape(String),
}

/// A button was pressed.
pub(super) fn press(outline: &mut Group, ask: &Ask) -> Change {
    let place = &ask.place;
    match ask.act.as_str() {
        "add" => add(
            outline,
            place,
            Part::Comparison(Comparison::about("utm.source")),
            "attribute",
        ),
        "add-group" => {
            let inner = Part::Comparison(Comparison::about("utm.source"));
            let group = Group {
                // A group that combines like the one around it says nothing new.
                join: match outline.group(place).map(|group| group.join) {
                    Some(Join::All) | None => Join::Any,
                    Some(_) => Join::All,
                },
                parts: vec![inner],
            };
            add(outline, place, Part::Group(group), "join")
        }
        "remove" => match outline.remove(place) {
            Some(_) => Change::Shape(control_id(&place[..place.len() - 1], "add")),
            None => Change::Nothing,
        },
        "up" => shift(outline, place, Direction::Up, "up"),
        "down" => shift(outline, place, Direction::Down, "down"),
        "toggle" => toggle(outline, ask),
        _ => Change::Nothing,
    }
}

/// Another option was chosen.
pub(super) fn choose(outline: &mut Group, ask: &Ask) -> Change {
    let redrawn = |control| Change::Shape(control_id(&ask.place, control));
    match ask.act.as_str() {
        "join" => {
            let (Some(group), Some(join)) = (outline.group_mut(&ask.place), Join::of(&ask.value))
            else {
                return Change::Nothing;
            };
            group.join = join;
            redrawn("join")
        }
        "attribute" => {
            let Some(comparison) = comparison(outline, &ask.place) else {
                return Change::Nothing;
            };
            // The name below a prefix is still to be written.
            comparison.set_attribute(ask.value.trim_end_matches('*'));
            redrawn("attribute")
        }
        "operator" => {
            let (Some(comparison), Some(operator)) =
                (comparison(outline, &ask.place), operator(&ask.value))
            else {
                return Change::Nothing;
            };
            comparison.set_operator(operator);
            redrawn("operator")
        }
        "option" => set_text(outline, ask),
        _ => Change::Nothing,
    }
}

/// Something was typed.
pub(super) fn write(outline: &mut Group, ask: &Ask) -> Change {
    match ask.act.as_str() {
        "name" => {
            let Some(comparison) = comparison(outline, &ask.place) else {
                return Change::Nothing;
            };
            let prefix = Attribute::of(&comparison.attribute).and_then(Attribute::prefix);
            let name = ask.value.trim();
            comparison.attribute = format!("{}{name}", prefix.unwrap_or_default());
            Change::Value
        }
        "value" => set_text(outline, ask),
        _ => Change::Nothing,
    }
}

fn set_text(outline: &mut Group, ask: &Ask) -> Change {
    match comparison(outline, &ask.place) {
        Some(comparison) => {
            comparison.set_text(&ask.value);
            Change::Value
        }
        None => Change::Nothing,
    }
}

/// Takes a suggested value into the list, or out of it.
fn toggle(outline: &mut Group, ask: &Ask) -> Change {
    let Some(comparison) = comparison(outline, &ask.place) else {
        return Change::Nothing;
    };
    let before = comparison.values.len();
    comparison
        .values
        .retain(|value| value.as_str() != Some(&ask.value));
    if comparison.values.len() == before {
        comparison.values.push(ask.value.as_str().into());
    }
    Change::Shape(control_id(&ask.place, &format!("toggle-{}", ask.value)))
}

fn add(outline: &mut Group, place: &[usize], part: Part, control: &str) -> Change {
    let Some(group) = outline.group_mut(place) else {
        return Change::Nothing;
    };
    group.parts.push(part);
    let place = [place, &[group.parts.len() - 1]].concat();
    Change::Shape(control_id(&place, control))
}

fn shift(outline: &mut Group, place: &[usize], direction: Direction, control: &str) -> Change {
    match outline.shift(place, direction) {
        Some(place) => Change::Shape(control_id(&place, control)),
        None => Change::Nothing,
    }
}

fn comparison<'o>(outline: &'o mut Group, place: &[usize]) -> Option<&'o mut Comparison> {
    match outline.part_mut(place)? {
        Part::Comparison(comparison) => Some(comparison),
        _ => None,
    }
}

/// Two operators share a name, hence options say their position.
fn operator(value: &str) -> Option<Operator> {
    Operator::ALL.get(value.parse::<usize>().ok()?).copied()
}

#[cfg(test)]
mod tests {
    use domain::condition::outline::{read, write as json_of};
    use serde_json::{Value, json};

    use super::*;

    fn check(
        control: fn(&mut Group, &Ask) -> Change,
        before: &Value,
        (act, place, value): (&str, &[usize], &str),
        after: &Value,
        focus: &str,
    ) {
        let mut outline = read(before);
        let ask = Ask {
            act: act.to_owned(),
            place: place.to_vec(),
            value: value.to_owned(),
        };
        let change = control(&mut outline, &ask);
        assert_eq!(json_of(&outline), *after, "{act}");
        let expected = match focus {
            "" => Change::Value,
            "nothing" => Change::Nothing,
            id => Change::Shape(id.to_owned()),
        };
        assert_eq!(change, expected, "{act}");
    }

    #[test]
    fn buttons_add_remove_and_move_parts() {
        let two = json!({"$and": [{"geo.country": "DE"}, {"device": "mobile"}]});
        let added = json!({"geo.country": "DE", "utm.source": ""});
        check(
            press,
            &json!({"geo.country": "DE"}),
            ("add", &[], ""),
            &added,
            "condition-1-attribute",
        );
        let grouped = json!({"$and": [{"bot": false}, {"$or": [{"utm.source": ""}]}]});
        check(
            press,
            &json!({"bot": false}),
            ("add-group", &[], ""),
            &grouped,
            "condition-1-join",
        );
        check(
            press,
            &two,
            ("remove", &[1], ""),
            &json!({"geo.country": "DE"}),
            "condition--add",
        );
        check(press, &two, ("up", &[0], ""), &two, "nothing");
        check(
            press,
            &json!({"device": "mobile", "geo.country": "DE"}),
            ("down", &[0], ""),
            &two,
            "condition-1-down",
        );
    }

    #[test]
    fn suggested_values_are_taken_and_given_back() {
        let one = json!({"time.weekday": {"$in": ["monday"]}});
        let both = json!({"time.weekday": {"$in": ["monday", "friday"]}});
        check(
            press,
            &one,
            ("toggle", &[0], "friday"),
            &both,
            "condition-0-toggle-friday",
        );
        check(
            press,
            &both,
            ("toggle", &[0], "friday"),
            &one,
            "condition-0-toggle-friday",
        );
    }

    #[test]
    fn choices_change_attribute_operator_and_join() {
        let one = json!({"geo.country": "DE"});
        check(
            choose,
            &one,
            ("attribute", &[0], "geo.city"),
            &json!({"geo.city": "DE"}),
            "condition-0-attribute",
        );
        check(
            choose,
            &one,
            ("attribute", &[0], "query.*"),
            &json!({"query.": "DE"}),
            "condition-0-attribute",
        );
        check(
            choose,
            &one,
            ("operator", &[0], "2"),
            &json!({"geo.country": {"$in": ["DE"]}}),
            "condition-0-operator",
        );
        check(choose, &one, ("operator", &[0], "99"), &one, "nothing");
        check(
            choose,
            &one,
            ("join", &[], "$nor"),
            &json!({"$nor": [{"geo.country": "DE"}]}),
            "condition--join",
        );
    }

    #[test]
    fn what_is_typed_is_not_drawn_again() {
        check(
            write,
            &json!({"query.a": "x"}),
            ("name", &[0], " plan"),
            &json!({"query.plan": "x"}),
            "",
        );
        check(
            write,
            &json!({"visit.count": {"$gt": 1}}),
            ("value", &[0], "12"),
            &json!({"visit.count": {"$gt": 12}}),
            "",
        );
        check(
            write,
            &json!({"a": 1}),
            ("value", &[3], "12"),
            &json!({"a": 1}),
            "nothing",
        );
    }
}
