//! Findings in words.

use domain::{SegmentId, VariantId};
use engine::desk::insights::{Insights, Reason};
use engine::store::NamedVariant;

use crate::admin::pages::language_name;
use crate::ui::per_cent;

/// Something to put right.
pub(super) struct Finding {
    /// What it is about.
    pub(super) what: String,
    /// What is the matter with it.
    pub(super) why: String,
    /// Where it can be put right: the words of each link and where it leads.
    pub(super) fixes: Vec<(String, String)>,
}

pub(super) fn gaps(found: &Insights, may_write: bool) -> Vec<Finding> {
    let finding = |weak: &engine::desk::home::Weak| {
        let best = match weak.best {
            Some(best) => format!("The best variant has a similarity of {best:.2}."),
            None => "No variant may be shown to them.".to_owned(),
        };
        let write = crate::admin::address::begun("/admin/variants/new?")
            .append_pair("page", weak.page_name.as_str())
            .append_pair("segment", weak.segment.as_str())
            .finish();
        let page = ("The page".to_owned(), format!("/admin/pages/{}", weak.page));
        let write = may_write.then(|| ("Write a variant".to_owned(), write));
        Finding {
            what: format!("{} for {}", weak.path, weak.name),
            why: format!("{best} {} of recent visits.", per_cent(weak.share)),
            fixes: write.into_iter().chain([page]).collect(),
        }
    };
    found.gaps.iter().map(finding).collect()
}

pub(super) fn disagreements(found: &Insights, may_write: bool) -> Vec<Finding> {
    let finding = |odd: &engine::store::Disagreement| {
        let (chosen_key, chosen) = found.names.segment(odd.chosen)?;
        let (nearer_key, nearer) = found.names.segment(odd.nearer.segment?)?;
        let (page, path) = found.names.page(odd.page)?;
        let write = crate::admin::address::begun("/admin/variants/new?")
            .append_pair("page", page.as_str())
            .append_pair("segment", chosen_key.as_str())
            .finish();
        let write = may_write.then(|| (format!("Write a variant for {chosen}"), write));
        let segment = (
            format!("The condition of {nearer}"),
            format!("/admin/segments/{nearer_key}"),
        );
        let variant = ("The nearer variant".to_owned(), variant(odd.nearer.id));
        let own = match odd.own {
            Some(own) => format!("at best {own:.2} with what they get"),
            None => "with nothing that they get".to_owned(),
        };
        Some(Finding {
            what: format!("“{}” on {path}", odd.term),
            why: format!(
                "Chosen by rule: {chosen}. Similarity {:.2} with “{}” for {nearer}, {own}. Brought {}.",
                odd.similarity,
                odd.nearer.name,
                times(odd.uses)
            ),
            fixes: [segment]
                .into_iter()
                .chain(write)
                .chain([variant])
                .collect(),
        })
    };
    found.disagreements.iter().filter_map(finding).collect()
}

pub(super) fn never_shown(found: &Insights) -> Vec<Finding> {
    let finding = |never: &engine::desk::insights::NeverShown| {
        let mut fixes = vec![("Open it".to_owned(), variant(never.variant.id))];
        let why = match &never.reason {
            Reason::Outdone(winner) => {
                fixes.push(("The one that wins".to_owned(), variant(winner.id)));
                format!(
                    "“{}” for the same people is always nearer, and no campaign term has led here.",
                    winner.name
                )
            }
            Reason::TooFar => "Nothing that its visitors ask for is near enough to it, and no \
                               campaign term has led here."
                .to_owned(),
        };
        Finding {
            what: format!(
                "{} on {} for {}, in {}",
                never.variant.name,
                never.path,
                audience(found, &never.variant),
                language_name(never.variant.locale)
            ),
            why,
            fixes,
        }
    };
    // What shares its reason with others stands beside them.
    let (outdone, far): (Vec<_>, Vec<_>) = found
        .never_shown
        .iter()
        .partition(|never| matches!(never.reason, Reason::Outdone(_)));
    outdone.into_iter().chain(far).map(finding).collect()
}

pub(super) fn duplicates(found: &Insights) -> Vec<Finding> {
    let finding = |pair: &engine::store::NearDuplicate| Finding {
        what: format!("{} and {}", pair.one.name, pair.other.name),
        why: format!(
            "Similarity {:.2} on {}, in {}. For {} and {}.",
            pair.similarity,
            pair.path,
            language_name(pair.one.locale),
            audience(found, &pair.one),
            audience(found, &pair.other)
        ),
        fixes: vec![
            ("The older one".to_owned(), variant(pair.one.id)),
            ("The newer one".to_owned(), variant(pair.other.id)),
        ],
    };
    found.duplicates.iter().map(finding).collect()
}

pub(super) fn twins(found: &Insights) -> Vec<Finding> {
    let segment = |(key, name): &(domain::SegmentKey, String)| {
        (name.clone(), format!("/admin/segments/{key}"))
    };
    let finding = |twins: &engine::desk::insights::Twins| Finding {
        what: format!("{} and {}", twins.one.1, twins.other.1),
        why: format!(
            "Similarity {:.2}. {} is tried first.",
            twins.similarity, twins.one.1
        ),
        fixes: vec![segment(&twins.one), segment(&twins.other)],
    };
    found.twins.iter().map(finding).collect()
}

fn variant(id: VariantId) -> String {
    format!("/admin/variants/{id}")
}

fn audience(found: &Insights, variant: &NamedVariant) -> String {
    let name = |id: SegmentId| found.names.segment(id).map(|(_, name)| name.to_owned());
    let named = variant.segment.and_then(name);
    named.unwrap_or_else(|| "any segment".to_owned())
}

fn times(uses: i64) -> String {
    match uses {
        1 => "once".to_owned(),
        uses => format!("{uses} times"),
    }
}
