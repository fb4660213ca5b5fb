//! What a set of settings must not be together, and what is weak about it although it was asked for.

use super::Settings;
use crate::cli::Stop;

/// Passwords that everybody tries first, those of this project's own examples among them.
const KNOWN: [&str; 16] = [
    "admin",
    "changeme",
    "change-me",
    "default",
    "example",
    "letmein",
    "password",
    "passw0rd",
    "pass",
    "postgres",
    "psn",
    "qwerty",
    "root",
    "s3cret",
    "secret",
    "test",
];

impl Settings {
    /// What makes this a service for others than the person at this machine, if anything does: it then holds real people's
    /// data. An address that other machines reach, an address by https that people are told, or a database elsewhere.
    #[must_use]
    pub fn production(&self) -> Option<String> {
        if !self.bind.ip().is_loopback() {
            Some(format!("other machines reach {}", self.bind))
        } else if self.is_https() {
            self.base_url.as_ref().map(|url| format!("people reach it at {url}"))
        } else if self.database.is_elsewhere() {
            Some(format!("the database is on another machine, {}", self.database.url()))
        } else {
            None
        }
    }

    /// Refuses a way to the database or the mail server that protects nothing, and in production a password that everybody
    /// knows.
    ///
    /// # Errors
    ///
    /// [`Stop::Refused`] with what to do, in one sentence.
    pub fn refuse_unsafe(&self) -> Result<(), Stop> {
        if let Some(fault) = self.database.fault().or_else(|| self.mail.fault()) {
            return Err(Stop::Refused(fault));
        }
        let Some(why) = self.production() else { return Ok(()) };
        for (name, password) in [("DATABASE_URL", self.database.password()), ("SMTP_URL", self.mail.password())] {
            if password.is_some_and(|password| KNOWN.contains(&password.to_lowercase().as_str())) {
                return Err(Stop::Refused(format!(
                    "the password in {name} is one that everybody tries first, and {why}: choose another, for example by `openssl rand -hex 20`"
                )));
            }
        }
        Ok(())
    }

    /// Refuses to write mails into a folder in production, where somebody waits for them: they would be held to be sent.
    ///
    /// # Errors
    ///
    /// [`Stop::Refused`] with what to do, in one sentence.
    pub fn refuse_mail_into_folder(&self) -> Result<(), Stop> {
        match self.production().filter(|_| self.mail.smtp_url().is_none()) {
            None => Ok(()),
            Some(why) => Err(Stop::Refused(format!(
                "without SMTP_URL mails would be written into {} and count as sent, and {why}: set SMTP_URL, or run without the jobs (`psn serve --no-jobs`)",
                self.mail.mail_folder.display()
            ))),
        }
    }

    /// What is weak although it was asked for, a sentence each: start-up and `psn check` say so.
    #[must_use]
    pub fn weaknesses(&self) -> Vec<String> {
        [self.database.weaknesses(), self.mail.weaknesses()].concat()
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::Cli;

    fn settings(flags: &[&str]) -> Settings {
        Cli::try_parse_from([&["psn", "serve"], flags].concat()).unwrap().settings
    }

    #[test]
    fn production_is_what_others_reach_or_what_is_kept_elsewhere() {
        let production = |flags: &[&str]| settings(flags).production().is_some();
        assert!(!production(&[]));
        assert!(!production(&[
            "--base-url",
            "http://localhost:8080",
            "--database-url",
            "postgres://psn@127.0.0.1/psn"
        ]));
        assert!(production(&["--bind", "0.0.0.0:80"]));
        assert!(production(&["--base-url", "https://psn.board.example"]));
        assert!(production(&["--database-url", "postgres://psn@db.board.example/psn"]));
    }

    #[test]
    fn a_way_that_protects_nothing_is_refused_unless_asked_for_and_then_reported() {
        for (url, plain, word) in [
            (
                ["--database-url", "postgres://psn@db.board.example/psn?sslmode=require"],
                "--database-plain",
                "DATABASE_PLAIN",
            ),
            (["--smtp-url", "smtp://mail.board.example"], "--smtp-plain", "SMTP_PLAIN"),
        ] {
            let refused = settings(&url).refuse_unsafe().unwrap_err().to_string();
            assert!(refused.contains(word), "{refused}");
            let allowed = settings(&[&url[..], &[plain]].concat());
            assert_eq!(allowed.refuse_unsafe(), Ok(()));
            assert!(allowed.weaknesses().iter().any(|sentence| sentence.starts_with(word)));
            // On this machine nothing is weak.
            assert_eq!(settings(&[plain]).weaknesses(), Vec::<String>::new());
        }
        assert_eq!(settings(&["--smtp-url", "smtp://127.0.0.1:1025"]).refuse_unsafe(), Ok(()));
        assert_eq!(settings(&["--smtp-url", "smtps://mail.board.example"]).refuse_unsafe(), Ok(()));
    }

    #[test]
    fn mail_into_a_folder_is_refused_in_production_only() {
        assert_eq!(settings(&[]).refuse_mail_into_folder(), Ok(()));
        let open = ["--bind", "0.0.0.0:80"];
        let refused = settings(&open).refuse_mail_into_folder().unwrap_err().to_string();
        assert!(refused.contains("SMTP_URL") && refused.contains("0.0.0.0:80"), "{refused}");
        assert_eq!(
            settings(&[&open[..], &["--smtp-url", "smtps://mail.example"]].concat()).refuse_mail_into_folder(),
            Ok(())
        );
    }
}
