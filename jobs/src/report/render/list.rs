//! The attached list: every team in the recipient's units, gaps first.

use crate::output::safe_csv::cell;
use crate::report::build::{Listed, Report};
use crate::report::tasks::{to_close, what_ends};
use crate::report::wording::{decimal, number};

/// Maximum size of the list in bytes. Mail servers refuse or remove attachments of a few megabytes, and base64 adds a third.
const MOST_BYTES: usize = 650_000;

const HEADER: [&str; 26] = [
    "Week",
    "As At",
    "Your Unit Code",
    "Unit Code",
    "Unit Name",
    "Cover Group",
    "Status",
    "Change",
    "Gap Open Since",
    "Gap Age Days",
    "Staff",
    "Staff Assessed Together",
    "Active Supporters",
    "Allocated Share",
    "Required",
    "Gap",
    "What To Do",
    "Desirable Mix Unmet",
    "Loses Cover On",
    "Loses Cover Why",
    "Single Point",
    "Approvals To Confirm",
    "Level 1 Done",
    "Level 1 Target Percent",
    "Champions",
    "Champions Needed",
];

/// The attached list.
pub(super) struct AttachedList {
    pub(super) csv: String,
    /// A sentence that describes it.
    pub(super) contents: String,
}

/// Returns the list as CSV with CRLF line ends and a byte-order mark. Dates are yyyy-mm-dd, flags Yes or No, and missing
/// values blank (IMPORT.md, "The export"). If it would exceed [`MOST_BYTES`], the last rows are left out; gaps come first.
pub(super) fn list(report: &Report<'_>) -> Result<AttachedList, String> {
    let mut csv = String::from("\u{feff}");
    csv.push_str(&line(HEADER.map(str::to_owned))?);
    let mut shown = 0_usize;
    for listed in &report.teams_listed {
        let line = line(row(report, listed))?;
        if csv.len() + line.len() > MOST_BYTES {
            break;
        }
        csv.push_str(&line);
        shown += 1;
    }
    let contents = match report.teams_listed.len() {
        all if shown < all => format!(
            "The attached list has the first {} of {} teams, those with gaps first. Ask the coordinator for the rest.",
            number(shown),
            number(all)
        ),
        _ => "The attached list has every team.".to_owned(),
    };
    Ok(AttachedList { csv, contents })
}

fn line(cells: [String; HEADER.len()]) -> Result<String, String> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(cells).map_err(|error| error.to_string())?;
    String::from_utf8(writer.into_inner().map_err(|error| error.to_string())?).map_err(|error| error.to_string())
}

fn row(report: &Report<'_>, listed: &Listed<'_>) -> [String; HEADER.len()] {
    let Listed { team, within, change, age } = listed;
    let number = |number: Option<i32>| number.map(|number| number.to_string()).unwrap_or_default();
    [
        report.week.to_string(),
        report.day.to_string(),
        cell(&within.unit_code).into_owned(),
        cell(&team.unit_code).into_owned(),
        cell(&team.unit_name).into_owned(),
        cell(team.cover_group.as_deref().unwrap_or_default()).into_owned(),
        team.status.to_string(),
        change.map(|change| change.as_str().to_owned()).unwrap_or_default(),
        age.and(team.gap_opened_on).map(|day| day.to_string()).unwrap_or_default(),
        age.map(|days| days.to_string()).unwrap_or_default(),
        team.own_headcount.to_string(),
        team.headcount.to_string(),
        team.supporters.to_string(),
        decimal(team.share),
        number(team.required),
        number(team.gap),
        cell(&to_close(team).join(" ")).into_owned(),
        cell(&team.mix.unmet_should().collect::<Vec<_>>().join("; ")).into_owned(),
        team.at_risk_from.map(|day| day.to_string()).unwrap_or_default(),
        cell(&what_ends(team).join(" ")).into_owned(),
        if team.single_point { "Yes" } else { "No" }.to_owned(),
        team.unproven.to_string(),
        team.level1_done.to_string(),
        number(team.level1_target),
        team.champions.to_string(),
        number(team.champions_needed),
    ]
}
