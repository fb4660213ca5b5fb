//! The logs of a whole run at the most verbose level, with data that must not appear in them: import, snapshot, a report with
//! failing mails, and a service that receives valid and invalid requests.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Stdio;

use chrono::{DateTime, Utc};
use entity::table::import_batch;
use entity::value::AccessRole;
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, Set};

use crate::cli::{code_and_output, psn};
use crate::harness::{World, both, instant, token_pass};
use crate::smtp_listener::{Manner, SmtpListener};

/// Planted in data, settings and requests. No program would produce these texts by itself.
const PLANTED: [&str; 11] = [
    "Zebulonia",
    "Quagmirren",
    "zq.planted",
    "yr.planted",
    "E770077",
    "E880088",
    "pw-of-database-4711",
    "pw-of-mail-4712",
    "note-about-grief-4713",
    "psn_planted_token_4714",
    "planted-variable-4715",
];

const FILES: [(&str, &str); 5] = [
    ("units.csv", "Unit Code,Unit Name,Parent Code\nB,Board,\nT1,Team 1,B\nT2,Team 2,B\n"),
    (
        "staff.csv",
        "Employer,Employee Number,First Name,Last Name,Work Email,Unit Code,Start Date\n\
         X,E770077,Zebulonia,Quagmirren,zq.planted@board.example,T1,01/02/2024\n\
         X,E880088,Yolandre,Quagmirren,yr.planted@board.example,T2,01/02/2024\n\
         X,E880088,Yolandre,Quagmirren,yr.planted@board.example,NONE,not-a-day\n",
    ),
    ("courses.csv", "Course Code,Level\nL2,2\n"),
    (
        "managers.csv",
        "Unit Code,Employer,Employee Number,Role\nT1,X,E770077,Senior Manager\nT2,X,E880088,Senior Manager\n\
         T2,X,Zebulonia,Senior Manager\n",
    ),
    (
        "exemptions.csv",
        "Unit Code,From,Until,Reason,Agreed By\nT1,01/01/2023,31/12/2023,note-about-grief-4713,Zebulonia Quagmirren\n",
    ),
];

/// Processes that run one after the other with the same settings. Their standard error is the log.
struct Run {
    folder: std::path::PathBuf,
    variables: Vec<(&'static str, String)>,
    log: String,
}

impl Run {
    /// Runs a command until it ends.
    fn command(&mut self, args: &[&str]) -> (Option<i32>, String) {
        let mut command = psn(&self.folder, args);
        let (code, said, error) = code_and_output(command.envs(self.variables.iter().cloned()).output().unwrap());
        self.log += &error;
        (code, said + &error)
    }

    /// Serves while `requests` are sent one by one. Returns the answers.
    fn serve(&mut self, requests: &[String]) -> Vec<String> {
        let mut command = psn(&self.folder, &["serve", "--no-jobs", "--bind", "127.0.0.1:0"]);
        let mut child = command.envs(self.variables.iter().cloned()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let mut begun = String::new();
        let line = lines.by_ref().inspect(|line| begun += line).find(|line| line.contains("http://")).unwrap();
        let at = line.split("http://").nth(1).and_then(|rest| rest.split('/').next()).unwrap().to_owned();
        let reading = std::thread::spawn(move || lines.collect::<Vec<_>>().join("\n"));
        let answers = requests.iter().map(|request| {
            let mut client = TcpStream::connect(&at).unwrap();
            client.write_all(request.as_bytes()).unwrap();
            let mut answer = String::new();
            client.read_to_string(&mut answer).unwrap();
            answer
        });
        let answers = answers.collect();
        child.kill().unwrap();
        child.wait().unwrap();
        self.log += &(begun + &reading.join().unwrap());
        answers
    }
}

fn post(authorization: &str, body: &str) -> String {
    format!(
        "POST /graphql HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\n\
         authorization: {authorization}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

async fn applied(world: &World, imports: &[import_batch::Model], at: impl Fn(&import_batch::Model) -> DateTime<Utc>) {
    for import in imports {
        let moved = import_batch::ActiveModel { finished_at: Set(at(import)), ..import.clone().into() };
        moved.update(&world.db).await.unwrap();
    }
}

both!(
    async fn logs_contain_no_secrets_and_no_people(world: World) {
        let server = SmtpListener::start().await;
        server.treat(
            "zq.planted@board.example",
            Manner::AnswerRecipient("550 zq.planted@board.example Quagmirren unknown"),
        );
        server.treat("yr.planted@board.example", Manner::AnswerRecipient("451 yr.planted@board.example is greylisted"));
        let board = world.folder.path().join("board");
        fs::create_dir(&board).unwrap();
        for (name, text) in FILES {
            fs::write(board.join(name), text).unwrap();
        }
        let token = token_pass(&world.db, AccessRole::Admin, &[], true).await.1.to_str().unwrap().to_owned();
        let secret = token.strip_prefix("Bearer ").unwrap().to_owned();
        // On a server that trusts every login, the password is sent but not checked.
        let url = world.url.replacen("postgres@", "postgres:pw-of-database-4711@", 1);

        for (format, week, day) in [("text", "2024-W20", "2024-05-13"), ("json", "2024-W21", "2024-05-20")] {
            let mut run = Run {
                folder: world.folder.path().to_owned(),
                variables: vec![
                    ("DATABASE_URL", url.clone()),
                    ("SMTP_URL", format!("smtp://me:pw-of-mail-4712@127.0.0.1:{}", server.port())),
                    ("LOG", "info,psn=trace,entity=trace,jobs=trace,migration=trace".to_owned()),
                    ("LOG_FORMAT", format.to_owned()),
                ],
                log: String::new(),
            };
            let (code, said) = run.command(&["import", "--dir", "board", "--as-at", "2024-05-01", "--apply"]);
            assert_eq!(code, Some(0), "{said}");
            let (code, said) = run.command(&["run", "coverage", "--as-of", day]);
            assert_eq!(code, Some(0), "{said}");
            // There is no report for a week before the first import, so the import is backdated for this step.
            let imports = import_batch::Entity::find().all(&world.db).await.unwrap();
            applied(&world, &imports, |_| instant("2024-05-01T03:00:00Z")).await;
            let (code, said) = run.command(&["run", "gap-report", "--week", week]);
            assert!(code == Some(1) && said.contains("not finished"), "{said}");
            applied(&world, &imports, |import| import.finished_at).await;
            // Errors on the command line.
            run.command(&["import", "--dir", "nowhere", "--as-at", "2024-05-01"]);
            run.command(&["check", "--smtp-url", "smtp://me:pw-of-mail-4712@127.0.0.1:1"]);
            run.command(&["check"]);

            let query = |text: &str| serde_json::json!({ "query": text }).to_string();
            let answers = run.serve(&[
                post(&token, &query("query Names { people(first: 5) { nodes { name email } } }")),
                post(&token, &query("query Fields { __typename }")),
                post(&token, r#"{"query":"query V($x: Int) { version }","variables":{"x":"planted-variable-4715"}}"#),
                post(&token, r#"{"query":"{ version(note: \"planted-variable-4715\") }"}"#),
                post(&token, "{\"query\": Zebulonia Quagmirren"),
                post(&token, &query("mutation { nothing(name: \"Zebulonia\") }")),
                post("Bearer psn_planted_token_4714", &query("{ version }")),
                format!("GET /zq.planted@board.example?token={secret} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"),
                "GET /health/ready HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n".to_owned(),
                "Zebulonia Quagmirren\r\n\r\n".to_owned(),
            ]);
            assert!(answers[1].contains("\"data\":{\"__typename\":\"Query\"}"), "{}", answers[1]);

            // The log exists at the most verbose level, and shows an address only in part.
            for part in ["z…@board.example", "y…@board.example", "graphql", "run started", "Fields"] {
                assert!(run.log.contains(part), "{format}: no {part} in\n{}", run.log);
            }
            for planted in PLANTED.into_iter().chain([secret.as_str()]) {
                let line = run.log.lines().find(|line| line.contains(planted));
                assert_eq!(line, None, "{format}: {planted} is in the log");
            }
        }
    }
);
