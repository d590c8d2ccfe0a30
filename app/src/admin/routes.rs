//! Which screen stands at which address.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::{SsrMode, path};

use super::account::account;
use super::activity::Activity;
use super::home::Home;
use super::insights::insights;
use super::pages::{EditPage, NewPage, PageHistory, PageList};
use super::screen::unknown;
use super::sign_in::sign_in;
use super::welcome::welcome;
use super::{editor, people, preview, segments, spaces, tokens, transfer, variants};

/// The admin's body. Every screen is complete before any of it is sent, so that its status and
/// where it leads are known.
#[component]
pub fn AdminApp() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title formatter=|screen: String| format!("{screen} · Landfall") />
        <Router>
            <FlatRoutes fallback=unknown>
                <Route path=path!("/admin/sign-in") view=sign_in ssr=SsrMode::Async />
                <Route path=path!("/admin/welcome/:secret") view=welcome ssr=SsrMode::Async />
                <Route path=path!("/admin/account") view=account ssr=SsrMode::Async />
                <Route path=path!("/admin/people") view=people::people ssr=SsrMode::Async />
                <Route path=path!("/admin/people/invite") view=people::invite ssr=SsrMode::Async />
                <Route path=path!("/admin/people/link") view=people::made ssr=SsrMode::Async />
                <Route path=path!("/admin/people/:id") view=people::person ssr=SsrMode::Async />
                <Route path=path!("/admin/spaces") view=spaces::list ssr=SsrMode::Async />
                <Route path=path!("/admin/spaces/plan") view=spaces::plan ssr=SsrMode::Async />
                <Route path=path!("/admin/spaces/drift") view=spaces::drift ssr=SsrMode::Async />
                <Route path=path!("/admin/tokens") view=tokens::tokens ssr=SsrMode::Async />
                <Route path=path!("/admin/tokens/new") view=tokens::new ssr=SsrMode::Async />
                <Route path=path!("/admin/tokens/made") view=tokens::made ssr=SsrMode::Async />
                <Route path=path!("/admin/variants") view=variants::list ssr=SsrMode::Async />
                <Route path=path!("/admin/variants/new") view=editor::new ssr=SsrMode::Async />
                <Route path=path!("/admin/variants/:id") view=editor::variant ssr=SsrMode::Async />
                <Route path=path!("/admin/variants/:id/history") view=variants::history ssr=SsrMode::Async />
                <Route path=path!("/admin/segments") view=segments::list ssr=SsrMode::Async />
                <Route path=path!("/admin/segments/new") view=segments::new ssr=SsrMode::Async />
                <Route path=path!("/admin/segments/tester") view=segments::try_out ssr=SsrMode::Async />
                <Route path=path!("/admin/segments/:key") view=segments::edit ssr=SsrMode::Async />
                <Route path=path!("/admin/segments/:key/history") view=segments::history ssr=SsrMode::Async />
                <Route path=path!("/admin/segments/:key/delete") view=segments::delete ssr=SsrMode::Async />
                <Route path=path!("/admin") view=Home ssr=SsrMode::Async />
                <Route path=path!("/admin/pages") view=PageList ssr=SsrMode::Async />
                <Route path=path!("/admin/pages/new") view=NewPage ssr=SsrMode::Async />
                <Route path=path!("/admin/pages/:id") view=EditPage ssr=SsrMode::Async />
                <Route path=path!("/admin/pages/:id/history") view=PageHistory ssr=SsrMode::Async />
                <Route path=path!("/admin/insights") view=insights ssr=SsrMode::Async />
                <Route path=path!("/admin/preview") view=preview::preview ssr=SsrMode::Async />
                <Route path=path!("/admin/preview/shared") view=preview::shared ssr=SsrMode::Async />
                <Route path=path!("/admin/transfer") view=transfer::transfer ssr=SsrMode::Async />
                <Route path=path!("/admin/transfer/imports/:id") view=transfer::job ssr=SsrMode::Async />
                <Route path=path!("/admin/activity") view=Activity ssr=SsrMode::Async />
                <Route path=path!("/admin/*any") view=unknown ssr=SsrMode::Async />
            </FlatRoutes>
        </Router>
    }
}
