use std::borrow::Cow;
use std::io::{Cursor, Write as _};

use clap::Parser as _;
use entity::clock::Clock;
use jobs::import::{FileKind, ImportRequest, ImportSummary, Mapping, Mode, NoProgress, SourceFile};
use sea_orm::DatabaseConnection;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{ImportArgs, changes, render_summary, thousands};
use crate::cli::{Cli, Command};

const UNITS: &str = "Unit Code,Unit Name,Parent Code\nB,Board,\nT1,Team 1,B\nT2,Team 2,B\n";

/// Parses arguments of `psn import`.
fn typed(more: &[&str]) -> ImportArgs {
    let line = ["psn", "import", "--as-at", "2026-11-16"].into_iter().chain(more.iter().copied());
    let Command::Import(args) = Cli::try_parse_from(line).unwrap().command else { panic!("import is a command") };
    *args
}

/// Returns an empty database, and its folder.
async fn empty() -> (DatabaseConnection, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let db = entity::store::connect(&format!("sqlite:{}", folder.path().join("psn.db").display())).await.unwrap();
    migration::migrate(&db).await.unwrap();
    (db, folder)
}

async fn import(
    db: &DatabaseConnection,
    mode: Mode,
    files: Vec<(FileKind, Vec<u8>)>,
    args: &ImportArgs,
) -> ImportSummary {
    let source = |(kind, bytes)| SourceFile { kind, name: FileKind::file_name(kind), bytes: Cow::Owned(bytes) };
    let request = ImportRequest {
        sources: files.into_iter().map(source).collect(),
        as_at: args.as_at.unwrap(),
        mapping: Mapping::default(),
        mode,
        allow: args.allow.iter().copied().collect(),
        ends_employers: Vec::new(),
        take_over: false,
        list_changes: changes::SHOWN,
        shift_days: 0,
        zone: chrono_tz::Europe::London,
        sheet: None,
    };
    let clock = Clock::fixed("2026-11-16T09:00:00Z".parse().unwrap());
    jobs::import::run(db, request, clock.now(), &NoProgress).await.unwrap()
}

/// Returns the summary of a dry run of these files in an empty database.
async fn dry_run(files: &[(FileKind, &str)], args: &ImportArgs) -> String {
    let (db, _folder) = empty().await;
    let outcome = import(&db, Mode::DryRun, texts(files), args).await;
    render_summary(&outcome, &[], &[], args)
}

fn texts(files: &[(FileKind, &str)]) -> Vec<(FileKind, Vec<u8>)> {
    files.iter().map(|(kind, text)| (*kind, text.as_bytes().to_vec())).collect()
}

/// Returns the part of a text from a heading to the next empty line.
fn part<'a>(text: &'a str, heading: &str) -> &'a str {
    let from = text.find(heading).unwrap_or_else(|| panic!("{heading} is not in {text}"));
    text[from..].split("\n\n").next().unwrap()
}

#[test]
fn long_numbers_are_grouped() {
    for (number, text) in [(0, "0"), (999, "999"), (8_049, "8,049"), (1_234_567, "1,234,567")] {
        assert_eq!(thousands(number), text);
    }
}

#[tokio::test]
async fn same_fault_of_many_lines_is_one_line() {
    let mut staff = "Employer,Employee Number,Unit Code,WTE,Start Date,Date of Birth,Favourite Colour\n".to_owned();
    staff.extend((0..1_200).map(|at| format!("X,{at},T1,1,soon,,\n")));
    staff += "X,2000,NOPE,1,,,\nX,2001,T1,37.5,,,\nX,2002,T2,40,,,\nX,2003,T2,x,,,\nX,2004,T2,1,,,\n";
    let args = typed(&["--allow", "rejected=1201"]);
    let said = dry_run(&[(FileKind::Units, UNITS), (FileKind::Staff, &staff)], &args).await;
    insta::assert_snapshot!("faults", said);
}

#[tokio::test]
async fn twenty_groups_are_shown_and_the_rest_counted() {
    // Each of these sentences names another line, so that each is a separate group.
    let rows: String = (0..25).map(|at| format!("X,{at},T1\nX,{at},T1\n")).collect();
    let staff = format!("Employer,Employee Number,Unit Code\n{rows}");
    let files = [(FileKind::Units, UNITS), (FileKind::Staff, staff.as_str())];
    let said = dry_run(&files, &typed(&["--allow", "rejected=25"])).await;
    let rejected = part(&said, "Rejected (25):");
    assert_eq!(rejected.matches("is about the same post").count(), 20, "{said}");
    assert!(rejected.ends_with("\n  … and 5 more; save them all with --rejects FILE.csv"), "{said}");
    let said = dry_run(&files, &typed(&["--allow", "rejected=25", "--rejects", "mend.csv"])).await;
    assert!(part(&said, "Rejected (25):").ends_with("\n  All of them are in mend.csv."), "{said}");
}

#[tokio::test]
async fn blank_cells_are_listed_apart_from_rejected_rows() {
    let staff =
        "Employer,Employee Number,Unit Code,Line Manager Employee Number,WTE\nX,1,T1,404,1\nX,2,T1,404,1\nX,3,T1,,-1\n";
    let said = dry_run(&[(FileKind::Units, UNITS), (FileKind::Staff, staff)], &typed(&[])).await;
    assert!(!said.contains("Rejected"), "{said}");
    insta::assert_snapshot!("kept", part(&said, "Kept with a notice"));
}

#[tokio::test]
async fn the_first_hundred_changes_are_listed() {
    let rows: String = (0..150).map(|at| format!("X,{at},T1\n")).collect();
    let staff = format!("Employer,Employee Number,Unit Code\n{rows}");
    let files = [(FileKind::Units, UNITS), (FileKind::Staff, staff.as_str())];
    // 3 units, 2 places in the tree, 150 people, 150 posts and possibly the list itself.
    let said = dry_run(&files, &typed(&[])).await;
    let list = part(&said, "Changes (");
    let all: usize = list["Changes (".len()..].split(')').next().unwrap().parse().unwrap();
    assert!(all >= 305, "{list}");
    assert_eq!(list.matches("\n  added ").count(), 100, "{list}");
    assert!(list.ends_with(&format!("\n  … and {} more; save them all with --changes FILE.csv", all - 100)), "{list}");
    assert!(said.ends_with("\nNothing was written. Run again with --apply.\n"), "{said}");
    let said = dry_run(&files, &typed(&["--changes", "all.csv"])).await;
    assert!(part(&said, "Changes (").ends_with("\n  All of them are in all.csv."), "{said}");
}

#[tokio::test]
async fn change_shows_values_before_and_after() {
    let (db, _folder) = empty().await;
    let staff =
        "Employer,Employee Number,Unit Code,First Name,Band,WTE\nX,1,T1,Ann,,1\nX,2,T1,Bob,6,1\nX,3,T2,Cat,6,1\n";
    let args = typed(&[]);
    import(&db, Mode::Apply, texts(&[(FileKind::Units, UNITS), (FileKind::Staff, staff)]), &args).await;
    let later = staff.replace("Ann,,1", "Anna,6,0.8").replace("X,3,T2,Cat,6,1\n", "X,4,T2,Dan,5,0.5\n");
    let args = ImportArgs { as_at: Some("2026-11-23".parse().unwrap()), ..typed(&[]) };
    let dry = import(&db, Mode::DryRun, texts(&[(FileKind::Staff, &later)]), &args).await;
    let said = render_summary(&dry, &[], &[], &args);
    insta::assert_snapshot!("changes", part(&said, "Changes ("));
    let same = import(&db, Mode::DryRun, texts(&[(FileKind::Staff, staff)]), &typed(&[])).await;
    let said = render_summary(&same, &[], &[], &typed(&[]));
    assert!(
        !said.contains("Changes (") && said.ends_with("\nNothing was written, and nothing would change.\n"),
        "{said}"
    );
}

#[tokio::test]
async fn rejected_rows_of_teams_get_a_notice() {
    let staff = "Employer,Employee Number,Unit Code\nX,1,T1\nX,1E+05,T1\nX,2E+05,T1\nX,3E+05,T2\nX,4E+05,NOPE\n";
    let said = dry_run(&[(FileKind::Units, UNITS), (FileKind::Staff, staff)], &typed(&[])).await;
    insta::assert_snapshot!("rejected_rows", part(&said, "Notices:"));
}

#[tokio::test]
async fn a_list_without_work_emails_gets_one_notice() {
    const SENTENCE: &str = "No one has a work email address, so no report can be sent.";
    let (db, _folder) = empty().await;
    let args = typed(&[]);
    let without = "Employer,Employee Number,Unit Code\nX,1,T1\nX,2,T2\n";
    let blank = "Employer,Employee Number,Unit Code,Work Email\nX,1,T1,\nX,2,T2, \n";
    let with_one = "Employer,Employee Number,Unit Code,Work Email\nX,1,T1,\nX,2,T2,bob@board.example\n";
    let said = async |mode, staff: &str| {
        render_summary(
            &import(&db, mode, texts(&[(FileKind::Units, UNITS), (FileKind::Staff, staff)]), &args).await,
            &[],
            &[],
            &args,
        )
    };
    for (staff, times) in [(without, 1), (blank, 1), (with_one, 0)] {
        let said = said(Mode::DryRun, staff).await;
        assert_eq!(said.matches(SENTENCE).count(), times, "{staff}: {said}");
        assert_eq!(said.contains("Notices:"), times > 0, "{said}");
    }
    // An address on file counts, even if the new list has no such column.
    said(Mode::Apply, with_one).await;
    let said = said(Mode::DryRun, without).await;
    assert!(!said.contains(SENTENCE), "{said}");
}

/// Returns a workbook with one sheet of these rows of cells. Rows whose line is in `hidden` are hidden.
fn workbook(rows: &[&[&str]], hidden: &[usize]) -> Vec<u8> {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    let row = |(at, cells): (usize, &&[&str])| {
        let is_hidden = if hidden.contains(&at) { " hidden=\"1\"" } else { "" };
        let cell = |(column, text): (u8, &&str)| {
            format!("<c r='{}{at}' t='inlineStr'><is><t>{text}</t></is></c>", char::from(b'A' + column))
        };
        format!("<row r='{at}'{is_hidden}>{}</row>", (0..).zip(*cells).map(cell).collect::<String>())
    };
    let rows: String = (1..).zip(rows).map(row).collect();
    let parts = [
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns='{PACKAGE}'><Relationship Id='b' Type='{OFFICE}/officeDocument' \
                 Target='xl/workbook.xml'/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns='{MAIN}' xmlns:r='{OFFICE}'><sheets><sheet name='Ward list' sheetId='1' \
                 r:id='r1'/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns='{PACKAGE}'><Relationship Id='r1' Type='{OFFICE}/worksheet' \
                 Target='worksheets/sheet1.xml'/></Relationships>"
            ),
        ),
        ("xl/worksheets/sheet1.xml", format!("<worksheet xmlns='{MAIN}'><sheetData>{rows}</sheetData></worksheet>")),
    ];
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[tokio::test]
async fn hidden_workbook_rows_are_read_with_notice() {
    let (db, _folder) = empty().await;
    let rows: [&[&str]; 3] = [&["Employer", "Employee Number", "Unit Code"], &["X", "1", "T1"], &["X", "2", "T1"]];
    let args = typed(&[]);
    for (hidden, name) in [(&[3][..], "hidden_rows"), (&[], "no_hidden_rows")] {
        let mut files = texts(&[(FileKind::Units, UNITS)]);
        files.push((FileKind::Staff, workbook(&rows, hidden)));
        let outcome = import(&db, Mode::DryRun, files, &args).await;
        let staff = outcome.files.iter().find(|file| file.kind == FileKind::Staff).unwrap();
        assert_eq!((staff.imported.rows, staff.imported.added), (2, 2), "{:?}", outcome.rejects);
        let said = render_summary(&outcome, &[], &[], &args);
        insta::assert_snapshot!(name, part(&said, "Notices:"));
    }
}
