//! Settings that make no sense together are told apart by what to do.

use clap::Parser;
use entity::clock::Clock;

use super::Oidc;
use crate::config::oidc::OidcSettings;

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    oidc: OidcSettings,
}

fn told(line: &str) -> Result<bool, String> {
    let line = Line::try_parse_from(["psn"].into_iter().chain(line.split_whitespace())).unwrap();
    Oidc::new(&line.oidc, "https://psn.example/", Clock::wall())
        .map(|oidc| oidc.is_some())
        .map_err(|fault| fault.to_string())
}

const SOUND: &str = "--oidc-issuer https://login.example/board --oidc-client-id psn";

#[test]
fn without_a_provider_there_is_none_and_with_one_the_defaults_do() {
    assert_eq!(told(""), Ok(false));
    assert_eq!(told(SOUND), Ok(true));
    assert_eq!(told("--oidc-issuer http://127.0.0.1:9000/board --oidc-client-id psn"), Ok(true));
}

#[test]
fn settings_that_make_no_sense_are_refused_with_the_setting_to_change() {
    for (line, setting) in [
        ("--oidc-client-id psn".to_owned(), "OIDC_CLIENT_ID is set and OIDC_ISSUER is not"),
        ("--oidc-audience api".to_owned(), "OIDC_AUDIENCE is set and OIDC_ISSUER is not"),
        ("--oidc-issuer https://login.example".to_owned(), "OIDC_CLIENT_ID is not"),
        ("--oidc-issuer http://login.example --oidc-client-id psn".to_owned(), "OIDC_ISSUER is an https address"),
        ("--oidc-issuer login.example --oidc-client-id psn".to_owned(), "OIDC_ISSUER is an https address"),
        (format!("{SOUND} --oidc-audience psn"), "OIDC_AUDIENCE is the same as OIDC_CLIENT_ID"),
        (format!("{SOUND} --oidc-ca-file no-such-file"), "OIDC_CA_FILE: no-such-file"),
        (format!("{SOUND} --oidc-ca-file Cargo.toml"), "OIDC_CA_FILE: Cargo.toml"),
    ] {
        let fault = told(&line).unwrap_err();
        assert!(fault.contains(setting), "{line}: {fault}");
    }
}

#[test]
fn only_asymmetric_algorithms_can_be_set() {
    for name in ["HS256", "none", "", "rs256"] {
        let line = ["psn", "--oidc-algorithms", name];
        assert!(Line::try_parse_from(line).is_err(), "{name}");
    }
    assert_eq!(told(&format!("{SOUND} --oidc-algorithms RS256,PS256,ES256,EdDSA")), Ok(true));
}

#[test]
fn a_secret_is_shown_by_no_debug_line() {
    let refused = Line::try_parse_from(["psn", "--oidc-client-secret", "planted"]).unwrap_err();
    assert!(!refused.to_string().contains("planted"), "{refused}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    std::fs::write(&file, "planted\n").unwrap();
    let with_file = format!("{SOUND} --oidc-client-secret-file {}", file.display());
    let line = Line::try_parse_from(["psn"].into_iter().chain(with_file.split(' '))).unwrap();
    assert!(!format!("{:?}", line.oidc).contains("planted"));
    assert_eq!(told(&with_file), Ok(true));
}
