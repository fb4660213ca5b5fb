//! The units of a mail, as `delivery` stores them.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

/// The units that a mail is about. A list in an older form is read as empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct MailUnits(#[serde(deserialize_with = "super::or_empty")] pub Vec<MailUnit>);

/// A unit that a mail is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailUnit {
    /// Its code.
    pub code: String,
    /// Its name when the mail was made.
    pub name: String,
    /// Why the recipient receives the mail about this unit, in words.
    pub why: String,
}

#[cfg(test)]
mod tests {
    use super::{MailUnit, MailUnits};

    #[test]
    fn units_are_stored_as_objects() {
        let unit = MailUnit { code: "N".to_owned(), name: "North".to_owned(), why: "you manage it".to_owned() };
        let (units, json) = (MailUnits(vec![unit]), r#"[{"code":"N","name":"North","why":"you manage it"}]"#);
        assert_eq!(serde_json::to_string(&units).unwrap(), json);
        assert_eq!(serde_json::from_str::<MailUnits>(json).unwrap(), units);
    }

    #[test]
    fn a_list_in_an_older_form_is_empty() {
        for older in [r#"["N"]"#, r#"[{"code":"N"}]"#, "{}", "null"] {
            assert_eq!(serde_json::from_str::<MailUnits>(older).unwrap(), MailUnits::default(), "{older}");
        }
    }
}
