//! Contradicting settings are refused with a sentence that names the setting to change.

use clap::Parser;
use entity::clock::Clock;

use super::Oidc;
use crate::config::oidc::OidcSettings;

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    oidc: OidcSettings,
}

fn is_set_up(line: &str) -> Result<bool, String> {
    let line = Line::try_parse_from(["psn"].into_iter().chain(line.split_whitespace())).unwrap();
    Oidc::new(&line.oidc, "https://psn.example/", Clock::wall())
        .map(|oidc| oidc.is_some())
        .map_err(|fault| fault.to_string())
}

const SOUND: &str = "--oidc-issuer https://login.example/board --oidc-client-id psn";

#[test]
fn no_provider_by_default_and_defaults_with_one() {
    assert_eq!(is_set_up(""), Ok(false));
    assert_eq!(is_set_up(SOUND), Ok(true));
    assert_eq!(is_set_up("--oidc-issuer http://127.0.0.1:9000/board --oidc-client-id psn"), Ok(true));
}

#[test]
fn contradicting_settings_name_the_setting_to_change() {
    for (line, setting) in [
        ("--oidc-client-id psn".to_owned(), "OIDC_CLIENT_ID is set but OIDC_ISSUER is not"),
        ("--oidc-audience api".to_owned(), "OIDC_AUDIENCE is set but OIDC_ISSUER is not"),
        ("--oidc-issuer https://login.example".to_owned(), "OIDC_CLIENT_ID is not"),
        ("--oidc-issuer http://login.example --oidc-client-id psn".to_owned(), "OIDC_ISSUER must be an https address"),
        ("--oidc-issuer login.example --oidc-client-id psn".to_owned(), "OIDC_ISSUER must be an https address"),
        (format!("{SOUND} --oidc-audience psn"), "OIDC_AUDIENCE is the same as OIDC_CLIENT_ID"),
        (format!("{SOUND} --oidc-ca-file no-such-file"), "OIDC_CA_FILE: no-such-file"),
        (format!("{SOUND} --oidc-ca-file Cargo.toml"), "OIDC_CA_FILE: Cargo.toml"),
    ] {
        let fault = is_set_up(&line).unwrap_err();
        assert!(fault.contains(setting), "{line}: {fault}");
    }
}

#[test]
fn only_asymmetric_algorithms_can_be_set() {
    for name in ["HS256", "none", "", "rs256"] {
        let line = ["psn", "--oidc-algorithms", name];
        assert!(Line::try_parse_from(line).is_err(), "{name}");
    }
    assert_eq!(is_set_up(&format!("{SOUND} --oidc-algorithms RS256,PS256,ES256,EdDSA")), Ok(true));
}

#[test]
fn debug_output_hides_the_secret() {
    let refused = Line::try_parse_from(["psn", "--oidc-client-secret", "planted"]).unwrap_err();
    assert!(!refused.to_string().contains("planted"), "{refused}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    std::fs::write(&file, "planted\n").unwrap();
    let with_file = format!("{SOUND} --oidc-client-secret-file {}", file.display());
    let line = Line::try_parse_from(["psn"].into_iter().chain(with_file.split(' '))).unwrap();
    assert!(!format!("{:?}", line.oidc).contains("planted"));
    assert_eq!(is_set_up(&with_file), Ok(true));
}
