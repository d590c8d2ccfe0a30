use domain::Role;
use engine::embedding::SpaceSpec;
use engine::spaces::Overview;
use leptos::prelude::*;

use super::panel::panel;
use crate::admin::AdminError;
use crate::admin::screen::screen;
use crate::ui::{EmptyState, LinkButton, PageHeader, Weight, Whole};

/// The screen of all spaces.
pub(in crate::admin) fn list() -> impl IntoView {
    screen("Embeddings", Role::Viewer, async |session| {
        let spaces = session.desk().spaces();
        let overview = spaces.overview().await?;
        let before = spaces.before().await?;
        let may = session.may(Role::Admin);
        let mut panels = Vec::with_capacity(overview.spaces.len());
        for view in &overview.spaces {
            let letters = spaces.dead_letters(view.row.space.version).await?;
            panels.push(panel(view, &letters, before, may));
        }
        Ok::<_, AdminError>(shown(&overview, panels, may))
    })
}

fn shown(overview: &Overview, panels: Vec<AnyView>, may: bool) -> AnyView {
    let others = overview
        .models
        .iter()
        .filter(|_| may && !overview.spaces.is_empty())
        .map(|spec| {
            let model = spec.to_string();
            let name = model.split(" (").next().unwrap_or_default();
            embed_button(spec, format!("Embed with {name}"))
        })
        .collect_view();
    let empty = panels.is_empty().then(|| {
        view! {
            <EmptyState
                title="No vectors yet"
                text="The first import makes the first space. Come back when there is content."
            />
        }
    });
    let hint = (overview.models.is_empty() && overview.spaces.len() == 1).then(|| {
        view! {
            <p class="mt-6 max-w-2xl text-sm/6 text-muted">
                "To move to another model, name it in landfall.toml as " <code>"[next_embedding]"</code>
                " and restart. Its space can then be filled, compared and switched to here."
            </p>
        }
    });
    view! {
        <PageHeader
            title="Embeddings"
            lead="A space holds one vector for every text, all by the same model. One space decides which variant is nearest."
        >
            {others}
        </PageHeader>
        <Whole />
        {empty}
        <div class="grid gap-6">{panels}</div>
        {hint}
    }
    .into_any()
}

/// Leads to the plan for a model.
pub(super) fn embed_button(spec: &SpaceSpec, words: String) -> impl IntoView + use<> {
    let model = spec.to_string();
    let query: String = form_urlencoded::byte_serialize(model.as_bytes()).collect();
    view! {
        <LinkButton weight=Weight::Primary href=format!("/admin/spaces/plan?model={query}")>
            {words}
        </LinkButton>
    }
}
