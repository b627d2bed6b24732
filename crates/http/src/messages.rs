//! The words that people see, by key. They live in `templates/messages/`, never in Rust.

use std::collections::BTreeMap;

use serde::Serialize;

const ENGLISH: &str = include_str!("../../../templates/messages/en.json");

/// One language's words.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Messages(BTreeMap<String, String>);

impl Messages {
    /// Reads the embedded catalogue.
    ///
    /// # Errors
    ///
    /// A sentence, if the catalogue is not a flat JSON object of texts.
    pub fn english() -> Result<Self, String> {
        serde_json::from_str(ENGLISH).map(Self).map_err(|error| format!("messages/en.json: {error}"))
    }

    /// The text of a key. A missing one shows its key, which a test forbids.
    pub fn text(&self, key: &str) -> String {
        self.0.get(key).cloned().unwrap_or_else(|| key.to_owned())
    }

    /// The text of a key with `{name}` replaced.
    pub fn text_with(&self, key: &str, name: &str, value: &str) -> String {
        self.text(key).replace(&format!("{{{name}}}"), value)
    }
}
