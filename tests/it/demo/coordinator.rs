//! The coordinator in the demonstration's mails.

use super::running::Running;

/// Returns the text of the first mail in the list, on one line.
fn first_mail(demonstration: &Running) -> String {
    let list = demonstration.get("/demo/mails");
    let paths = list.split("href=\"").filter_map(|part| part.split('"').next());
    let path = paths.into_iter().find(|path| path.starts_with("/demo/mails/") && path.ends_with("/text"));
    let mail = demonstration.get(path.expect("a mail"));
    assert!(mail.starts_with("HTTP/1.1 200 "), "{mail}");
    mail.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn mails_name_the_default_coordinator() {
    let folder = tempfile::tempdir().expect("a folder");
    let mail = first_mail(&Running::start(folder.path(), &[]));
    let asked = "Questions? Ask Peer Support Network team (peer.support@ggc.example, 0141 496 0000).";
    assert!(mail.contains(asked), "{mail}");
}

#[test]
fn configured_coordinator_replaces_the_default() {
    let folder = tempfile::tempdir().expect("a folder");
    let mail = first_mail(&Running::start(folder.path(), &["--coordinator-name", "Mairi Reid"]));
    assert!(mail.contains("Questions? Ask Mairi Reid."), "{mail}");
    // Not even the parts that are not set: a mix of both would be a person who does not exist.
    assert!(!mail.contains("peer.support@ggc.example") && !mail.contains("0141 496 0000"), "{mail}");
}
