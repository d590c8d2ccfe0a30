use leptos::prelude::*;

/// The condition that is being written, as JSON text: the builder writes it and the tester tries it.
#[derive(Debug, Clone, Copy)]
pub(super) struct SharedCondition(pub(super) RwSignal<String>);

/// What a builder and a tester stand in, wherever on the screen they are.
#[island]
pub fn ConditionDesk(
    /// The condition at first, as JSON text.
    condition: String,
    /// The screen.
    children: Children,
) -> impl IntoView {
    provide_context(SharedCondition(RwSignal::new(condition)));
    children()
}
