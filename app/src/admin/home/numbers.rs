//! How the node is doing, kept up to date while somebody looks.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::admin::AdminError;

/// How this node is doing, in words and lines.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Doing {
    /// Landing pages a second over the last minute.
    pub requests: String,
    /// The share of them that caches answered.
    pub hits: String,
    /// The share of them for which the default content stood in.
    pub errors: String,
    /// The points of a line from 0,40 to 300,0: landing pages a second over five minutes.
    pub line: String,
    /// Cache result, count, median and 99th percentile.
    pub latency: Vec<[String; 4]>,
    /// Segment, count, median and 99th percentile of all answers.
    pub segments: Vec<[String; 4]>,
}

/// How this node is doing at the moment.
///
/// # Errors
/// [`AdminError::SignedOut`] without a session.
#[server(prefix = "/admin/api", endpoint = "home/now")]
pub async fn now() -> Result<Doing, AdminError> {
    use crate::admin::session::AdminSession;

    // Every viewer may see it. That a window is open is no use of the session.
    let session = AdminSession::watching().await?;
    let session = session.ok_or(AdminError::SignedOut)?;
    Ok(present(session.desk()))
}

#[cfg(feature = "ssr")]
pub(super) use words::present;

/// The numbers, read anew every five seconds while the window is in front.
#[island]
pub fn Numbers(
    /// What the server saw when it made the screen.
    first: Doing,
) -> impl IntoView {
    let seen = RwSignal::new(first);
    #[cfg(feature = "hydrate")]
    refresh(seen);
    let rows = move |pick: fn(&Doing) -> &Vec<[String; 4]>| {
        let rows = seen.with(|now| pick(now).clone()).into_iter();
        rows.map(|[name, count, median, p99]| {
            view! {
                <tr class="border-t border-line">
                    <th scope="row" class="py-1.5 pr-3 text-left font-normal wrap-anywhere">{name}</th>
                    <td class="py-1.5 pr-3 text-right">{count}</td>
                    <td class="py-1.5 pr-3 text-right whitespace-nowrap">{median}</td>
                    <td class="py-1.5 text-right whitespace-nowrap">{p99}</td>
                </tr>
            }
        })
        .collect_view()
    };
    let figure = move |words: &'static str, pick: fn(&Doing) -> &String| {
        view! {
            <div>
                <dt class="text-xs text-muted">{words}</dt>
                <dd class="mt-0.5 text-2xl font-semibold tracking-tight whitespace-nowrap tabular-nums">
                    {move || seen.with(|now| pick(now).clone())}
                </dd>
            </div>
        }
    };
    let table = move |title: &'static str,
                      first: &'static str,
                      empty: &'static str,
                      pick: fn(&Doing) -> &Vec<[String; 4]>| {
        view! {
            <section class="min-w-0 p-4">
                <h3 class="text-sm font-medium">{title}</h3>
                <table class="mt-2 w-full text-sm tabular-nums">
                    <thead class="text-xs text-muted">
                        <tr>
                            <th scope="col" class="pb-1.5 text-left font-medium">{first}</th>
                            <th scope="col" class="pr-3 pb-1.5 text-right font-medium">"Answers"</th>
                            <th scope="col" class="pr-3 pb-1.5 text-right font-medium">"Half within"</th>
                            <th scope="col" class="pb-1.5 text-right font-medium">"99 % within"</th>
                        </tr>
                    </thead>
                    <tbody>{move || rows(pick)}</tbody>
                </table>
                <p class="mt-2 text-sm text-muted empty:hidden">
                    {move || seen.with(|now| pick(now).is_empty()).then_some(empty)}
                </p>
            </section>
        }
    };
    view! {
        <section
            aria-labelledby="numbers"
            class="overflow-hidden rounded-xl border border-line bg-card shadow-xs max-sm:order-last"
        >
            <h2 id="numbers" class="border-b border-line px-4 py-3 text-sm font-semibold">
                "This server now"
            </h2>
            <div class="grid items-center gap-x-10 gap-y-4 px-4 py-3 md:grid-cols-[auto_1fr]">
                <dl class="flex justify-between gap-x-4 sm:justify-start sm:gap-x-10">
                    {figure("Pages a second", |now| &now.requests)}
                    {figure("From a cache", |now| &now.hits)}
                    {figure("Default instead", |now| &now.errors)}
                </dl>
                <div>
                    <svg
                        viewBox="0 0 300 40"
                        preserveAspectRatio="none"
                        class="h-12 w-full fill-none stroke-accent stroke-2"
                        role="img"
                        aria-label="Pages a second over the last five minutes"
                    >
                        <polyline
                            points=move || seen.with(|now| now.line.clone())
                            vector-effect="non-scaling-stroke"
                            stroke-linejoin="round"
                        />
                    </svg>
                    <p class="mt-1 text-right text-xs text-muted">"The last five minutes"</p>
                </div>
            </div>
            <div class="grid border-t border-line lg:grid-cols-2 lg:divide-x lg:divide-line">
                {table(
                    "Time to answer, by where the answer came from",
                    "Cache",
                    "Nobody has asked for a page since this server started.",
                    |now| &now.latency,
                )}
                {table(
                    "Time to answer, by segment",
                    "Segment",
                    "Nobody has asked for a page since this server started.",
                    |now| &now.segments,
                )}
            </div>
        </section>
    }
}

/// Reads the numbers now and then, but not while nobody can see them.
#[cfg(feature = "hydrate")]
fn refresh(seen: RwSignal<Doing>) {
    use std::time::Duration;

    let read = move || {
        if document().hidden() {
            return;
        }
        leptos::task::spawn_local(async move {
            // What cannot be read now is read the next time.
            if let Ok(now) = now().await {
                seen.set(now);
            }
        });
    };
    if let Ok(timer) = set_interval_with_handle(read, Duration::from_secs(5)) {
        on_cleanup(move || timer.clear());
    }
}

#[cfg(feature = "ssr")]
mod words {
    use engine::CacheResult;
    use engine::desk::Desk;
    use engine::metrics::Latency;
    use engine::pulse::Rate;

    use super::Doing;
    use crate::ui::per_cent;

    /// Readings of five minutes.
    const POINTS: usize = 60;
    /// Segments shown.
    const SEGMENTS: usize = 8;

    /// How the node is doing at the moment.
    pub(in crate::admin::home) fn present(desk: &Desk) -> Doing {
        let numbers = desk.numbers();
        let share = |share: Option<f64>| share.map_or_else(|| "–".to_owned(), per_cent);
        Doing {
            requests: rate(numbers.rate.per_second),
            hits: share(numbers.rate.hit_rate),
            errors: share(numbers.rate.error_rate),
            line: line(&numbers.rate),
            latency: numbers
                .latency
                .into_iter()
                .map(|(result, latency)| row(name(result).to_owned(), latency))
                .collect(),
            segments: numbers
                .segments
                .into_iter()
                .take(SEGMENTS)
                .map(|(segment, latency)| row(segment, latency))
                .collect(),
        }
    }

    fn name(result: CacheResult) -> &'static str {
        match result {
            CacheResult::Hit => "Fresh from a cache",
            CacheResult::Stale => "From a cache, being renewed",
            CacheResult::Miss => "Computed",
            CacheResult::Error => "Default content instead",
        }
    }

    fn row(name: String, latency: Latency) -> [String; 4] {
        let time = |seconds: Option<f64>| seconds.map_or_else(|| "–".to_owned(), time);
        [
            name,
            latency.count.to_string(),
            time(latency.median),
            time(latency.p99),
        ]
    }

    fn time(seconds: f64) -> String {
        match seconds * 1_000.0 {
            ms if ms < 1.0 => format!("{:.0} µs", ms * 1_000.0),
            ms if ms < 10.0 => format!("{ms:.1} ms"),
            ms => format!("{ms:.0} ms"),
        }
    }

    fn rate(per_second: f64) -> String {
        if per_second >= 10.0 {
            format!("{per_second:.0}")
        } else {
            format!("{per_second:.1}")
        }
    }

    /// The history as points, the latest at the right; nothing happening is a line at the bottom.
    #[expect(clippy::cast_precision_loss, reason = "a few dozen points")]
    fn line(rate: &Rate) -> String {
        let most = rate.history.iter().copied().fold(1.0, f64::max);
        let first = POINTS.saturating_sub(rate.history.len());
        let skip = rate.history.len().saturating_sub(POINTS);
        let step = 300.0 / (POINTS - 1) as f64;
        rate.history
            .iter()
            .skip(skip)
            .enumerate()
            .map(|(index, value)| {
                let (x, y) = ((first + index) as f64 * step, 39.0 - value / most * 38.0);
                format!("{x:.1},{y:.1}")
            })
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_time_has_the_unit_it_is_read_in() {
            assert_eq!(time(0.000_025), "25 µs");
            assert_eq!(time(0.002_5), "2.5 ms");
            assert_eq!(time(0.25), "250 ms");
        }

        #[test]
        fn a_line_ends_at_the_right_and_stays_inside() {
            let rate = Rate {
                per_second: 0.0,
                hit_rate: None,
                error_rate: None,
                history: vec![0.0, 5.0, 10.0],
            };
            assert_eq!(line(&rate), "289.8,39.0 294.9,20.0 300.0,1.0");
        }
    }
}
