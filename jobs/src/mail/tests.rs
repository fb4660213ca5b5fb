use super::*;

fn email() -> Email {
    Email {
        from: "Peer Support <psn@board.example>".parse().unwrap(),
        reply_to: None,
        list: "gap-report",
        to_name: Some("Mairi \"M\"\r\nBcc: all@board.example\u{0} McNeill".to_owned()),
        to: "mairi.mcneill@board.example".to_owned(),
        subject: "Two\r\nlines é".to_owned(),
        message_id: "gap-report.2026-W48.person-12@board.example".to_owned(),
        date: "2026-11-23T07:00:00Z".parse().unwrap(),
        text: "Text".to_owned(),
        html: "<p>Html</p>".to_owned(),
        csv: "\u{feff}Unit Code\r\n".to_owned(),
        csv_name: "gaps.csv".to_owned(),
        file_stem: "2026-W48_A_person-12".to_owned(),
    }
}

#[tokio::test]
async fn a_hostile_name_adds_no_header() {
    let (mailer, memory) = Mailer::memory();
    mailer.send(&email()).await.unwrap();
    mailer.send(&email()).await.unwrap();
    let mails = memory.drain();
    assert_eq!(mails[0], mails[1], "the bytes are the same each time");
    let text = String::from_utf8(mails[0].bytes.clone()).unwrap();
    let (headers, _) = text.split_once("\r\n\r\n").unwrap();
    assert!(!headers.lines().any(|line| line.to_lowercase().starts_with("bcc")), "{headers}");
    assert!(headers.contains("Message-ID: <gap-report.2026-W48.person-12@board.example>"), "{headers}");
    assert!(headers.contains("Auto-Submitted: auto-generated"), "{headers}");
    assert!(headers.contains("Date: Mon, 23 Nov 2026 07:00:00 +0000"), "{headers}");
}

#[tokio::test]
async fn refuses_an_invalid_address_without_showing_it() {
    let (mailer, _memory) = Mailer::memory();
    for to in ["nobody", "a@b\r\nBcc: c@d.example", ""] {
        let error = mailer.send(&Email { to: to.to_owned(), ..email() }).await.unwrap_err();
        assert!(matches!(&error, SendError::Refused(said) if !said.contains("nobody")), "{to}: {error:?}");
    }
}

#[tokio::test]
async fn refuses_an_address_that_would_break_a_header() {
    let (mailer, memory) = Mailer::memory();
    for to in [
        "a\u{85}b@board.example",
        "a@bo\u{85}ard.example",
        "a\u{9b}b@board.example",
        "a\u{2028}b@board.example",
        "a@bo\u{2029}ard.example",
        "a\u{a0}b@board.example",
        "\"a\tb\"@board.example",
        "\"a b\"@board.example",
        "a@board.example\nBcc: b@board.example",
        "a\r\n@board.example",
    ] {
        let error = mailer.send(&Email { to: to.to_owned(), ..email() }).await.unwrap_err();
        assert!(matches!(error, SendError::Refused(_)), "{to:?}: {error:?}");
    }
    assert_eq!(memory.drain(), []);
}

proptest::proptest! {
    #[test]
    fn no_name_or_address_panics_or_adds_a_header(
        name in proptest::prelude::any::<String>(),
        user in "\\PC{0,70}|[\u{0}-\u{9f}]{0,8}",
        domain in "\\PC{0,70}|[\u{0}-\u{9f}]{0,8}|board\\.example",
    ) {
        let (to_name, to) = (Some(name), format!("{user}@{domain}"));
        if let Ok((_, bytes)) = message::build(&Email { to_name, to, ..email() }) {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let (headers, _) = text.split_once("\r\n\r\n").unwrap();
            let names: Vec<_> = headers.lines().filter(|line| !line.starts_with([' ', '\t'])).collect();
            proptest::prop_assert!(names.iter().all(|line| line.split_once(": ").is_some()), "{}", headers);
            proptest::prop_assert!(headers.matches("\nTo: ").count() == 1, "{}", headers);
        }
    }
}

#[tokio::test]
async fn a_folder_has_one_file_per_mail() {
    let folder = tempfile::tempdir().unwrap();
    let mailer = Mailer::folder(folder.path().join("mail"));
    let first = mailer.send(&email()).await.unwrap();
    assert_eq!(mailer.send(&email()).await.unwrap(), first);
    let names: Vec<_> = std::fs::read_dir(folder.path().join("mail"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(names, ["2026-W48_A_person-12.eml"]);
    assert!(mailer.check().await.unwrap().contains("folder"));
}

#[tokio::test]
async fn an_unwritable_folder_is_retried_later() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mailer = Mailer::folder(file.path().join("mail"));
    assert!(matches!(mailer.send(&email()).await, Err(SendError::Retry(_))));
    assert!(mailer.check().await.is_err());
}

#[test]
fn a_masked_address_keeps_first_letter_and_domain() {
    assert_eq!(mask("mairi.mcneill@board.example"), "m…@board.example");
    assert_eq!(mask("nobody"), "…");
    assert_eq!(mask("@board.example"), "…@board.example");
    assert_eq!(sentence("550 <a@b.example> unknown\r\n", "a@b.example"), "550 <a…@b.example> unknown");
}

#[test]
fn a_sender_may_have_a_name() {
    assert_eq!("psn@board.example".parse::<Mailbox>().unwrap().domain(), "board.example");
    assert_eq!("Peer Support <psn@board.example>".parse::<Mailbox>().unwrap().domain(), "board.example");
    assert!(matches!("Peer Support".parse::<Mailbox>(), Err(SettingsError::Mailbox(_))));
}

#[test]
fn masks_an_address_in_any_case() {
    let said =
        sentence("550 <MAIRI.McNeill@board.EXAMPLE>, mairi.mcneill@board.example: who?", "mairi.mcneill@board.example");
    assert!(!said.to_lowercase().contains("mcneill"), "{said}");
    assert!(said.starts_with("550 <") && said.ends_with(": who?"), "{said}");
}
