//! New keys that are most likely another key, mistyped or changed by a spreadsheet. Each is taken as it stands, never for the
//! other, and a notice says so.

use std::collections::HashMap;
use std::hash::Hash;

use super::super::board::{Board, PersonIx, Plan, UnitIx};
use super::super::findings::Findings;

/// What is said of employee numbers of the staff list `file`.
pub(super) fn people(board: &Board, file: &str, plan: &Plan, findings: &mut Findings) {
    if plan.new_people.is_empty() {
        return;
    }
    let key = |person: PersonIx| {
        let (employer, number) = board.people.list[person.at()].key;
        (employer, board.words.get(employer), board.words.get(number))
    };
    let on_file = board.people.on_file.len();
    let all = || (0..on_file).map(PersonIx::new).chain(plan.new_people.iter().copied());
    let is_new = |person: PersonIx| person.at() >= on_file;
    let zeros = pairs(all(), is_new, |person| {
        let (employer, _, number) = key(person);
        without_zeros(number).map(|value| (employer, value))
    });
    if let Some((other, person, pairs)) = zeros {
        let sentence = format!(
            "{pairs} new employee number(s) differ from another only by leading zeros, as {} from {}; both were kept as they stand.",
            key(person).2,
            key(other).2
        );
        findings.notice(file, None, sentence);
    }
    let letters = pairs(all(), is_new, |person| {
        let (_, employer, number) = key(person);
        Some((shape(employer), shape(number)))
    });
    if let Some((other, person, pairs)) = letters {
        let told = |person| {
            let (_, employer, number) = key(person);
            format!("{employer}/{number}")
        };
        let sentence = format!(
            "{pairs} new employee number(s) differ from another only by letters that look alike, as {} from {}; both were kept as \
             they stand.",
            told(person),
            told(other)
        );
        findings.notice(file, None, sentence);
    }
}

/// What is said of unit codes of the list `file`, of which the first `on_file` were on file before it.
pub(super) fn units(board: &Board, file: &str, on_file: usize, findings: &mut Findings) {
    let code = |unit: UnitIx| board.words.get(board.units.list[unit.at()].code);
    let all = (0..board.units.list.len()).map(UnitIx::new);
    let found = pairs(all, |unit| unit.at() >= on_file, |unit| Some(shape(code(unit))));
    if let Some((other, unit, pairs)) = found {
        let sentence = format!(
            "{pairs} new unit code(s) differ from another only by letters that look alike, as {} from {}; both were kept as they \
             stand.",
            code(unit),
            code(other)
        );
        findings.notice(file, None, sentence);
    }
}

/// The first new thing that is `alike` to one before it, with that one, and how many such new things there are.
fn pairs<I: Copy, K: Hash + Eq>(
    all: impl Iterator<Item = I>,
    is_new: impl Fn(I) -> bool,
    alike: impl Fn(I) -> Option<K>,
) -> Option<(I, I, u32)> {
    let mut known = HashMap::new();
    let mut found: Option<(I, I, u32)> = None;
    for this in all {
        let Some(key) = alike(this) else { continue };
        if let Some(other) = known.insert(key, this)
            && is_new(this)
        {
            found = Some(found.map_or((other, this, 1), |(other, this, pairs)| (other, this, pairs + 1)));
        }
    }
    found
}

/// The value of a number of digits only.
fn without_zeros(number: &str) -> Option<u64> {
    let plain = number.len() <= 18 && number.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| number.parse().ok()).flatten()
}

/// A key as it looks: Cyrillic and Greek letters as the Latin ones that they look like, O as 0, l and I as 1.
fn shape(key: &str) -> String {
    key.chars().map(shape_of).flat_map(char::to_lowercase).collect()
}

fn shape_of(letter: char) -> char {
    match letter {
        'O' | 'o' | 'О' | 'о' | 'Ο' | 'ο' => '0',
        'l' | 'I' | 'І' | 'Ι' | 'Ӏ' | '|' => '1',
        'А' | 'а' | 'Α' | 'α' => 'a',
        'В' | 'Β' => 'b',
        'С' | 'с' | 'Ϲ' => 'c',
        'Е' | 'е' | 'Ε' => 'e',
        'Н' | 'Η' => 'h',
        'і' | 'ι' => 'i',
        'Ј' | 'ј' => 'j',
        'К' | 'к' | 'Κ' | 'κ' => 'k',
        'М' | 'Μ' => 'm',
        'Ν' => 'n',
        'Р' | 'р' | 'Ρ' | 'ρ' => 'p',
        'Ѕ' | 'ѕ' => 's',
        'Т' | 'Τ' => 't',
        'υ' => 'u',
        'ν' => 'v',
        'Х' | 'х' | 'Χ' | 'χ' => 'x',
        'У' | 'у' | 'Υ' => 'y',
        'Ζ' => 'z',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::{shape, without_zeros};

    #[test]
    fn letters_that_look_alike_have_one_shape() {
        for (one, other) in [("W1", "Wl"), ("WO1", "W0I"), ("CARE", "САRЕ"), ("ΤΕΑΜ 5", "team 5"), ("пxx", "пхх")]
        {
            assert_eq!(shape(one), shape(other), "{one} {other}");
        }
        for (one, other) in [("WL", "W1"), ("W1", "W2"), ("A-1", "A1"), ("0010", "010")] {
            assert_ne!(shape(one), shape(other), "{one} {other}");
        }
    }

    #[test]
    fn only_digits_have_leading_zeros() {
        assert_eq!(without_zeros("0010"), Some(10));
        assert_eq!(without_zeros("A010"), None);
    }
}
