//! A contract as a set of single statements, and what it means when one of them comes, goes or
//! changes.
//!
//! A statement about a part is only judged while there is a whole: that a new operation asks for the
//! CSRF pair breaks nobody, and that a removed one no longer does is no relief.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// How much a change asks of those who rely on the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing: other words for the same.
    Patch,
    /// Nothing, but there is something new to use.
    Minor,
    /// To change, or to fail.
    Major,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        })
    }
}

/// What it means when a statement comes, goes or changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Something to rely on, such as a member of an answer: gone or different is a break.
    Offer,
    /// Something that callers have to do, such as to send a member: new or different is a break.
    Demand,
    /// Something that is one way or another, such as a type or a default: any change is a break.
    Settled,
    /// A limit on what callers send: a tighter one is a break.
    DemandedLimit(Limit),
    /// A limit on what they receive: a looser one is a break.
    OfferedLimit(Limit),
    /// Nothing in itself; it holds other statements together.
    Scope,
}

/// On which side a limit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Nothing above it.
    Upper,
    /// Nothing below it.
    Lower,
}

#[derive(Clone, Debug)]
struct Fact {
    owner: Option<String>,
    rule: Rule,
    value: String,
}

/// All statements of one file, by what they are about.
#[derive(Clone, Debug, Default)]
pub struct Facts(BTreeMap<String, Fact>);

/// One statement that came, went or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What the statement is about.
    pub subject: String,
    /// What became of it, as the rest of a sentence.
    pub what: String,
    /// What that asks of others.
    pub level: Level,
}

impl Facts {
    /// States something that belongs to nothing else.
    pub fn state(&mut self, subject: impl Into<String>, rule: Rule, value: impl Into<String>) {
        self.0.insert(subject.into(), Fact { owner: None, rule, value: value.into() });
    }

    /// States something about a part of `owner`, which is stated as well.
    pub fn state_of(&mut self, owner: &str, subject: impl Into<String>, rule: Rule, value: impl Into<String>) {
        self.0.insert(subject.into(), Fact { owner: Some(owner.to_owned()), rule, value: value.into() });
    }

    /// What came, went or changed until there was `newer`.
    pub fn changes(&self, newer: &Self) -> Vec<Change> {
        let subjects: BTreeSet<&String> = self.0.keys().chain(newer.0.keys()).collect();
        subjects.into_iter().filter_map(|subject| self.change(newer, subject)).collect()
    }

    fn change(&self, newer: &Self, subject: &str) -> Option<Change> {
        let (old, new) = (self.0.get(subject), newer.0.get(subject));
        let Fact { owner, rule, .. } = new.or(old)?;
        let has_whole = owner.as_ref().is_none_or(|owner| self.0.contains_key(owner) && newer.0.contains_key(owner));
        let (old, new) = (old.map(|fact| fact.value.as_str()), new.map(|fact| fact.value.as_str()));
        let level = rule.judge(old, new).filter(|_| has_whole)?;
        let what = match (old, new) {
            (Some(old), Some(new)) => format!("was `{old}` and is `{new}`"),
            (None, Some("")) => "is new".to_owned(),
            (None, Some(new)) => format!("is new: `{new}`"),
            (_, None) => "is gone".to_owned(),
        };
        Some(Change { subject: subject.to_owned(), what, level })
    }
}

impl Rule {
    /// The level of a change from `old` to `new`; `None` when there is none, or none that matters.
    fn judge(self, old: Option<&str>, new: Option<&str>) -> Option<Level> {
        if old == new || self == Self::Scope {
            return None;
        }
        let breaks = match (self, old, new) {
            (Self::Offer | Self::OfferedLimit(_), None, _) | (Self::Demand | Self::DemandedLimit(_), _, None) => false,
            (Self::DemandedLimit(limit), Some(old), Some(new)) => limit.is_tighter(old, new),
            (Self::OfferedLimit(limit), Some(old), Some(new)) => !limit.is_tighter(old, new),
            _ => true,
        };
        Some(if breaks { Level::Major } else { Level::Minor })
    }
}

impl Limit {
    /// Does `new` leave less room than `old`?
    fn is_tighter(self, old: &str, new: &str) -> bool {
        let number = |text: &str| text.parse::<f64>().unwrap_or(f64::NAN);
        match self {
            Self::Upper => number(new) < number(old),
            Self::Lower => number(new) > number(old),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Level::{Major, Minor};
    use super::Limit::{Lower, Upper};
    use super::*;

    #[test]
    fn each_rule_has_its_own_idea_of_a_break() {
        for (rule, came, went, changed) in [
            (Rule::Offer, Some(Minor), Some(Major), Some(Major)),
            (Rule::Demand, Some(Major), Some(Minor), Some(Major)),
            (Rule::Settled, Some(Major), Some(Major), Some(Major)),
            (Rule::DemandedLimit(Upper), Some(Major), Some(Minor), Some(Minor)),
            (Rule::DemandedLimit(Lower), Some(Major), Some(Minor), Some(Major)),
            (Rule::OfferedLimit(Upper), Some(Minor), Some(Major), Some(Major)),
            (Rule::OfferedLimit(Lower), Some(Minor), Some(Major), Some(Minor)),
            (Rule::Scope, None, None, None),
        ] {
            assert_eq!(rule.judge(None, Some("9")), came, "{rule:?} came");
            assert_eq!(rule.judge(Some("9"), None), went, "{rule:?} went");
            assert_eq!(rule.judge(Some("9"), Some("10")), changed, "{rule:?} was raised");
            assert_eq!(rule.judge(Some("9"), Some("9")), None, "{rule:?} stayed");
        }
    }

    #[test]
    fn a_part_is_judged_only_while_there_is_a_whole() {
        let (mut before, mut after) = (Facts::default(), Facts::default());
        after.state("POST /x", Rule::Offer, "");
        after.state_of("POST /x", "POST /x CSRF pair", Rule::Demand, "");
        let [change]: [Change; 1] = before.changes(&after).try_into().unwrap();
        assert_eq!(change, Change { subject: "POST /x".to_owned(), what: "is new".to_owned(), level: Minor });
        let [change]: [Change; 1] = after.changes(&before).try_into().unwrap();
        assert_eq!((change.what.as_str(), change.level), ("is gone", Major));
        before.state("POST /x", Rule::Offer, "");
        let [change]: [Change; 1] = before.changes(&after).try_into().unwrap();
        assert_eq!((change.subject.as_str(), change.level), ("POST /x CSRF pair", Major));
    }
}
