//! The sentences of a run summary, for both templates.

use askama::Template;
use entity::json_column::MailUnit;
use entity::value::Status;

use super::todo::{Run, gaps_without_manager, old_lists, rows_not_read, stale_teams, without_policy};
use crate::output::one_line::clip;
use crate::report::compare::is_open;
use crate::report::recipients::Vacancy;
use crate::report::render::{Rendered, Setting};
use crate::report::wording::{Fraction, counted, day, grouped, int, listed, near_day, number};

/// Maximum number of rows in a section. The rest is a number.
const MOST: usize = 5;
/// Maximum length of the name of a unit or an employer in characters.
const LONGEST_NAME: usize = 80;

/// The data of the templates.
#[derive(Debug)]
pub(super) struct SummaryView {
    pub(super) subject: String,
    /// `Week of 23 November 2026`.
    pub(super) week: String,
    pub(super) headline: String,
    /// Things to do. Empty if there are none.
    pub(super) sections: Vec<TaskList>,
    /// Counts, one sentence each.
    pub(super) facts: Vec<String>,
    /// Address of the page of the whole board. `None` if there is nothing to do.
    pub(super) link: Option<String>,
    /// Why the reader receives it.
    pub(super) reason: String,
}

#[derive(Debug)]
pub(super) struct TaskList {
    pub(super) heading: &'static str,
    pub(super) rows: Vec<Task>,
    /// `And 3 more.`. Empty if there are no more.
    pub(super) rest: String,
    /// Number of things to do, including those that are not shown.
    all: usize,
}

/// One thing to do.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) text: String,
    /// Address of the unit's or the team's page.
    pub(super) link: Option<String>,
}

#[derive(Template)]
#[template(path = "run_summary/text.txt", escape = "none")]
struct SummaryText<'v> {
    v: &'v SummaryView,
}

#[derive(Template)]
#[template(path = "run_summary/mail.html", escape = "html")]
struct SummaryHtml<'v> {
    v: &'v SummaryView,
}

/// Renders the summary of a run for a reader who receives it for this reason. It has no attached list.
///
/// # Errors
///
/// The error of the template engine, which the templates cause and never the data.
pub(super) fn render(run: &Run<'_>, setting: &Setting, reason: &str) -> Result<Rendered, String> {
    let view = view(run, setting, reason);
    Ok(Rendered {
        text: SummaryText { v: &view }.render().map_err(|error| error.to_string())?,
        html: SummaryHtml { v: &view }.render().map_err(|error| error.to_string())?,
        subject: view.subject,
        csv: String::new(),
    })
}

fn view(run: &Run<'_>, setting: &Setting, reason: &str) -> SummaryView {
    let sections = sections(run, setting);
    let all: usize = sections.iter().map(|section| section.all).sum();
    let monday = run.week.monday();
    let sent = counted(i64::try_from(run.sent).unwrap_or(i64::MAX), "report", "reports");
    let to_do = if all == 0 { "nothing to do".to_owned() } else { format!("{} to look at", number(all)) };
    let top = run.tree.units().first();
    let mut facts = facts(run);
    if all == 0 {
        facts.truncate(1);
    }
    SummaryView {
        subject: format!("Peer support: {sent} sent, {to_do} (week of {})", near_day(monday, run.tree.day)),
        week: format!("Week of {}", day(monday)),
        headline: headline(run),
        facts,
        link: top.filter(|_| all > 0).and_then(|unit| setting.unit_link(&unit.unit_code)),
        sections,
        reason: reason.to_owned(),
    }
}

/// Returns `39 reports were sent, 1 was refused and 1 unit has no one to write to.`
fn headline(run: &Run<'_>) -> String {
    let sent = match run.sent {
        0 => "No report was sent".to_owned(),
        1 => "1 report was sent".to_owned(),
        sent => format!("{} reports were sent", grouped(i64::try_from(sent).unwrap_or(i64::MAX))),
    };
    let mut parts = vec![sent];
    match run.refused.len() {
        0 => {}
        1 => parts.push("1 was refused".to_owned()),
        refused => parts.push(format!("{} were refused", number(refused))),
    }
    match run.unaddressed.len() {
        0 => {}
        1 => parts.push("1 unit has no one to write to".to_owned()),
        units => parts.push(format!("{} units have no one to write to", number(units))),
    }
    format!("{}.", listed(&parts))
}

fn sections(run: &Run<'_>, setting: &Setting) -> Vec<TaskList> {
    let all = [
        section("No one to write to", unaddressed(run, setting)),
        section("Reports that were refused", refused(run, setting)),
        section("Policies to set", policies(run, setting)),
        section("Staff lists to correct", staff_lists(run, setting)),
        section("Gaps in units without a senior manager", vacancies(run, setting)),
    ];
    all.into_iter().filter(|section| section.all > 0).collect()
}

fn section(heading: &'static str, mut rows: Vec<Task>) -> TaskList {
    let all = rows.len();
    rows.truncate(MOST);
    let rest = match all - rows.len() {
        0 => String::new(),
        more => format!("And {} more.", number(more)),
    };
    TaskList { heading, rows, rest, all }
}

fn unaddressed(run: &Run<'_>, setting: &Setting) -> Vec<Task> {
    let row = |MailUnit { code, name, why }: &MailUnit| Task {
        text: format!(
            "No one gets the report on {}: {why}. Name a senior manager or a coordinator who has a work e-mail.",
            clip(name, LONGEST_NAME)
        ),
        link: setting.unit_link(code),
    };
    run.unaddressed.iter().map(row).collect()
}

fn refused(run: &Run<'_>, setting: &Setting) -> Vec<Task> {
    let row = |lost: &super::todo::RefusedMail| {
        let first = lost.units.first();
        let mut of: Vec<String> = first.map(|unit| clip(&unit.name, LONGEST_NAME)).into_iter().collect();
        if lost.units.len() > 1 {
            of.push(counted(int(lost.units.len() - 1), "more unit", "more units"));
        }
        let on = if of.is_empty() { "A report".to_owned() } else { format!("The report on {}", listed(&of)) };
        Task {
            text: format!("{on} did not reach {}: {}. Correct the work e-mail on file.", lost.address, lost.why),
            link: first.and_then(|unit| setting.unit_link(&unit.code)),
        }
    };
    run.refused.iter().map(row).collect()
}

fn policies(run: &Run<'_>, setting: &Setting) -> Vec<Task> {
    let row = |lacks: super::todo::NoPolicy<'_>| Task {
        text: format!(
            "Set a policy for {}: {} none.",
            clip(&lacks.unit.unit_name, LONGEST_NAME),
            if lacks.teams == 1 { "1 team has".to_owned() } else { format!("{} teams have", number(lacks.teams)) }
        ),
        link: setting.unit_link(&lacks.unit.unit_code),
    };
    without_policy(run.tree).into_iter().map(row).collect()
}

fn staff_lists(run: &Run<'_>, setting: &Setting) -> Vec<Task> {
    let today = run.tree.day;
    let old = old_lists(run.tree).into_iter().map(|(as_at, employer)| {
        let of = employer.map_or_else(
            || "A staff list".to_owned(),
            |employer| format!("The staff list of {}", clip(employer, LONGEST_NAME)),
        );
        let age = grouped(today.days_since(as_at));
        Task { text: format!("{of} is {age} days old ({}). Ask for a new one.", near_day(as_at, today)), link: None }
    });
    let stale = stale_teams(run.tree);
    let stale = (stale > 0).then(|| Task {
        text: format!(
            "Cover of {} is not known, because the staff list is older than the policy allows. Ask for a new one.",
            counted(int(stale), "team", "teams")
        ),
        link: None,
    });
    let unread = rows_not_read(run.tree).into_iter().map(|team| Task {
        text: format!(
            "{} of the staff list about {} could not be read. Correct them and import the list again.",
            counted(i64::from(team.rows_not_read), "row", "rows"),
            clip(&team.unit_name, LONGEST_NAME)
        ),
        link: setting.team_link(&team.unit_code),
    });
    old.chain(stale).chain(unread).collect()
}

fn vacancies(run: &Run<'_>, setting: &Setting) -> Vec<Task> {
    let row = |vacant: super::todo::Vacant<'_>| {
        let name = clip(&vacant.unit.unit_name, LONGEST_NAME);
        let gaps = counted(int(vacant.gaps), "team needs", "teams need");
        let what = match vacant.vacancy {
            Vacancy::Vacant | Vacancy::Left => "Name one",
            Vacancy::NoAddress => "Add the work e-mail",
        };
        Task {
            text: format!("{name}: {gaps} cover, and {}. {what}.", vacant.vacancy),
            link: setting.unit_link(&vacant.unit.unit_code),
        }
    };
    gaps_without_manager(run.tree, run.recipients).into_iter().map(row).collect()
}

fn facts(run: &Run<'_>) -> Vec<String> {
    let cover = |tree: &crate::report::snapshot_tree::SnapshotTree| {
        let tops = tree.units().iter().filter(|unit| unit.parent_id.is_none());
        tops.fold(Fraction { part: 0, whole: 0 }, |sum, unit| Fraction {
            part: sum.part + i64::from(unit.teams_covered()),
            whole: sum.whole + i64::from(unit.teams_assessed()),
        })
    };
    let now = cover(run.tree);
    let since = run.previous.map(|tree| format!(", {}", now.since(cover(tree), "teams"))).unwrap_or_default();
    let teams = |wanted: fn(Status) -> bool| int(run.tree.teams().iter().filter(|team| wanted(team.status)).count());
    let (open, at_risk) = (teams(is_open), teams(|status| status == Status::AtRisk));
    let mut facts = vec![format!("Teams with cover: {}{since}.", now.words("teams"))];
    if open > 0 {
        facts.push(format!("{} cover, or their cover is not known.", counted(open, "team needs", "teams need")));
    }
    if at_risk > 0 {
        facts.push(format!("{} cover soon.", counted(at_risk, "team will lose its", "teams will lose their")));
    }
    facts
}
