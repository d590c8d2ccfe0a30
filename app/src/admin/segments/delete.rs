use domain::Role;
use engine::desk::segments::SegmentUses;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::actions::known;
use super::edit::UP;
use crate::admin::screen::screen;
use crate::ui::{Badge, Button, LinkButton, PageHeader, Panel, Tone, Weight, Whole};

/// The screen that deletes a segment, or says where it is used instead.
pub(in crate::admin) fn delete() -> impl IntoView {
    let key = use_params_map().read_untracked().get("key");
    screen("Delete a segment", Role::Publisher, async move |session| {
        let key = known(&key.unwrap_or_default())?;
        let segment = session.desk().segment(&key).await?;
        let name = segment.record.name.clone();
        let used = session.desk().segment_uses(&segment).await?;
        let title = if used.total > 0 {
            format!("{name} is in use")
        } else {
            format!("Delete {name}?")
        };
        let body = match used.total {
            _ if key.is_default() => view! {
                <p class="max-w-xl text-sm/6">
                    "Everybody whom no other segment claims belongs to this one. It cannot be deleted."
                </p>
            }
            .into_any(),
            0 => question(key.to_string()),
            _ => in_use(used),
        };
        Ok(view! {
            <PageHeader title up=UP />
            <div class="mb-4 empty:hidden">
                <Whole />
            </div>
            {body}
        }
        .into_any())
    })
}

fn question(key: String) -> AnyView {
    view! {
        <p class="max-w-xl text-sm/6">
            "No variant is written for it. Its visitors will belong to the next segment whose condition holds. \
            This cannot be undone; the activity log keeps what it was."
        </p>
        <form method="post" action="/admin/api/segments/delete" class="mt-5 flex flex-wrap gap-2">
            <input type="hidden" name="key" value=key.clone() />
            <Button weight=Weight::Danger>"Delete the segment"</Button>
            <LinkButton href=format!("/admin/segments/{key}")>"Keep it"</LinkButton>
        </form>
    }
    .into_any()
}

fn in_use(used: SegmentUses) -> AnyView {
    view! {
        <p class="mb-5 max-w-xl text-sm/6">
            "Variants are written for this segment. Delete them or give them to another segment first."
        </p>
        <Panel title="Where it is used">{uses(used)}</Panel>
    }
    .into_any()
}

/// The variants written for a segment, each leading to its editor.
pub(super) fn uses(used: SegmentUses) -> AnyView {
    let shown = i64::try_from(used.variants.len()).unwrap_or(i64::MAX);
    let more = (used.total > shown).then(|| {
        view! {
            <p class="border-t border-line px-4 py-3 text-sm text-muted">
                {format!("And {} more.", used.total - shown)}
            </p>
        }
    });
    let rows = used.variants.into_iter().map(|variant| {
        let tone = match variant.status.as_str() {
            "published" => Tone::Good,
            "scheduled" => Tone::Busy,
            _ => Tone::Plain,
        };
        view! {
            <li class="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5 text-sm">
                <a
                    href=format!("/admin/variants/{}", variant.variant)
                    class="min-w-0 font-medium underline underline-offset-4 wrap-anywhere"
                >
                    {variant.name}
                </a>
                <span class="text-muted wrap-anywhere">
                    {variant.page.to_string()} " · " {variant.locale.to_string()}
                </span>
                <span class="ml-auto capitalize">
                    <Badge tone>{variant.status.as_str()}</Badge>
                </span>
            </li>
        }
    });
    view! {
        <ul class="divide-y divide-line">{rows.collect_view()}</ul>
        {more}
    }
    .into_any()
}
