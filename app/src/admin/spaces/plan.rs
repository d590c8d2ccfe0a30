use domain::Role;
use engine::embedding::{SpaceSpec, Tokens};
use engine::spaces::{Plan, Spaces};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{plan_words, words};
use crate::admin::AdminError;
use crate::admin::screen::screen;
use crate::ui::{Button, LinkButton, PageHeader, Panel, Weight, Whole, grouped};

/// The screen that says what filling a model's space takes, and begins it.
pub(in crate::admin) fn plan() -> impl IntoView {
    let query = use_query_map();
    let model = query.read_untracked().get("model").unwrap_or_default();
    screen(
        "Embed into a new space",
        Role::Admin,
        async move |session| {
            let spaces = session.desk().spaces();
            let spec = named(&spaces, &model)?;
            Ok(shown(&spaces.plan(&spec).await?))
        },
    )
}

/// The configured model of this name.
pub(super) fn named(spaces: &Spaces, model: &str) -> Result<SpaceSpec, AdminError> {
    let mut specs = spaces.providers().all().map(|provider| provider.space());
    let found = specs.find(|spec| spec.to_string() == model);
    found
        .cloned()
        .ok_or_else(|| AdminError::NotFound("This model".to_owned()))
}

fn shown(plan: &Plan) -> AnyView {
    let tokens = match plan.tokens {
        Tokens::Counted(tokens) => {
            format!("{}, counted by the model's own tokenizer", grouped(tokens))
        }
        Tokens::Estimated(tokens) => format!("about {}", grouped(tokens)),
    };
    let time = match (plan.time, &plan.trouble) {
        (Some(time), _) => format!("about {}", words::time(time.as_secs_f64())),
        (None, Some(trouble)) => format!("unknown: {trouble}"),
        (None, None) => "none".to_owned(),
    };
    let rows = [
        (
            "Texts",
            format!("{} to embed, {} embedded already", plan.texts, plan.present),
        ),
        ("Tokens", tokens),
        ("Cost", plan_words::cost(plan)),
        ("Time", time),
        ("Index", plan_words::index(plan)),
        (
            "Pooling",
            format!(
                "{}, every vector scaled to length one",
                plan.spec.pooling.as_str()
            ),
        ),
    ];
    let rows = rows.map(|(name, value)| {
        view! {
            <div class="grid gap-x-6 px-4 py-2.5 sm:grid-cols-[8rem_1fr]">
                <dt class="text-sm text-muted">{name}</dt>
                <dd class="text-sm wrap-anywhere">{value}</dd>
            </div>
        }
    });
    let model = plan.spec.to_string();
    view! {
        <PageHeader
            title="Embed into a new space"
            up=("Embeddings", "/admin/spaces")
            lead="Every text gets a second vector beside the present one. Visitors notice nothing until you switch."
        />
        <div class="max-w-2xl">
            <Whole />
            <Panel title=model.clone()>
                <dl class="divide-y divide-line">{rows.collect_view()}</dl>
                <form
                    method="post"
                    action="/admin/api/spaces/start"
                    class="flex flex-wrap gap-2 border-t border-line px-4 py-4"
                >
                    <input type="hidden" name="model" value=model />
                    <Button weight=Weight::Primary>"Start embedding"</Button>
                    <LinkButton href="/admin/spaces">"Cancel"</LinkButton>
                </form>
            </Panel>
        </div>
    }
    .into_any()
}
