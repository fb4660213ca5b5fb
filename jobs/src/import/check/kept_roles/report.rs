//! The notices about rows that differ from the register.

use super::super::super::findings::Findings;
use super::super::options::CheckOptions;

/// How many rows get a notice of their own. The others are counted.
const NAMED: usize = 20;

/// A row that differs from the register.
#[derive(Debug)]
pub(super) struct KeptRow {
    pub(super) line: u32,
    /// The headers of the differing cells. `None` if the register has no such allocation.
    pub(super) differs: Option<Vec<&'static str>>,
    pub(super) caution: Caution,
    pub(super) own_wish: bool,
}

/// Whether the person would count for less by a row than by the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caution {
    /// No.
    NotNeeded,
    /// Yes, and a coordinator decided that the register holds.
    Settled,
    /// Yes: the more cautious of the two counts.
    Open,
}

/// Adds the notices about the rows that differ. Those by which someone would count for less come before everything
/// else, because a coordinator must settle them.
pub(super) fn report(file: &str, mut rows: Vec<KeptRow>, options: CheckOptions, findings: &mut Findings) {
    rows.sort_by_key(|row| row.caution != Caution::Open);
    let before = findings.notices.len();
    for row in rows.iter().take(NAMED) {
        findings.notice(file, Some(row.line), row.sentence(options));
    }
    let urgent = rows.iter().take(NAMED).filter(|row| row.caution == Caution::Open).count();
    findings.notices[..before + urgent].rotate_right(urgent);
    let more = rows.len().saturating_sub(NAMED);
    if more > 0 {
        findings.notice(file, None, format!("{more} more row(s) about roles that are kept in the register differ."));
    }
}

impl KeptRow {
    pub(super) fn sentence(&self, options: CheckOptions) -> String {
        let mut text = "This row is about a role that is kept in the register and changes nothing.".to_owned();
        match &self.differs {
            Some(columns) => text.push_str(&format!(" It differs in {}.", joined(columns))),
            None => text.push_str(" The register has no such allocation."),
        }
        match self.caution {
            Caution::NotNeeded => {}
            Caution::Settled => text.push_str(" A coordinator has decided that the register is right."),
            Caution::Open => text.push_str(&format!(
                " By this row the person counts for less. From {} on the more cautious of file and register counts, until a \
                 coordinator settles the difference.",
                options.as_at
            )),
        }
        match (self.own_wish, options.take_over) {
            (true, true) => text.push_str(" --take-over does not give this role back."),
            (true, false) => {}
            (false, _) => text.push_str(" To give the role back to the file: psn import --take-over."),
        }
        text
    }
}

/// Returns `Share, From and Until`.
pub(in crate::import::check) fn joined(columns: &[&str]) -> String {
    match columns {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
