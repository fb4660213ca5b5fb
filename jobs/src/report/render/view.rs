//! The sentences of a report, for both templates.

mod facts;
mod headline;
mod reasons;
mod trend;
mod units;

use entity::value::ReportSection;

use super::actions::{Action, actions, teams_named};
use super::layers::{Layer, is_behind, layers};
use super::names::Names;
use super::rows::{Section, SectionBuilder};
use super::{Reader, Setting};
use crate::report::build::Report;
use crate::report::wording::{day, near_day};
use facts::facts;
pub(super) use facts::no_policy;
pub(super) use headline::{WILL_LOSE, about, before, loses_cover};
use headline::{headline, subject};
use reasons::reasons;
pub(super) use reasons::{recent_lists, warnings};
use trend::{TrendView, trend};
use units::{UnitTable, by_unit};

/// The data of the templates.
#[derive(Debug)]
pub(super) struct View {
    pub(super) subject: String,
    /// Kind and date of the report: `Week of 23 November 2026`.
    pub(super) week: String,
    /// The last working day of the week: `27 November`.
    pub(super) friday: String,
    /// The units of the report.
    pub(super) about: String,
    /// What the reader must know before any figure: old data, weeks without a report, why they received it.
    pub(super) warnings: Vec<String>,
    pub(super) headline: String,
    /// The figure of the last report.
    pub(super) before: String,
    pub(super) trend: Option<TrendView>,
    pub(super) actions: Vec<Action>,
    /// The coordinator, for questions.
    pub(super) ask: Option<String>,
    /// The coordinator's address, for a link.
    pub(super) ask_address: Option<String>,
    pub(super) sections: Vec<Section>,
    pub(super) by_unit: Option<UnitTable>,
    pub(super) layers: Vec<Layer>,
    /// Further information, one sentence each.
    pub(super) facts: Vec<String>,
    /// How old the data is, and why the reader receives it, one sentence each.
    pub(super) reasons: Vec<String>,
    /// Address of the first unit's page.
    pub(super) link: Option<String>,
    /// What the attached list contains. Empty if there is none.
    pub(super) attached: String,
    /// The sentence that is shown if there is no action.
    pub(super) nothing_to_do: &'static str,
    /// The last sentence without its end, which names the coordinator.
    pub(super) closing: &'static str,
}

impl View {
    pub(super) fn new(report: &Report<'_>, reader: Reader<'_>, setting: &Setting, attached: String) -> Self {
        let names = Names::new(report);
        let actions = actions(report, setting, &names);
        let named = teams_named(&actions);
        let mut sections = SectionBuilder { report, setting, names: &names, named: &named }.sections();
        let is_quiet = actions.is_empty() && sections.is_empty() && !is_behind(report);
        let first = report.units.first().map(|answered| answered.unit);
        let mut facts = facts(report);
        if is_quiet {
            facts.truncate(1);
        }
        // Only after `is_quiet`: leaving out sections with gaps does not mean that there are none.
        let shows = |section: ReportSection| !reader.hidden.contains(&section);
        sections.retain(|section| section.optional.is_none_or(shows));
        if !shows(ReportSection::Facts) {
            facts.clear();
        }
        Self {
            subject: subject(report),
            week: format!("Week of {}", day(report.week.monday())),
            friday: friday(report),
            about: about(report),
            warnings: warnings(report, reader, &names),
            headline: headline(report),
            before: before(report),
            trend: if is_quiet { None } else { trend(report) },
            actions,
            ask: setting.coordinator.line(),
            ask_address: setting.coordinator.address(),
            sections,
            by_unit: if is_quiet || !shows(ReportSection::ByUnit) { None } else { by_unit(report, setting, &names) },
            layers: if is_quiet || !shows(ReportSection::Layers) { Vec::new() } else { layers(report, &names) },
            facts,
            reasons: recent_lists(report).into_iter().chain(reasons(report, reader, &names)).collect(),
            link: first.and_then(|unit| setting.unit_link(&unit.unit_code)),
            attached,
            nothing_to_do: "There is nothing that you need to do this week.",
            closing: "If someone else should receive it, or if it does not arrive, tell the",
        }
    }
}

pub(super) fn friday(report: &Report<'_>) -> String {
    near_day(report.week.monday().plus_days(4), report.day)
}
