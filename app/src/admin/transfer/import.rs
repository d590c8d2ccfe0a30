use domain::Role;
use engine::desk::transfer::MAX_FILE_BYTES;
use engine::store::Owner;
use leptos::prelude::*;

use super::drop_file::DropFile;
use super::{export, findings, history};
use crate::admin::AdminError;
use crate::admin::screen::screen;
use crate::ui::{PageHeader, Panel, Whole};

/// The screen for files.
pub(in crate::admin) fn transfer() -> impl IntoView {
    screen("Import and export", Role::Viewer, async |session| {
        let desk = session.desk();
        let owner = Owner::Person(session.person().id);
        let may_check = session.may(Role::Editor);
        let waiting = if may_check {
            desk.waiting_upload(owner).await?
        } else {
            None
        };
        let imports = desk.imports().await?;
        let running = imports
            .iter()
            .find(|job| !job.state.is_over())
            .map(|job| job.id);
        let import = match waiting {
            Some(waiting) => {
                let found = findings::findings(&waiting, session.may(Role::Publisher), running);
                view! { {found} {another(waiting.name)} }.into_any()
            }
            None if may_check => form().into_any(),
            None => only_viewer().into_any(),
        };
        Ok::<_, AdminError>(
            view! {
                <PageHeader
                    title="Import and export"
                    lead="Bring many segments, pages and variants at once from a spreadsheet or a program, and take them along."
                />
                <div class="mb-4 [&:not(:has(p:not(:empty)))]:hidden">
                    <Whole />
                </div>
                {import}
                <div class="mt-6 grid items-start gap-6 lg:grid-cols-[22rem_minmax(0,1fr)]">
                    {export::panel(&desk.engine().catalog())} {history::panel(&imports)}
                </div>
            }
            .into_any(),
        )
    })
}

fn form() -> impl IntoView {
    view! {
        <Panel title="Import a file">
            <div class="grid gap-6 p-4 md:grid-cols-[minmax(0,1fr)_20rem]">
                <DropFile most=MAX_FILE_BYTES />
                {steps()}
            </div>
        </Panel>
    }
}

/// The same form beside a file that waits.
fn another(waiting: String) -> impl IntoView {
    view! {
        <div class="mt-6">
            <Panel title="Check another file">
                <div class="grid gap-4 p-4">
                    <p class="text-sm/6 text-muted">
                        "It takes the place of " <span class="wrap-anywhere">{waiting}</span> ", of which nothing is imported then."
                    </p>
                    <DropFile most=MAX_FILE_BYTES />
                </div>
            </Panel>
        </div>
    }
}

fn steps() -> impl IntoView {
    view! {
        <div class="text-sm/6 text-muted">
            <p class="font-medium text-ink">"What happens to it"</p>
            <ol class="mt-2 grid list-decimal gap-1.5 pl-5">
                <li>"Every row is checked. You see what is new, what would change, and what is wrong."</li>
                <li>"You decide. Bad rows can be downloaded and corrected, and the others imported meanwhile."</li>
                <li>"The import goes on by itself; you can watch it, and stop it."</li>
            </ol>
            <p class="mt-3">
                "Not sure what a file looks like? "
                <a class="text-accent underline underline-offset-4" href="/admin/transfer/export?format=csv">
                    "Export yours as CSV"
                </a> " and change it."
            </p>
        </div>
    }
}

fn only_viewer() -> impl IntoView {
    view! {
        <Panel title="Import a file">
            <p class="p-4 text-sm/6 text-muted">
                "Checking a file takes the role editor, importing it the role publisher. Ask an admin for one of them."
            </p>
        </Panel>
    }
}
