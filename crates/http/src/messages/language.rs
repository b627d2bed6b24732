//! One language: its messages, tried at start, and how a text is made from one.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::{CharacterDirection, LanguageIdentifier};

use super::source::Source;

/// The language as its own speakers write it.
const NAME: &str = "language-name";
/// `ltr` or `rtl`.
const DIRECTION: &str = "language-direction";

/// What a message is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument<'a> {
    /// Goes in as it is: whatever stands in it, it is never read as Fluent.
    Text(&'a str),
    /// A whole number, by which the language may choose between singular and plural forms.
    Number(i64),
}

impl<'a> From<Argument<'a>> for FluentValue<'a> {
    fn from(argument: Argument<'a>) -> Self {
        match argument {
            Argument::Text(text) => text.into(),
            Argument::Number(number) => number.into(),
        }
    }
}

/// One language's words.
pub struct Language {
    tag: String,
    name: String,
    bundle: FluentBundle<FluentResource>,
    /// The texts that need no arguments, which are nearly all.
    ready: HashMap<String, String>,
    /// Sorted.
    keys: Vec<String>,
    /// Where a message that is missing here is taken from.
    fallback: Option<Arc<Language>>,
    /// The keys of messages that have failed already.
    reported: Mutex<HashSet<String>>,
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tag, name, keys, .. } = self;
        let messages = keys.len();
        f.debug_struct("Language")
            .field("tag", tag)
            .field("name", name)
            .field("messages", &messages)
            .finish_non_exhaustive()
    }
}

/// The language of a tag (BCP 47) without extensions; not one that has no code of two or three
/// letters, because then it is some other word.
pub(super) fn identifier(tag: &str) -> Option<LanguageIdentifier> {
    let identifier: LanguageIdentifier = tag.parse().ok()?;
    let language = identifier.language;
    (!language.is_empty() && language.as_str().len() <= 3).then_some(identifier)
}

impl Language {
    /// A language of these catalogues; messages of a later one take the place of earlier ones.
    ///
    /// # Errors
    ///
    /// `file:line: what is wrong` with a message, or that the language has no name of its own.
    pub(super) fn new(tag: &str, sources: Vec<Source>, fallback: Option<Arc<Self>>) -> Result<Self, String> {
        let identifier = identifier(tag).ok_or_else(|| format!("{tag}: is no language"))?;
        let mut bundle: FluentBundle<FluentResource> = FluentBundle::new_concurrent(vec![identifier.clone()]);
        // The marks would end up in attributes and in text that people copy.
        bundle.set_use_isolating(false);
        bundle.add_builtins().map_err(|error| error.to_string())?;
        let mut places = BTreeMap::new();
        let mut variables = BTreeSet::new();
        let mut file = String::new();
        for Source { name, resource, entries } in sources {
            for entry in entries {
                if !entry.is_term() {
                    places.insert(entry.key, format!("{name}:{}", entry.line));
                }
                variables.extend(entry.variables);
            }
            bundle.add_resource_overriding(resource);
            file = name;
        }
        let mut ready = try_all(&bundle, &places, &variables)?;
        let name = ready.get(NAME).cloned();
        let name = name.ok_or_else(|| format!("{file}: needs a {NAME}, as the language switch shows it"))?;
        if !places.contains_key(DIRECTION) {
            let is_rtl = identifier.character_direction() == CharacterDirection::RTL;
            let direction = if is_rtl { "rtl" } else { "ltr" };
            ready.insert(DIRECTION.to_owned(), direction.to_owned());
        }
        let (tag, keys) = (identifier.to_string(), places.into_keys().collect());
        Ok(Self { tag, name, bundle, ready, keys, fallback, reported: Mutex::default() })
    }

    /// The language tag (BCP 47), as in `<html lang>`.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// The language as its own speakers write it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text of a message that needs no arguments. A missing one shows its key, which a test
    /// forbids, and is logged once.
    pub fn text(&self, key: &str) -> String {
        self.format(key, &[])
    }

    /// The text of a message with its arguments, which are put in literally. A missing message shows
    /// its key, a missing argument its name; either is logged once.
    pub fn format(&self, key: &str, arguments: &[(&str, Argument<'_>)]) -> String {
        self.find(key, arguments).unwrap_or_else(|| {
            self.report(key, "there is no such message");
            key.to_owned()
        })
    }

    /// Is there such a message, here or in the language that stands in?
    pub fn has(&self, key: &str) -> bool {
        self.ready.contains_key(key)
            || self.bundle.has_message(key)
            || self.fallback.as_ref().is_some_and(|fallback| fallback.has(key))
    }

    /// The keys of the language's own messages, sorted.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(String::as_str)
    }

    fn find(&self, key: &str, arguments: &[(&str, Argument<'_>)]) -> Option<String> {
        if let Some(text) = self.ready.get(key) {
            return Some(text.clone());
        }
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            return self.fallback.as_ref()?.find(key, arguments);
        };
        let given: FluentArgs<'_> = arguments.iter().copied().collect();
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(&given), &mut errors).into_owned();
        if let Some(error) = errors.first() {
            self.report(key, &error.to_string());
        }
        Some(text)
    }

    fn report(&self, key: &str, problem: &str) {
        let is_new = self.reported.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned());
        if is_new {
            tracing::error!(key, problem, language = self.tag(), "a message could not be shown as it should be");
        }
    }
}

/// Makes a text of every message, and returns the texts that need no arguments. `places` tells
/// where each message begins, `variables` what they ask for.
fn try_all(
    bundle: &FluentBundle<FluentResource>,
    places: &BTreeMap<String, String>,
    variables: &BTreeSet<String>,
) -> Result<HashMap<String, String>, String> {
    let mut ready = HashMap::new();
    for (key, place) in places {
        let pattern = bundle.get_message(key).and_then(|message| message.value());
        // A term takes the place of a message of the same name.
        let pattern = pattern.ok_or_else(|| format!("{place}: {key} has no text, or there is a term -{key}"))?;
        // A name that does not exist may stand in one of the plural forms alone.
        for probe in [Argument::Text(""), Argument::Number(1), Argument::Number(2)] {
            let given: FluentArgs<'_> = variables.iter().map(|name| (name.as_str(), probe)).collect();
            let mut errors = Vec::new();
            bundle.format_pattern(pattern, Some(&given), &mut errors);
            if let Some(error) = errors.first() {
                return Err(format!("{place}: {key}: {error}"));
            }
        }
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, None, &mut errors);
        if errors.is_empty() {
            ready.insert(key.clone(), text.into_owned());
        }
    }
    Ok(ready)
}
