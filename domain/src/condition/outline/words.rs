use serde_json::{Value, json};

use super::plain::plain_words;
use super::{Comparison, Group, Join, Operator, Part, read};
use crate::condition::Clause;
use crate::visitor::attribute::{Attribute, Kind};

/// A condition as a sentence's end: `Country is DE, and Number of visits is above 1`.
pub fn words(json: &Value) -> String {
    let outline = read(json);
    if outline.parts.is_empty() {
        return "Everyone".to_owned();
    }
    group(&outline, true)
}

impl Clause {
    /// What is asked as people say it: `Campaign source is linkedin`. What was cut, or has no words,
    /// stays as it is written.
    pub fn words(&self) -> String {
        let asked = self.text.strip_prefix(&self.path).map(str::trim_start);
        let outline = asked.and_then(|asked| {
            let (operator, operand) = asked.split_once(' ')?;
            let operand: Value = serde_json::from_str(operand).ok()?;
            Some(read(&json!({&self.path: {operator: operand}})))
        });
        match outline.as_ref().map(|outline| &*outline.parts) {
            Some([Part::Comparison(asked)]) => comparison(asked),
            _ => self.text.clone(),
        }
    }

    /// The visitor's value as people say it, after "is": `linkedin`, `not known`.
    pub fn actual_words(&self) -> String {
        match serde_json::from_str(&self.actual) {
            Ok(Value::String(text)) => text,
            Ok(Value::Bool(answer)) => if answer { "yes" } else { "no" }.to_owned(),
            Ok(other) => other.to_string(),
            Err(_) if self.actual == "missing" => "not known".to_owned(),
            Err(_) => self.actual.clone(),
        }
    }
}

fn group(it: &Group, outermost: bool) -> String {
    let parts: Vec<String> = it.parts.iter().map(part).collect();
    let word = match it.join {
        Join::All => ", and ",
        Join::Any | Join::None => ", or ",
    };
    let joined = parts.join(word);
    match it.join {
        Join::None => format!("not ({joined})"),
        _ if outermost || parts.len() == 1 => joined,
        _ => format!("({joined})"),
    }
}

fn part(it: &Part) -> String {
    match it {
        Part::Group(inner) => group(inner, false),
        Part::Comparison(it) => comparison(it),
        Part::Raw(json) => json.to_string(),
    }
}

fn comparison(it: &Comparison) -> String {
    let name = Attribute::name_of(&it.attribute);
    if let Some(words) = plain_words(it.operator, &it.text()) {
        return format!("{name} {words}");
    }
    let operator = it.operator.label(it.kind());
    if let (Kind::Bool, Operator::Is, [Value::Bool(answer)]) = (it.kind(), it.operator, &*it.values)
    {
        format!("{name}: {}", if *answer { "yes" } else { "no" })
    } else if it.operator.takes_nothing() {
        format!("{name} {operator}")
    } else if it.operator.takes_list() {
        format!("{name} {operator} {}", it.text().replace(", ", " · "))
    } else {
        format!("{name} {operator} {}", it.text())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_clause_reads_like_what_it_asks_and_its_answer_like_a_value() {
        let check = |path: &str, asked: &str, actual: &str, words: [&str; 2]| {
            let clause = Clause {
                location: String::new(),
                path: path.to_owned(),
                text: format!("{path} {asked}"),
                actual: actual.to_owned(),
                matched: false,
            };
            assert_eq!([clause.words(), clause.actual_words()], words);
        };
        check(
            "utm.source",
            "$eq \"linkedin\"",
            "\"google\"",
            ["Campaign source is linkedin", "google"],
        );
        check(
            "geo.country",
            "$in [\"DE\",\"NL\"]",
            "missing",
            ["Country is one of DE · NL", "not known"],
        );
        check("bot", "$eq true", "false", ["Is a crawler: yes", "no"]);
        check(
            "utm.source",
            "$eq \"a text that was cut…",
            "\"cut…",
            ["utm.source $eq \"a text that was cut…", "\"cut…"],
        );
    }

    #[test]
    fn a_condition_reads_like_a_sentence() {
        let check = |condition: Value, expected: &str| assert_eq!(words(&condition), expected);
        check(json!({}), "Everyone");
        check(
            json!({"geo.country": {"$in": ["DE", "AT"]}, "visit.count": {"$gt": 1}}),
            "Country is one of DE · AT, and Number of visits is above 1",
        );
        check(
            json!({"$or": [{"time.hour": {"$gte": 18, "$lt": 22}}, {"query.plan": "team"}]}),
            "(Hour of the day is at least 18, and Hour of the day is below 22), or Parameter of the address plan is team",
        );
        check(
            json!({"$nor": [{"bot": true}], "utm.term": {"$exists": true}}),
            "not (Is a crawler: yes), and Campaign term is known",
        );
        check(
            json!({"utm.term": {"$regexi": "^enterprise"}, "utm.campaign": {"$regex": "a.b"}}),
            "Campaign name matches the pattern a.b, and Campaign term starts with enterprise, in any case",
        );
        check(
            json!({"tags": {"$size": 2}, "customer.plan": "pro"}),
            "customer.plan is pro, and {\"tags\":{\"$size\":2}}",
        );
    }
}
