use leptos::prelude::*;

use super::Mistake;

/// What a form is refused for until somebody says that it is meant: a warning, once there is one, and
/// a box to tick.
#[component]
pub fn Acknowledgement(
    /// The box's name in its form, which the warning's field has as well.
    name: &'static str,
    /// What ticking it says.
    words: &'static str,
) -> impl IntoView {
    view! {
        <div class="hidden w-full rounded-lg bg-bad-wash pb-3 text-sm has-[p:not(:empty)]:grid">
            <Mistake name />
            <label class="mx-4 flex min-h-6 items-center gap-2.5 font-medium">
                <input type="checkbox" name=name value="true" autocomplete="off" class="size-4.5 shrink-0 accent-accent" />
                {words}
            </label>
        </div>
    }
}
