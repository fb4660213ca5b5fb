use std::io::{Cursor, Write as _};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::super::super::layout::{FileKind, UnavailabilityColumn as At};
use super::super::super::mapping::Mapping;
use super::super::{FileError, Table};
use super::unpacked;

fn packed(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Creates a workbook from sheets, each with a name and the XML inside `worksheet`.
fn excel(sheets: &[(&str, &str)]) -> Vec<u8> {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    let list: String = (1..)
        .zip(sheets)
        .map(|(at, (name, _))| format!("<sheet name='{name}' sheetId='{at}' r:id='r{at}'/>"))
        .collect();
    let workbook = format!("<workbook xmlns='{MAIN}' xmlns:r='{OFFICE}'><sheets>{list}</sheets></workbook>");
    let of_package = format!(
        "<Relationships xmlns='{PACKAGE}'><Relationship Id='b' Type='{OFFICE}/officeDocument' Target='xl/workbook.xml'/>\
         </Relationships>"
    );
    let relations: String = (1..=sheets.len())
        .map(|at| format!("<Relationship Id='r{at}' Type='{OFFICE}/worksheet' Target='worksheets/sheet{at}.xml'/>"))
        .chain([format!("<Relationship Id='s' Type='{OFFICE}/styles' Target='styles.xml'/>")])
        .collect();
    let relations = format!("<Relationships xmlns='{PACKAGE}'>{relations}</Relationships>");
    // Style 1 is a date, 2 has leading zeros, 3 is a percentage.
    let styles = format!(
        "<styleSheet xmlns='{MAIN}'><numFmts count='1'><numFmt numFmtId='164' formatCode='00000000'/></numFmts>\
         <cellXfs count='4'><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='164'/><xf numFmtId='9'/></cellXfs></styleSheet>"
    );
    let parts: Vec<(String, String)> = (1..)
        .zip(sheets)
        .map(|(at, (_, xml))| {
            (format!("xl/worksheets/sheet{at}.xml"), format!("<worksheet xmlns='{MAIN}'>{xml}</worksheet>"))
        })
        .collect();
    let mut all = vec![
        ("_rels/.rels", of_package.as_str()),
        ("xl/workbook.xml", workbook.as_str()),
        ("xl/_rels/workbook.xml.rels", relations.as_str()),
        ("xl/styles.xml", styles.as_str()),
    ];
    all.extend(parts.iter().map(|(name, xml)| (name.as_str(), xml.as_str())));
    packed(&all)
}

fn words(row: u32, cells: &[&str]) -> String {
    let cell = |(at, text): (u8, &&str)| {
        format!("<c r='{}{row}' t='inlineStr'><is><t>{text}</t></is></c>", char::from(b'A' + at))
    };
    format!("<row r='{row}'>{}</row>", (0..).zip(cells).map(cell).collect::<String>())
}

const HEADER: [&str; 4] = ["Employer", "Employee Number", "From", "Until"];

type Rows = Vec<(u32, [String; 4])>;

fn read(bytes: &[u8], sheet: Option<&str>) -> Result<(Rows, Option<u32>, bool), FileError> {
    let mapping = Mapping::default();
    let table = Table::open(bytes, FileKind::Unavailability, &mapping, sheet)?;
    let mut rows = Vec::new();
    table.rows(|row| {
        assert_eq!(row.fault, None);
        rows.push((row.line, [At::Employer, At::Number, At::From, At::Until].map(|column| row.raw(column).to_owned())));
    })?;
    Ok((rows, table.head.below_banner, table.hidden))
}

fn row(cells: [&str; 4]) -> [String; 4] {
    cells.map(str::to_owned)
}

#[test]
fn an_excel_sheet_reads_like_csv() {
    let xml = format!(
        "<cols><col min='2' max='2' hidden=\"1\"/></cols><sheetData>{}{}\
         <row r='5' hidden='1'><c r='A5' t='inlineStr'><is><t>X\nY, Z</t></is></c><c r='B5' s='2'><v>10001</v></c>\
         <c r='C5' s='1'><v>46311</v></c><c r='D5' s='1'><f>C5+1</f><v>46312.5</v></c></row>\
         <row r='7'><c r='A7' t='str'><v>X</v></c><c r='B7'><v>10002</v></c><c r='C7'><v>46311</v></c></row>\
         <row r='8'><c r='A8'/><c r='B8' t='e'><v>#N/A</v></c><c r='C8' s='3'><v>0.55</v></c><c r='D8'><v>0.1</v></c></row>\
         </sheetData><mergeCells count='1'><mergeCell ref='A1:D1'/></mergeCells>",
        words(1, &["Days away"]),
        words(3, &HEADER),
    );
    let (rows, below_banner, hidden) = read(&excel(&[("Sheet 1", &xml)]), None).unwrap();
    assert_eq!(
        rows,
        [
            (5, row(["X\nY, Z", "00010001", "2026-10-16", "2026-10-17 12:00:00"])),
            (7, row(["X", "10002", "46311", ""])),
            (8, row(["", "#N/A", "55%", "0.1"])),
        ]
    );
    assert_eq!((below_banner, hidden), (Some(3), true));
}

#[test]
fn reads_the_first_suitable_or_named_sheet() {
    let sheet = |employer: &str| {
        format!("<sheetData>{}{}</sheetData>", words(1, &HEADER), words(2, &[employer, "1", "2", "3"]))
    };
    let (one, two) = (sheet("A"), sheet("B"));
    let cover = format!("<sheetData>{}</sheetData>", words(1, &["Read me"]));
    let book = excel(&[("Notes", &cover), ("One", &one), ("Two", &two)]);
    assert_eq!(read(&book, None).unwrap().0, [(2, row(["A", "1", "2", "3"]))]);
    assert_eq!(read(&book, Some("two")).unwrap().0, [(2, row(["B", "1", "2", "3"]))]);
    let refused = read(&book, Some("Three")).unwrap_err();
    assert_eq!(refused.sentence, "it has no sheet 'Three'; its sheets are 'Notes', 'One', 'Two'");
    assert!(
        read(&book, Some("Notes"))
            .unwrap_err()
            .sentence
            .starts_with("the sheet 'Notes': none of its lines is a header")
    );
}

#[test]
fn a_cell_in_the_last_corner_stays_cheap() {
    let far = "<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>";
    let xml = format!("<sheetData>{}{}{far}</sheetData>", words(1, &HEADER), words(2, &["A", "1", "2", "3"]));
    let mapping = Mapping::default();
    let bytes = excel(&[("S", &xml)]);
    let table = Table::open(&bytes, FileKind::Unavailability, &mapping, None).unwrap();
    let mut lines = Vec::new();
    table.rows(|row| lines.push(row.line)).unwrap();
    assert_eq!(lines, [2, 1_048_576]);
}

#[test]
fn refuses_a_workbook_that_unpacks_too_large() {
    let spaces = " ".repeat(3 << 20);
    let bytes = packed(&[("xl/workbook.xml", ""), ("xl/sharedStrings.xml", &spaces)]);
    assert!(bytes.len() < 1 << 20, "it is small packed");
    assert!(unpacked::measure(&bytes, 4 << 20).is_ok());
    assert!(unpacked::measure(&bytes, 2 << 20).unwrap_err().contains("larger than 2 MB unpacked"));
}

#[test]
fn refuses_too_many_repeated_cells() {
    let cell = "<table:table-cell note='&gt;>' table:number-columns-repeated='16384' office:value-type='string'><text:p>x\
                </text:p></table:table-cell>";
    let rows = format!("<table:table-row table:number-rows-repeated='1048576'>{cell}</table:table-row>");
    let refused = read(&open_document(&rows), None).unwrap_err();
    assert!(refused.sentence.contains("more than 8000000 cells"), "{}", refused.sentence);
}

fn open_document(rows: &str) -> Vec<u8> {
    let content = format!(
        "<?xml version='1.0'?><office:document-content xmlns:office='o' xmlns:table='t' xmlns:text='x'><office:body>\
         <office:spreadsheet><table:table table:name='S'>{rows}</table:table></office:spreadsheet></office:body>\
         </office:document-content>"
    );
    packed(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", "<?xml version='1.0'?><manifest:manifest xmlns:manifest='m'/>"),
        ("content.xml", &content),
    ])
}

#[test]
fn an_open_document_sheet_reads_like_csv() {
    let text =
        |text: &str| format!("<table:table-cell office:value-type='string'><text:p>{text}</text:p></table:table-cell>");
    let header: String = HEADER.iter().map(|name| text(name)).collect();
    let rows = format!(
        "<table:table-row>{}</table:table-row><table:table-row table:number-rows-repeated='2'><table:table-cell table:number-columns-repeated='16384'/></table:table-row>\
         <table:table-row>{header}</table:table-row><table:table-row>{}{}<table:table-cell office:value-type='date' office:date-value='2026-10-16'/>\
         </table:table-row><table:table-row table:number-rows-repeated='1048570'><table:table-cell table:number-columns-repeated='16384'/></table:table-row>",
        text("Days away"),
        text("X"),
        text("0001"),
    );
    let (rows, below_banner, hidden) = read(&open_document(&rows), None).unwrap();
    assert_eq!(rows, [(5, row(["X", "0001", "2026-10-16", ""]))]);
    assert_eq!((below_banner, hidden), (Some(4), false));
}

#[test]
fn refuses_other_workbooks_with_advice() {
    assert!(read(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", None).unwrap_err().sentence.contains("(.xls)"));
    assert!(read(b"PK\x03\x04 and no more", None).unwrap_err().sentence.contains("damaged"));
    assert!(read(&packed(&[("xl/workbook.bin", "")]), None).unwrap_err().sentence.contains(".xlsb"));
    assert!(read(&packed(&[("staff.csv", "")]), None).unwrap_err().sentence.contains("not a workbook"));
}
