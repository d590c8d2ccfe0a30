use leptos::prelude::*;

/// A share of a whole as a bar, with its number beside it.
#[component]
pub fn Share(
    /// The share, 0 to 1.
    share: f64,
) -> impl IntoView {
    let width = format!("{:.1}", share.clamp(0.0, 1.0) * 64.0);
    view! {
        <span class="inline-flex items-center gap-2 whitespace-nowrap tabular-nums">
            <svg class="h-1.5 w-16 shrink-0" viewBox="0 0 64 6" preserveAspectRatio="none" aria-hidden="true">
                <rect class="fill-line" width="64" height="6" rx="3" />
                <rect class="fill-accent" width=width height="6" rx="3" />
            </svg>
            {per_cent(share)}
        </span>
    }
}

/// A share, 0 to 1, in words: what is little is not rounded to nothing.
pub fn per_cent(share: f64) -> String {
    let percent = share * 100.0;
    match percent {
        p if p > 0.0 && p < 0.1 => "< 0.1 %".to_owned(),
        p if p < 10.0 && (p - p.round()).abs() >= 0.05 => format!("{p:.1} %"),
        p => format!("{p:.0} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_as_exact_as_it_needs_to_be() {
        let check = |share: f64, expected: &str| assert_eq!(per_cent(share), expected);
        check(0.0, "0 %");
        check(0.0004, "< 0.1 %");
        check(0.0123, "1.2 %");
        check(0.02, "2 %");
        check(0.456, "46 %");
        check(1.0, "100 %");
    }
}
