use serde_json::Value;

use super::{Comparison, Group, Operator, Part};
use crate::visitor::attribute::{Attribute, Kind};

impl Comparison {
    /// The values with which the attribute is compared and which no visitor's ever equals: of another
    /// type, or not among the few that there are. Nearly always a slip of the pen.
    pub fn never(&self) -> Vec<&Value> {
        let Some(attribute) = Attribute::of(&self.attribute) else {
            return Vec::new();
        };
        let equals = matches!(
            self.operator,
            Operator::Is | Operator::IsNot | Operator::OneOf | Operator::NoneOf
        );
        let orders = matches!(
            self.operator,
            Operator::Less | Operator::AtMost | Operator::Greater | Operator::AtLeast
        );
        let fits = |value: &&Value| match (attribute.kind, value) {
            (_, Value::Null) => true,
            (Kind::Number, value) => value.is_number(),
            (Kind::Bool, value) => value.is_boolean(),
            (_, Value::String(text)) => {
                !(attribute.closed && equals) || attribute.values.contains(&text.as_str())
            }
            _ => false,
        };
        let compared = self.values.iter().filter(|_| equals || orders);
        compared.filter(|value| !fits(value)).collect()
    }
}

impl Group {
    /// Every comparison, at whatever depth.
    pub fn comparisons(&self) -> Vec<&Comparison> {
        self.parts
            .iter()
            .flat_map(|part| match part {
                Part::Group(group) => group.comparisons(),
                Part::Comparison(comparison) => vec![comparison],
                Part::Raw(_) => Vec::new(),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::read;

    #[test]
    fn a_value_that_an_attribute_never_has_is_found_at_any_depth() {
        let check = |condition: serde_json::Value, expected: &[serde_json::Value]| {
            let outline = read(&condition);
            let found: Vec<_> = outline
                .comparisons()
                .into_iter()
                .flat_map(|comparison| comparison.never())
                .cloned()
                .collect();
            assert_eq!(found, expected, "{condition}");
        };
        check(json!({"device": "mobile", "time.hour": {"$gte": 9}}), &[]);
        check(
            json!({"device": {"$in": ["mobile", "phone"]}}),
            &[json!("phone")],
        );
        check(json!({"time.hour": {"$lt": "17"}}), &[json!("17")]);
        check(
            json!({"$or": [{"visit.returning": "true"}, {"utm.source": 5}]}),
            &[json!("true"), json!(5)],
        );
        // An expression may find a part, and anything may be missing.
        check(
            json!({"device": {"$regex": "^mob"}, "geo.country": null}),
            &[],
        );
        check(json!({"query.plan": "team", "no.such": 5}), &[]);
    }
}
