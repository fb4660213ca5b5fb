//! Limits on how much an import may reject, change or end without an explicit allowance. Each allowance names the
//! number in the refusal, so that an allowance for one problem does not let another one through.

use std::fmt;
use std::str::FromStr;

use super::findings::{FileCount, Findings};
use super::layout::FileKind;

/// One allowance beyond the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowance {
    /// This many rejected rows, in all files in which more than a tenth of the rows is rejected.
    Rejected(u32),
    /// This many changed posts, at all employers of which more than a fifth of the posts change or end.
    Changed(u32),
    /// This many ended posts, at the same employers.
    Ended(u32),
    /// Files that are older than those on file.
    Older,
    /// A full list without rows.
    Empty,
}

/// A text that is not an allowance.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0:.60}' is not a valid allowance; use rejected=N, changed=N, ended=N, older or empty")]
pub struct UnknownAllowance(String);

impl FromStr for Allowance {
    type Err = UnknownAllowance;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || UnknownAllowance(text.to_owned());
        let (word, number) = match text.split_once('=') {
            Some((word, number)) => (word, Some(number.parse().map_err(|_| unknown())?)),
            None => (text, None),
        };
        match (word, number) {
            ("rejected", Some(rows)) => Ok(Self::Rejected(rows)),
            ("changed", Some(posts)) => Ok(Self::Changed(posts)),
            ("ended", Some(posts)) => Ok(Self::Ended(posts)),
            ("older", None) => Ok(Self::Older),
            ("empty", None) => Ok(Self::Empty),
            _ => Err(unknown()),
        }
    }
}

/// All allowances of an import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allowances {
    /// Rejected rows. Null if none are allowed.
    pub rejected: Option<u32>,
    /// Changed posts. Null if none are allowed.
    pub changed: Option<u32>,
    /// Ended posts. Null if none are allowed.
    pub ended: Option<u32>,
    /// Whether files may be older than those on file.
    pub older: bool,
    /// Whether a full list may have no rows.
    pub empty: bool,
}

/// If two allowances are of the same kind, the last one applies.
impl FromIterator<Allowance> for Allowances {
    fn from_iter<I: IntoIterator<Item = Allowance>>(allowances: I) -> Self {
        let mut all = Self::default();
        for allowance in allowances {
            match allowance {
                Allowance::Rejected(rows) => all.rejected = Some(rows),
                Allowance::Changed(posts) => all.changed = Some(posts),
                Allowance::Ended(posts) => all.ended = Some(posts),
                Allowance::Older => all.older = true,
                Allowance::Empty => all.empty = true,
            }
        }
        all
    }
}

/// The minimum number of affected rows or posts before a limit applies. In a small file or at a small employer, a
/// single bad row or leaver is more than a tenth or a fifth, and is normal.
pub(super) const AT_LEAST: u32 = 5;

/// A file or an employer over its limit, with the number affected and the total.
pub(super) struct Excess {
    pub(super) place: String,
    pub(super) affected: u32,
    pub(super) total: u32,
}

/// Formats `12 of 40 at HB and 7 of 30 at CC`.
struct ExcessList<'a>(&'a str, &'a [Excess]);

impl fmt::Display for ExcessList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(preposition, parts) = self;
        for (at, Excess { place, affected, total }) in parts.iter().enumerate() {
            let separator = match at {
                0 => "",
                _ if at + 1 == parts.len() => " and ",
                _ => ", ",
            };
            write!(f, "{separator}{affected} of {total} {preposition} {place}")?;
        }
        Ok(())
    }
}

/// One limit.
pub(super) struct Limit {
    /// Its name on the command line.
    pub(super) word: &'static str,
    /// What is counted, with its verb: `posts would end`.
    pub(super) what: &'static str,
    /// The preposition before the name of a file or an employer.
    pub(super) preposition: &'static str,
    /// The rule, and what to check before it is lifted.
    pub(super) rule: &'static str,
}

const REJECTED: Limit = Limit {
    word: "rejected",
    what: "rows are rejected",
    preposition: "in",
    rule: "At most a tenth of a file's rows may be rejected. Correct these rows, or import the other rows",
};

impl Limit {
    /// Refuses the import because of `excess`, unless exactly this number is allowed.
    pub(super) fn enforce(&self, excess: &[Excess], allowed: Option<u32>, findings: &mut Findings) {
        let Self { word, what, preposition, rule } = self;
        let total: u32 = excess.iter().map(|part| part.affected).sum();
        if total == 0 {
            return;
        }
        if allowed == Some(total) {
            findings.allowance_used = true;
            return;
        }
        let other = allowed.map(|number| format!(" You allowed {word}={number}, which is not the same number."));
        findings.refusals.push(format!(
            "{total} {what}: {}. {rule} with --allow {word}={total}.{}",
            ExcessList(preposition, excess),
            other.unwrap_or_default()
        ));
    }
}

/// Whether `affected` is more than one `part`th of `all` and at least [`AT_LEAST`].
pub(super) fn is_over(affected: u32, part: u32, all: u32) -> bool {
    affected >= AT_LEAST && u64::from(affected) * u64::from(part) > u64::from(all)
}

/// Refuses the import if more than a tenth of a file's rows is rejected.
pub(super) fn rejected(files: &[FileCount], allow: Allowances, findings: &mut Findings) {
    let files = files.iter().map(|file| &file.imported);
    let over = files.filter(|file| is_over(file.rejected, 10, file.rows));
    let excess: Vec<_> =
        over.map(|file| Excess { place: file.file.clone(), affected: file.rejected, total: file.rows }).collect();
    REJECTED.enforce(&excess, allow.rejected, findings);
}

/// Refuses an empty full list if there are records on file for it.
pub(super) fn not_empty(file: &FileCount, on_file: bool, allow: Allowances, findings: &mut Findings) {
    if file.imported.rows > 0 || !on_file {
        return;
    }
    if allow.empty {
        findings.allowance_used = true;
        return;
    }
    let meaning = match file.kind {
        FileKind::Units => "every unit on file would close",
        // An empty staff list names no employer, so it is not a full list of any employer.
        _ => "no posts would end; to end an employer's posts, use --ends-employer",
    };
    findings.refusals.push(format!(
        "{}: it has a header but no rows. A full list must have rows if there are records on file. Check how the file \
         was made, or accept the empty list ({meaning}) with --allow empty.",
        file.imported.file
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusals(excess: &[Excess], allowed: Option<u32>) -> (Vec<String>, bool) {
        let mut findings = Findings::default();
        REJECTED.enforce(excess, allowed, &mut findings);
        (findings.refusals, findings.allowance_used)
    }

    #[test]
    fn reads_what_the_refusals_print() {
        let words = ["rejected=3", "changed=4", "ended=5", "older", "empty", "ended=6"];
        let all: Allowances = words.iter().map(|word| word.parse::<Allowance>().unwrap()).collect();
        let expected = Allowances { rejected: Some(3), changed: Some(4), ended: Some(6), older: true, empty: true };
        assert_eq!(all, expected);
        for unknown in ["", "all", "rejected", "ended=", "ended=x", "ended=-1", "older=1", "Ended=1"] {
            assert!(unknown.parse::<Allowance>().is_err(), "{unknown}");
        }
    }

    #[test]
    fn lets_exactly_the_number_through() {
        let excess = || {
            let part = |place: &str, affected| Excess { place: place.to_owned(), affected, total: 20 };
            [part("a.csv", 5), part("b.csv", 6), part("c.csv", 7)]
        };
        let (said, used) = refusals(&excess(), None);
        assert_eq!(
            said,
            [
                "18 rows are rejected: 5 of 20 in a.csv, 6 of 20 in b.csv and 7 of 20 in c.csv. At most a tenth of a file's rows \
                 may be rejected. Correct these rows, or import the other rows with --allow rejected=18."
            ]
        );
        assert!(!used);
        let (said, used) = refusals(&excess(), Some(17));
        assert!(
            said[0].ends_with("--allow rejected=18. You allowed rejected=17, which is not the same number."),
            "{said:?}"
        );
        assert!(!used);
        assert_eq!(refusals(&excess(), Some(18)), (Vec::new(), true));
        assert_eq!(refusals(&[], Some(18)), (Vec::new(), false), "an allowance that nothing needs is not used");
    }

    #[test]
    fn limits_start_at_five() {
        assert!(!is_over(4, 5, 4));
        assert!(is_over(5, 5, 24));
        assert!(!is_over(5, 5, 25), "a fifth is not more than a fifth");
        assert!(is_over(u32::MAX, 10, u32::MAX));
    }
}
