use engine::catalog::Catalog;
use leptos::prelude::*;

use crate::ui::{Button, Panel, SelectField};

/// The form that downloads records. It is sent with GET.
pub(super) fn panel(catalog: &Catalog) -> impl IntoView + use<> {
    let mut pages: Vec<(String, String)> = catalog
        .pages()
        .map(|page| (page.external_id.to_string(), page.path.to_string()))
        .collect();
    pages.sort_by(|a, b| a.1.cmp(&b.1));
    let everything = (String::new(), "Everything".to_owned());
    let pages = [everything].into_iter().chain(pages).collect();
    let formats = [
        ("csv", "CSV, for spreadsheets"),
        ("jsonl", "JSON lines, for programs"),
    ];
    let formats = formats
        .iter()
        .map(|(format, words)| ((*format).to_owned(), (*words).to_owned()))
        .collect();
    view! {
        <Panel title="Export">
            <form method="get" action="/admin/transfer/export" class="grid gap-4 p-4">
                <SelectField
                    name="page"
                    label="What"
                    options=pages
                    hint="One page comes with its variants and their segments."
                />
                <SelectField name="format" label="Format" options=formats value="csv" />
                <div>
                    <Button>"Download"</Button>
                </div>
            </form>
        </Panel>
    }
}
