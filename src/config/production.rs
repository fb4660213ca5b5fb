//! Checks of the settings as a whole: which combinations are refused, and which are allowed with a warning.

use super::Settings;
use crate::error::ExitError;

/// Passwords that attackers try first, including those of this project's own examples.
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
    /// Why this is a production service, which holds the data of real people; `None` if it only serves the person at this
    /// machine. It is one if it listens on an address that other machines can reach, if `BASE_URL` is https or on another
    /// host, or if the database is on another machine.
    #[must_use]
    pub fn production(&self) -> Option<String> {
        if !self.bind.ip().is_loopback() {
            Some(format!("other machines can reach {}", self.bind))
        } else if self.is_https() || self.is_reached_from_elsewhere() {
            self.base_url.as_ref().map(|url| format!("people reach it at {url}"))
        } else if self.database.is_elsewhere() {
            Some(format!("the database is on another machine, {}", self.database.url()))
        } else {
            None
        }
    }

    /// Refuses an unprotected connection to the database, the mail server or this service, and in production a well-known
    /// password.
    ///
    /// # Errors
    ///
    /// [`ExitError::Refused`] with what to do, in one sentence.
    pub fn refuse_unsafe(&self) -> Result<(), ExitError> {
        if let Some(fault) = self.database.fault().or_else(|| self.mail.fault()) {
            return Err(ExitError::Refused(fault));
        }
        if let Some(url) = self.base_url.as_ref().filter(|_| self.is_reached_from_elsewhere() && !self.is_https()) {
            return Err(ExitError::Refused(format!(
                "people would use {url} unencrypted, and their sign-in cookies with it: set BASE_URL to the https URL of a proxy that terminates TLS in front of psn"
            )));
        }
        let Some(why) = self.production() else { return Ok(()) };
        let passwords = [
            ("DATABASE_URL", self.database.password()),
            ("SMTP_URL", self.mail.password()),
            ("OIDC_CLIENT_SECRET", self.oidc.password()),
        ];
        for (name, password) in passwords {
            if password.is_some_and(|password| KNOWN.contains(&password.to_lowercase().as_str())) {
                return Err(ExitError::Refused(format!(
                    "the password in {name} is one of the first that attackers try, and {why}: choose another, for example with `openssl rand -hex 20`"
                )));
            }
        }
        Ok(())
    }

    /// Refuses to write mails to a folder in production, where they would count as sent although no one receives them.
    ///
    /// # Errors
    ///
    /// [`ExitError::Refused`] with what to do, in one sentence.
    pub fn refuse_mail_into_folder(&self) -> Result<(), ExitError> {
        match self.production().filter(|_| self.mail.smtp_url().is_none()) {
            None => Ok(()),
            Some(why) => Err(ExitError::Refused(format!(
                "without SMTP_URL, mails would be written to {} and count as sent, and {why}: set SMTP_URL, or run without the jobs (`psn serve --no-jobs`)",
                self.mail.mail_folder.display()
            ))),
        }
    }

    /// Settings that weaken security although they are allowed, one sentence each. Start-up and `psn check` report them.
    #[must_use]
    pub fn weaknesses(&self) -> Vec<String> {
        [self.database.weaknesses(), self.mail.weaknesses(), self.oidc.weaknesses()].concat()
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        settings: Settings,
    }

    fn settings(flags: &[&str]) -> Settings {
        Line::try_parse_from([&["psn"], flags].concat()).unwrap().settings
    }

    #[test]
    fn remote_access_or_database_means_production() {
        let production = |flags: &[&str]| settings(flags).production().is_some();
        assert!(!production(&[]));
        assert!(!production(&[
            "--base-url",
            "http://localhost:8080",
            "--database-url",
            "postgres://psn@127.0.0.1/psn"
        ]));
        assert!(production(&["--bind", "0.0.0.0:80"]));
        for url in
            ["https://psn.board.example", "HTTPS://psn.board.example", "http://psn.board.example", "https://localhost"]
        {
            assert!(production(&["--base-url", url]), "{url}");
        }
        assert!(!production(&["--base-url", "http://[::1]:8080"]));
        assert!(production(&["--database-url", "postgres://psn@db.board.example/psn"]));
    }

    #[test]
    fn base_url_is_https_or_local_without_path() {
        for sound in
            ["https://psn.example", "HTTPS://psn.example/", "https://psn.example:8443", "http://127.0.0.1:8080"]
        {
            assert_eq!(settings(&["--base-url", sound]).refuse_unsafe(), Ok(()), "{sound}");
        }
        assert!(settings(&["--base-url", "HTTPS://psn.example"]).is_https());
        let refused = settings(&["--base-url", "http://psn.example"]).refuse_unsafe().unwrap_err().to_string();
        assert!(refused.contains("unencrypted") && refused.contains("https"), "{refused}");
        for path in ["https://psn.example/sub", "https://psn.example/?x", "https://psn.example/#x"] {
            let error = Line::try_parse_from(["psn", "--base-url", path]).unwrap_err().to_string();
            assert!(error.contains("without a path"), "{error}");
        }
    }

    #[test]
    fn unencrypted_connections_are_refused_or_reported() {
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
        let unstated = ["--oidc-issuer", "https://login.example", "--oidc-client-id", "psn", "--oidc-email-unstated"];
        let reported = settings(&unstated).weaknesses();
        assert!(reported.iter().any(|sentence| sentence.starts_with("OIDC_EMAIL_UNSTATED")), "{reported:?}");
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
