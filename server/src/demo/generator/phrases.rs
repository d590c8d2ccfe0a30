//! The phrases of generated pages. `compose` fills what stands in braces.
//!
//! `{audience}`, `{industry}` and `{objects}` are plurals, `{verb}` is what one does with the
//! objects, `{topic}` is a singular without an article, `{3-9}` is a number of that range, and a
//! name from [`FACTS`] is a number that stays the same throughout a page.

use domain::block::Icon;

/// Numbers that every text of a page agrees on: name, smallest and largest value.
pub(super) const FACTS: &[(&str, usize, usize); 7] = &[
    ("trial", 14, 45),
    ("setup", 2, 9),
    ("price", 9, 49),
    ("reply", 2, 8),
    ("languages", 5, 24),
    ("roles", 3, 6),
    ("forms", 12, 40),
];

pub(super) const DESCRIPTIONS: &[&str] = &[
    "{Topic} for {industry} in {country}: {audience} {verb} {objects} in {4-25} minutes a day, with a trial of {trial} days.",
    "How {audience} {verb} {objects} without spreadsheets. {Topic} for {industry}, set up in {setup} working days.",
    "One place for {objects}: {topic} made for {industry} in {country} and for {audience} in particular.",
    "{Audience} who want to {verb} {objects} find prices, limits and a trial of {trial} days here. Made for {industry} in {country}.",
    "{Topic} with clear duties: {audience} see what is open, what is late and who is working on it. For {industry} in {country}.",
];

// Each names the audience, which is what makes the headlines of one page differ.
pub(super) const HEADLINES: &[&str] = &[
    "{Audience} {verb} {objects} in {4-25} minutes a day",
    "{Topic}: {3-11} hours a week back for {audience}",
    "How {audience} {verb} {objects} without a spreadsheet",
    "{Audience} see all {objects} on one page",
    "One place where {audience} {verb} {objects}",
    "{Topic} that {audience} set up in one afternoon",
    "Fewer questions about {objects} for {audience}",
    "{Topic}, written down once, for {audience}",
    "{Audience} know by {7-9} o'clock which {objects} are open",
    "Less searching, more {topic}, for {audience}",
];

pub(super) const SUBHEADLINES: &[&str] = &[
    "{Industry} in {country} {verb} {objects} every day, mostly by email and memory. Here each step has a place, a name and a date.",
    "Enter {objects} once, on paper, phone or screen. Everybody concerned sees the same state within {2-9} seconds.",
    "{Topic} is rarely difficult and often late. Reminders, rights and a clear list make it punctual, and {forms} ready forms make it quick.",
    "Start with one team and {10-60} {objects}. When it works there, the other teams take over the forms and keep their own habits.",
    "Made with {6-30} {industry} in {country}: short forms, large buttons, and an export that your accountants can read.",
    "No project and no consultants: upload a list of {objects}, invite {2-8} colleagues, and look at the result next week.",
];

pub(super) const POINTS: &[&str] = &[
    "Trial of {trial} days",
    "Set up in {setup} working days",
    "Data stored in the European Union",
    "From €{price} per month",
    "{forms} ready forms",
    "Works on phones without a network",
    "Export as CSV at any time",
    "Answers by email within {reply} hours",
    "{languages} languages",
    "Cancel at the end of any month",
];

pub(super) const INVITATIONS: &[&str] = &[
    "Start the trial",
    "Ask for a demo",
    "Try it with your data",
    "Get an offer",
    "Talk to a person",
];

pub(super) const FEATURE_HEADINGS: &[&str] = &[
    "What helps {audience}",
    "Six things that make {topic} easier",
    "What {industry} use every day",
    "How {objects} find their way",
];

/// A feature before its words are filled in.
#[derive(Debug, Clone, Copy)]
pub(super) struct FeaturePhrase {
    pub(super) icon: Icon,
    pub(super) title: &'static str,
    pub(super) text: &'static str,
}

const fn feature(icon: Icon, title: &'static str, text: &'static str) -> FeaturePhrase {
    FeaturePhrase { icon, title, text }
}

pub(super) const FEATURES: &[FeaturePhrase; 18] = &[
    feature(
        Icon::Bolt,
        "Quick entry",
        "{Objects} are entered in {8-40} seconds: the form remembers the last entries and asks only for what has changed since.",
    ),
    feature(
        Icon::Chart,
        "Figures by Monday",
        "How many {objects} are new, how many are open and how long they took, compared with the week before and sent at {6-9} o'clock.",
    ),
    feature(
        Icon::Check,
        "Nothing forgotten",
        "Every entry has an owner and a date. After {2-6} days without a step, the deputy is told, and after {7-14} days the team.",
    ),
    feature(
        Icon::Clock,
        "History of each step",
        "Who changed what and when, kept for {12-60} months and readable without training. {Industry} like it before inspections.",
    ),
    feature(
        Icon::Code,
        "Open interface",
        "A documented interface reads and writes {objects}. {10-80} {industry} in {country} have connected it to their accounts.",
    ),
    feature(
        Icon::Globe,
        "Every language of the team",
        "Each colleague reads the same form in one of {languages} languages. Notes are translated on request and keep their original.",
    ),
    feature(
        Icon::Heart,
        "Kind reminders",
        "One message in the morning instead of {9-30} during the day. It lists the {objects} that need a decision today, and nothing else.",
    ),
    feature(
        Icon::Layers,
        "Several sites, one view",
        "Each site keeps its own {objects}; head office sees all of them, sorted by what is late and by how much.",
    ),
    feature(
        Icon::Lock,
        "Rights that fit",
        "{roles} roles cover most teams. Who may {verb} {objects} and who may only read them is decided in one table.",
    ),
    feature(
        Icon::Plug,
        "Connected to what you have",
        "{8-40} connections to accounts, calendars and file stores, and a nightly file for everything else.",
    ),
    feature(
        Icon::Shield,
        "Safe by default",
        "Two-step sign-in for everybody, backups every {2-6} hours, and a restore that is practised {2-6} times a year.",
    ),
    feature(
        Icon::Spark,
        "Suggestions, not decisions",
        "After {50-200} entries the form proposes values. {Audience} accept or correct them; nothing is filled in unseen.",
    ),
    feature(
        Icon::Target,
        "Goals you can see",
        "Set how long {objects} may take. The list turns amber at {60-80} per cent of that time, early enough to act.",
    ),
    feature(
        Icon::Users,
        "Room for deputies",
        "Holidays and sick days pass open {objects} on to a deputy automatically and hand them back on the first day.",
    ),
    feature(
        Icon::Bolt,
        "Works without a network",
        "In cellars, halls and lorries the app keeps {100-900} entries and sends them when there is a signal again.",
    ),
    feature(
        Icon::Chart,
        "Cost by cause",
        "Minutes and money per entry, split by site and by cause. {Audience} see where {topic} costs more than it should.",
    ),
    feature(
        Icon::Check,
        "Forms that change with you",
        "Add a field, hide another, change the order: {audience} do it alone, and old {objects} stay as they were.",
    ),
    feature(
        Icon::Clock,
        "Deadlines from the calendar",
        "Public holidays in {country}, closing days and notice periods are known, so that a deadline never falls on a Sunday.",
    ),
];

pub(super) const QUOTES: &[&str] = &[
    "We had {3-9} lists for the same {objects}, and each of them was right. Since spring there is one list, and the meeting on Monday takes {10-20} minutes instead of an hour.",
    "I was against it. Then a colleague fell ill for {3-8} weeks, and her {objects} simply went on, because everything was written down.",
    "Setting it up took {2-5} afternoons. Getting everybody to use it took {3-8} weeks. I would do both again.",
    "The auditor asked for {12-60} {objects} from last year. We found all of them before the coffee was cold.",
    "{Topic} used to be my Friday afternoon. Now I {verb} the last {objects} at {11-14} o'clock and go home at four.",
    "What I like is what it does not do: no points, no colours for people, no messages at night. Just {objects}, and who is next.",
    "We count everything, so we counted this: {20-70} per cent fewer questions by telephone about {objects} in {3-9} months.",
    "New colleagues handle their first {objects} on day {2-4}. It used to take them until week {3-6}.",
    "It cost us {2-9} hours to move {200-900} old entries, and one argument about the name of a field.",
    "{Industry} are not famous for new software. Our people asked for this one a second time, for the other site.",
    "When half the team was ill last winter, we knew within {5-20} minutes which {objects} could wait and which could not.",
    "I thought we needed something bigger. {Topic} was the only thing that hurt, and it stopped hurting in {2-6} weeks.",
    "Our board reads one page a month about {objects}. It used to be {9-30} pages, and nobody read them.",
];

pub(super) const QUESTIONS: &[(&str, &str)] = &[
    (
        "How long does it take to begin?",
        "Most {industry} start within {setup} working days. The first day goes into the list of {objects}, the rest into rights and reminders.",
    ),
    (
        "Can we bring our old {objects}?",
        "Yes. A spreadsheet with {3-12} columns is enough, and what does not fit is shown to you line by line before anything is saved.",
    ),
    (
        "What does it cost?",
        "From €{price} per month for {5-15} people, every function included. Prices do not rise during the first {12-36} months.",
    ),
    (
        "Where is the data?",
        "In two data centres in the European Union, encrypted, and deleted {30-90} days after a contract has ended.",
    ),
    (
        "Does it work for {audience}?",
        "Yes, about {15-45} per cent of our customers are {audience}. The forms for them come from {4-12} companies that shared theirs.",
    ),
    (
        "Who helps when we are stuck?",
        "People who have worked with {topic} themselves. They answer by email within {reply} hours and by telephone on weekdays.",
    ),
    (
        "Do we need our IT department?",
        "For the trial, no. For single sign-on and the interface it takes about {2-4} hours of somebody who knows your directory.",
    ),
    (
        "Can several sites use it?",
        "Yes. Each site has its own {objects} and rights; reports can be joined or kept apart, as you decide.",
    ),
    (
        "What happens if we stop?",
        "You take everything with you as CSV files, and the account is closed at the end of the month without further cost.",
    ),
    (
        "Is there a version for phones?",
        "Yes, for Android and iOS. It keeps working without a network and sends {objects} once there is a signal again.",
    ),
    (
        "How are rights organised?",
        "By {roles} roles, each with a line that says in plain words what it may do. You can add roles of your own.",
    ),
    (
        "Does it follow the rules in {country}?",
        "Holidays, retention periods and formats for {country} are built in and reviewed every {3-12} months.",
    ),
];

pub(super) const CTA_HEADINGS: &[&str] = &[
    "Try {topic} with {10-40} of your own {objects}",
    "See one week of your {objects} on one page",
    "{Topic} for {audience}: look at it for {20-40} minutes",
    "Begin with one team and a list of {objects}",
];

pub(super) const CTA_TEXTS: &[&str] = &[
    "Send a list with {10-40} {objects}. You get a working account within {2-4} working days, and keep it for {trial} days without cost.",
    "A person who knows {industry} shows it to you with your own data. No slides, and an honest answer if it does not fit.",
    "Invite {2-8} colleagues, work with it for {2-6} weeks, and decide together with {audience} whether it stays.",
    "The trial has no limits except time: {trial} days. Afterwards your {objects} are exported or deleted, as you prefer.",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_placeholder_is_known() {
        let words = [
            "topic", "verb", "objects", "industry", "country", "audience",
        ];
        let facts = FACTS.iter().map(|(name, ..)| *name);
        let known: Vec<&str> = facts.chain(words).collect();
        let features = FEATURES
            .iter()
            .flat_map(|phrase| [phrase.title, phrase.text]);
        let questions = QUESTIONS
            .iter()
            .flat_map(|(question, answer)| [*question, *answer]);
        let lists = [
            DESCRIPTIONS,
            HEADLINES,
            SUBHEADLINES,
            POINTS,
            INVITATIONS,
            FEATURE_HEADINGS,
            QUOTES,
            CTA_HEADINGS,
            CTA_TEXTS,
        ];
        for phrase in lists.concat().into_iter().chain(features).chain(questions) {
            for part in phrase.split('{').skip(1) {
                let (name, _) = part.split_once('}').unwrap();
                let range = name.split_once('-').is_some_and(|(low, high)| {
                    low.parse::<usize>().unwrap() < high.parse::<usize>().unwrap()
                });
                assert!(
                    range || known.contains(&name.to_ascii_lowercase().as_str()),
                    "{phrase}"
                );
            }
        }
    }

    #[test]
    fn every_headline_names_its_audience() {
        for headline in HEADLINES {
            assert!(
                headline.to_ascii_lowercase().contains("{audience}"),
                "{headline}"
            );
        }
    }
}
