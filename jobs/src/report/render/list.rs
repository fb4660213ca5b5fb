//! The attached list: every team below the units answered for, gaps first.

use crate::report::build::{Listed, Report};
use crate::report::words::{not_counting, what_would_close};
use crate::safe_csv::cell;

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
    "What Would Close It",
    "Desirable Mix Unmet",
    "Not Counting",
    "At Risk From",
    "At Risk Why",
    "Single Point",
    "Level 1 Done",
    "Level 1 Target Percent",
    "Champions",
    "Champions Needed",
];

/// The list as CSV with CRLF line ends and a byte-order mark; days yyyy-mm-dd, Yes/No, nothing = blank (IMPORT.md, "The
/// export").
pub(super) fn list(report: &Report<'_>) -> Result<String, String> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(vec![0xEF, 0xBB, 0xBF]);
    writer.write_record(HEADER).map_err(|error| error.to_string())?;
    for listed in &report.teams_listed {
        writer.write_record(row(report, listed)).map_err(|error| error.to_string())?;
    }
    let bytes = writer.into_inner().map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

fn row(report: &Report<'_>, listed: &Listed<'_>) -> [String; HEADER.len()] {
    let Listed { team, within, change, age } = listed;
    let number = |number: Option<i32>| number.map(|number| number.to_string()).unwrap_or_default();
    let not_counting: u32 = not_counting(team).iter().map(|(_, people)| people).sum();
    [
        report.week.to_string(),
        report.day.to_string(),
        cell(&within.code).into_owned(),
        cell(&team.code).into_owned(),
        cell(&team.name).into_owned(),
        cell(team.cover_group.as_deref().unwrap_or_default()).into_owned(),
        team.status.to_string(),
        change.map(|change| change.word().to_owned()).unwrap_or_default(),
        age.and(team.gap_opened_on).map(|day| day.to_string()).unwrap_or_default(),
        age.map(|days| days.to_string()).unwrap_or_default(),
        team.own_headcount.to_string(),
        team.headcount.to_string(),
        team.supporters.to_string(),
        team.share.to_string(),
        number(team.required),
        number(team.gap),
        cell(&what_would_close(team)).into_owned(),
        cell(&team.unmet_should.join("; ")).into_owned(),
        not_counting.to_string(),
        team.at_risk_from.map(|day| day.to_string()).unwrap_or_default(),
        cell(&team.at_risk_reasons.join("; ")).into_owned(),
        if team.single_point { "Yes" } else { "No" }.to_owned(),
        team.level1_done.to_string(),
        number(team.level1_target),
        team.champions.to_string(),
        number(team.champions_needed),
    ]
}
