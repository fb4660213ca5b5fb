//! The competence framework: which version may be published, and what an assessment against it says.

use std::collections::{BTreeMap, BTreeSet};

use crate::coverage::roster::{Framework, PersonIx};
use crate::coverage::trainer::is_active;
use crate::coverage::{Index, Question};
use crate::id::FrameworkStatementId;
use crate::period::Day;
use crate::register::authority::{AuthorityRefusal, WishedDays};

/// The lowest and the highest level of a statement.
pub const LEVELS: std::ops::RangeInclusive<i32> = 1..=3;
/// The level of Peer Supporters: an assessment of this level signs a person off, or ends that.
pub const SIGN_OFF_LEVEL: i32 = 2;
/// The largest number of statements of a version.
pub const MOST_STATEMENTS: usize = 300;
/// The largest number of characters of a version, and of a code.
pub const LONGEST_CODE: usize = 30;
/// The largest number of characters of a domain, and of the name of a governance body.
pub const LONGEST_NAME: usize = 200;
/// The largest number of characters of a statement.
pub const LONGEST_STATEMENT: usize = 1_000;
/// The most days from the first day in force until the end of the transition.
pub const MOST_TRANSITION_DAYS: i64 = 1_830;

/// A statement that is to be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewStatement {
    /// Its code.
    pub code: String,
    /// The level.
    pub level: i32,
    /// The domain.
    pub domain: String,
    /// The statement.
    pub text: String,
}

/// A version that is to be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFramework {
    /// The board's word for the version.
    pub version: String,
    /// First day in force.
    pub in_force_from: Day,
    /// Last day of the transition from earlier versions.
    pub transition_until: Day,
    /// The governance body that approved it.
    pub approved_by: String,
    /// The day of the approval.
    pub approved_on: Day,
    /// The statements.
    pub statements: Vec<NewStatement>,
}

/// Why a version is not published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameworkRefusal {
    /// The version is empty or too long.
    Version,
    /// The name of the governance body is empty or too long.
    ApprovedBy,
    /// The approval is in the future.
    ApprovedOn,
    /// It would be in force before today, or too far ahead.
    InForceFrom(AuthorityRefusal),
    /// The transition ends before the version is in force, or too late.
    TransitionUntil,
    /// There is no statement, or there are too many.
    Statements,
    /// A code, domain or text of a statement is empty or too long.
    StatementText,
    /// A level is not one of 1 to 3.
    Level,
    /// Two statements have one code.
    CodeTwice,
    /// A version from the same day is on file.
    Already,
}

/// Returns the version without surrounding blanks, if it may be published beside those on file.
///
/// # Errors
///
/// Why it is not published.
pub fn check(new: NewFramework, known: &[Framework], today: Day) -> Result<NewFramework, FrameworkRefusal> {
    let NewFramework { version, in_force_from, transition_until, approved_by, approved_on, statements } = new;
    let trimmed = |text: String, longest: usize| {
        let text = text.trim().to_owned();
        (1..=longest).contains(&text.chars().count()).then_some(text)
    };
    let version = trimmed(version, LONGEST_CODE).ok_or(FrameworkRefusal::Version)?;
    let approved_by = trimmed(approved_by, LONGEST_NAME).ok_or(FrameworkRefusal::ApprovedBy)?;
    if today < approved_on {
        return Err(FrameworkRefusal::ApprovedOn);
    }
    WishedDays { from: in_force_from, until: None }.check(today).map_err(FrameworkRefusal::InForceFrom)?;
    if transition_until < in_force_from || in_force_from.plus_days(MOST_TRANSITION_DAYS) < transition_until {
        return Err(FrameworkRefusal::TransitionUntil);
    }
    if known.iter().any(|known| known.from == in_force_from) {
        return Err(FrameworkRefusal::Already);
    }
    if !(1..=MOST_STATEMENTS).contains(&statements.len()) {
        return Err(FrameworkRefusal::Statements);
    }
    let mut codes = BTreeSet::new();
    let mut checked = Vec::with_capacity(statements.len());
    for NewStatement { code, level, domain, text } in statements {
        if !LEVELS.contains(&level) {
            return Err(FrameworkRefusal::Level);
        }
        let code = trimmed(code, LONGEST_CODE).ok_or(FrameworkRefusal::StatementText)?;
        let domain = trimmed(domain, LONGEST_NAME).ok_or(FrameworkRefusal::StatementText)?;
        let text = trimmed(text, LONGEST_STATEMENT).ok_or(FrameworkRefusal::StatementText)?;
        if !codes.insert(code.clone()) {
            return Err(FrameworkRefusal::CodeTwice);
        }
        checked.push(NewStatement { code, level, domain, text });
    }
    Ok(NewFramework { version, in_force_from, transition_until, approved_by, approved_on, statements: checked })
}

/// A statement on file, of the level of an assessment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FiledStatement {
    /// Its key.
    pub id: FrameworkStatementId,
    /// Its code.
    pub code: String,
}

/// What an assessor says of one statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenResult {
    /// The statement's code.
    pub code: String,
    /// Whether it is met; otherwise not yet.
    pub met: bool,
}

/// Why the results of an assessment are refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResultsRefusal {
    /// The version has no statement of this level.
    NoStatements,
    /// There is no statement of this level with this code, or it is named twice.
    Unknown(String),
    /// This statement has no result.
    Missing(String),
}

/// Returns the result of each statement of the level: there must be exactly one for each. Whether all are met decides.
///
/// # Errors
///
/// Why they are refused.
pub fn check_results(
    statements: &[FiledStatement],
    given: &[GivenResult],
) -> Result<BTreeMap<FrameworkStatementId, bool>, ResultsRefusal> {
    if statements.is_empty() {
        return Err(ResultsRefusal::NoStatements);
    }
    let mut results = BTreeMap::new();
    for GivenResult { code, met } in given {
        let found = statements.iter().find(|statement| statement.code == code.trim());
        let is_new = found.is_some_and(|statement| results.insert(statement.id, *met).is_none());
        if !is_new {
            return Err(ResultsRefusal::Unknown(code.clone()));
        }
    }
    match statements.iter().find(|statement| !results.contains_key(&statement.id)) {
        Some(missing) => Err(ResultsRefusal::Missing(missing.code.clone())),
        None => Ok(results),
    }
}

/// Whether a person is an active Trainer on `day`.
#[must_use]
pub fn is_active_trainer(index: &Index, person: PersonIx, day: Day) -> bool {
    let question = Question { day, today: None, what_if: None };
    let mut roles = index.roster().trainers.iter().filter(|role| role.person == person);
    roles.any(|role| is_active(index, role, &question))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::FrameworkId;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn statement(code: &str, level: i32) -> NewStatement {
        NewStatement { code: code.to_owned(), level, domain: "Coping".to_owned(), text: "Listens.".to_owned() }
    }

    fn framework() -> NewFramework {
        NewFramework {
            version: " 2 ".to_owned(),
            in_force_from: day("2026-12-01"),
            transition_until: day("2027-06-01"),
            approved_by: "Staff Governance Committee".to_owned(),
            approved_on: day("2026-11-02"),
            statements: vec![statement("C1", 2), statement("C2", 3)],
        }
    }

    fn checked(new: NewFramework) -> Result<NewFramework, FrameworkRefusal> {
        let (from, transition_until) = (day("2026-01-01"), day("2026-02-01"));
        let known = Framework { id: FrameworkId(1), from, transition_until };
        let later = Framework { from: day("2027-03-01"), ..known };
        check(new, &[known, later], day("2026-11-16"))
    }

    #[test]
    fn what_may_not_be_published_is_refused() {
        assert_eq!(checked(framework()).unwrap().version, "2");
        let of = |statements: Vec<NewStatement>| NewFramework { statements, ..framework() };
        let early = DayOf { in_force_from: "2026-11-15", transition_until: "2027-06-01" };
        for (new, refusal) in [
            (NewFramework { version: String::new(), ..framework() }, FrameworkRefusal::Version),
            (NewFramework { approved_by: " ".to_owned(), ..framework() }, FrameworkRefusal::ApprovedBy),
            (NewFramework { approved_on: day("2026-11-17"), ..framework() }, FrameworkRefusal::ApprovedOn),
            (early.framework(), FrameworkRefusal::InForceFrom(AuthorityRefusal::BeforeToday)),
            (DayOf { transition_until: "2026-11-30", ..DAYS }.framework(), FrameworkRefusal::TransitionUntil),
            (DayOf { transition_until: "2032-01-01", ..DAYS }.framework(), FrameworkRefusal::TransitionUntil),
            (DayOf { in_force_from: "2027-03-01", ..DAYS }.framework(), FrameworkRefusal::Already),
            (of(Vec::new()), FrameworkRefusal::Statements),
            (of(vec![statement("C1", 0)]), FrameworkRefusal::Level),
            (of(vec![statement("C1", 4)]), FrameworkRefusal::Level),
            (of(vec![statement(" ", 1)]), FrameworkRefusal::StatementText),
            (of(vec![statement("C1", 1), statement("C1 ", 2)]), FrameworkRefusal::CodeTwice),
        ] {
            assert_eq!(checked(new), Err(refusal));
        }
    }

    /// Other days of a version.
    struct DayOf {
        in_force_from: &'static str,
        transition_until: &'static str,
    }

    const DAYS: DayOf = DayOf { in_force_from: "2026-12-01", transition_until: "2027-06-01" };

    impl DayOf {
        fn framework(&self) -> NewFramework {
            NewFramework {
                in_force_from: day(self.in_force_from),
                transition_until: day(self.transition_until),
                ..framework()
            }
        }
    }

    #[test]
    fn every_statement_has_one_result() {
        let statements = [("A", 1), ("B", 2)]
            .map(|(code, id)| FiledStatement { id: FrameworkStatementId(id), code: code.to_owned() });
        let given = |codes: &[(&str, bool)]| {
            let results: Vec<_> =
                codes.iter().map(|(code, met)| GivenResult { code: (*code).to_owned(), met: *met }).collect();
            check_results(&statements, &results)
        };
        let both = given(&[("B", true), ("A", false)]).unwrap();
        assert_eq!(both.into_values().collect::<Vec<_>>(), [false, true]);
        assert_eq!(given(&[("A", true)]), Err(ResultsRefusal::Missing("B".to_owned())));
        assert_eq!(given(&[("A", true), ("A", true)]), Err(ResultsRefusal::Unknown("A".to_owned())));
        assert_eq!(given(&[("A", true), ("C", true)]), Err(ResultsRefusal::Unknown("C".to_owned())));
        assert_eq!(check_results(&[], &[]), Err(ResultsRefusal::NoStatements));
    }
}
