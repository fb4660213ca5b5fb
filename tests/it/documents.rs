//! The parts of README.md that are written by the binary and held by a test.

use std::path::Path;

use crate::architecture::sources;

/// README.md has `now` between `<!-- section -->` and `<!-- /section -->`; with UPDATE_README set it is written there. `test` is
/// part of the name of the test that asks.
pub(crate) fn holds(section: &str, now: &str, test: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&file).expect("README.md");
    let (begin, end) = (format!("<!-- {section} -->\n"), format!("<!-- /{section} -->"));
    let (before, rest) = readme.split_once(&begin).expect("README.md marks where the part begins");
    let (kept, after) = rest.split_once(&end).expect("README.md marks where the part ends");
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(&file, format!("{before}{begin}{now}{end}{after}")).expect("README.md");
        return;
    }
    assert_eq!(kept, now, "run `UPDATE_README=1 cargo test --test it {test}` and commit README.md");
}

#[test]
fn every_test_that_the_readme_names_against_a_threat_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).expect("README.md");
    let (_, rest) = readme.split_once("<!-- threats -->").expect("README.md marks where the threats begin");
    let (threats, _) = rest.split_once("<!-- /threats -->").expect("README.md marks where the threats end");
    let sources = ["src", "entity/src", "jobs/src", "tests/it"].into_iter().flat_map(sources).map(|(_, text)| text);
    let sources: String = sources.collect();
    let named: Vec<&str> = threats.split('`').skip(1).step_by(2).collect();
    assert!(named.len() > 30, "{named:?}");
    let missing: Vec<_> = named
        .into_iter()
        .filter(|path| !sources.contains(&format!("fn {}(", path.rsplit("::").next().unwrap_or(path))))
        .collect();
    assert!(missing.is_empty(), "README.md names tests that are not there: {missing:?}");
}
