//! Bytes to text, or a refusal: never mojibake (IMPORT.md, "Rules for every file").

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// The text of a file in UTF-8 with or without BOM, UTF-16 with BOM, or Windows-1252.
///
/// # Errors
///
/// Why the encoding cannot be told, as a sentence that ends in what to do.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    const UTF_8_BOM: &[u8] = b"\xEF\xBB\xBF";
    let text = match bytes {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => return Err(untold("UTF-32")),
        [0xFF, 0xFE, rest @ ..] => utf_16(rest, UTF_16LE)?,
        [0xFE, 0xFF, rest @ ..] => utf_16(rest, UTF_16BE)?,
        _ => {
            let marked = bytes.starts_with(UTF_8_BOM);
            let rest = bytes.strip_prefix(UTF_8_BOM).unwrap_or(bytes);
            match std::str::from_utf8(rest) {
                Ok(text) => Cow::Borrowed(text),
                Err(_) if marked => return Err(untold("a UTF-8 byte-order mark followed by bytes that are not UTF-8")),
                Err(_) => windows_1252(rest)?,
            }
        }
    };
    if text.contains('\0') { Err(untold("zero bytes")) } else { Ok(text) }
}

fn untold(what: &str) -> String {
    format!("its encoding is unknown (it contains {what}); save it as 'CSV UTF-8'")
}

fn utf_16<'b>(bytes: &'b [u8], encoding: &'static Encoding) -> Result<Cow<'b, str>, String> {
    match encoding.decode_without_bom_handling(bytes) {
        (text, false) => Ok(text),
        (_, true) => Err(untold("a UTF-16 byte-order mark followed by bytes that are not UTF-16")),
    }
}

/// Bytes that are not UTF-8 are Windows-1252 only when nothing speaks against it: any byte is *some* character in it, so a file
/// in a DOS or Macintosh encoding, or half UTF-8, would otherwise read as nonsense without an error.
fn windows_1252(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    if bytes.utf8_chunks().any(|chunk| !chunk.valid().is_ascii()) {
        return Err(untold("both UTF-8 and other letters"));
    }
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    if text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\r' | '\n')) {
        return Err(untold("control characters"));
    }
    let mut before = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let after = chars.peek().copied().unwrap_or(' ');
        let within = before.is_alphabetic() && after.is_alphabetic();
        let misplaced = match c {
            // Signs that no word ends in or holds; é, â, ë, ê, ç of DOS and Macintosh files read as these.
            '\u{201A}' | '\u{0192}' | '\u{2020}' | '\u{2021}' | '\u{02C6}' | '\u{2030}' | '\u{2039}' => {
                before.is_alphabetic()
            }
            '\u{201C}' | '\u{201D}' | '\u{201E}' | '\u{2022}' | '\u{02DC}' | '\u{2122}' | '\u{203A}' | '\u{20AC}' => {
                within
            }
            '\u{0160}' | '\u{0152}' | '\u{017D}' | '\u{0178}' => before.is_lowercase(),
            _ => false,
        };
        if misplaced {
            return Err(untold(&format!("'{before}{c}', which no name has in Windows-1252")));
        }
        before = c;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use encoding_rs::WINDOWS_1252;

    use super::decode;

    fn utf_16(text: &str, little: bool) -> Vec<u8> {
        let unit = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
        std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(unit).collect()
    }

    #[test]
    fn the_encodings_of_the_specification_all_read_the_same() {
        let text = "First Name\r\nSiân O’Brien – Zoë\r\n";
        assert_eq!(decode(text.as_bytes()).unwrap(), text);
        assert_eq!(decode(&[b"\xEF\xBB\xBF", text.as_bytes()].concat()).unwrap(), text);
        assert_eq!(decode(&utf_16(text, true)).unwrap(), text);
        assert_eq!(decode(&utf_16(text, false)).unwrap(), text);
        assert_eq!(decode(&WINDOWS_1252.encode(text).0).unwrap(), text);
    }

    #[test]
    fn what_cannot_be_told_is_refused_and_the_sentence_says_what_to_do() {
        let untold: [&[u8]; 11] = [
            b"a\0b",
            b"\xFF\xFEa",
            b"\xFF\xFE\x00\xD8a\0",
            b"\xFF\xFE\0\0a\0\0\0",
            b"\xEF\xBB\xBFSi\xE2n",
            b"undefined \x81",
            b"control \x07 Si\xE2n",
            b"half UTF-8: Si\xC3\xA2n, half not: Zo\xEB",
            b"DOS: Si\x83n",
            b"DOS: Jos\x82",
            b"Macintosh: Jos\x8E",
        ];
        for bytes in untold {
            let sentence = decode(bytes).expect_err(&String::from_utf8_lossy(bytes));
            assert!(sentence.ends_with("save it as 'CSV UTF-8'"), "{sentence}");
        }
    }

    #[test]
    fn the_signs_that_people_do_write_pass() {
        for text in ["Team “A”", "50 €", "Ward 1…", "Šárka Žižka", "Œuvre", "DRY™", "• point"] {
            assert_eq!(decode(&WINDOWS_1252.encode(text).0).unwrap(), text);
        }
    }
}
