//! `psn demo` as a separate process, and requests to it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::cli::psn;

/// A running demonstration, and its first ten lines.
pub(super) struct Running {
    child: Child,
    rest: BufReader<ChildStdout>,
    lines: Vec<String>,
}

impl Running {
    /// Starts it with more flags. Returns once it has printed its ten lines.
    pub(super) fn start(folder: &Path, flags: &[&str]) -> Self {
        let mut command = psn(folder, &[&["demo", "--port", "0"], flags].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("psn runs");
        let mut rest = BufReader::new(child.stdout.take().expect("its output"));
        let mut lines: Vec<String> = Vec::new();
        while lines.last().is_none_or(|line| !line.contains("Ctrl-C")) {
            let mut line = String::new();
            assert!(rest.read_line(&mut line).expect("UTF-8") > 0, "it ends too early: {lines:#?}");
            lines.push(line.trim_end().to_owned());
        }
        Self { child, rest, lines }
    }

    pub(super) fn lines(&self) -> &[String] {
        &self.lines
    }

    pub(super) fn text(&self) -> String {
        self.lines.join("\n")
    }

    /// Returns its address, from the line about the mails.
    pub(super) fn at(&self) -> String {
        let line = self.lines.iter().find(|line| line.ends_with("/demo/mails")).expect("where the mails are");
        let at = line.split("http://").nth(1).and_then(|rest| rest.split('/').next());
        at.expect("an address").to_owned()
    }

    pub(super) fn token(&self) -> String {
        let line = self.lines.iter().find(|line| line.starts_with("API token")).expect("a token");
        line.rsplit(' ').next().expect("a word").to_owned()
    }

    pub(super) fn ask(&self, head: &str, body: &str) -> String {
        let mut client = TcpStream::connect(self.at()).expect("it listens");
        let length = body.len();
        write!(client, "{head}host: localhost\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}")
            .expect("a request");
        let mut answer = String::new();
        client.read_to_string(&mut answer).expect("an answer");
        answer
    }

    pub(super) fn get(&self, path: &str) -> String {
        self.ask(&format!("GET {path} HTTP/1.1\r\n"), "")
    }

    pub(super) fn asked_by(&self, token: &str) -> String {
        let head =
            format!("POST /graphql HTTP/1.1\r\ncontent-type: application/json\r\nauthorization: Bearer {token}\r\n");
        self.ask(&head, "{\"query\":\"{ board { name } }\"}")
    }

    /// Sends Ctrl-C. Returns the exit code, the rest of standard output, and all of standard error.
    pub(super) fn interrupted(mut self) -> (Option<i32>, String, String) {
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
