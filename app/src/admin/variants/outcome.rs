//! What is said after variants were published, and the way back.

use engine::desk::variants::{Published, Undone};
use leptos::prelude::*;

use super::actions::What;
use crate::admin::session::done;
use crate::admin::sign_in::next::allowed;
use crate::ui::grouped;

/// The notices' names in addresses.
const DONE: [(&str, What); 5] = [
    ("variants-published", What::Now),
    ("variants-scheduled", What::Schedule),
    ("variants-until", What::Until),
    ("variants-archived", What::Archive),
    ("variants-withdrawn", What::Withdraw),
];
const UNDONE: &str = "variants-undone";
/// Parameters of a notice: they are not part of where one is.
const PARAMETERS: [&str; 6] = ["notice", "changed", "undo", "left", "__err", "__path"];

/// Leads back to the screen at `back` with a notice of what was done.
pub(super) fn lead_back(back: &str, what: What, published: &Published) {
    let name = DONE.iter().find(|(_, done)| *done == what);
    let name = name.map_or("", |(name, _)| *name);
    let undo = published.undo.map(|token| format!("&undo={}", token.0));
    done(
        &place(back),
        &format!(
            "{name}&changed={}{}",
            published.changed,
            undo.unwrap_or_default()
        ),
    );
}

/// Leads back with a notice of what was undone.
pub(super) fn lead_back_undone(back: &str, undone: Undone) {
    done(
        &place(back),
        &format!("{UNDONE}&changed={}&left={}", undone.restored, undone.left),
    );
}

/// The words of the notice that a raw query names, with a way to undo it; `None` when it is none
/// of variants.
pub(in crate::admin) fn outcome(path: &str, query: &str) -> Option<AnyView> {
    let named = |wanted: &str| {
        form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.into_owned())
    };
    let count = |wanted: &str| named(wanted).and_then(|n| n.parse::<usize>().ok());
    let notice = named("notice")?;
    let changed = count("changed").unwrap_or(0);
    if notice == UNDONE {
        let left = count("left").unwrap_or(0);
        return Some(undone_words(changed, left).into_any());
    }
    let (_, what) = DONE.iter().find(|(name, _)| *name == notice)?;
    let undo = count("undo").map(|token| {
        view! {
            <form method="post" action="/admin/api/variants/undo" class="ml-auto">
                <input type="hidden" name="token" value=token />
                <input type="hidden" name="back" value=place(&format!("{path}?{query}")) />
                <button class="inline-flex min-h-7 items-center rounded-md border border-current px-2.5 font-medium">
                    "Undo"
                </button>
            </form>
        }
    });
    Some(
        view! {
            {words(*what, changed)}
            {undo}
        }
        .into_any(),
    )
}

fn words(what: What, changed: usize) -> String {
    let (them, are) = match changed {
        0 => return "Nothing changed: everything stood like that already.".to_owned(),
        1 => ("The variant".to_owned(), "is"),
        _ => (format!("{} variants", grouped(changed)), "are"),
    };
    let done = match what {
        What::Now => "published. Visitors see it from now on.",
        What::Schedule => "scheduled.",
        What::Until => "shown as long as you chose.",
        What::Archive => "archived. No visitor sees it any more.",
        What::Withdraw => "a draft again. No visitor sees it any more.",
    };
    match (what, changed) {
        (_, 1) => format!("{them} {are} {done}"),
        (What::Withdraw, _) => {
            format!("{them} are drafts again. No visitor sees them any more.")
        }
        _ => format!("{them} {are} {}", done.replace(" it ", " them ")),
    }
}

/// What a change of `all` variants means for `live` of them, which visitors see now.
pub(super) fn warning(what: What, live: usize, all: usize) -> String {
    let them = match (live, all) {
        (1, 1) => "This variant is shown to visitors now".to_owned(),
        (1, _) => format!(
            "1 of these {} variants is shown to visitors now",
            grouped(all)
        ),
        (live, all) if live == all => {
            format!("These {} variants are shown to visitors now", grouped(all))
        }
        _ => format!(
            "{} of these {} variants are shown to visitors now",
            grouped(live),
            grouped(all)
        ),
    };
    let until = match what {
        What::Schedule => "before the date you chose",
        What::Now | What::Until | What::Archive | What::Withdraw => "any more",
    };
    let they = if live == 1 { "it is" } else { "they are" };
    format!(
        "{them}. After this {they} not shown {until}. If that is meant, tick the box below and press the button again."
    )
}

fn undone_words(restored: usize, left: usize) -> String {
    let left = match left {
        0 => "",
        1 => " One was left alone, because somebody changed it since.",
        _ => " Some were left alone, because somebody changed them since.",
    };
    match restored {
        0 if left.is_empty() => "There was nothing left to undo.".to_owned(),
        0 => format!("Nothing was undone.{left}"),
        1 => format!("Undone: the variant stands as it did before.{left}"),
        _ => format!("Undone: {restored} variants stand as they did before.{left}"),
    }
}

/// A screen of the admin without the notice's parameters.
fn place(back: &str) -> String {
    let back = if back.is_empty() {
        "/admin/variants"
    } else {
        back
    };
    let (path, query) = back.split_once('?').unwrap_or((back, ""));
    let kept =
        form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| !PARAMETERS.contains(&&**name));
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(kept)
        .finish();
    let place = if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    };
    allowed(Some(&place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_comes_back_to_where_one_was_without_old_notices() {
        let check = |back: &str, expected: &str| assert_eq!(place(back), expected);
        check("", "/admin/variants");
        check(
            "/admin/variants?q=a+b&notice=variants-published&undo=3&changed=1&at=2",
            "/admin/variants?q=a+b&at=2",
        );
        check("/admin/variants/7?notice=saved", "/admin/variants/7");
        check("https://evil.example/", "/admin");
    }

    #[test]
    fn a_warning_says_what_visitors_will_not_see() {
        let check = |what, live, all, expected: &str| {
            let said = warning(what, live, all);
            assert!(said.starts_with(expected), "{said}");
        };
        check(
            What::Archive,
            1,
            1,
            "This variant is shown to visitors now. After this it is not shown any more.",
        );
        check(
            What::Schedule,
            3,
            1_200,
            "3 of these 1,200 variants are shown to visitors now. After this they are not shown before",
        );
        check(
            What::Withdraw,
            2,
            2,
            "These 2 variants are shown to visitors now. After this",
        );
    }

    #[test]
    fn a_notice_counts_what_was_done() {
        let check = |what: What, changed: usize, expected: &str| {
            assert_eq!(words(what, changed), expected);
        };
        check(
            What::Now,
            1,
            "The variant is published. Visitors see it from now on.",
        );
        check(
            What::Now,
            3,
            "3 variants are published. Visitors see them from now on.",
        );
        check(
            What::Archive,
            2,
            "2 variants are archived. No visitor sees them any more.",
        );
        check(
            What::Withdraw,
            2,
            "2 variants are drafts again. No visitor sees them any more.",
        );
        check(
            What::Schedule,
            0,
            "Nothing changed: everything stood like that already.",
        );
    }
}
