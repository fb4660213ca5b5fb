//! Imports an Excel workbook with the command: which sheet is read.

use std::io::{Cursor, Write as _};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::shown::{psn, write};
use super::{UNITS, posts};
use crate::harness::both;

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";

/// Creates a workbook with sheets named `names`, each with the table of `rows` in the same position.
fn workbook(names: &[&str], rows: &[&[[&str; 3]]]) -> Vec<u8> {
    let numbered = || (1..).zip(names);
    let sheets: String =
        numbered().map(|(at, name)| format!("<sheet name='{name}' sheetId='{at}' r:id='r{at}'/>")).collect();
    let targets: String = numbered()
        .map(|(at, _)| {
            format!("<Relationship Id='r{at}' Type='{OFFICE}/worksheet' Target='worksheets/sheet{at}.xml'/>")
        })
        .collect();
    let mut parts = vec![
        (
            "_rels/.rels".to_owned(),
            format!(
                "<Relationships xmlns='{PACKAGE}'><Relationship Id='b' Type='{OFFICE}/officeDocument' \
                 Target='xl/workbook.xml'/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml".to_owned(),
            format!("<workbook xmlns='{MAIN}' xmlns:r='{OFFICE}'><sheets>{sheets}</sheets></workbook>"),
        ),
        (
            "xl/_rels/workbook.xml.rels".to_owned(),
            format!("<Relationships xmlns='{PACKAGE}'>{targets}</Relationships>"),
        ),
    ];
    for (at, rows) in (1..).zip(rows) {
        let table: String = (1..)
            .zip(*rows)
            .map(|(line, cells)| {
                let cell = |(column, text): (char, &&str)| {
                    format!("<c r='{column}{line}' t='inlineStr'><is><t>{text}</t></is></c>")
                };
                format!("<row r='{line}'>{}</row>", ('A'..).zip(cells).map(cell).collect::<String>())
            })
            .collect();
        let sheet = format!("<worksheet xmlns='{MAIN}'><sheetData>{table}</sheetData></worksheet>");
        parts.push((format!("xl/worksheets/sheet{at}.xml"), sheet));
    }
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

both!(
    async fn the_named_sheet_is_read(world: World) {
        let folder = world.folder.path().join("in");
        std::fs::create_dir(&folder).unwrap();
        write(&folder, "units.csv", UNITS);
        let header = ["Employer", "Employee Number", "Unit Code"];
        let (may, june) = ([header, ["X", "1", "T1"]], [header, ["X", "2", "T2"]]);
        std::fs::write(folder.join("staff.xlsx"), workbook(&["May", "June"], &[&may, &june])).unwrap();

        let refused = psn(&world, &["--apply", "--sheet", "July"]).await;
        assert!(refused.is_err() && posts(&world).await.is_empty(), "{refused:?}");
        psn(&world, &["--apply", "--sheet", "june"]).await.unwrap();
        assert_eq!(posts(&world).await, ["2 T2 .."]);
        psn(&world, &["--apply"]).await.unwrap();
        assert_eq!(posts(&world).await[0], "1 T1 ..", "the first sheet that fits");
    }
);
