//! Drawings that suit any company: a sea chart with a route that reaches land.

use std::sync::LazyLock;

use leptos::prelude::*;

/// One drawing per file, without the `<svg>` element around it, one element a line.
static CHART: LazyLock<String> = LazyLock::new(|| joined(include_str!("art/chart.svg")));
static CONTOURS: LazyLock<String> = LazyLock::new(|| joined(include_str!("art/contours.svg")));

/// What stands beside a hero without a picture: a chart with a route, and cards with figures.
pub(super) fn chart() -> impl IntoView {
    view! {
        <svg
            class="w-full overflow-visible"
            viewBox="0 0 600 500"
            aria-hidden="true"
            inner_html=CHART.as_str()
        />
    }
}

/// Contour lines behind the text of a dark panel.
pub(super) fn contours() -> impl IntoView {
    view! {
        <svg
            class="absolute -right-24 -bottom-36 -z-10 h-full w-auto max-w-none min-w-2xl fill-none stroke-panel-line sm:-right-8 sm:-bottom-8 sm:h-[125%]"
            viewBox="0 0 600 400"
            aria-hidden="true"
            inner_html=CONTOURS.as_str()
        />
    }
}

fn joined(drawing: &str) -> String {
    drawing.lines().map(str::trim).collect()
}
