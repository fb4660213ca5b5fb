//! `psn person` on the command line.

use std::process::{Command, Stdio};

use super::*;
use crate::harness::both;

fn psn(world: &World, args: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_psn"));
    command.env_clear().current_dir(world.folder.path()).args(args).stdin(Stdio::null());
    let output = command.args(["--database-url", &world.url]).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

both!(
    async fn the_command_exports_and_then_erases_a_person(world: World) {
        board(&world).await;
        mails::written(&world).await;
        let (code, said, error) = psn(&world, &["person", "export", "--email", "zebedee.quillfeather@PSN.example"]);
        assert_eq!(code, Some(0), "{error}");
        let document: serde_json::Value = serde_json::from_str(&said).unwrap();
        assert_eq!(document["held"]["person"]["records"][0]["lastName"], "Quillfeather");
        let by_number = ["person", "export", "--number", "QZ70010", "--out", "all.json"];
        let (code, said, error) = psn(&world, &by_number);
        assert!(code == Some(0) && said.contains("all.json"), "{said}{error}");
        assert!(world.folder.path().join("all.json").exists());

        let erase = ["person", "erase", "--number", "QZ70010", "--employer", "X"];
        let (code, said, _) = psn(&world, &erase);
        assert!(code == Some(0) && said.contains("Nothing was written") && said.contains("name: yes"), "{said}");
        assert!(!traces(&world.db).await.is_empty(), "without --yes nothing goes");
        let (code, said, error) = psn(&world, &[&erase[..], &["--yes", "--reason", "LEGAL_DUTY"]].concat());
        assert!(code == Some(0) && said.contains("Mail files removed: 1"), "{said}{error}");
        assert_eq!(traces(&world.db).await, Vec::<String>::new());
        let (code, _, error) = psn(&world, &[&erase[..], &["--yes"]].concat());
        assert!(code == Some(2) && error.contains("were erased on 20"), "{error}");
        // The remaining data can still be exported, by the erased number.
        let (code, said, _) = psn(&world, &["person", "export", "--number", "QZ70010", "--employer", "X"]);
        let document: serde_json::Value = serde_json::from_str(&said).unwrap();
        assert_eq!(
            (code, &document["held"]["person"]["records"][0]["erased"]["reason"]),
            (Some(0), &"LEGAL_DUTY".into())
        );
    }
);

both!(
    async fn an_ambiguous_person_is_explained(world: World) {
        board(&world).await;
        let more = STAFF.to_owned() + "Y,70020,9-1,Yves,Ypsilon,,Nurse,T2,,1,01/02/2024,\n";
        Import::new(&world, &[(FileKind::Staff, &more)]).applied().await;
        for (line, says) in [
            (&["person", "erase", "--number", "70020"][..], "add --employer"),
            (&["person", "erase", "--number", "4711"], "no person on file matches"),
            (&["person", "export"], "--number"),
            (&["person", "erase", "--number", "70040", "--reason", "WHIM"], "NOT_NEEDED"),
            (&["person", "erase", "--number", "70040", "--reason", "RETENTION", "--yes"], "it must be REQUESTED"),
        ] {
            let (code, _, error) = psn(&world, line);
            assert!(code == Some(2) && error.contains(says), "{line:?}: {error}");
        }
    }
);
