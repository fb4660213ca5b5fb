//! `psn demo` for a first-time user: ten lines, working links, and a second start that continues.

use std::net::TcpListener;

use super::running::Running;
use crate::cli::run;

#[test]
fn ten_lines_are_printed_and_second_start_continues() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = Running::start(folder.path(), &[]);
    let (at, token) = (first.at(), first.token());
    assert!(first.lines().len() <= 10, "{}", first.text());
    assert_eq!(first.text().matches(&format!("http://{at}/sign-in/link#")).count(), 4, "{}", first.text());
    let list = first.get("/demo/mails");
    assert!(list.starts_with("HTTP/1.1 200 "), "{list}");
    let mail =
        list.split("href=\"").find(|part| part.starts_with("/demo/mails/")).and_then(|part| part.split('"').next());
    let mail = first.get(mail.expect("a mail"));
    assert!(mail.starts_with("HTTP/1.1 200 ") && mail.contains(&format!("http://{at}")), "its links lead here: {mail}");
    assert!(first.asked_by(&token).contains("\"name\":\""), "the token opens its units");
    let (links, schema) = (first.text(), format!("GET /schema.graphql HTTP/1.1\r\nauthorization: Bearer {token}\r\n"));
    assert!(first.ask(&schema, "").contains("type Query"));
    assert_eq!(
        first.interrupted(),
        (Some(0), "Stopped. Run `psn demo` again to continue.\n".to_owned(), String::new())
    );

    let second = Running::start(folder.path(), &[]);
    assert!(second.asked_by(&token).contains("\"name\":\""), "what was built with the token works");
    assert_ne!(second.token(), token);
    let old: Vec<_> = links.split("link#").skip(1).filter_map(|rest| rest.lines().next()).collect();
    assert!(old.len() == 4 && old.iter().all(|link| !second.text().contains(link)), "links are new");
}

#[test]
fn port_in_use_is_reported_in_one_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = taken.local_addr().expect("its address").port().to_string();
    let (code, said, error) = run(folder.path(), &["demo", "--port", &port]);
    assert_eq!((code, said.as_str(), error.trim().lines().count()), (Some(1), "", 1), "{error}");
    assert!(error.contains(&format!("port {port} is in use")) && error.contains("psn demo --port "), "{error}");
    assert!(std::fs::read_dir(folder.path()).expect("a folder").next().is_none(), "nothing was made");
}
