//! Composes a page's texts from words and phrases.

use std::fmt;

use domain::block::{
    Action, Block, Cta, Faq, Feature, Features, Hero, Question, Testimonial, Testimonials,
};

use super::random::Random;
use super::words::{
    COMPANIES, COMPANY_KINDS, COUNTRIES, FIRST_NAMES, INDUSTRIES, JOBS, LAST_NAMES, QUALIFIERS,
    ROLES, TOPICS, Topic,
};
use super::{phrases, valid};

/// What a page is about: `shift planning for bakeries in Denmark`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject {
    topic: &'static Topic,
    industry: &'static str,
    country: &'static str,
}

impl Subject {
    /// The subject of the page `index`; those of 10,000 pages differ.
    pub(super) fn of(index: u32) -> Self {
        let (topic, rest) = split(index, TOPICS.len());
        let (trade, round) = (rest % INDUSTRIES.len(), rest / INDUSTRIES.len());
        // Shifting lets neighbouring pages differ in all three without two of them agreeing in all.
        Self {
            topic: &TOPICS[topic],
            industry: INDUSTRIES[(trade + topic) % INDUSTRIES.len()],
            country: COUNTRIES[(round + trade + topic) % COUNTRIES.len()],
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            topic,
            industry,
            country,
        } = self;
        write!(f, "{} for {industry} in {country}", capitalised(topic.name))
    }
}

/// Whom a segment holds, as a plural: `buyers with several sites`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    Everyone,
    Enterprise,
    Smb,
    Named {
        role: &'static str,
        qualifier: &'static str,
    },
}

impl Audience {
    /// The audience of the segment `index`; those of 1,000 segments differ.
    pub(super) fn of(index: u32) -> Self {
        match index {
            0 => Self::Everyone,
            1 => Self::Enterprise,
            2 => Self::Smb,
            _ => {
                let (role, round) = split(index, ROLES.len());
                let qualifier = QUALIFIERS[(round + role) % QUALIFIERS.len()];
                Self::Named {
                    role: ROLES[role],
                    qualifier,
                }
            }
        }
    }
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everyone => f.write_str("teams of every size"),
            Self::Enterprise => f.write_str("large companies"),
            Self::Smb => f.write_str("small companies"),
            Self::Named { role, qualifier } => write!(f, "{role} {qualifier}"),
        }
    }
}

/// Writes the texts of one page for one audience.
pub(super) struct Composer {
    subject: Subject,
    audience: String,
    facts: [usize; phrases::FACTS.len()],
    random: Random,
}

impl Composer {
    pub(super) fn new(subject: Subject, audience: Audience, mut random: Random) -> Self {
        let facts = phrases::FACTS.map(|(_, low, high)| random.between(low, high));
        Self {
            subject,
            audience: audience.to_string(),
            facts,
            random,
        }
    }

    /// The description search engines show.
    pub(super) fn description(&mut self) -> String {
        self.one_of(phrases::DESCRIPTIONS)
    }

    /// What the page is for.
    pub(super) fn intent(&mut self) -> String {
        self.fill("Offers {topic} to {industry} in {country}: how {objects} are handled and what it costs.")
    }

    /// Hero, features, testimonials, FAQ and call to action.
    pub(super) fn blocks(&mut self) -> Vec<Block> {
        vec![
            self.hero(),
            self.features(),
            self.testimonials(),
            self.faq(),
            self.cta(),
        ]
    }

    fn hero(&mut self) -> Block {
        let points: [&str; 3] = self.random.sample(phrases::POINTS);
        Block::Hero(Hero {
            id: valid("hero"),
            eyebrow: Some(self.fill("{Topic} for {industry}")),
            headline: self.one_of(phrases::HEADLINES),
            subheadline: Some(self.one_of(phrases::SUBHEADLINES)),
            primary: Some(action(self.random.pick(phrases::INVITATIONS), "#cta")),
            secondary: Some(action("What it does", "#features")),
            points: points.iter().map(|point| self.fill(point)).collect(),
            image: None,
        })
    }

    fn features(&mut self) -> Block {
        let chosen: [phrases::FeaturePhrase; 6] = self.random.sample(phrases::FEATURES);
        let items = chosen.iter().map(|phrase| Feature {
            icon: Some(phrase.icon),
            title: self.fill(phrase.title),
            text: self.fill(phrase.text),
        });
        let items = items.collect();
        Block::Features(Features {
            id: valid("features"),
            heading: self.one_of(phrases::FEATURE_HEADINGS),
            intro: None,
            items,
        })
    }

    fn testimonials(&mut self) -> Block {
        let quotes: [&str; 3] = self.random.sample(phrases::QUOTES);
        let items = quotes.iter().map(|quote| Testimonial {
            quote: self.fill(quote),
            name: self.name(),
            role: self.employment(),
        });
        let items = items.collect();
        Block::Testimonials(Testimonials {
            id: valid("testimonials"),
            heading: Some(self.fill("What {industry} say after the first months")),
            items,
        })
    }

    fn faq(&mut self) -> Block {
        let chosen: [(&str, &str); 5] = self.random.sample(phrases::QUESTIONS);
        let items = chosen.iter().map(|(question, answer)| Question {
            question: self.fill(question),
            answer: self.fill(answer),
        });
        let items = items.collect();
        Block::Faq(Faq {
            id: valid("faq"),
            heading: self.fill("Questions about {topic}"),
            items,
        })
    }

    fn cta(&mut self) -> Block {
        Block::Cta(Cta {
            id: valid("cta"),
            heading: self.one_of(phrases::CTA_HEADINGS),
            text: Some(self.one_of(phrases::CTA_TEXTS)),
            primary: action(
                self.random.pick(phrases::INVITATIONS),
                "mailto:hello@example.com",
            ),
            secondary: Some(action("Back to the questions", "#faq")),
        })
    }

    fn name(&mut self) -> String {
        format!(
            "{} {}",
            self.random.pick(FIRST_NAMES),
            self.random.pick(LAST_NAMES)
        )
    }

    fn employment(&mut self) -> String {
        let Self { random, .. } = self;
        format!(
            "{}, {} {}",
            random.pick(JOBS),
            random.pick(COMPANIES),
            random.pick(COMPANY_KINDS)
        )
    }

    fn one_of(&mut self, phrases: &[&str]) -> String {
        let phrase = self.random.pick(phrases);
        self.fill(phrase)
    }

    /// Replaces what stands in braces: a word of the subject or audience, a fact or a range.
    /// A capital letter asks for one: `{Topic}`.
    fn fill(&mut self, phrase: &str) -> String {
        let mut text = String::with_capacity(phrase.len() * 2);
        let mut rest = phrase;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            text.push_str(before);
            text.push_str(&self.word(name));
            rest = after;
        }
        text.push_str(rest);
        text
    }

    fn word(&mut self, name: &str) -> String {
        if let Some((low, high)) = name.split_once('-') {
            let [low, high] = [low, high].map(|text| text.parse().unwrap_or(0));
            return self.random.between(low, high).to_string();
        }
        if let Some(index) = phrases::FACTS.iter().position(|(fact, ..)| *fact == name) {
            return self.facts[index].to_string();
        }
        let lower = name.to_ascii_lowercase();
        let word = match lower.as_str() {
            "topic" => self.subject.topic.name,
            "verb" => self.subject.topic.verb,
            "objects" => self.subject.topic.objects,
            "industry" => self.subject.industry,
            "country" => self.subject.country,
            "audience" => &self.audience,
            other => unreachable!("no phrase contains {other}"),
        };
        if lower == name {
            word.to_owned()
        } else {
            capitalised(word)
        }
    }
}

/// The text with its first letter in upper case.
pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

fn action(label: &str, url: &str) -> Action {
    Action {
        label: label.to_owned(),
        url: valid(url),
    }
}

/// The remainder and the quotient of `index` by `size`.
fn split(index: u32, size: usize) -> (usize, usize) {
    let index = usize::try_from(index).unwrap_or(usize::MAX);
    (index % size, index / size)
}
