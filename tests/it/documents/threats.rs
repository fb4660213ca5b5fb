//! docs/security.md names the tests that show each defence, by the path under which `cargo test` lists them.

use super::{Document, read, root};
use crate::architecture::sources;

/// The folders with the root module of a test program.
const CRATES: [&str; 4] = ["src", "entity/src", "jobs/src", "tests/it"];

/// A source file: the path of its module, and its text.
struct Module {
    path: String,
    text: String,
}

fn modules() -> Vec<Module> {
    let mut found = Vec::new();
    for folder in CRATES {
        for (file, text) in sources(folder) {
            let below = file.strip_prefix(root().join(folder)).expect("a file in its folder").with_extension("");
            let parts: Vec<_> = below.iter().map(|part| part.to_str().expect("a name in UTF-8")).collect();
            let path = parts.join("::");
            let is_root = ["lib", "main"].contains(&path.as_str());
            found.push(Module { path: if is_root { String::new() } else { path }, text });
        }
    }
    found
}

/// Whether `test` is a function of the module that its path names: of that module's file, or of a `mod` within the file above
/// it.
fn is_there(modules: &[Module], test: &str) -> bool {
    let Some((module, function)) = test.rsplit_once("::") else { return false };
    let declares = |text: &str| text.contains(&format!("fn {function}("));
    let within = |file: &Module| match module.strip_prefix(&file.path).map(|rest| rest.trim_start_matches("::")) {
        Some("") => declares(&file.text),
        Some(inner) if module.len() == file.path.len() + 2 + inner.len() || file.path.is_empty() => {
            file.text.split_once(&format!("mod {inner} {{")).is_some_and(|(_, below)| declares(below))
        }
        _ => false,
    };
    modules.iter().any(within)
}

#[test]
fn every_test_named_against_a_threat_exists() {
    let document = Document { path: "docs/security.md".to_owned(), text: read("docs/security.md") };
    let (_, threats, _) = document.section("threats");
    let named: Vec<&str> = threats.split('`').skip(1).step_by(2).filter(|word| word.contains("::")).collect();
    assert!(named.len() > 60, "{named:?}");
    let modules = modules();
    let missing: Vec<_> = named.into_iter().filter(|test| !is_there(&modules, test)).collect();
    assert!(missing.is_empty(), "docs/security.md names tests that do not exist: {missing:?}");
}

#[test]
fn a_test_in_another_module_is_missing() {
    let module = |path: &str, text: &str| Module { path: path.to_owned(), text: text.to_owned() };
    let modules = [
        module("mail", "mod tests {\n    #[test]\n    fn kept() {}\n}\n"),
        module("mail::folder", "fn other() {}"),
        module("", "mod tests {\n    fn top() {}\n}\n"),
    ];
    for there in ["mail::tests::kept", "mail::folder::other", "tests::top"] {
        assert!(is_there(&modules, there), "{there}");
    }
    for absent in ["report::tests::kept", "mail::kept_too", "mail::other", "folder::other", "kept", "mail::tests::top"]
    {
        assert!(!is_there(&modules, absent), "{absent}");
    }
}
