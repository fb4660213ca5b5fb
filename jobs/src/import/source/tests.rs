use encoding_rs::WINDOWS_1252;
use proptest::prelude::{prop_assert_eq, proptest};

use super::super::layout::{FileKind, UnavailabilityColumn as At};
use super::super::mapping::Mapping;
use super::{FileError, Table, Tail};

type Lines = Vec<(u32, Option<String>, Vec<String>)>;

fn read(bytes: &[u8]) -> Result<(Lines, Option<u32>), FileError> {
    read_with_tail(bytes).map(|(lines, tail)| (lines, tail.totals_from))
}

fn read_with_tail(bytes: &[u8]) -> Result<(Lines, Tail), FileError> {
    let mapping = Mapping::default();
    let table = Table::open(bytes, FileKind::Unavailability, &mapping, None)?;
    let mut lines = Vec::new();
    let tail = table.rows(|row| {
        let cells = [At::Employer, At::Number, At::From, At::Until].map(|column| row.raw(column).to_owned());
        lines.push((row.line, row.fault.clone(), cells.to_vec()));
    })?;
    Ok((lines, tail))
}

fn cells(bytes: &[u8]) -> Vec<Vec<String>> {
    read(bytes).unwrap().0.into_iter().map(|(_, _, cells)| cells).collect()
}

#[test]
fn finds_columns_in_any_order_and_case() {
    let read = cells(b" until ,FROM,Employee  number, employer ,Colour\n,1,2,3,blue\n");
    assert_eq!(read, [["3", "2", "1", ""]]);
}

#[test]
fn detects_the_delimiter_from_the_header() {
    for (delimiter, other) in [(',', ';'), (';', ','), ('\t', ',')] {
        let text = format!("Employer,Employee Number,From,Until\nA{other}B,1,2,3\n");
        let text = text.replacen(',', &delimiter.to_string(), 3);
        let (head, row) = text.split_once('\n').unwrap();
        let row = if other == ',' {
            row.replacen(",1,2,3", &format!("{delimiter}1{delimiter}2{delimiter}3"), 1)
        } else {
            row.to_owned()
        };
        assert_eq!(cells(format!("{head}\n{row}").as_bytes()), [[format!("A{other}B").as_str(), "1", "2", "3"]]);
    }
}

#[test]
fn counts_lines_like_an_editor() {
    for line_end in ["\n", "\r\n", "\r"] {
        let text = ["Employer,Employee Number,From,Until", "", "A,1,2,3", "\"B", "C\",1,2,3", "", "", "D,1,2,3", ""]
            .join(line_end);
        let lines: Vec<_> = read(text.as_bytes()).unwrap().0.into_iter().map(|(line, _, _)| line).collect();
        assert_eq!(lines, [3, 4, 8], "{line_end:?}");
    }
}

#[test]
fn recognises_banners_and_totals() {
    let text = b"Absence report\n\nRun on:,16/11/2026,,\nEmployer,Employee Number,From,Until\nA,1,2,3\n,,,\nTotal,1,,\nEnd of report\n";
    let (lines, totals) = read(text).unwrap();
    assert_eq!((lines.len(), lines[0].0, totals), (1, 5, Some(7)));
}

#[test]
fn wide_banners_and_totals_among_data_are_errors() {
    let wide = read(b"A,1,2,3\nEmployer,Employee Number,From,Until\n").unwrap_err();
    assert_eq!(wide.line, Some(1));
    let (lines, totals) = read(b"Employer,Employee Number,From,Until\nA,1,2,3\nTotal,1,,\nB,1,2,3\n").unwrap();
    assert_eq!(totals, None);
    assert_eq!(
        lines.iter().map(|(line, fault, _)| (*line, fault.is_some())).collect::<Vec<_>>(),
        [(2, false), (3, true), (4, false)]
    );
}

#[test]
fn missing_and_repeated_columns_are_named() {
    let missing = read(b"Employer,Employee Number,Until\nA,1,2\n").unwrap_err();
    assert_eq!(missing.column, Some("From"));
    let doubled = read(b"Employer,From,Employee Number, from \nA,1,2,3\n").unwrap_err();
    assert_eq!((doubled.line, doubled.column), (Some(1), Some("From")));
    assert!(read(b"one,two\n1,2\n").unwrap_err().sentence.contains("none of its lines is a header"));
    assert!(read(b" \n").unwrap_err().sentence.contains("empty"));
}

#[test]
fn refuses_a_truncated_file() {
    let whole = "Employer,Employee Number,From,Until\nA,1,2,3\nB,1,2,3";
    assert_eq!(cells(whole.as_bytes()).len(), 2);
    for text in
        ["Employer,Employee Number,From,Until\nA,1,2,3\nB,1", "Employer,Employee Number,From,Until\nA,1,2,3\nB,1,2,\"3"]
    {
        assert_eq!(read(text.as_bytes()).unwrap_err().line, Some(3), "{text}");
    }
}

#[test]
fn refuses_an_open_quotation_mark() {
    let to_the_end = read(b"Employer,Employee Number,From,Until\n\"A,1,2,3\nB,1,2,3\n").unwrap_err();
    assert_eq!(to_the_end.line, Some(2));
    let to_the_next = read(b"Employer,Employee Number,From,Until\n\"A,1,2,3\nB,1,2,3\n\"C\",1,2,3\n").unwrap_err();
    assert_eq!(to_the_next.line, Some(2));
    assert_eq!(cells(b"Employer,Employee Number,From,Until\nA 5\" pipe,1,2,3\n"), [["A 5\" pipe", "1", "2", "3"]]);
}

#[test]
fn quoted_cells_may_contain_line_breaks() {
    let text = b"Employer,Employee Number,From,Until\r\n\"A\nB, C, D, E, \"\"and\"\" F\",1,2,3\r\n";
    assert_eq!(cells(text), [["A\nB, C, D, E, \"and\" F", "1", "2", "3"]]);
}

#[test]
fn missing_cells_are_blank_extra_ones_ignored() {
    let (lines, tail) =
        read_with_tail(b"Employer,Employee Number,From,Until,\nA,1,2\nA,1\nA,1,2,3,4\nA,1,2,3,,,\n").unwrap();
    assert_eq!(lines.iter().map(|(_, fault, _)| fault.is_some()).collect::<Vec<_>>(), [false, true, false, false]);
    assert_eq!(lines[0].2, ["A", "1", "2", ""]);
    assert_eq!((tail.short_from, tail.beyond_from), (Some(2), Some(4)));
}

#[test]
fn a_colleague_called_sum_is_not_a_total() {
    let mapping = Mapping::default();
    let lines = |text: &str| {
        let table = Table::open(text.as_bytes(), FileKind::Staff, &mapping, None).unwrap();
        let mut lines = 0;
        let tail = table.rows(|_| lines += 1).unwrap();
        (lines, tail.totals_from)
    };
    let head = "Last Name,Employer,Employee Number,Unit Code\n";
    assert_eq!(lines(&format!("{head}Sum,X,1,T1\n")), (1, None));
    assert_eq!(lines(&format!("{head}Sum,X,1,\n")), (1, None), "a row without its unit is a row that is rejected");
    assert_eq!(lines(&format!("{head}Ann,X,1,T1\nTotal,,,\n")), (1, Some(3)));
    assert_eq!(lines(&format!("{head}Ann,X,1,T1\nCount,,1,\n")), (1, Some(3)));
}

#[test]
fn suggests_names_for_missing_columns() {
    let missing = read(b"Employer,Employe Number,Form,Colour\nA,1,2,3\n").unwrap_err();
    assert_eq!(missing.column, Some("Employee Number"));
    assert_eq!(
        missing.sentence,
        "the columns Employee Number and From are missing (did you mean 'Employe Number' for Employee Number? did you mean \
         'Form' for From?); the file has Employer, Employe Number, Form, Colour; a mapping file can name a column that has \
         another name"
    );
}

#[test]
fn recognises_a_file_of_another_kind() {
    let training = b"Employer,Employee Number,Course Code,Status,Completed On\nA,1,2,3,4\n";
    let missing = read(training).unwrap_err();
    assert!(missing.sentence.ends_with("this file looks like training.csv"), "{}", missing.sentence);
    let supporters = b"Employer,Employee Number,Role,Unit Code,Share,From\nA,1,Trainer,T1,1,\n";
    let mapping = Mapping::default();
    let refused = Table::open(supporters, FileKind::Staff, &mapping, None).err().unwrap();
    assert!(refused.sentence.contains("looks like supporters.csv, not staff.csv"), "{}", refused.sentence);
}

proptest! {
    #[test]
    fn reads_every_encoding_delimiter_and_line_end(
        rows in proptest::collection::vec(proptest::collection::vec("[A-Za-z0-9 ,;\t\"'àéöŠ€–]{0,12}", 4), 1..20),
        delimiter in 0_usize..3, crlf in proptest::bool::ANY, encoding in 0_usize..5,
    ) {
        // A row must be data: not blank, not a total.
        let rows: Vec<Vec<String>> = rows.into_iter().map(|mut row| { row[0].insert_str(0, "Row "); row }).collect();
        let terminator = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer = csv::WriterBuilder::new().delimiter(b",;\t"[delimiter]).terminator(terminator).from_writer(Vec::new());
        writer.write_record(["Employer", "Employee Number", "From", "Until"]).unwrap();
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let utf_16 = |unit: fn(u16) -> [u8; 2]| std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(unit).collect();
        let bytes: Vec<u8> = match encoding {
            0 => text.clone().into_bytes(),
            1 => [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
            2 => utf_16(u16::to_le_bytes),
            3 => utf_16(u16::to_be_bytes),
            _ => WINDOWS_1252.encode(&text).0.into_owned(),
        };
        match read(&bytes) {
            Ok((lines, totals)) => {
                prop_assert_eq!(totals, None);
                prop_assert_eq!(lines.into_iter().map(|(_, _, cells)| cells).collect::<Vec<_>>(), rows);
            }
            // A few strings of signs are not plausible Windows-1252: they are refused, never misread.
            Err(refused) => prop_assert_eq!((encoding, refused.sentence.contains("is unknown")), (4, true)),
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(0_u8..=255, 0..200), header in proptest::bool::ANY) {
        let head: &[u8] = if header { b"Employer,Employee Number,From,Until\n" } else { b"" };
        let _ = read(&[head, &bytes].concat()).map(|(lines, _)| lines.len());
    }
}
