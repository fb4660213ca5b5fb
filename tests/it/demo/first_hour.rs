//! `psn demo` as the person meets it who types it: ten lines, links that work, and a second start that goes on.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::cli::{psn, run};

/// A demonstration that runs, and what it has printed so far.
struct Running {
    child: Child,
    rest: BufReader<ChildStdout>,
    lines: Vec<String>,
}

impl Running {
    fn start(folder: &Path) -> Self {
        let mut command = psn(folder, &["demo", "--port", "0"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("psn runs");
        let mut rest = BufReader::new(child.stdout.take().expect("its output"));
        let mut lines: Vec<String> = Vec::new();
        while lines.last().is_none_or(|line| !line.starts_with("Ctrl-C")) {
            let mut line = String::new();
            assert!(rest.read_line(&mut line).expect("UTF-8") > 0, "it ends too early: {lines:#?}");
            lines.push(line.trim_end().to_owned());
        }
        Self { child, rest, lines }
    }

    fn text(&self) -> String {
        self.lines.join("\n")
    }

    /// Its own address, as the line about the mails has it.
    fn at(&self) -> String {
        let line = self.lines.iter().find(|line| line.ends_with("/demo/mails")).expect("where the mails are");
        let at = line.split("http://").nth(1).and_then(|rest| rest.split('/').next());
        at.expect("an address").to_owned()
    }

    fn token(&self) -> String {
        let line = self.lines.iter().find(|line| line.starts_with("API token")).expect("a token");
        line.rsplit(' ').next().expect("a word").to_owned()
    }

    fn ask(&self, head: &str, body: &str) -> String {
        let mut client = TcpStream::connect(self.at()).expect("it listens");
        let length = body.len();
        write!(client, "{head}host: localhost\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}")
            .expect("a request");
        let mut answer = String::new();
        client.read_to_string(&mut answer).expect("an answer");
        answer
    }

    fn get(&self, path: &str) -> String {
        self.ask(&format!("GET {path} HTTP/1.1\r\n"), "")
    }

    fn asked_by(&self, token: &str) -> String {
        let head =
            format!("POST /graphql HTTP/1.1\r\ncontent-type: application/json\r\nauthorization: Bearer {token}\r\n");
        self.ask(&head, "{\"query\":\"{ board { name } }\"}")
    }

    /// Sends Ctrl-C; what it says then, on standard output and on standard error since its start.
    fn interrupted(mut self) -> (Option<i32>, String, String) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", "INT", &pid]).status().expect("kill runs").success());
        let (mut said, mut error) = (String::new(), String::new());
        self.rest.read_to_string(&mut said).expect("UTF-8");
        self.child.stderr.take().expect("its errors").read_to_string(&mut error).expect("UTF-8");
        (self.child.wait().expect("its end").code(), said, error)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn ten_lines_say_where_to_begin_and_a_second_start_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = Running::start(folder.path());
    let (at, token) = (first.at(), first.token());
    assert!(first.lines.len() <= 10, "{}", first.text());
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
        (Some(0), "Stopped. Run `psn demo` again and it goes on from here.\n".to_owned(), String::new())
    );

    let second = Running::start(folder.path());
    assert!(second.asked_by(&token).contains("\"name\":\""), "what was built with the token works");
    assert_ne!(second.token(), token);
    let old: Vec<_> = links.split("link#").skip(1).filter_map(|rest| rest.lines().next()).collect();
    assert!(old.len() == 4 && old.iter().all(|link| !second.text().contains(link)), "links are new");
}

#[test]
fn a_port_in_use_is_said_in_one_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = taken.local_addr().expect("its address").port().to_string();
    let (code, said, error) = run(folder.path(), &["demo", "--port", &port]);
    assert_eq!((code, said.as_str(), error.trim().lines().count()), (Some(1), "", 1), "{error}");
    assert!(error.contains(&format!("port {port} is in use")) && error.contains("psn demo --port "), "{error}");
    assert!(std::fs::read_dir(folder.path()).expect("a folder").next().is_none(), "nothing was made");
}
