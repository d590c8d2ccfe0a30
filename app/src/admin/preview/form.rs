//! Who looks at what.

use domain::preview::Scene;
use engine::catalog::Catalog;
use leptos::prelude::*;

use crate::admin::countries::country_options;
use crate::admin::pages::language_name;
use crate::admin::submit::SubmitOnChange;
use crate::ui::{Button, CheckField, LinkButton, SelectField, TextField, Weight, Whole};

/// The fields that describe a visitor by themselves.
const VISITOR: [&str; 9] = [
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "referrer",
    "country",
    "device",
    "language",
    "cookie",
];

/// The form. It is sent with GET, so that the address says what is previewed.
pub(super) fn form(
    catalog: &Catalog,
    scene: &Scene,
    width: Option<u32>,
    pages: Vec<(String, String)>,
) -> impl IntoView + use<> {
    let described = scene.returning
        || !scene.time.is_empty()
        || VISITOR.iter().any(|n| !scene.text(n).is_empty());
    let site = &catalog.site;
    let locales = site
        .locales
        .iter()
        .map(|locale| (locale.to_string(), language_name(*locale)))
        .collect();
    let locale = if scene.locale.is_empty() {
        site.default_locale.to_string()
    } else {
        scene.locale.clone()
    };
    let decided = (String::new(), "Whoever the visitor is".to_owned());
    let segments = catalog
        .segments
        .iter()
        .map(|segment| (segment.key.to_string(), segment.name.clone()));
    let segments = [decided].into_iter().chain(segments).collect();
    let drafts = [("", "As published"), ("true", "With drafts")];
    let zone = site.time_zone.clone();
    let page = scene.page.clone();
    let segment = scene.segment.clone();
    let shown = if scene.drafts { "true" } else { "" };
    view! {
        <form
            method="get"
            action="/admin/preview"
            class="rounded-xl border border-line bg-card p-4 shadow-xs sm:p-5"
        >
            <div class="mb-4 [&:not(:has(p:not(:empty)))]:hidden">
                <Whole />
            </div>
            {width.map(|width| view! { <input type="hidden" name="width" value=width /> })}
            <SubmitOnChange>
                <div class="grid gap-4 sm:grid-cols-2 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)_minmax(0,2fr)_minmax(0,1fr)]">
                    <SelectField name="page" label="Page" options=pages value=page />
                    <SelectField name="locale" label="Language" options=locales value=locale />
                    <SelectField
                        name="segment"
                        label="View as"
                        options=segments
                        value=segment
                    />
                    <SelectField name="drafts" label="Content" options=words(&drafts) value=shown />
                </div>
            </SubmitOnChange>
            <details open=described class="group mt-4 border-t border-line pt-3">
                <summary class="disclosure flex min-h-8 cursor-pointer flex-wrap items-center gap-x-2 text-sm font-medium">
                    "Describe the visitor"
                    <span class="text-xs font-normal text-muted">"campaign, country, device, time, cookies"</span>
                </summary>
                {visitor(scene, zone)}
            </details>
            <div class="mt-4 flex flex-wrap items-center gap-2">
                <Button weight=Weight::Primary>"Show the page"</Button>
                <LinkButton href="/admin/preview">"Start again"</LinkButton>
            </div>
        </form>
    }
}

fn visitor(scene: &Scene, zone: String) -> impl IntoView + use<> {
    let text = |name: &str| scene.text(name).to_owned();
    let country = text("country").to_ascii_uppercase();
    let devices = [
        ("", "Not known"),
        ("desktop", "Desktop"),
        ("tablet", "Tablet"),
        ("mobile", "Phone"),
    ];
    view! {
        <div class="mt-3 grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
            <TextField name="utm_source" label="UTM source" hint="linkedin, google" value=text("utm_source") max=200 filter=true />
            <TextField name="utm_medium" label="UTM medium" hint="cpc, email" value=text("utm_medium") max=200 filter=true />
            <TextField name="utm_campaign" label="UTM campaign" value=text("utm_campaign") max=200 filter=true />
            <TextField
                name="utm_term"
                label="Campaign term"
                hint="The words an advertisement was bought for."
                value=text("utm_term")
                max=200
                filter=true
            />
            <TextField name="referrer" label="Comes from" hint="A site, such as google.com" value=text("referrer") max=200 filter=true />
            <SelectField name="country" label="Country" options=country_options(&country) value=country />
            <SelectField name="device" label="Device" options=words(&devices) value=text("device") />
            <TextField name="language" label="Browser language" hint="Such as de-AT" value=text("language") max=35 filter=true />
            <TextField
                name="time"
                label="Date and time"
                hint=format!("On the clocks of {zone}; empty is now.")
                value=text("time")
                kind="datetime-local"
                filter=true
            />
            <TextField name="cookie" label="Cookies" hint="name=value; other=value" value=text("cookie") max=200 filter=true />
            <div class="flex items-center sm:pt-6">
                <CheckField name="returning" label="Has been here before" checked=scene.returning />
            </div>
        </div>
    }
}

fn words(options: &[(&str, &str)]) -> Vec<(String, String)> {
    options
        .iter()
        .map(|(choice, words)| ((*choice).to_owned(), (*words).to_owned()))
        .collect()
}
