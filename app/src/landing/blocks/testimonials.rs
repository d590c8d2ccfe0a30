//! What customers say: one voice large, several as a wall of cards.

use domain::block::{Testimonial, Testimonials};
use leptos::prelude::*;

use super::heading_id;

/// A pair of quotation marks.
const MARKS: &str = r#"<path d="M0 24V13C0 5.5 4.5.8 12 0v5c-3.5.7-5.3 2.6-5.5 6H12v13zm18 0V13C18 5.5 22.5.8 30 0v5c-3.5.7-5.3 2.6-5.5 6H30v13z"/>"#;

pub(super) fn view(block: &Testimonials) -> impl IntoView + use<'_> {
    let id = heading_id(&block.id);
    let alone = block.items.len() == 1;
    let columns = match block.items.len() {
        1 => "",
        2 | 4 => "gap-5 md:columns-2",
        _ => "gap-5 md:columns-2 lg:columns-3",
    };
    let heading = block.heading.as_deref().map(|text| {
        view! {
            <h2 id=id.clone() class="heading mb-12 max-w-3xl text-title">
                {text}
            </h2>
        }
    });
    view! {
        <section
            id=block.id.as_str()
            aria-labelledby=block.heading.is_some().then_some(id)
            class="border-y border-line bg-wash"
        >
            <div class="shell band">
                {heading}
                <div class=columns>
                    {block.items.iter().map(|item| voice(item, alone)).collect_view()}
                </div>
            </div>
        </section>
    }
}

fn voice(item: &Testimonial, alone: bool) -> impl IntoView + use<'_> {
    let (figure, quote) = if alone {
        ("max-w-4xl", "heading text-title")
    } else {
        (
            "raised mb-5 break-inside-avoid rounded-2xl p-7",
            "text-lg/relaxed",
        )
    };
    view! {
        <figure class=figure>
            <svg
                class="mb-5 h-6 fill-accent"
                viewBox="0 0 32 24"
                aria-hidden="true"
                inner_html=MARKS
            />
            <blockquote class=quote>
                <p>{item.quote.as_str()}</p>
            </blockquote>
            <figcaption class="mt-6 flex items-center gap-3.5">
                <span
                    aria-hidden="true"
                    class="grid size-11 shrink-0 place-items-center rounded-full bg-panel text-sm font-semibold text-on-panel"
                >
                    {initials(&item.name)}
                </span>
                <span class="min-w-0">
                    <span class="block font-semibold">{item.name.as_str()}</span>
                    <span class="block text-sm text-muted">{item.role.as_str()}</span>
                </span>
            </figcaption>
        </figure>
    }
}

/// The first letters of the first and the last word.
fn initials(name: &str) -> String {
    let mut firsts = name
        .split_whitespace()
        .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = firsts.next();
    first.into_iter().chain(firsts.next_back()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_those_of_first_and_last_name() {
        let check = |name: &str, expected: &str| assert_eq!(initials(name), expected, "{name:?}");
        check("Ada Lovelace", "AL");
        check("Maria del Carmen Ruiz", "MR");
        check("Élodie", "É");
        check("(Dr.) Yuki Sato", "DS");
        check("—", "");
    }
}
