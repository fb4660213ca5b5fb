//! Decodes bytes to text or refuses them, so that garbled text is never imported (IMPORT.md, "Rules for every file").

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Returns the text of a file in UTF-8 with or without BOM, UTF-16 with BOM, or Windows-1252.
///
/// # Errors
///
/// Why the encoding is unknown, as a sentence that ends with what to do.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    const UTF_8_BOM: &[u8] = b"\xEF\xBB\xBF";
    let text = match bytes {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => return Err(unknown_encoding("UTF-32")),
        [0xFF, 0xFE, rest @ ..] => utf_16(rest, UTF_16LE)?,
        [0xFE, 0xFF, rest @ ..] => utf_16(rest, UTF_16BE)?,
        _ => {
            let marked = bytes.starts_with(UTF_8_BOM);
            let rest = bytes.strip_prefix(UTF_8_BOM).unwrap_or(bytes);
            match std::str::from_utf8(rest) {
                Ok(text) => Cow::Borrowed(text),
                Err(_) if marked => {
                    return Err(unknown_encoding("a UTF-8 byte-order mark followed by bytes that are not UTF-8"));
                }
                Err(_) => windows_1252(rest)?,
            }
        }
    };
    if text.contains('\0') { Err(unknown_encoding("zero bytes")) } else { Ok(text) }
}

fn unknown_encoding(what: &str) -> String {
    format!("its encoding is unknown (it contains {what}); save it as 'CSV UTF-8'")
}

fn utf_16<'b>(bytes: &'b [u8], encoding: &'static Encoding) -> Result<Cow<'b, str>, String> {
    match encoding.decode_without_bom_handling(bytes) {
        (text, false) => Ok(text),
        (_, true) => Err(unknown_encoding("a UTF-16 byte-order mark followed by bytes that are not UTF-16")),
    }
}

/// Decodes bytes that are not UTF-8 as Windows-1252, but only if the text is plausible. Every byte is *some* character
/// in it, so a file in a DOS or Macintosh encoding, or partly in UTF-8, would otherwise become nonsense without an
/// error.
fn windows_1252(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    if bytes.utf8_chunks().any(|chunk| !chunk.valid().is_ascii()) {
        return Err(unknown_encoding("both UTF-8 and other letters"));
    }
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    if text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\r' | '\n')) {
        return Err(unknown_encoding("control characters"));
    }
    let mut before = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let after = chars.peek().copied().unwrap_or(' ');
        let within = before.is_alphabetic() && after.is_alphabetic();
        let misplaced = match c {
            // Signs that do not occur in or after a word; é, â, ë, ê, ç of DOS and Macintosh files decode to these.
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
            return Err(unknown_encoding(&format!("'{before}{c}', which no name has in Windows-1252")));
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
    fn all_supported_encodings_read_the_same() {
        let text = "First Name\r\nSiân O’Brien – Zoë\r\n";
        assert_eq!(decode(text.as_bytes()).unwrap(), text);
        assert_eq!(decode(&[b"\xEF\xBB\xBF", text.as_bytes()].concat()).unwrap(), text);
        assert_eq!(decode(&utf_16(text, true)).unwrap(), text);
        assert_eq!(decode(&utf_16(text, false)).unwrap(), text);
        assert_eq!(decode(&WINDOWS_1252.encode(text).0).unwrap(), text);
    }

    #[test]
    fn refuses_unknown_encodings_with_advice() {
        let unknown_encoding: [&[u8]; 11] = [
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
        for bytes in unknown_encoding {
            let sentence = decode(bytes).expect_err(&String::from_utf8_lossy(bytes));
            assert!(sentence.ends_with("save it as 'CSV UTF-8'"), "{sentence}");
        }
    }

    #[test]
    fn accepts_common_signs() {
        for text in ["Team “A”", "50 €", "Ward 1…", "Šárka Žižka", "Œuvre", "DRY™", "• point"] {
            assert_eq!(decode(&WINDOWS_1252.encode(text).0).unwrap(), text);
        }
    }
}
