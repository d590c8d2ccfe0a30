//! An explanation as text, for people at a terminal.

use std::fmt;

use domain::decision::{Pool, TermUse};

use super::{Explanation, Signal};

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "page       {}  ({})", self.path, self.locale)?;
        writeln!(
            f,
            "rollout    {} % of its visitors see what is decided here",
            self.rollout
        )?;
        writeln!(f, "\nattributes")?;
        for (path, value) in &self.attributes {
            writeln!(f, "  {path:<20} {value}")?;
        }
        writeln!(f, "\nsegments, in the order in which they are tried")?;
        for segment in &self.segments {
            let mark = if segment.matched { "✓" } else { "✗" };
            writeln!(f, "  {mark} {}", segment.key)?;
            for clause in &segment.clauses {
                let mark = if clause.matched { "✓" } else { "✗" };
                writeln!(f, "      {mark} {}  (is {})", clause.text, clause.actual)?;
            }
        }
        writeln!(
            f,
            "\nsegment    {}  (by {})",
            self.segment,
            self.reason.as_str()
        )?;
        match (&self.term, self.term_use) {
            (None, _) => {}
            (Some(term), TermUse::Heard) => writeln!(f, "term       {term:?}  heard")?,
            (Some(term), TermUse::BelowFloor) => {
                writeln!(
                    f,
                    "term       {term:?}  ignored: no candidate is close enough"
                )?;
            }
            (Some(term), TermUse::Absent) => {
                writeln!(f, "term       {term:?}  left out: it has no vector now")?;
            }
        }
        if let Some(space) = &self.space {
            writeln!(f, "vectors    {}, space {}", space.spec, space.version)?;
        }
        let pool = match self.pool {
            Pool::Segment => "written for this segment".to_owned(),
            Pool::Any if self.term_use == TermUse::Heard => format!(
                "written for any segment, above the similarity floor of {}, or of {} to the term",
                self.thresholds.similarity_floor, self.thresholds.term_floor
            ),
            Pool::Any => format!(
                "written for any segment, above the similarity floor of {}",
                self.thresholds.similarity_floor
            ),
            Pool::Default => "none".to_owned(),
        };
        writeln!(f, "\ncandidates {pool}")?;
        for candidate in &self.candidates {
            match candidate.similarity {
                Some(similarity) => writeln!(f, "  {similarity:+.4}  {}", candidate.variant)?,
                None => writeln!(f, "  no vector  {}", candidate.variant)?,
            }
        }
        match self.winner() {
            Some(winner) => write!(f, "\nwinner     {winner}")?,
            None => write!(f, "\nwinner     the page's default content")?,
        }
        match self.margin {
            Some(margin) => writeln!(f, "  (ahead by {margin:.4})")?,
            None => writeln!(f)?,
        }
        self.others(f)
    }
}

impl Explanation {
    /// One line for each signal that the visitor brought; nothing for one who brought none.
    fn others(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.counterfactuals.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nwithout")?;
        for signal in Signal::ALL {
            let Some(outcome) = self.without(signal) else {
                continue;
            };
            let winner = outcome
                .winner
                .as_deref()
                .unwrap_or("the page's default content");
            let (segment, reason) = (&outcome.segment, outcome.reason.as_str());
            let signal = name(signal);
            writeln!(f, "  {signal:<14} {winner}  ({segment}, by {reason})")?;
        }
        Ok(())
    }
}

fn name(signal: Signal) -> &'static str {
    match signal {
        Signal::Segment => "segment header",
        Signal::Term => "campaign term",
        Signal::UtmSource => "utm_source",
        Signal::UtmMedium => "utm_medium",
        Signal::UtmCampaign => "utm_campaign",
        Signal::UtmContent => "utm_content",
        Signal::Query => "query",
        Signal::Referrer => "referrer",
        Signal::Country => "country",
        Signal::Device => "device",
        Signal::Language => "language",
        Signal::Time => "time",
        Signal::Visits => "earlier visits",
        Signal::Cookies => "cookies",
    }
}
