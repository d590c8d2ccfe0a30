//! Preview as: a page as somebody would see it, and why.

mod actions;
mod candidates;
mod explanation;
mod form;
mod share;

use domain::Role;
use domain::preview::Scene;
use engine::desk::DeskError;
use leptos::html::iframe;
use leptos::prelude::*;
use leptos_router::hooks::use_url;

use super::AdminError;
use super::once::{self, shown};
use super::screen::screen;
use super::session::AdminSession;
use crate::admin::pages::page_choices;
use crate::ui::{EmptyState, LinkButton, Mistakes, PageHeader};

/// Widths in CSS pixels, and whose they are.
const WIDTHS: [(u32, &str); 3] = [(360, "Phone"), (768, "Tablet"), (1280, "Desktop")];

/// What the screen's address asks for.
struct Asked {
    scene: Scene,
    /// The width that was chosen; before that it goes by the visitor's device, else by the window's.
    width: Option<u32>,
}

impl Asked {
    /// Reads the address's query.
    fn of(query: &str) -> Self {
        let fields = || form_urlencoded::parse(query.trim_start_matches('?').as_bytes());
        let width =
            fields().find_map(|(name, text)| (name == "width").then(|| text.parse().ok())?);
        let known = |width: &u32| WIDTHS.iter().any(|(own, _)| own == width);
        Self {
            scene: Scene::of_fields(fields()),
            width: width.filter(known),
        }
    }
}

/// The screen.
pub(super) fn preview() -> impl IntoView {
    let url = use_url();
    let asked = Asked::of(url.read_untracked().search());
    screen("Preview", Role::Viewer, async move |session| {
        shown_to(&session, asked).await
    })
}

/// The screen that shows a link, once.
pub(super) fn shared() -> impl IntoView {
    screen("Share a preview", Role::Editor, async |_| {
        let once = once::take().await?;
        Ok::<_, AdminError>(shown(once, "link", "/admin/preview", "Back to the preview"))
    })
}

async fn shown_to(session: &AdminSession, asked: Asked) -> Result<AnyView, AdminError> {
    let catalog = session.desk().engine().catalog();
    let Asked { mut scene, width } = asked;
    let pages = page_choices(&catalog, |page| page.path.to_string());
    if pages.is_empty() {
        return Ok(empty());
    }
    if scene.page.is_empty() {
        scene.page.clone_from(&pages[0].0);
    }
    let (told, mistakes) = match session.desk().preview(&scene).await {
        Ok(preview) => (Some(preview), Mistakes::default()),
        Err(DeskError::Invalid(fields)) => {
            let whole = Some("There is no such visitor. Correct the fields below.".to_owned());
            (
                None,
                Mistakes {
                    whole,
                    fields,
                    ..Mistakes::default()
                },
            )
        }
        Err(error) => return Err(error.into()),
    };
    provide_context(mistakes);
    let body = match told {
        None => ().into_any(),
        Some(preview) => {
            let share = session.may(Role::Editor);
            view! {
                <div class="mt-6 grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_25rem]">
                    {framed(&scene, width.or_else(|| device_width(&scene)))}
                    <div class="grid gap-6">
                        {share.then(|| share::panel(&scene))}
                        {explanation::explanation(&catalog, &preview)}
                    </div>
                </div>
            }
            .into_any()
        }
    };
    Ok(view! {
        <PageHeader
            title="Preview as"
            lead="See a page as somebody else would, and why. Nothing here is counted as a visit or kept in a cache."
        />
        {form::form(&catalog, &scene, width, pages)}
        {body}
    }
    .into_any())
}

fn empty() -> AnyView {
    view! {
        <PageHeader title="Preview as" />
        <div class="rounded-xl border border-line bg-card shadow-xs">
            <EmptyState
                title="No pages yet"
                text="Once there is a page, this screen shows it as any visitor would see it, and explains why."
            >
                <LinkButton href="/admin/pages">"To the pages"</LinkButton>
            </EmptyState>
        </div>
    }
    .into_any()
}

/// How wide the visitor's device shows the page, when it is known.
fn device_width(scene: &Scene) -> Option<u32> {
    let whose = match scene.text("device") {
        "mobile" => "Phone",
        "tablet" => "Tablet",
        "desktop" => "Desktop",
        _ => return None,
    };
    let found = WIDTHS.iter().find(|(_, own)| *own == whose)?;
    Some(found.0)
}

/// The page in a frame, at one of the widths.
fn framed(scene: &Scene, width: Option<u32>) -> impl IntoView + use<> {
    let query = query_of(scene);
    let source = format!("/admin/preview/frame?{query}");
    let title = format!("{} as this visitor sees it", scene.page);
    let class = match width {
        Some(360) => "rounded-lg border border-line bg-paper [--wide:360px]",
        Some(768) => "rounded-lg border border-line bg-paper [--wide:768px]",
        Some(_) => "rounded-lg border border-line bg-paper [--wide:1280px]",
        None => "rounded-lg border border-line bg-paper [--wide:360px] sm:[--wide:768px]",
    };
    let widths = WIDTHS.iter().map(|(pixels, whose)| {
        let href = format!("/admin/preview?{query}&width={pixels}");
        let class = match (width, pixels) {
            (None, 360) => "flex min-h-8 items-center rounded-md px-2.5 text-sm text-muted hover:text-ink max-sm:chosen",
            (None, 768) => "flex min-h-8 items-center rounded-md px-2.5 text-sm text-muted hover:text-ink sm:chosen",
            _ => "flex min-h-8 items-center rounded-md px-2.5 text-sm text-muted hover:text-ink aria-[current=true]:chosen",
        };
        view! {
            <a
                href=href
                aria-current=(Some(*pixels) == width).then_some("true")
                class=class
            >
                {*whose} " " <span class="ml-1.5 text-xs tabular-nums text-muted">{*pixels}</span>
            </a>
        }
    });
    // The screen is painted before the page in it is asked for.
    let frame = iframe()
        .src(source)
        .title(title)
        .sandbox("allow-popups allow-popups-to-escape-sandbox")
        .class(class)
        .attr("loading", "lazy");
    view! {
        <section aria-label="The page" class="min-w-0 rounded-xl border border-line bg-wash shadow-xs xl:sticky xl:top-20">
            <nav aria-label="Width" class="flex flex-wrap gap-1 border-b border-line p-1.5">
                {widths.collect_view()}
            </nav>
            <div class="p-3">
                <div
                    class="fitted h-[46rem] xl:h-[calc(100vh-11rem)]"
                    tabindex="0"
                    role="region"
                    aria-label="The page, as wide as chosen"
                >
                    {frame}
                </div>
            </div>
        </section>
    }
}

/// A scene as the query of an address.
fn query_of(scene: &Scene) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(scene.fields())
        .finish()
}
