//! New keys that are most likely another key, mistyped or changed by a spreadsheet. Each is taken as it stands, never for the
//! other, and a notice says so.

use entity::interner::Symbol;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use super::super::board::{Board, PersonIx, Plan, Unit};
use super::super::findings::Findings;
use super::shares::same_people;

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
            "{pairs} new employee number(s) differ from another only by leading zeros, such as {} and {}; both were \
             kept unchanged.",
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
            "{pairs} new employee number(s) differ from another only by letters that look alike, such as {} and {}; \
             both were kept unchanged.",
            told(person),
            told(other)
        );
        findings.notice(file, None, sentence);
    }
}

/// What is said of unit codes and cover groups of the list `file`; `before` are the units as they were on file.
pub(super) fn units(board: &Board, file: &str, before: &[Unit], findings: &mut Findings) {
    let codes = board.units.list.iter().enumerate();
    let codes = codes.map(|(at, unit)| (board.words.get(unit.code), at >= before.len()));
    tell("unit code", codes, file, findings);
    let groups = before.iter().map(|unit| (unit, false)).chain(board.units.list.iter().map(|unit| (unit, true)));
    let groups = groups.filter_map(|(unit, is_new)| Some((unit.cover_group?, is_new)));
    tell("cover group", once_each(board, groups), file, findings);
}

/// What is said of course codes of the list `file`.
pub(super) fn courses(board: &Board, file: &str, findings: &mut Findings) {
    let on_file = board.courses.on_file.len();
    let codes = board.courses.list.iter().enumerate();
    tell("course code", codes.map(|(at, course)| (board.words.get(course.key), at >= on_file)), file, findings);
}

/// What is said of employers of the staff list `file`.
pub(super) fn employers(board: &Board, file: &str, findings: &mut Findings) {
    let on_file = board.people.on_file.len();
    let employers = board.people.list.iter().enumerate().map(|(at, person)| (person.key.0, at >= on_file));
    tell("employer", once_each(board, employers), file, findings);
}

/// Each key the first time that it comes, with whether it is new.
fn once_each(board: &Board, keys: impl Iterator<Item = (Symbol, bool)>) -> impl Iterator<Item = (&str, bool)> {
    let mut seen = HashSet::new();
    keys.filter(move |(key, _)| seen.insert(*key)).map(|(key, is_new)| (board.words.get(key), is_new))
}

/// Says which new keys of one kind differ from another only by leading zeros, or by letters that look alike.
fn tell<'a>(what: &str, keys: impl Iterator<Item = (&'a str, bool)>, file: &str, findings: &mut Findings) {
    let keys: Vec<_> = keys.collect();
    let zeros = pairs(keys.iter().copied(), |key| key.1, |key| without_zeros(key.0));
    let letters = pairs(keys.iter().copied(), |key| key.1, |key| Some(shape(key.0)));
    for (found, difference) in [(zeros, "leading zeros"), (letters, "letters that look alike")] {
        let Some(((other, _), (key, _), pairs)) = found else { continue };
        let sentence = format!(
            "{pairs} new {what}(s) differ from another only by {difference}, such as {key} and {other}; both were \
             kept unchanged."
        );
        findings.notice(file, None, sentence);
    }
}

/// Says how many pairs of numbers have one work e-mail without being linked: each pair may be one person.
pub(super) fn one_address(board: &Board, plan: &Plan, file: &str, findings: &mut Findings) {
    let same = same_people(board, plan);
    let mut people: HashMap<String, Vec<PersonIx>> = HashMap::new();
    for (at, person) in board.people.list.iter().enumerate() {
        if let Some(address) = person.work_email {
            people.entry(board.words.get(address).to_lowercase()).or_default().push(PersonIx::new(at));
        }
    }
    // An address that more than two have is a shared mailbox.
    let pairs =
        people.values().filter(|people| matches!(people[..], [a, b] if same.lowest(a) != same.lowest(b))).count();
    if pairs > 0 {
        let sentence = format!(
            "{pairs} pair(s) of employee numbers have the same work email address and may each be one person; a \
             coordinator can check and link them (possibleLinks)."
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
