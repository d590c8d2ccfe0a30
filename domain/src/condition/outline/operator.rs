use crate::visitor::attribute::Kind;

/// How a comparison compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// Equal to the value.
    Is,
    /// Not equal to the value, or missing.
    IsNot,
    /// One of the values.
    OneOf,
    /// None of the values, or missing.
    NoneOf,
    /// One of the values, without regard to case.
    OneOfAnyCase,
    /// None of the values without regard to case, or missing.
    NoneOfAnyCase,
    /// Less than the value.
    Less,
    /// The value or less.
    AtMost,
    /// Greater than the value.
    Greater,
    /// The value or greater.
    AtLeast,
    /// Matched by a regular expression.
    Matches,
    /// The same without regard to case.
    MatchesAnyCase,
    /// Not matched by a regular expression, or missing.
    MatchesNot,
    /// The same without regard to case.
    MatchesNotAnyCase,
    /// There at all.
    Exists,
    /// Not there.
    Missing,
    /// Equal as versions.
    VersionIs,
    /// Not equal as versions, or missing.
    VersionIsNot,
    /// An earlier version.
    VersionLess,
    /// This version or an earlier one.
    VersionAtMost,
    /// A later version.
    VersionGreater,
    /// This version or a later one.
    VersionAtLeast,
}

use Operator::{
    AtLeast, AtMost, Exists, Greater, Is, IsNot, Less, Matches, MatchesAnyCase, MatchesNot,
    MatchesNotAnyCase, Missing, NoneOf, NoneOfAnyCase, OneOf, OneOfAnyCase, VersionAtLeast,
    VersionAtMost, VersionGreater, VersionIs, VersionIsNot, VersionLess,
};

/// What an operator compares with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operands {
    /// True or false, which the operator says itself.
    Nothing,
    /// One text, number, true or false.
    Scalar,
    /// One text or number.
    Ordered,
    /// One text.
    Text,
    /// Any number of texts, numbers, true and false.
    List,
}

impl Operator {
    /// Every operator.
    pub const ALL: [Self; 22] = [
        Is,
        IsNot,
        OneOf,
        NoneOf,
        OneOfAnyCase,
        NoneOfAnyCase,
        Less,
        AtMost,
        Greater,
        AtLeast,
        Matches,
        MatchesAnyCase,
        MatchesNot,
        MatchesNotAnyCase,
        Exists,
        Missing,
        VersionIs,
        VersionIsNot,
        VersionLess,
        VersionAtMost,
        VersionGreater,
        VersionAtLeast,
    ];

    /// The operators that make sense for values of a kind, the most useful first.
    pub fn fitting(kind: Kind) -> &'static [Self] {
        match kind {
            Kind::Text => &[
                Is,
                IsNot,
                OneOf,
                NoneOf,
                OneOfAnyCase,
                NoneOfAnyCase,
                Matches,
                MatchesNot,
                MatchesAnyCase,
                MatchesNotAnyCase,
                Exists,
                Missing,
            ],
            Kind::Number => &[
                Is, IsNot, Greater, AtLeast, Less, AtMost, OneOf, NoneOf, Exists, Missing,
            ],
            Kind::Bool => &[Is, IsNot],
            Kind::Date => &[
                Is, IsNot, Less, AtMost, Greater, AtLeast, OneOf, NoneOf, Exists, Missing,
            ],
            Kind::Version => &[
                VersionAtLeast,
                VersionGreater,
                VersionAtMost,
                VersionLess,
                VersionIs,
                VersionIsNot,
                Matches,
                MatchesNot,
                Exists,
                Missing,
            ],
        }
    }

    /// How the condition language writes it.
    pub fn name(self) -> &'static str {
        match self {
            Is => "$eq",
            IsNot => "$ne",
            OneOf => "$in",
            NoneOf => "$nin",
            OneOfAnyCase => "$ini",
            NoneOfAnyCase => "$nini",
            Less => "$lt",
            AtMost => "$lte",
            Greater => "$gt",
            AtLeast => "$gte",
            Matches => "$regex",
            MatchesAnyCase => "$regexi",
            MatchesNot => "$notRegex",
            MatchesNotAnyCase => "$notRegexi",
            Exists | Missing => "$exists",
            VersionIs => "$veq",
            VersionIsNot => "$vne",
            VersionLess => "$vlt",
            VersionAtMost => "$vlte",
            VersionGreater => "$vgt",
            VersionAtLeast => "$vgte",
        }
    }

    /// The operator in words, between attribute and value; `kind` is the attribute's.
    pub fn label(self, kind: Kind) -> &'static str {
        match (self, kind) {
            (Is | VersionIs, _) => "is",
            (IsNot | VersionIsNot, _) => "is not",
            (OneOf, _) => "is one of",
            (NoneOf, _) => "is none of",
            (OneOfAnyCase, _) => "is one of, in any case",
            (NoneOfAnyCase, _) => "is none of, in any case",
            (Less, Kind::Date | Kind::Text) => "is before",
            (AtMost, Kind::Date | Kind::Text) => "is on or before",
            (Greater, Kind::Date | Kind::Text) => "is after",
            (AtLeast, Kind::Date | Kind::Text) => "is on or after",
            (Less | VersionLess, _) => "is below",
            (AtMost | VersionAtMost, _) => "is at most",
            (Greater | VersionGreater, _) => "is above",
            (AtLeast | VersionAtLeast, _) => "is at least",
            (Matches, _) => "matches the pattern",
            (MatchesAnyCase, _) => "matches the pattern, in any case",
            (MatchesNot, _) => "does not match the pattern",
            (MatchesNotAnyCase, _) => "does not match the pattern, in any case",
            (Exists, _) => "is known",
            (Missing, _) => "is not known",
        }
    }

    /// Whether it compares with any number of values.
    pub fn takes_list(self) -> bool {
        self.operands() == Operands::List
    }

    /// Whether it compares with nothing, as its name says all.
    pub fn takes_nothing(self) -> bool {
        self.operands() == Operands::Nothing
    }

    /// Whether its value is a regular expression.
    pub fn takes_pattern(self) -> bool {
        matches!(
            self,
            Matches | MatchesAnyCase | MatchesNot | MatchesNotAnyCase
        )
    }

    pub(super) fn operands(self) -> Operands {
        match self {
            Is | IsNot => Operands::Scalar,
            OneOf | NoneOf | OneOfAnyCase | NoneOfAnyCase => Operands::List,
            Less | AtMost | Greater | AtLeast => Operands::Ordered,
            Exists | Missing => Operands::Nothing,
            _ => Operands::Text,
        }
    }
}
