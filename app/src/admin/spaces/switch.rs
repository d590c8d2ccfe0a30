use std::time::Duration;

use engine::spaces::{Drift, floor_words};
use leptos::context::Provider;
use leptos::prelude::*;

use crate::ui::{Button, CheckField, Confirm, Mistakes, Panel, TextField, Weight, counted};

/// Trying other floors, and the switch itself. `without` texts have no vector in the new space;
/// the present one is kept for `keep` unless somebody says otherwise.
pub(super) fn switch(drift: &Drift, without: i64, keep: Duration) -> AnyView {
    let space = drift.to.version;
    let floor = drift.to.floor.to_string();
    let term_floor = drift.to.term_floor.to_string();
    let suggested = format!(
        "{} lets the same share of pairs through as {} does now.",
        floor_words(drift.suggested_floor),
        floor_words(drift.from.floor)
    );
    let of_terms = match &drift.terms {
        Some(terms) => format!(
            "{} hears the same share of campaign terms as {} does now.",
            floor_words(terms.suggested_floor),
            floor_words(drift.from.term_floor)
        ),
        None => "No campaign term is known in both spaces to choose it by.".to_owned(),
    };
    let text = "Visitors get its decisions with their next request. You can go back for as long as the present space is \
                kept; with 0 days it is deleted at once.";
    let tried = |name, label, hint: String, value: &str| {
        view! {
            <div class="max-w-64">
                <TextField name label hint value=value.to_owned() filter=true />
            </div>
        }
    };
    let decided = |name: &'static str, label, compared: &str| {
        let hint = format!("{compared} is what this comparison was made with.");
        view! { <TextField name id=format!("switch-{name}") label hint value=compared.to_owned() required=true /> }
    };
    let compared = (floor.clone(), term_floor.clone());
    let days = keep.as_secs() / 86_400;
    let incomplete = (without > 0).then(|| {
        let (texts, them) = (
            counted(without, "text has", "texts have"),
            if without == 1 { "it" } else { "them" },
        );
        let label = format!(
            "Switch although {texts} no vector there; segment and language alone choose {them}"
        );
        view! { <CheckField name="incomplete" label /> }
    });
    view! {
        <Panel title="Switch">
            // The buttons stand beside the fields, not beside their labels.
            <div class="flex flex-wrap items-start justify-between gap-4 p-4">
                // What was wrong with the switch is told in its own fields.
                <Provider value=Mistakes::default()>
                    <form method="get" action="/admin/spaces/drift" class="flex flex-wrap items-start gap-3">
                        <input type="hidden" name="space" value=space />
                        {tried("floor", "Try another similarity floor", suggested, &compared.0)}
                        {tried("term_floor", "Try another term floor", of_terms, &compared.1)}
                        <div class="sm:pt-7">
                            <Button>"Compare with these floors"</Button>
                        </div>
                    </form>
                </Provider>
                <div class="sm:pt-7">
                    <Confirm
                        id="switch"
                        label="Switch to this space"
                        title=format!("Decide with space {space}?")
                        text=text
                        action="/admin/api/spaces/switch"
                        weight=Weight::Primary
                    >
                        <input type="hidden" name="space" value=space />
                        <div class="mb-2 grid w-full gap-4">
                            {decided("floor", "Similarity floor from then on", &floor)}
                            {decided("term_floor", "Term floor from then on", &term_floor)}
                            <TextField
                                name="keep_days"
                                label="Days for which the present space is kept"
                                kind="number"
                                value=days.to_string()
                                filter=true
                            />
                            {incomplete}
                        </div>
                    </Confirm>
                </div>
            </div>
        </Panel>
    }
    .into_any()
}
