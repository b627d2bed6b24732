//! The words that people see, by key and language.
//!
//! They live in `templates/messages/`, one file of Fluent messages for each language, never in
//! Rust. An operator's folder may replace single messages or add a language. All of it is read and
//! tried once, at start; nothing is parsed for a request.

mod language;
mod negotiation;
mod source;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

pub use self::language::{Argument, Language};
use self::source::Source;

/// A tag and a catalogue.
type Embedded = (&'static str, &'static str);

const ENGLISH: Embedded = ("en", include_str!("../../../templates/messages/en.ftl"));
const OTHERS: [Embedded; 1] = [("de", include_str!("../../../templates/messages/de.ftl"))];

/// The folder in the operator's folder.
const FOLDER: &str = "messages";

/// Every language that pages are shown in.
#[derive(Debug)]
pub struct Catalogues {
    english: Arc<Language>,
    languages: Vec<Arc<Language>>,
}

impl Catalogues {
    /// Reads the embedded languages and, where there is a folder, its `messages/*.ftl`, each named
    /// by its language tag and of 256 KiB at most. Messages of a file replace ours of that language
    /// or come to them; a file for another language adds that language, in which a message that is
    /// missing shows in the nearest language that has it: `pt` for `pt-BR`, else English.
    ///
    /// # Errors
    ///
    /// A sentence that names the file, and the line where there is one: a name that is no language
    /// tag, a file that cannot be read or parsed, a message that is there twice, has no text or
    /// names something that does not exist, a new language without its own name.
    pub fn load(folder: Option<&Path>) -> Result<Self, String> {
        let folder = folder.map(|folder| source::read_folder(&folder.join(FOLDER)));
        let mut overrides = folder.transpose()?.unwrap_or_default();
        let english = Arc::new(embedded(ENGLISH, &mut overrides, None)?);
        let mut languages = vec![english.clone()];
        for other in OTHERS {
            languages.push(Arc::new(embedded(other, &mut overrides, Some(english.clone()))?));
        }
        // In the order of their tags, so that `pt` is there before `pt-BR` asks for it.
        for (tag, source) in overrides {
            let nearest = negotiation::look_up(&languages.iter(), &tag).unwrap_or(&english).clone();
            languages.push(Arc::new(Language::new(&tag, vec![source], Some(nearest))?));
        }
        Ok(Self { english, languages })
    }

    /// All languages, English first, then those that are embedded, then the operator's.
    pub fn languages(&self) -> &[Arc<Language>] {
        &self.languages
    }

    /// The language for a page: the first that can be had of those in `wanted` (`ui_locales` of
    /// OpenID Connect Core section 3.1.2.1: tags between spaces, the preferred one first), else the
    /// one that was chosen before, else by `Accept-Language` (RFC 9110 section 12.5.4), else English.
    pub fn choose(
        &self,
        wanted: Option<&str>,
        remembered: Option<&str>,
        accept_language: Option<&str>,
    ) -> &Arc<Language> {
        let languages = &self.languages;
        let mut lists = [wanted, remembered].into_iter().flatten();
        lists
            .find_map(|list| negotiation::by_list(languages, list))
            .or_else(|| accept_language.and_then(|header| negotiation::by_header(languages, header)))
            .unwrap_or(&self.english)
    }
}

/// An embedded language with what the operator's folder puts in its place.
fn embedded(
    (tag, text): Embedded,
    overrides: &mut BTreeMap<String, Source>,
    fallback: Option<Arc<Language>>,
) -> Result<Language, String> {
    let mut sources = vec![Source::parse(&format!("{FOLDER}/{tag}.ftl"), text.to_owned())?];
    sources.extend(overrides.remove(tag));
    Language::new(tag, sources, fallback)
}
