//! The settings as a table for the documentation.

use clap::{Args as _, Command};

use super::Settings;

/// Returns the settings as the Markdown table of docs/configuration.md, made from the same texts as `--help`.
#[must_use]
pub fn settings_markdown() -> String {
    let mut table = "| environment | flag | default | meaning |\n|---|---|---|---|\n".to_owned();
    for arg in Settings::augment_args(Command::new("psn")).get_arguments() {
        let code = |text: String| if text.is_empty() { text } else { format!("`{text}`") };
        let env = arg.get_env().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let flag = arg.get_long().map(|name| format!("--{name}")).unwrap_or_default();
        let takes_value = arg.get_action().takes_values();
        let defaults = arg.get_default_values().iter().map(|value| value.to_string_lossy().into_owned());
        let default = defaults.filter(|_| takes_value).collect::<Vec<_>>().join(" ");
        let meaning = arg.get_help().map(ToString::to_string).unwrap_or_default();
        table += &format!("| {} | {} | {} | {meaning}. |\n", code(env), code(flag), code(default));
    }
    table
}
