//! What the server sends before any JavaScript runs.

use leptos::prelude::*;
use leptos_router::location::RequestUrl;
use scraper::{ElementRef, Html, Selector};

use super::shell;

const ATTACK: &str = "</textarea><script>alert(1)</script>&lt;";

#[test]
fn hostile_input_stays_text() {
    let bad_condition = screen(&[("condition", ATTACK), ("attributes", ATTACK)]);
    assert_eq!(texts(&bad_condition, "textarea"), [ATTACK, ATTACK]);
    assert_eq!(texts(&bad_condition, "body script"), [""; 0]);

    let name = format!("a{ATTACK}");
    let condition = serde_json::json!({ &name: ATTACK }).to_string();
    let attributes = serde_json::json!({ &name: ATTACK }).to_string();
    let shown = screen(&[("condition", &condition), ("attributes", &attributes)]);
    assert_eq!(texts(&shown, "textarea"), [condition, attributes]);
    assert_eq!(texts(&shown, "body script"), [""; 0]);
    let row = texts(&shown, "tbody tr").concat();
    assert_eq!(row.matches(ATTACK).count(), 3, "{row}");
}

#[test]
fn without_javascript_the_server_answers() {
    let check = |condition: &str, verdict: &str, rows: &[&str]| {
        let document = screen(&[
            ("condition", condition),
            (
                "attributes",
                r#"{"device": "mobile", "visit": {"count": 3}}"#,
            ),
        ]);
        assert_eq!(texts(&document, "[role=status] p:first-child"), [verdict]);
        assert_eq!(texts(&document, "tbody tr"), rows);
    };
    check("{}", "This visitor matches", &[]);
    check(
        r#"{"visit.count": {"$gt": 1}}"#,
        "This visitor matches",
        &["holdsvisit.count $gt 1is3"],
    );
    check(
        r#"{"$nor": [{"device": "tablet"}], "utm.source": "xing"}"#,
        "This visitor does not match",
        &[
            "does not holddevice $eq \"tablet\"must not hold$nor[0].deviceis\"mobile\"",
            "does not holdutm.source $eq \"xing\"ismissing",
        ],
    );
    check("{", "No result yet", &[]);
}

#[test]
fn a_mistake_is_tied_to_its_field() {
    let document = screen(&[("condition", r#"{"$or": [{"device": {"$gt": true}}]}"#)]);
    let field = elements(&document, "textarea[aria-invalid=true]");
    let [field] = field.as_slice() else {
        panic!("{} fields are invalid", field.len());
    };
    let described_by = field.attr("aria-describedby").unwrap();
    let mistake = described_by.split(' ').next_back().unwrap();
    let place = texts(&document, &format!("#{mistake} code"));
    assert_eq!(place, ["$or[0].device.$gt"]);
}

#[test]
fn the_document_works_without_and_with_javascript() {
    let document = screen(&[]);
    for field in elements(&document, "textarea") {
        let id = field.attr("id").unwrap();
        assert_eq!(
            elements(&document, &format!("label[for={id}]")).len(),
            1,
            "{id}"
        );
        assert_eq!(field.attr("name"), Some(id));
    }
    let form = elements(&document, "form[method=get][action='/admin']");
    assert_eq!(form.len(), 1);
    assert_eq!(elements(&document, "button[name=example][value]").len(), 3);
    assert_eq!(elements(&document, "h1").len(), 1);
    let script = texts(&document, "head script[type=module]").concat();
    assert!(script.contains(r#""/pkg/landfall.js""#) && script.contains(r#""/pkg/landfall.wasm""#));
    assert_eq!(
        elements(&document, "link[rel=stylesheet][href='/pkg/landfall.css']").len(),
        1
    );
}

/// The document for these fields of the form.
fn screen(fields: &[(&str, &str)]) -> Html {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    let owner = Owner::new();
    let html = owner.with(|| {
        provide_context(RequestUrl::new(&format!("http://localhost/admin?{query}")));
        shell(LeptosOptions::builder().output_name("landfall").build()).to_html()
    });
    owner.unset_with_forced_cleanup();
    Html::parse_document(&html)
}

fn elements<'h>(document: &'h Html, selector: &str) -> Vec<ElementRef<'h>> {
    let selector = Selector::parse(selector).unwrap();
    document.select(&selector).collect()
}

fn texts(document: &Html, selector: &str) -> Vec<String> {
    elements(document, selector)
        .iter()
        .map(|element| element.text().collect())
        .collect()
}
