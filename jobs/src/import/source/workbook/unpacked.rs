//! Measures the content of a workbook by unpacking it piece by piece, before anything reads it as a whole.

use std::io::{Cursor, Read as _};

use zip::ZipArchive;

/// The maximum number of parts of a workbook.
const MOST_PARTS: usize = 10_000;
/// The maximum number of cells of an OpenDocument sheet, which is read as a whole with every repeated cell.
const MOST_CELLS: u64 = 8_000_000;

/// The kind of workbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Excel,
    OpenDocument,
}

/// The measured content.
#[derive(Debug)]
pub(super) struct Contents {
    pub(super) kind: Kind,
    /// Whether a row or a column is hidden.
    pub(super) hidden: bool,
}

/// Unpacks every part in turn without keeping it. Together they may have at most `most` bytes.
///
/// # Errors
///
/// Why the workbook cannot be read, as a sentence.
pub(super) fn measure(bytes: &[u8], most: u64) -> Result<Contents, String> {
    let damaged = |error: &dyn std::fmt::Display| format!("the workbook is damaged ({error}); save it again");
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    let too_large = || format!("it is larger than {} MB unpacked; save the sheet as 'CSV UTF-8'", most >> 20);
    if archive.len() > MOST_PARTS {
        return Err(too_large());
    }
    let columns = |name: &str| archive.index_for_name(name).is_some();
    let kind = if columns("xl/workbook.xml") {
        Kind::Excel
    } else if columns("content.xml") {
        Kind::OpenDocument
    } else if columns("xl/workbook.bin") {
        return Err("it is a binary Excel workbook (.xlsb); save it as .xlsx, or as 'CSV UTF-8'".to_owned());
    } else {
        return Err("it is a zip file but not a workbook; unzip it first, or save it as 'CSV UTF-8'".to_owned());
    };
    let (mut left, mut hidden) = (most, false);
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).map_err(|error| damaged(&error))?;
        let name = part.name().map_err(|error| damaged(&error))?.into_owned();
        let sheet = name.starts_with("xl/worksheets/") || name == "content.xml";
        // The size that a part declares cannot be trusted.
        let size = if sheet {
            let mut xml = Vec::new();
            let size = part.by_ref().take(left + 1).read_to_end(&mut xml).map_err(|error| damaged(&error))?;
            hidden |= has_hidden(&xml, kind);
            if kind == Kind::OpenDocument && cells(&xml) > MOST_CELLS {
                return Err(format!("it has more than {MOST_CELLS} cells in a sheet; save the sheet as 'CSV UTF-8'"));
            }
            u64::try_from(size).unwrap_or(u64::MAX)
        } else {
            std::io::copy(&mut part.by_ref().take(left + 1), &mut std::io::sink()).map_err(|error| damaged(&error))?
        };
        left = left.checked_sub(size).ok_or_else(too_large)?;
    }
    Ok(Contents { kind, hidden })
}

/// Returns the tags of an XML text without their brackets. An attribute may contain a `>`.
fn tags(xml: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = xml;
    std::iter::from_fn(move || {
        let start = rest.iter().position(|byte| *byte == b'<')? + 1;
        let mut quote = None;
        let end = rest[start..].iter().position(|byte| {
            match (quote, *byte) {
                (None, b'"' | b'\'') => quote = Some(*byte),
                (Some(open), byte) if open == byte => quote = None,
                _ => {}
            }
            quote.is_none() && *byte == b'>'
        })?;
        let tag = &rest[start..start + end];
        rest = &rest[start + end + 1..];
        Some(tag)
    })
}

fn holds(tag: &[u8], text: &[u8]) -> bool {
    tag.windows(text.len()).any(|window| window == text)
}

fn has_hidden(xml: &[u8], kind: Kind) -> bool {
    tags(xml).any(|tag| match kind {
        Kind::Excel => {
            (tag.starts_with(b"row ") || tag.starts_with(b"col "))
                && [&b" hidden=\"1\""[..], b" hidden=\"true\""].iter().any(|hidden| holds(tag, hidden))
        }
        Kind::OpenDocument => {
            (tag.starts_with(b"table:table-row ") || tag.starts_with(b"table:table-column "))
                && [&b"table:visibility=\"collapse\""[..], b"table:visibility=\"filter\""]
                    .iter()
                    .any(|hidden| holds(tag, hidden))
        }
    })
}

/// Returns how often a row or a cell is repeated.
fn repeated(tag: &[u8], attribute: &[u8]) -> u64 {
    let Some(at) = tag.windows(attribute.len()).position(|window| window == attribute) else { return 1 };
    let value = tag[at + attribute.len()..].iter().skip_while(|byte| matches!(byte, b' ' | b'=' | b'"' | b'\''));
    let digits: String = value.take_while(|byte| byte.is_ascii_digit()).map(|byte| char::from(*byte)).collect();
    digits.parse().unwrap_or(u64::MAX)
}

/// Returns the number of cells of the largest sheet of an OpenDocument text, as a rectangle, without empty cells beyond
/// the last filled one.
fn cells(xml: &[u8]) -> u64 {
    let (mut most, mut rows, mut widest): (u64, u64, u64) = (0, 0, 0);
    let (mut blank_rows, mut row_repeats): (u64, u64) = (0, 1);
    let (mut width, mut blank): (u64, u64) = (0, 0);
    for tag in tags(xml) {
        if tag.starts_with(b"table:table ") {
            (rows, widest, blank_rows) = (0, 0, 0);
        } else if tag.starts_with(b"table:table-row") {
            row_repeats = repeated(tag, b"table:number-rows-repeated");
            (width, blank) = (0, 0);
        } else if tag.starts_with(b"table:table-cell") || tag.starts_with(b"table:covered-table-cell") {
            let repeats = repeated(tag, b"table:number-columns-repeated");
            if holds(tag, b"value-type") || holds(tag, b"formula") {
                width = width.saturating_add(blank).saturating_add(repeats);
                blank = 0;
            } else {
                blank = blank.saturating_add(repeats);
            }
        } else if tag.starts_with(b"/table:table-row") {
            if width == 0 {
                blank_rows = blank_rows.saturating_add(row_repeats);
            } else {
                rows = rows.saturating_add(blank_rows).saturating_add(row_repeats);
                blank_rows = 0;
                widest = widest.max(width);
                most = most.max(rows.saturating_mul(widest));
            }
        }
    }
    most
}
