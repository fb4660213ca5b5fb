//! Headless Chromium, controlled through chromedriver with the few WebDriver commands that a test needs. A client crate would
//! add ten to twelve more crates, and the best known one a crate whose licence `.deny.toml` does not allow.

use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base64::Engine as _;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::skipped;

/// The time limit of one step, on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(60);
/// The time limit of one script.
const SCRIPT_LIMIT: Duration = Duration::from_secs(10);
/// How many scripts look for something, one after the other.
const TRIES: u32 = 60;

/// The JSON key of an element in WebDriver.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The browser of one test. Dropping it ends all its processes.
pub(crate) struct Browser {
    driver: Child,
    at: SocketAddr,
    session: String,
    /// The browser's process.
    process: Option<u64>,
    profile: TempDir,
}

impl Browser {
    /// Starts a browser that can reach 127.0.0.1 only. `None` if this machine has no chromedriver.
    pub(crate) fn start() -> Option<Self> {
        let profile = tempfile::tempdir().expect("a temporary folder");
        let mut command = Command::new("chromedriver");
        // Chromium stores crash reports in the home folder, whatever its profile.
        command.arg("--port=0").env("HOME", profile.path());
        let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let driver = match spawned {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                skipped("no chromedriver (install the Debian packages chromium and chromium-driver, or run .ci/run)");
                return None;
            }
            spawned => spawned.expect("chromedriver runs"),
        };
        let at = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let mut browser = Self { driver, at, session: String::new(), process: None, profile };
        let port = browser.port();
        browser.at.set_port(port);
        browser.open_session();
        Some(browser)
    }

    /// Returns the free port that chromedriver chose and printed on standard output.
    fn port(&mut self) -> u16 {
        let mut lines = BufReader::new(self.driver.stdout.take().expect("its output is piped")).lines();
        let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse().ok()
        });
        // Keep reading, so that a full pipe does not block it.
        std::thread::spawn(move || lines.count());
        port.expect("chromedriver says on which port it listens")
    }

    fn open_session(&mut self) {
        let profile = format!("--user-data-dir={}", self.profile.path().display());
        let flags = [
            "--headless",
            "--no-sandbox", // Chromium run by root, as in most containers, has none
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-proxy-server",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            "--window-size=1400,900",
            &profile,
        ];
        let wishes = json!({
            "goog:chromeOptions": { "args": flags },
            "goog:loggingPrefs": { "browser": "ALL" },
            "timeouts": { "script": SCRIPT_LIMIT.as_millis(), "pageLoad": PATIENCE.as_millis() },
        });
        let session = self.request("POST", "/session", &json!({ "capabilities": { "alwaysMatch": wishes } }));
        self.process = session["capabilities"]["goog:processID"].as_u64();
        session["sessionId"].as_str().expect("a session").clone_into(&mut self.session);
    }

    /// Opens a URL, and waits until the page and its scripts are loaded.
    pub(crate) fn open(&self, address: &str) {
        self.command("url", &json!({ "url": address }));
    }

    /// Sets the width of the screen in CSS pixels, as on a phone: a window of Chromium cannot be that narrow.
    pub(crate) fn narrow(&self, width: u32) {
        let params = json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": true });
        self.command("goog/cdp/execute", &json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": params }));
    }

    /// Clicks on an element as a person would: it must exist, be in view and not be covered by another.
    pub(crate) fn click(&self, selector: &str) {
        let element = self.command("element", &json!({ "using": "css selector", "value": selector }));
        let id = element[ELEMENT].as_str().expect("an element");
        self.command(&format!("element/{id}/click"), &json!({}));
    }

    /// Returns the value of a JavaScript expression, or of its promise.
    pub(crate) fn value(&self, expression: &str) -> Value {
        self.command("execute/sync", &json!({ "script": format!("return {expression}"), "args": [] }))
    }

    /// Returns the value of a JavaScript expression as soon as it is neither false nor empty.
    pub(crate) fn wait(&self, expression: &str) -> Value {
        // Each script looks for a short time only: one whose page is left meanwhile, for example by a redirect, is never done.
        let script = format!(
            "const done = arguments[0]; const end = Date.now() + 500;
             (function look() {{
                 const found = {expression}; found || Date.now() > end ? done(found) : setTimeout(look, 50);
             }})();"
        );
        let mut answer = Value::Null;
        for _ in 0..TRIES {
            answer = self.answer(
                "POST",
                &format!("/session/{}/execute/async", self.session),
                &json!({ "script": script, "args": [] }),
            );
            let is_found = !matches!(&answer, Value::Null | Value::Bool(false)) && answer != "" && answer != 0;
            if is_found && answer.get("error").is_none() {
                return answer;
            }
        }
        panic!("not found: {expression}: {answer}")
    }

    /// Returns the lines of the browser's console since the last call, including its own errors about the page.
    pub(crate) fn console(&self) -> Vec<String> {
        let entries = self.command("se/log", &json!({ "type": "browser" }));
        let entries = entries.as_array().expect("a list of entries").iter();
        entries.map(|entry| format!("{}: {}", entry["level"], entry["message"])).collect()
    }

    /// Returns a screenshot of the page as PNG.
    pub(crate) fn picture(&self) -> Vec<u8> {
        let picture = self.request("GET", &format!("/session/{}/screenshot", self.session), &Value::Null);
        base64::engine::general_purpose::STANDARD.decode(picture.as_str().expect("a picture")).expect("base64")
    }

    fn command(&self, command: &str, arguments: &Value) -> Value {
        self.request("POST", &format!("/session/{}/{command}", self.session), arguments)
    }

    fn request(&self, method: &str, path: &str, body: &Value) -> Value {
        let value = self.answer(method, path, body);
        assert_eq!(value.get("error"), None, "{body}: {}", value["message"]);
        value
    }

    /// The value that chromedriver answers, which may be an error.
    fn answer(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.call(method, path, body, PATIENCE * 2);
        let mut answer = answer.unwrap_or_else(|error| panic!("chromedriver does not answer {path} {body}: {error}"));
        answer["value"].take()
    }

    /// Sends one request to chromedriver, on a new connection.
    fn call(&self, method: &str, path: &str, body: &Value, limit: Duration) -> std::io::Result<Value> {
        let mut stream = TcpStream::connect(self.at)?;
        stream.set_read_timeout(Some(limit))?;
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.at);
        write!(stream, "{head}content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len())?;
        // Read to the announced length: chromedriver leaves the connection open in any case.
        let mut answer = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            answer.read_line(&mut line)?;
            match line.trim_end().split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.trim().parse().map_err(|_| ErrorKind::InvalidData)?;
                }
                None if line.trim_end().is_empty() => break,
                _ => {}
            }
        }
        Ok(serde_json::from_reader(answer.take(length))?)
    }
}

/// Also if the test fails. Chromedriver ends its browser; if it does not respond, both are killed.
impl Drop for Browser {
    fn drop(&mut self) {
        let answer = self.call("GET", "/shutdown", &Value::Null, Duration::from_secs(20));
        let ended = answer.is_ok_and(|answer| answer.get("value") == Some(&Value::Null));
        if let Some(process) = self.process.filter(|_| !ended) {
            let _ = Command::new("kill").args(["-KILL", &process.to_string()]).status();
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
