//! `psn token` and `psn grant`, and that a running service logs no secret and loses no use when it is stopped.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use entity::store::access::token;

use super::recorded;
use crate::graphql::board;
use crate::harness::{World, both};

/// Runs `psn` on the world's database: exit code, standard output, standard error.
fn psn(world: &World, args: &[&str]) -> (Option<i32>, String, String) {
    let output = command(world, args).output().expect("psn runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn command(world: &World, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_psn"));
    command
        .env_clear()
        .env("DATABASE_URL", &world.url)
        .current_dir(world.folder.path())
        .args(args)
        .stdin(Stdio::null());
    command
}

both!(
    async fn an_operator_makes_lists_and_revokes_tokens(world: World) {
        board::organisation(&world.db).await;
        let make = ["token", "make", "--name", "Ward 7", "--unit", "SOUTH", "--days", "30"];
        let (code, secret, said) = psn(&world, &make);
        assert!(code == Some(0) && said.contains("shown only once"), "{said}");
        assert!(secret.trim().starts_with("psn_") && secret.trim().len() == 47 && secret.lines().count() == 1);
        let (code, list, _) = psn(&world, &["token", "list"]);
        assert!(
            code == Some(0) && list.contains("DASHBOARD  valid until") && list.contains("last used never  Ward 7"),
            "{list}"
        );
        assert!(!list.contains(secret.trim()) && !list.contains("explore"));
        let make = ["token", "make", "--name", "Front end", "--unit", "SOUTH", "--explore"];
        assert_eq!(psn(&world, &make).0, Some(0));
        let (_, list, _) = psn(&world, &["token", "list"]);
        assert!(list.contains("DASHBOARD, explore  valid until"), "{list}");
        let (code, said, _) = psn(&world, &["token", "revoke", "2"]);
        assert!(code == Some(0) && said.contains("Ward 7"), "{said}");
        assert!(psn(&world, &["token", "list"]).1.contains("revoked"));
        for (args, says) in [
            (&["token", "revoke", "2"][..], "already revoked"),
            (&["token", "revoke", "9"], "no token has this id"),
            (&["token", "make", "--name", "x"], "1 to 100 units"),
            (&["token", "make", "--name", "x", "--unit", "nowhere"], "'nowhere'"),
            (&["token", "make", "--name", "x", "--role", "admin", "--days", "367"], "1 to 366 days"),
            (&["token", "make", "--name", "x", "--role", "king"], "dashboard, coordinator, auditor or admin"),
        ] {
            let (code, _, error) = psn(&world, args);
            assert!(code == Some(2) && error.contains(says), "{args:?}: {error}");
        }
        let log: Vec<_> =
            recorded(&world).await.into_iter().map(|(actor, action, _)| format!("{actor} {action}")).collect();
        assert_eq!(log, ["operator TOKEN_MADE", "operator TOKEN_MADE", "operator TOKEN_REVOKED"]);
    }
);

both!(
    async fn an_operator_grants_lists_and_withdraws_roles(world: World) {
        board::organisation(&world.db).await;
        // A grant needs a person with a post today, whatever today is.
        for (person, role) in [("p4@board.example", "admin"), ("NHS/000005", "auditor")] {
            let (code, said, error) = psn(&world, &["grant", "add", person, role]);
            assert!(code == Some(0) && said.contains(person), "{said}{error}");
        }
        let (_, list, _) = psn(&world, &["grant", "list"]);
        assert!(list.contains("NHS/000004  ADMIN from") && list.contains("NHS/000005  AUDITOR from"), "{list}");
        assert_eq!(psn(&world, &["grant", "withdraw", "1"]).0, Some(0));
        for (args, says) in [
            (&["grant", "withdraw", "1"][..], "has already ended"),
            (&["grant", "withdraw", "7"], "no grant has this id"),
            (&["grant", "add", "nobody@board.example", "admin"], "no single person"),
            (&["grant", "add", "NHS/000005", "auditor"], "already"),
            (&["grant", "add", "NHS/000005", "dashboard"], "ADMIN, COORDINATOR and AUDITOR"),
            (&["grant", "add", "NHS/000005", "admin", "--from", "2020-01-01"], "must begin today or later"),
        ] {
            let (code, _, error) = psn(&world, args);
            assert!(code == Some(2) && error.contains(says), "{args:?}: {error}");
        }
        let log: Vec<_> =
            recorded(&world).await.into_iter().map(|(actor, action, _)| format!("{actor} {action}")).collect();
        assert_eq!(log, ["operator ROLE_GRANTED", "operator ROLE_GRANTED", "operator ROLE_WITHDRAWN"]);
    }
);

both!(
    async fn logs_have_no_secret_and_a_stop_loses_no_use(world: World) {
        board::organisation(&world.db).await;
        let (_, secret, _) = psn(&world, &["token", "make", "--name", "x", "--role", "auditor"]);
        let secret = secret.trim().to_owned();
        let flags = ["serve", "--no-jobs", "--bind", "127.0.0.1:0", "--log", "trace"];
        let mut child = command(&world, &flags).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let mut log = Vec::new();
        let at = lines.by_ref().find_map(|line| {
            let at = line.split("http://").nth(1).and_then(|rest| rest.split('/').next()).map(str::to_owned);
            log.push(line);
            at
        });
        let at = at.expect("it says where it serves");
        let reading = std::thread::spawn(move || lines.collect::<Vec<_>>());
        let ask = |header: &str| {
            let mut client = TcpStream::connect(&at).unwrap();
            let head = format!(
                "GET /graphql?query=%7Bversion%7D HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{header}\r\n\r\n"
            );
            client.write_all(head.as_bytes()).unwrap();
            let mut answer = String::new();
            client.read_to_string(&mut answer).unwrap();
            answer
        };
        let session = format!("psns_{}", &secret[4..]);
        assert!(ask(&format!("authorization: Bearer {secret}")).starts_with("HTTP/1.1 200 "));
        assert!(ask(&format!("cookie: psn-session={session}")).starts_with("HTTP/1.1 401 "));
        assert!(ask(&format!("authorization: Bearer {secret}x")).starts_with("HTTP/1.1 401 "));
        assert!(ask(&format!("authorization: Basic {secret}")).starts_with("HTTP/1.1 401 "));
        assert!(Command::new("kill").args(["-s", "TERM", &child.id().to_string()]).status().unwrap().success());
        assert!(child.wait().unwrap().success());
        log.extend(reading.join().unwrap());

        let log = log.join("\n");
        assert!(log.contains("token:2") && log.contains("not signed in"), "{log}");
        assert!(!log.contains(&secret[4..]), "{log}");
        let used = token::by_id(&world.db, entity::id::ApiTokenId(2)).await.unwrap().unwrap().last_used_at;
        assert!(used.is_some(), "its use is noted");
        assert!(recorded(&world).await.iter().any(|(_, action, _)| action == "SIGN_IN_REFUSED"));
    }
);
