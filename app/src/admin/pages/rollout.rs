use leptos::prelude::*;

/// A share in per cent, as a slider and as a number that go together. Without JavaScript only the
/// number is there.
#[island]
pub fn RolloutField(
    /// The share at first, 0 to 100.
    value: f64,
) -> impl IntoView {
    let share = RwSignal::new(value.to_string());
    let words = move || match share.get().parse::<f64>() {
        Ok(100.0) => "Everybody sees what is decided for them.".to_owned(),
        Ok(0.0) => "Everybody sees the default content.".to_owned(),
        Ok(share) => format!(
            "{share} % of the visitors see what is decided for them, the others the default content."
        ),
        Err(_) => String::new(),
    };
    view! {
        <div class="flex items-center gap-4">
            <input
                type="range"
                min="0"
                max="100"
                step="5"
                aria-label="Rollout, in steps of 5 per cent"
                prop:value=share
                value=value
                on:input:target=move |event| share.set(event.target().value())
                class="min-h-6 grow accent-accent [@media(scripting:none)]:hidden"
            />
            <span class="flex items-center gap-2 text-sm">
                <input
                    id="rollout"
                    name="rollout"
                    type="number"
                    min="0"
                    max="100"
                    step="any"
                    required
                    aria-describedby="rollout-hint rollout-mistake"
                    prop:value=share
                    value=value
                    on:input:target=move |event| share.set(event.target().value())
                    class="block min-h-10 w-24 rounded-lg border border-edge bg-card px-3 py-2 text-base text-ink shadow-xs tabular-nums \
                    aria-invalid:border-bad sm:text-sm"
                />
                "%"
            </span>
        </div>
        <p id="rollout-hint" class="mt-1.5 text-xs/5 text-muted">
            {words}
        </p>
    }
}
