//! One operation: how to ask, and what is answered.

use form_urlencoded::Serializer;
use leptos::prelude::*;

use super::text::{line, prose};
use super::{Field, Operation, Parameter, Status};

/// The section of an operation of the site at `base_url`.
pub(super) fn section(operation: &Operation, base_url: &str) -> impl IntoView + use<> {
    let id = &operation.id;
    let heading = format!("{id}_");
    let labelled_by = heading.clone();
    let newest = operation.newest.clone().map(|newest| {
        view! {
            <p>
                "The newest version, now this one, is also at " <code>{newest}</code> "."
            </p>
        }
    });
    let token = operation.needs_token.then(|| {
        view! {
            <p>
                "Needs a token in the header "
                <code>"Authorization: Bearer lf_…"</code> "."
            </p>
        }
    });
    let answer = operation
        .answer
        .clone()
        .map(|answer| example("Example answer", answer));
    view! {
        <section id=id.clone() class="operation" aria-labelledby=labelled_by>
            <h2 id=heading>{operation.summary.clone()}</h2>
            <p class="address">
                <span class="method">{operation.method}</span>
                " "
                <code>{operation.path.clone()}</code>
            </p>
            {prose(&operation.description)}
            {newest}
            {token}
            {list("Parameters", operation.parameters.iter().map(parameter).collect())}
            {example("Example request", request(operation, base_url))}
            {list("Statuses", operation.statuses.iter().map(status).collect())}
            {list("Headers of the answer", operation.headers.iter().map(field).collect())}
            {list("Fields of the answer", operation.fields.iter().map(field).collect())}
            {answer}
        </section>
    }
}

/// A heading and a list of definitions; nothing without definitions.
fn list(heading: &'static str, entries: Vec<AnyView>) -> Option<impl IntoView + use<>> {
    (!entries.is_empty()).then(|| {
        view! {
            <h3>{heading}</h3>
            <dl>{entries}</dl>
        }
    })
}

/// A heading and a text that can be copied. Wide ones scroll, with the keyboard too.
fn example(heading: &'static str, text: String) -> impl IntoView + use<> {
    view! {
        <h3>{heading}</h3>
        <pre tabindex="0">
            <code>{text}</code>
        </pre>
    }
}

fn parameter(parameter: &Parameter) -> AnyView {
    let note = if parameter.required {
        "required"
    } else {
        "optional"
    };
    entry(&parameter.name, note, &parameter.description)
}

fn status(status: &Status) -> AnyView {
    entry(&status.code.to_string(), "", &status.description)
}

fn field(field: &Field) -> AnyView {
    entry(&field.name, &field.kind, &field.description)
}

fn entry(name: &str, note: &str, description: &str) -> AnyView {
    let note = (!note.is_empty()).then(|| {
        view! {
            " "
            <span class="note">{note.to_owned()}</span>
        }
    });
    view! {
        <div>
            <dt>
                <code>{name.to_owned()}</code>
                {note}
            </dt>
            <dd>{line(description)}</dd>
        </div>
    }
    .into_any()
}

/// A command that can be run as it stands, with the parameters that have an example.
fn request(operation: &Operation, base_url: &str) -> String {
    let mut path = operation.path.clone();
    let mut query = Serializer::new(String::new());
    for parameter in &operation.parameters {
        let Some(example) = &parameter.example else {
            continue;
        };
        let place = format!("{{{}}}", parameter.name);
        if path.contains(&place) {
            path = path.replace(&place, example);
        } else {
            query.append_pair(&parameter.name, example);
        }
    }
    let query = query.finish();
    let mark = if query.is_empty() { "" } else { "?" };
    let token = if operation.needs_token {
        " \\\n  --header \"Authorization: Bearer $LANDFALL_TOKEN\""
    } else {
        ""
    };
    let file = if operation.method == "POST" {
        " \\\n  --data-binary @content.jsonl"
    } else {
        ""
    };
    format!("curl '{base_url}{path}{mark}{query}'{token}{file}")
}
