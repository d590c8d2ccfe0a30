use std::time::Duration;

use engine::spaces::Drift;
use leptos::prelude::*;

use crate::ui::{Button, CheckField, Confirm, Panel, TextField, Weight};

/// Trying other floors, and the switch itself. `without` texts have no vector in the new space;
/// the present one is kept for `keep` unless somebody says otherwise.
pub(super) fn switch(drift: &Drift, without: i64, keep: Duration) -> AnyView {
    let space = drift.to.version;
    let floor = format!("{:.2}", drift.to.floor);
    let term_floor = format!("{:.2}", drift.to.term_floor);
    let suggested = format!(
        "{:.2} lets the same share of pairs through as {:.2} does now.",
        drift.suggested_floor, drift.from.floor
    );
    let of_terms = match &drift.terms {
        Some(terms) => format!(
            "{:.2} hears the same share of campaign terms as {:.2} does now.",
            terms.suggested_floor, drift.from.term_floor
        ),
        None => "No campaign term is known in both spaces to choose it by.".to_owned(),
    };
    let text = format!(
        "Visitors get its decisions with their next request, with a similarity floor of {floor} and a term floor of \
         {term_floor}. The present space is kept, so that you can go back."
    );
    let field = |name, label, hint: String, value: String| {
        view! {
            <div class="max-w-64">
                <TextField name label hint value filter=true />
            </div>
        }
    };
    let days = keep.as_secs() / 86_400;
    let incomplete = (without > 0).then(|| {
        let label = format!(
            "Switch although {without} texts have no vector there; segment and language alone choose them"
        );
        view! { <CheckField name="incomplete" label /> }
    });
    view! {
        <Panel title="Switch">
            // The buttons stand beside the fields, not beside their labels.
            <div class="flex flex-wrap items-start justify-between gap-4 p-4">
                <form method="get" action="/admin/spaces/drift" class="flex flex-wrap items-start gap-3">
                    <input type="hidden" name="space" value=space />
                    {field("floor", "Similarity floor after the switch", suggested, floor.clone())}
                    {field("term_floor", "Term floor after the switch", of_terms, term_floor.clone())}
                    <div class="sm:pt-7">
                        <Button>"Compare with these floors"</Button>
                    </div>
                </form>
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
                        <input type="hidden" name="floor" value=floor />
                        <input type="hidden" name="term_floor" value=term_floor />
                        <div class="mb-2 grid w-full gap-4">
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
