//! How far an import is.

use leptos::prelude::*;

/// A bar that moves. When the import is over, the screen is loaded anew.
#[island]
pub fn ImportProgress(
    /// The import.
    job: i64,
    /// Records saved at first.
    done: u64,
    /// Records to save at first; 0 while the file is being checked.
    total: u64,
) -> impl IntoView {
    let far = RwSignal::new((done, total));
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| browser::watch(job, far));
    #[cfg(not(feature = "hydrate"))]
    let _ = job;
    let words = move || match far.get() {
        (_, 0) => "Checking the file once more…".to_owned(),
        (done, total) => format!("{done} of {total} records saved"),
    };
    view! {
        <label for="progress" class="text-sm font-medium tabular-nums">
            {words}
        </label>
        <progress
            id="progress"
            value=move || far.get().0.to_string()
            max=move || far.get().1.max(1).to_string()
            class="mt-2 block h-2.5 w-full appearance-none overflow-hidden rounded-full border-0 bg-wash \
            [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-wash [&::-webkit-progress-value]:bg-accent"
        ></progress>
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::time::Duration;

    use leptos::prelude::*;
    use leptos::task::spawn_local;
    use leptos::wasm_bindgen::{JsCast as _, JsValue};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::Response;

    /// How often the server is asked.
    const PERIOD: Duration = Duration::from_secs(1);

    /// Asks from now on until the import is over.
    pub(super) fn watch(job: i64, far: RwSignal<(u64, u64)>) {
        set_timeout(
            move || {
                spawn_local(async move {
                    match ask(job).await {
                        Ok(Some(seen)) => {
                            far.set(seen);
                            watch(job, far);
                        }
                        Ok(None) => drop(window().location().reload()),
                        // The server may be back next time.
                        Err(_) => watch(job, far),
                    }
                });
            },
            PERIOD,
        );
    }

    /// How many records of how many are saved; `None` when the import is over.
    async fn ask(job: i64) -> Result<Option<(u64, u64)>, JsValue> {
        let address = format!("/admin/transfer/progress?job={job}");
        let answer = JsFuture::from(window().fetch_with_str(&address)).await?;
        let answer: Response = answer.unchecked_into();
        if !answer.ok() {
            return Err(JsValue::NULL);
        }
        let text = JsFuture::from(answer.text()?).await?;
        let text = text.as_string().unwrap_or_default();
        let mut numbers = text.split(' ').map(|number| number.trim().parse().ok());
        Ok(match (numbers.next().flatten(), numbers.next().flatten()) {
            (Some(done), Some(total)) => Some((done, total)),
            _ => None,
        })
    }
}
