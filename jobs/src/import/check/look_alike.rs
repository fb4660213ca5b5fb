//! Finds new keys that are probably another key, mistyped or changed by a spreadsheet. Each is kept as written, and a
//! notice reports it.

use entity::interner::Symbol;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use super::super::dataset::Dataset;
use super::super::findings::Findings;
use super::super::plan::Plan;
use super::super::record::Unit;
use super::super::reference::PersonIx;
use super::shares::same_people;

/// Adds notices about employee numbers in the staff list `file`.
pub(super) fn people(dataset: &Dataset, file: &str, plan: &Plan, findings: &mut Findings) {
    if plan.people.new.is_empty() {
        return;
    }
    let key = |person: PersonIx| {
        let (employer, number) = dataset.people.list[person.at()].key;
        (employer, dataset.words.get(employer), dataset.words.get(number))
    };
    let on_file = dataset.people.on_file.len();
    let all = || (0..on_file).map(PersonIx::new).chain(plan.people.new.iter().copied());
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
        let shown = |person| {
            let (_, employer, number) = key(person);
            format!("{employer}/{number}")
        };
        let sentence = format!(
            "{pairs} new employee number(s) differ from another only by letters that look alike, such as {} and {}; \
             both were kept unchanged.",
            shown(person),
            shown(other)
        );
        findings.notice(file, None, sentence);
    }
}

/// Adds notices about unit codes and cover groups in `file`. `before` are the units on file before the import.
pub(super) fn units(dataset: &Dataset, file: &str, before: &[Unit], findings: &mut Findings) {
    let codes = dataset.units.list.iter().enumerate();
    let codes = codes.map(|(at, unit)| (dataset.words.get(unit.code), at >= before.len()));
    notice_pairs("unit code", codes, file, findings);
    let groups = before.iter().map(|unit| (unit, false)).chain(dataset.units.list.iter().map(|unit| (unit, true)));
    let groups = groups.filter_map(|(unit, is_new)| Some((unit.cover_group?, is_new)));
    notice_pairs("cover group", once_each(dataset, groups), file, findings);
}

/// Adds notices about course codes in `file`.
pub(super) fn courses(dataset: &Dataset, file: &str, findings: &mut Findings) {
    let on_file = dataset.courses.on_file.len();
    let codes = dataset.courses.list.iter().enumerate();
    notice_pairs(
        "course code",
        codes.map(|(at, course)| (dataset.words.get(course.key), at >= on_file)),
        file,
        findings,
    );
}

/// Adds notices about employers in the staff list `file`.
pub(super) fn employers(dataset: &Dataset, file: &str, findings: &mut Findings) {
    let on_file = dataset.people.on_file.len();
    let employers = dataset.people.list.iter().enumerate().map(|(at, person)| (person.key.0, at >= on_file));
    notice_pairs("employer", once_each(dataset, employers), file, findings);
}

/// Returns each key once, and whether it is new.
fn once_each(dataset: &Dataset, keys: impl Iterator<Item = (Symbol, bool)>) -> impl Iterator<Item = (&str, bool)> {
    let mut seen = HashSet::new();
    keys.filter(move |(key, _)| seen.insert(*key)).map(|(key, is_new)| (dataset.words.get(key), is_new))
}

/// Adds notices about new keys that differ from another only by leading zeros, or by letters that look alike.
fn notice_pairs<'a>(what: &str, keys: impl Iterator<Item = (&'a str, bool)>, file: &str, findings: &mut Findings) {
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

/// Adds a notice with the number of pairs of employee numbers that share a work email address and are not linked: each
/// pair may be one person.
pub(super) fn one_address(dataset: &Dataset, plan: &Plan, file: &str, findings: &mut Findings) {
    let same = same_people(dataset, plan);
    let mut people: HashMap<String, Vec<PersonIx>> = HashMap::new();
    for (at, person) in dataset.people.list.iter().enumerate() {
        if let Some(address) = person.details.work_email {
            people.entry(dataset.words.get(address).to_lowercase()).or_default().push(PersonIx::new(at));
        }
    }
    // An address of more than two people is a shared mailbox.
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

/// Returns the first new item that is `alike` to an earlier one, the earlier one, and the number of such new items.
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

/// Returns the value of a number that consists of digits only.
fn without_zeros(number: &str) -> Option<u64> {
    let plain = number.len() <= 18 && number.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| number.parse().ok()).flatten()
}

/// Returns a key as it looks: Cyrillic and Greek letters become the Latin letters that they resemble, O becomes 0, l
/// and I become 1.
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
