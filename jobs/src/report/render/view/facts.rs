//! Further facts, one sentence each.

use entity::value::UnknownBecause;

use super::headline::known_and_unknown;
use crate::report::build::Report;
use crate::report::compare::Change;
use crate::report::wording::{Fraction, counted, grouped, int};

pub(super) fn facts(report: &Report<'_>) -> Vec<String> {
    let mut facts = Vec::new();
    // People with posts in several units are counted in each, so that a sum over units would count them twice.
    if let [unit] = report.top_units().as_slice() {
        let now = Fraction::new(unit.staff_covered, unit.staff_assessed);
        let answered = report.units.iter().find(|answered| answered.unit.unit_id == unit.unit_id);
        let before = answered.and_then(|answered| answered.before);
        let since = before.map(|unit| now.since(Fraction::new(unit.staff_covered, unit.staff_assessed), "staff"));
        if now.whole > 0 {
            let since = since.map(|since| format!(", {since}")).unwrap_or_default();
            facts.push(format!("Staff whose team has cover: {}{since}.", now.words("staff")));
        }
    }
    facts.extend(changes(report));
    if report.people_short > 0 {
        facts.push(format!(
            "In all, {} needed.",
            counted(report.people_short, "more Peer Supporter is", "more Peer Supporters are")
        ));
    }
    facts.extend(no_policy(report));
    if report.single_points > 0 {
        facts.push(format!(
            "{} on one Peer Supporter.",
            counted(report.single_points, "team with cover depends", "teams with cover depend")
        ));
    }
    if report.exempt > 0 && report.teams.whole > 0 {
        facts.push(format!("{} exempt and not counted here.", counted(report.exempt, "team is", "teams are")));
    }
    facts
}

/// Returns a sentence about the teams without a policy.
pub(in crate::report::render) fn no_policy(report: &Report<'_>) -> Option<String> {
    let teams = report.gaps.iter().filter(|gap| gap.place.team.unknown_because == Some(UnknownBecause::NoPolicy));
    let teams = int(teams.count());
    (teams > 0).then(|| {
        format!(
            "{} no policy yet, so cover there is not known. Only the coordinator can set one.",
            counted(teams, "team has", "teams have")
        )
    })
}

/// Returns `Gaps since the last report: 3 new, 1 worse, 14 unchanged.`
fn changes(report: &Report<'_>) -> Option<String> {
    let named = [
        (Change::New, "new"),
        (Change::Worse, "worse"),
        (Change::Better, "better"),
        (Change::Closed, "closed"),
        (Change::Same, "unchanged"),
    ];
    let parts: Vec<_> = named
        .iter()
        .filter_map(|(change, word)| report.changes.get(change).map(|number| format!("{} {word}", grouped(*number))))
        .collect();
    let gaps = if known_and_unknown(report).1 > 0 { "Gaps and teams that are not known" } else { "Gaps" };
    (!parts.is_empty()).then(|| format!("{gaps} since the last report: {}.", parts.join(", ")))
}
