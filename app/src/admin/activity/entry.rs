//! One change of the log.

use domain::difference::{Change, changes};
use engine::store::{AuditEntry, AuditGroup};
use leptos::prelude::*;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::thing::Thing;
use crate::admin::author::author_first;
use crate::admin::instant;
use crate::admin::pages::field_label;
use crate::ui::{Moment, counted, grouped};

/// Fields that are shown of one change; the export has all of them.
const SHOWN: usize = 60;
/// Characters that are shown of one field.
const LENGTH: usize = 600;

/// A change: one line, and what was there before and after for whoever opens it.
#[component]
pub(super) fn Entry(entry: AuditEntry) -> impl IntoView {
    let changed = changes(entry.before.as_ref(), entry.after.as_ref());
    let about_itself = is_about_oneself(&entry.action, &entry.actor, &entry.subject);
    let thing = (!about_itself).then(|| Thing::of(&entry));
    if changed.is_empty() {
        let thing = thing.map(|thing| thing.shown().into_any());
        return view! {
            <li class="py-3 pr-4 pl-11">
                <Line entry thing />
            </li>
        }
        .into_any();
    }
    // A line that opens has no other link in it.
    let screen = thing.and_then(Thing::screen).map(|href| {
        view! {
            <p class="mt-4 text-sm">
                <a class="text-accent underline underline-offset-4" href=href>
                    "Open " {thing.map(Thing::name)}
                </a>
            </p>
        }
    });
    let name =
        thing.map(|thing| view! { <span class="font-medium">{thing.name()}</span> }.into_any());
    let line = view! { <Line entry thing=name /> };
    let left_out = changed.len().saturating_sub(SHOWN);
    let rows = changed
        .into_iter()
        .take(SHOWN)
        .map(|change| view! { <Field change /> });
    let rest = (left_out > 0).then(|| {
        let words = counted(left_out, "more field", "more fields");
        view! { <p class="mt-3 text-xs text-muted">"And " {words} "; the export has all of them."</p> }
    });
    view! {
        <li>
            <details>
                <summary class="disclosure flex cursor-pointer items-baseline gap-3 px-4 py-3 hover:bg-wash">
                    {line}
                </summary>
                <div class="border-t border-line bg-paper px-4 py-4 sm:pl-11">
                    <dl class="grid gap-4">{rows.collect_view()}</dl>
                    {rest} {screen}
                </div>
            </details>
        </li>
    }
    .into_any()
}

/// Changes that were made in one go: one line, and the way to each of them.
#[component]
pub(super) fn Batch(
    group: AuditGroup,
    /// Where each of them is shown.
    each: String,
) -> impl IntoView {
    let name = Thing::of(&group.latest).name();
    let more = and_more(group.count);
    let thing = view! {
        <span class="font-medium">{name}</span>
        {more}
        " · "
        <a class="text-accent underline underline-offset-4" href=each>
            "Show each"
        </a>
    };
    view! {
        <li class="py-3 pr-4 pl-11">
            <Line entry=group.latest thing=Some(thing.into_any()) />
        </li>
    }
}

/// How many are not named beside the one that is.
pub(in crate::admin) fn and_more(count: i64) -> Option<String> {
    (count > 1).then(|| format!(" and {} more", grouped(count - 1)))
}

#[component]
fn Line(entry: AuditEntry, thing: Option<AnyView>) -> impl IntoView {
    let address = entry.address.map(|address| format!(" from {address}"));
    let words = if is_about_oneself(&entry.action, &entry.actor, &entry.subject) {
        own_words(&entry.action)
    } else {
        words(&entry.action)
    };
    let account = (entry.author != entry.actor).then(|| format!("{} · ", entry.actor));
    view! {
        <div class="min-w-0 grow sm:flex sm:items-baseline sm:justify-between sm:gap-4">
            <p class="text-sm wrap-anywhere">
                <span class="font-medium">{author_first(&entry.author)}</span>
                " "
                {words}
                " "
                {thing}
            </p>
            <p class="shrink-0 text-xs text-muted wrap-anywhere">
                {account} <Moment at=instant::text(entry.at) /> {address}
            </p>
        </div>
    }
}

#[component]
fn Field(change: Change) -> impl IntoView {
    let name = field_label(&change.field);
    let before = change.before.map(|text| {
        view! {
            <del class="block rounded-md bg-bad-wash px-2.5 py-1.5 text-bad no-underline whitespace-pre-wrap wrap-anywhere">
                <span class="sr-only">"Before: "</span>
                {value(&text)}
            </del>
        }
    });
    let after = change.after.map(|text| {
        view! {
            <ins class="block rounded-md bg-good-wash px-2.5 py-1.5 text-good no-underline whitespace-pre-wrap wrap-anywhere">
                <span class="sr-only">"After: "</span>
                {value(&text)}
            </ins>
        }
    });
    view! {
        <div>
            <dt class="text-xs text-muted wrap-anywhere">{name}</dt>
            <dd class="mt-1 grid items-start gap-1.5 text-sm lg:grid-cols-2">{before} {after}</dd>
        </div>
    }
}

/// What a field said: an instant as its reader writes it, everything else as it is.
fn value(text: &str) -> AnyView {
    match OffsetDateTime::parse(text, &Rfc3339) {
        Ok(_) => view! { <Moment at=text /> }.into_any(),
        Err(_) => short(text).into_any(),
    }
}

/// Whether a person did something to nobody but themselves. Whoever signs in is who did it.
fn is_about_oneself(action: &str, actor: &str, subject: &str) -> bool {
    action == "people.sign_in" || action.starts_with("people.") && actor == subject
}

/// What somebody did to themselves, in words.
fn own_words(action: &str) -> String {
    match action {
        "people.join" => "joined".to_owned(),
        "people.password" => "changed their password".to_owned(),
        "people.rename" => "changed their name".to_owned(),
        "people.reset" => "made a link for a new password of their own".to_owned(),
        "people.role" => "changed their role".to_owned(),
        "people.disable" => "disabled themselves".to_owned(),
        action => words(action),
    }
}

/// What an action did, in words: `variant.publish` is "published the variant".
pub(in crate::admin) fn words(action: &str) -> String {
    let known = PHRASES.iter().find(|(known, _)| *known == action);
    if let Some((_, words)) = known {
        return (*words).to_owned();
    }
    let (kind, verb) = action.split_once('.').unwrap_or(("", action));
    let past = if verb.ends_with('e') { "d" } else { "ed" };
    format!(
        "{}{past} the {}",
        verb.replace('_', " "),
        kind.replace('_', " ")
    )
}

/// Actions that do not read well by the rule.
const PHRASES: &[(&str, &str)] = &[
    ("people.add", "added"),
    ("people.disable", "disabled"),
    ("people.enable", "enabled"),
    ("people.invite", "invited"),
    ("people.join", "joined as"),
    ("people.password", "changed the password of"),
    ("people.rename", "renamed"),
    ("people.reset", "made a link for a new password of"),
    ("people.revoke_link", "withdrew the link of"),
    ("people.role", "changed the role of"),
    ("people.sign_in", "signed in"),
    ("people.sign_out_everywhere", "signed out everywhere"),
    ("space.cancel", "stopped the filling of"),
    ("space.drop", "deleted"),
    ("space.embed", "began to fill"),
    ("space.pause", "paused the filling of"),
    ("space.resume", "resumed the filling of"),
    ("space.retry", "tried the refused texts again in"),
    ("space.rollback", "went back to"),
    ("space.switch", "switched to"),
    ("token.make", "made the token"),
    ("variant.undo", "took back a change of the variant"),
    ("variant.until", "set the end of the variant"),
    ("variant.withdraw", "withdrew the variant"),
];

fn short(text: &str) -> String {
    match text.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_reads_as_a_sentence_does() {
        let check = |action: &str, expected: &str| assert_eq!(words(action), expected);
        check("variant.publish", "published the variant");
        check("page.save", "saved the page");
        check("variant.withdraw", "withdrew the variant");
        check("people.role", "changed the role of");
        check("token.revoke", "revoked the token");
        check("space.embed", "began to fill");
    }

    #[test]
    fn what_people_do_to_themselves_names_nobody_else() {
        assert!(is_about_oneself(
            "people.rename",
            "a@x.example",
            "a@x.example"
        ));
        assert!(!is_about_oneself(
            "people.rename",
            "b@x.example",
            "a@x.example"
        ));
        assert!(!is_about_oneself(
            "variant.save",
            "a@x.example",
            "a@x.example"
        ));
        assert_eq!(own_words("people.rename"), "changed their name");
        assert_eq!(
            own_words("people.sign_out_everywhere"),
            "signed out everywhere"
        );
    }

    #[test]
    fn a_long_text_is_shortened_between_characters() {
        let text = "ä".repeat(LENGTH + 1);
        assert_eq!(short(&text), format!("{} …", "ä".repeat(LENGTH)));
        assert_eq!(short("ä"), "ä");
    }
}
