//! Decides whether two spellings are the same key or the same value (docs/IMPORT.md, "Rules for every file").
//!
//! A spelling is stored as it was written; it is only compared in the forms that these functions return.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Returns the form in which keys are compared: employers, employee numbers, unit and course codes, cover groups.
///
/// The form is Unicode NFKC in lower case, without spaces at the ends, repeated spaces and invisible characters.
#[must_use]
pub fn key(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    let lower =
        |text: &str| text.chars().filter(|c| !is_invisible(*c)).flat_map(char::to_lowercase).collect::<String>();
    // Lower case can produce a form that NFKC composes again, so NFKC is applied before and after.
    let folded: String = lower(&text.nfkc().collect::<String>()).nfkc().collect();
    Cow::Owned(folded.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Returns the form in which words are compared as values: job family, band, site, employer, level.
///
/// The form of [`key`], in which all dashes are the same and `&` is `and`, so that a variant is never a second value.
#[must_use]
pub fn value(text: &str) -> Cow<'_, str> {
    let key = key(text);
    if !key.contains(|c| c == '&' || c != '-' && is_dash(c)) {
        return key;
    }
    let mut folded = String::with_capacity(key.len() + 8);
    for c in key.chars() {
        match c {
            '&' => folded.push_str(" and "),
            c if is_dash(c) => folded.push('-'),
            c => folded.push(c),
        }
    }
    Cow::Owned(folded.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Returns the form in which texts are searched: that of [`key`], without accents.
///
/// Letters with a stroke and ligatures, which Unicode does not decompose, become the letters that people type for them,
/// and all apostrophes and dashes are the same. A text matches another if its form is a part of the other's form.
#[must_use]
pub fn search_form(text: &str) -> String {
    let key = key(text);
    if key.is_ascii() {
        return key.into_owned();
    }
    let mut bare = String::with_capacity(key.len());
    for c in key.nfkd().filter(|c| !is_combining_mark(*c)) {
        match c {
            'ł' => bare.push('l'),
            'ø' => bare.push('o'),
            'đ' | 'ð' => bare.push('d'),
            'ħ' => bare.push('h'),
            'ı' => bare.push('i'),
            'ß' => bare.push_str("ss"),
            'æ' => bare.push_str("ae"),
            'œ' => bare.push_str("oe"),
            'þ' => bare.push_str("th"),
            '\u{2018}' | '\u{2019}' | '\u{201B}' | '\u{02BC}' | '\u{00B4}' => bare.push('\''),
            c if is_dash(c) => bare.push('-'),
            c => bare.push(c),
        }
    }
    self::key(&bare).into_owned()
}

/// Whether the text is already in the form of a key, as nearly every employee number is.
fn is_plain(text: &str) -> bool {
    let mut space = true;
    for byte in text.bytes() {
        match byte {
            b' ' if space => return false,
            b' ' => space = true,
            b'A'..=b'Z' | 0..=31 | 127.. => return false,
            _ => space = false,
        }
    }
    !space || text.is_empty()
}

/// Zero-width characters, soft hyphens, marks of direction and selectors of a glyph.
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{00AD}'
            | '\u{034F}'
            | '\u{061C}'
            | '\u{115F}'
            | '\u{1160}'
            | '\u{17B4}'
            | '\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// Unicode's dash punctuation, and the minus sign.
const fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{058A}' | '\u{05BE}' | '\u{2010}'
            ..='\u{2015}' | '\u{2E3A}' | '\u{2E3B}' | '\u{2212}' | '\u{301C}' | '\u{3030}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{key, search_form, value};

    #[test]
    fn keys_ignore_case_form_spaces_and_invisible_characters() {
        for same in ["HB", "hb", " Hb ", "H\u{200B}B", "\u{FF28}B", "h\u{00AD}b\u{FEFF}"] {
            assert_eq!(key(same), "hb", "{same:?}");
        }
        assert_eq!(key("Ward\u{a0} 7"), "ward 7");
        assert_ne!(key("0012"), key("12"), "leading zeros are part of a number");
        assert_ne!(key("W-1"), key("W\u{2013}1"), "a dash is part of a code");
    }

    #[test]
    fn values_ignore_the_kind_of_dash_and_the_ampersand() {
        for same in
            ["Nursing & Midwifery", "nursing and  midwifery", "Nursing\u{a0}&\u{a0}Midwifery", "NURSING&MIDWIFERY"]
        {
            assert_eq!(value(same), "nursing and midwifery", "{same:?}");
        }
        assert_eq!(value("Band 5 \u{2013} 6"), value("band 5 - 6"));
        assert_ne!(value("Nursing"), value("Midwifery"));
    }

    #[test]
    fn search_ignores_accents_and_letters_with_a_stroke() {
        for same in
            ["jose garcia", "JOS\u{c9} GARC\u{cd}A", "Jose\u{301}\u{a0} Garci\u{301}a", "\u{ff2a}os\u{e9}  Garc\u{ed}a"]
        {
            assert_eq!(search_form(same), "jose garcia", "{same:?}");
        }
        assert_eq!(search_form("\u{141}ukasz M\u{f8}ller-Stra\u{df}e"), "lukasz moller-strasse");
        assert_eq!(search_form("O\u{2019}Neill\u{2013}\u{c6}gir"), "o'neill-aegir");
        assert_eq!(search_form("p3@board.example"), "p3@board.example");
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in "\\PC{0,12}") {
            let once = key(&text).into_owned();
            prop_assert_eq!(key(&once), once.as_str());
            let once = value(&text).into_owned();
            prop_assert_eq!(value(&once), once.as_str());
            let once = search_form(&text);
            prop_assert_eq!(search_form(&once), once);
        }
    }
}
