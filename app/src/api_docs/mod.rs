//! The page that describes the API: finished HTML with its own small style sheet, and no script.

mod operation;
mod text;

use leptos::prelude::*;

use crate::landing::finished;
use text::prose;

/// The style sheet inlined into the page, for whoever needs its hash.
pub const STYLE_SHEET: &str = include_str!("style.css");

/// What the page describes.
#[derive(Debug, Clone)]
pub struct ApiDocs {
    /// The API's name.
    pub title: String,
    /// Its newest version.
    pub version: String,
    /// Paragraphs, an empty line between them; `code` in backticks.
    pub description: String,
    /// Scheme and host of the site, without a slash at the end.
    pub base_url: String,
    /// What can be asked.
    pub operations: Vec<Operation>,
    /// What can go wrong.
    pub problems: Vec<ProblemKind>,
}

/// Something that can be asked with GET.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its place on the page.
    pub id: String,
    /// Its method.
    pub method: &'static str,
    /// Its path.
    pub path: String,
    /// The path that always answers in the newest version.
    pub newest: Option<String>,
    /// What it answers, in one line.
    pub summary: String,
    /// Paragraphs, as in [`ApiDocs::description`].
    pub description: String,
    /// Whether only a token's owner may ask.
    pub needs_token: bool,
    /// What it can be asked with.
    pub parameters: Vec<Parameter>,
    /// How it can answer.
    pub statuses: Vec<Status>,
    /// Headers of the answer.
    pub headers: Vec<Field>,
    /// Fields of the answer, those of inner objects dotted.
    pub fields: Vec<Field>,
    /// An answer.
    pub answer: Option<String>,
}

/// A parameter of the query.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Whether it must be there.
    pub required: bool,
    /// What it says.
    pub description: String,
    /// A value, not percent-encoded; part of the example request.
    pub example: Option<String>,
}

/// A status of the answer.
#[derive(Debug, Clone)]
pub struct Status {
    /// 200 to 599.
    pub code: u16,
    /// When it is answered.
    pub description: String,
}

/// A field or a header.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// What kind of value it holds; empty for headers, which hold text.
    pub kind: String,
    /// What it says.
    pub description: String,
}

/// A kind of problem, to which the `type` of a problem refers.
#[derive(Debug, Clone)]
pub struct ProblemKind {
    /// Its place on the page.
    pub id: String,
    /// Its HTTP status.
    pub status: u16,
    /// The kind in a few words.
    pub title: String,
    /// What a client does about it.
    pub advice: String,
}

/// The complete document, from `<!DOCTYPE html>` on.
pub fn render(docs: &ApiDocs) -> String {
    finished(|| document(docs))
}

fn document(docs: &ApiDocs) -> impl IntoView + use<> {
    let links: Vec<_> = docs
        .operations
        .iter()
        .map(|operation| {
            let href = format!("#{}", operation.id);
            view! { <li><a href=href><code>{operation.path.clone()}</code></a></li> }
        })
        .collect();
    let operations: Vec<_> = docs
        .operations
        .iter()
        .map(|operation| operation::section(operation, &docs.base_url))
        .collect();
    let problems: Vec<_> = docs.problems.iter().map(problem).collect();
    view! {
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="robots" content="noindex" />
                <title>{docs.title.clone()}</title>
                <link rel="icon" href="/assets/favicon.svg" type="image/svg+xml" />
                <style inner_html=STYLE_SHEET />
            </head>
            <body>
                <a class="skip" href="#main">"Skip to content"</a>
                <header>
                    <h1>{docs.title.clone()}</h1>
                    <p class="version">"Version " {docs.version.clone()}</p>
                </header>
                <nav aria-label="On this page">
                    <ul>
                        {links}
                        <li><a href="#problems">"Problems"</a></li>
                        <li><a href="/api/openapi.json">"OpenAPI document"</a></li>
                    </ul>
                </nav>
                <main id="main" tabindex="-1">
                    <section aria-label="Overview">{prose(&docs.description)}</section>
                    {operations}
                    <section id="problems" aria-labelledby="problems_">
                        <h2 id="problems_">"Problems"</h2>
                        <p>
                            "A problem is answered as " <code>"application/problem+json"</code> " with "
                            <code>"type"</code> ", which refers to one of these, " <code>"title"</code> ", "
                            <code>"status"</code> " and " <code>"detail"</code>
                            ", and where a parameter is wrong " <code>"parameter"</code> " and "
                            <code>"allowed"</code> "."
                        </p>
                        {problems}
                    </section>
                </main>
            </body>
        </html>
    }
}

fn problem(kind: &ProblemKind) -> impl IntoView + use<> {
    view! {
        <section id=kind.id.clone() class="problem" aria-labelledby=format!("{}_", kind.id)>
            <h3 id=format!("{}_", kind.id)>
                <span class="status">{kind.status}</span> " " {kind.title.clone()}
            </h3>
            <p><code>{format!("/api/docs#{}", kind.id)}</code></p>
            {prose(&kind.advice)}
        </section>
    }
}
