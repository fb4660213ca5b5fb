//! The sentences of a midweek report: what became worse since the week's gap report. It uses the same templates.

use entity::value::Status;

use super::actions::{actions_on_news, teams_named};
use super::names::Names;
use super::rows::SectionBuilder;
use super::view::{View, WILL_LOSE, about, before, friday, loses_cover, no_policy, recent_lists, warnings};
use super::{Reader, Setting};
use crate::report::build::Report;
use crate::report::compare::Change;
use crate::report::news::News;
use crate::report::wording::{counted, day, int, with_full_stop};

/// Returns the data of the templates, without an attached list.
pub(super) fn view(news: &News<'_>, reader: Reader<'_>, setting: &Setting) -> View {
    let report = news.changed();
    let names = Names::new(report);
    let actions = actions_on_news(report, setting, &names);
    let named = teams_named(&actions);
    let sections = SectionBuilder { report, setting, names: &names, named: &named }.sections();
    let changed = format!("{} {}", news.since(), changes(report).join(", "));
    let chosen = (!reader.is_copy).then(|| {
        "You receive this mail when something becomes worse during the week, as chosen in the settings of your report."
            .to_owned()
    });
    View {
        subject: format!("Peer support: {changed} ({})", about(report)),
        week: format!("Midweek report, {}", day(report.day)),
        friday: friday(report),
        about: about(report),
        warnings: warnings(report, reader, &names),
        headline: with_full_stop(&changed),
        before: format!("{} {}", with_full_stop(&report.teams.with_cover()), before(report)),
        trend: None,
        actions,
        ask: setting.coordinator.line(),
        ask_address: setting.coordinator.address(),
        sections,
        by_unit: None,
        layers: Vec::new(),
        facts: no_policy(report).into_iter().collect(),
        reasons: recent_lists(report).into_iter().chain(chosen).collect(),
        link: report.units.first().and_then(|answered| setting.unit_link(&answered.unit.unit_code)),
        attached: String::new(),
        nothing_to_do: "There is nothing that you need to do about this.",
        closing: if reader.is_copy {
            "To get no more copies, tell the person whose report it is, or the"
        } else {
            "To stop it, change the settings of your report, or tell the"
        },
    }
}

/// Returns what became worse, in a few words each: `1 more team needs cover`, `1 will lose it on 30 November`.
fn changes(report: &Report<'_>) -> Vec<String> {
    let known = |change: Change| {
        let gaps = report.gaps.iter().filter(|gap| gap.place.team.status != Status::Unknown);
        int(gaps.filter(|gap| gap.change == Some(change)).count())
    };
    let (new, worse) = (known(Change::New), known(Change::Worse));
    let unknown = int(report.gaps.len()) - new - worse;
    let mut parts = Vec::new();
    if new > 0 {
        parts.push(counted(new, "more team needs cover", "more teams need cover"));
    }
    parts.extend(loses_cover(report, new > 0, WILL_LOSE));
    if worse > 0 {
        parts.push(counted(worse, "gap is worse", "gaps are worse"));
    }
    if unknown > 0 {
        parts.push(format!("cover of {} is not known", counted(unknown, "more team", "more teams")));
    }
    parts
}
