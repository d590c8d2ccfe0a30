//! What a plan says, in words.

use engine::spaces::Plan;

/// What filling the space costs.
pub fn cost(plan: &Plan) -> String {
    match (plan.cost(), plan.price_per_million_tokens) {
        (Some(cost), Some(price)) if price > 0.0 => {
            format!("{cost:.4}, at {price} per million tokens")
        }
        (Some(_), _) => "none: this model costs nothing".to_owned(),
        (None, _) => "unknown: no price_per_million_tokens is set".to_owned(),
    }
}

/// How the space will be searched.
pub fn index(plan: &Plan) -> String {
    let dimensions = plan.spec.dimensions;
    if plan.indexed {
        "built at the end".to_owned()
    } else {
        format!(
            "none: pgvector has none for {dimensions} dimensions, so searches compare with every vector. They are \
             exact, and slower the more variants there are"
        )
    }
}
