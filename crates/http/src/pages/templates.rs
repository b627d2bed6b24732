//! The templates: embedded, overridden from the operator's folder, parsed once at start.
//!
//! There is one engine for each language, whose function `t` speaks that language. Nothing is
//! rendered at start.

use std::collections::HashMap;
use std::error::Error as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tera::{Context, Tera, Value};

use crate::messages::{Argument, Catalogues, Language};

macro_rules! embedded {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../../../templates/", $name)))),+]
    };
}

/// Every template by its name, which is also its path in the operator's folder.
pub(super) const FILES: &[(&str, &str)] = embedded![
    "base.html",
    "pages/account.html",
    "pages/confirm.html",
    "pages/delete.html",
    "pages/demo.html",
    "pages/error.html",
    "pages/goodbye.html",
    "pages/login.html",
    "pages/logout.html",
    "pages/password.html",
    "pages/signup.html",
    "partials/fields.html",
    "partials/icons.html",
    "partials/sessions.html",
    "partials/toast.html",
    "partials/username.html",
];

/// The templates in every language.
#[derive(Debug)]
pub struct Templates {
    catalogues: Catalogues,
    /// By the tag of the language.
    engines: Vec<(String, Tera)>,
}

impl Templates {
    /// Parses the embedded templates and, in their place, those of the folder: `base.html`,
    /// `pages/*.html` and `partials/*.html`. Its message catalogues are read too.
    ///
    /// # Errors
    ///
    /// A sentence that names the file, and the line where there is one: a file that replaces
    /// nothing, one that cannot be read or parsed, one that asks for an unknown message or
    /// includes an unknown template.
    pub fn load(folder: Option<&Path>) -> Result<Self, String> {
        let catalogues = Catalogues::load(folder)?;
        let mut parsed = Tera::default();
        parsed
            .add_raw_templates(FILES.iter().copied())
            .map_err(|error| format!("the embedded templates: {error:?}"))?;
        for file in folder.map(overrides).transpose()?.unwrap_or_default() {
            parsed.add_raw_template(&file.name, &file.text).map_err(|error| file.describe(&error))?;
            if let Some(language) = catalogues.languages().first() {
                file.check_references(language)?;
            }
        }
        let speaking = |language: &Arc<Language>| {
            let mut engine = parsed.clone();
            engine.register_function("t", Translate(language.clone()));
            (language.tag().to_owned(), engine)
        };
        let engines = catalogues.languages().iter().map(speaking).collect();
        Ok(Self { catalogues, engines })
    }

    /// The words.
    pub fn catalogues(&self) -> &Catalogues {
        &self.catalogues
    }

    /// Renders the template of this name in a language.
    ///
    /// # Errors
    ///
    /// What the engine says: a variable or a message is missing.
    pub fn render(&self, language: &Language, name: &str, context: &Context) -> tera::Result<String> {
        let engine = self.engines.iter().find(|(tag, _)| tag == language.tag());
        let (_, engine) = engine.ok_or_else(|| tera::Error::msg("there are no templates in this language"))?;
        engine.render(name, context)
    }
}

/// `t(key="..", name=value, ..)`: a message, with numbers and texts as its arguments. An unknown key
/// is an error, so that no page shows it.
struct Translate(Arc<Language>);

impl tera::Function for Translate {
    fn call(&self, arguments: &HashMap<String, Value>) -> tera::Result<Value> {
        let key = arguments.get("key").and_then(Value::as_str);
        let key = key.ok_or_else(|| tera::Error::msg("t() needs a key that is text"))?;
        if !self.0.has(key) {
            return Err(tera::Error::msg(format!("there is no message \"{key}\"")));
        }
        let mut given = Vec::with_capacity(arguments.len());
        for (name, value) in arguments.iter().filter(|(name, _)| *name != "key") {
            given.push((name.as_str(), argument(name, value)?));
        }
        Ok(Value::String(self.0.format(key, &given)))
    }
}

fn argument<'v>(name: &str, value: &'v Value) -> tera::Result<Argument<'v>> {
    let argument = match value {
        Value::String(text) => Some(Argument::Text(text)),
        Value::Number(number) => number.as_i64().map(Argument::Number),
        _ => None,
    };
    argument.ok_or_else(|| tera::Error::msg(format!("{name} is neither text nor a whole number")))
}

/// A template that the operator put in the place of ours.
struct Override {
    name: String,
    path: PathBuf,
    text: String,
}

/// All files of the folder that are templates.
fn overrides(folder: &Path) -> Result<Vec<Override>, String> {
    let mut found = Vec::new();
    for (name, path) in entries(folder)? {
        match name.as_str() {
            // Read by those who use them.
            "assets" | "messages" => {}
            "pages" | "partials" => {
                for (inner, path) in entries(&path)? {
                    found.push(Override::read(format!("{name}/{inner}"), path)?);
                }
            }
            _ => found.push(Override::read(name, path)?),
        }
    }
    Ok(found)
}

/// Names and paths in a folder, sorted. Hidden ones are passed over: editors and mounted volumes
/// put their own things there.
fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            found.push((name, entry.path()));
        }
    }
    found.sort();
    Ok(found)
}

impl Override {
    fn read(name: String, path: PathBuf) -> Result<Self, String> {
        if !FILES.iter().any(|(known, _)| *known == name) {
            let known: Vec<&str> = FILES.iter().map(|(known, _)| *known).collect();
            return Err(format!("{}: replaces no template; there are {}", path.display(), known.join(", ")));
        }
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self { name, path, text })
    }

    /// `path:line: what is wrong`.
    fn fault(&self, line: usize, reason: &str) -> String {
        format!("{}:{line}: {reason}", self.path.display())
    }

    fn line_of(&self, position: usize) -> usize {
        self.text.bytes().take(position).filter(|byte| *byte == b'\n').count() + 1
    }

    /// What the engine says, and where. Its parser draws a picture: ` --> 3:14` above, and the
    /// sentence behind a `=` below. Its other errors name something in quotes, which is looked for.
    fn describe(&self, error: &tera::Error) -> String {
        let whole = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        let place = whole.split_once("--> ").and_then(|(_, rest)| rest.split(':').next()?.parse().ok());
        let sentence = whole.lines().rev().find_map(|line| line.trim_start().strip_prefix("= "));
        if let (Some(line), Some(sentence)) = (place, sentence) {
            return self.fault(line, sentence);
        }
        let named = whole.split(['`', '\'']).skip(1).step_by(2).filter(|name| !name.is_empty());
        let position = named.filter_map(|name| self.text.rfind(name)).last().unwrap_or_default();
        self.fault(self.line_of(position), &whole)
    }

    /// The engine looks up messages and included templates when it renders; here it is known earlier.
    fn check_references(&self, language: &Language) -> Result<(), String> {
        for (position, key) in quoted_after(&self.text, "t(key=") {
            // Not the end of another function's name.
            let before = self.text.get(..position).unwrap_or_default();
            let is_call = !before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
            if is_call && !language.has(key) {
                return Err(self.fault(self.line_of(position), &format!("there is no message \"{key}\"")));
            }
        }
        for (position, name) in quoted_after(&self.text, "include ") {
            let before = self.text.get(..position).unwrap_or_default().trim_end();
            let is_tag = before.ends_with("{%") || before.ends_with("{%-");
            if is_tag && !FILES.iter().any(|(known, _)| *known == name) {
                return Err(self.fault(self.line_of(position), &format!("there is no template \"{name}\"")));
            }
        }
        Ok(())
    }
}

/// What stands in quotes directly behind each `mark`, and where the mark is.
fn quoted_after<'t>(text: &'t str, mark: &'t str) -> impl Iterator<Item = (usize, &'t str)> {
    text.match_indices(mark).filter_map(move |(position, _)| {
        let rest = text.get(position + mark.len()..)?;
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
        Some((position, rest.get(1..)?.split(quote).next()?))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Loads with one file of this content in the operator's folder.
    fn load_with(name: &str, text: &str) -> Result<Templates, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        Templates::load(Some(folder.path()))
            .map_err(|error| error.replace(&format!("{}/", folder.path().display()), ""))
    }

    #[test]
    fn every_template_of_the_folder_is_embedded() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates");
        let mut found = BTreeSet::new();
        for folder in ["", "pages/", "partials/"] {
            for (name, path) in entries(&root.join(folder)).unwrap() {
                if path.extension().is_some_and(|extension| extension == "html") {
                    found.insert(format!("{folder}{name}"));
                }
            }
        }
        assert_eq!(found, FILES.iter().map(|(name, _)| (*name).to_owned()).collect());
    }

    #[test]
    fn our_own_templates_ask_for_messages_and_templates_that_there_are() {
        let templates = Templates::load(None).unwrap();
        assert!(templates.catalogues().languages().len() >= 2);
        for language in templates.catalogues().languages() {
            for (name, text) in FILES {
                let file = Override { name: String::new(), path: PathBuf::from(name), text: (*text).to_owned() };
                assert_eq!(file.check_references(language), Ok(()), "{}", language.tag());
            }
        }
    }

    #[test]
    fn a_template_of_the_folder_takes_the_place_of_ours_in_every_language() {
        let text = "{{ t(key=\"goodbye-title\") }} {{ name }}";
        let templates = load_with("pages/goodbye.html", text).unwrap();
        let mut context = Context::new();
        context.insert("name", "<b>");
        for language in templates.catalogues().languages() {
            let rendered = templates.render(language, "pages/goodbye.html", &context).unwrap();
            assert_eq!(rendered, format!("{} &lt;b&gt;", tera::escape_html(&language.text("goodbye-title"))));
        }
    }

    #[test]
    fn what_is_wrong_with_a_template_is_said_with_file_and_line() {
        for (name, text, expected) in [
            ("pages/login.html", "one\ntwo {{ three\nfour", "pages/login.html:"),
            ("pages/login.html", "one\n\n{% if x %}\n{% endfor %}\n", "pages/login.html:4: "),
            ("base.html", "\n{% block a %}{% endblock %}\n{% block a %}{% endblock %}", "base.html:3: "),
            ("pages/error.html", "\n{% extends \"bass.html\" %}", "pages/error.html:2: "),
            ("pages/error.html", "\n\n{{ t(key=\"no-such\") }}", "pages/error.html:3: there is no message \"no-such\""),
            ("pages/error.html", "{% include 'x.html' %}", "pages/error.html:1: there is no template \"x.html\""),
        ] {
            let error = load_with(name, text).unwrap_err();
            assert!(error.starts_with(expected), "{error}");
        }
        for name in ["pages/signin.html", "login.html", "partials/pages/x.html", "notes.txt", "pages/login.htm"] {
            let error = load_with(name, "x").unwrap_err();
            let first = name.split('/').take(2).collect::<Vec<_>>().join("/");
            assert!(error.starts_with(&format!("{first}: replaces no template")), "{error}");
        }
        assert!(load_with("pages/.login.html.swp", "{{").is_ok());
        let nowhere = Templates::load(Some(Path::new("/nowhere/at/all"))).unwrap_err();
        assert!(nowhere.contains("/nowhere/at/all"), "{nowhere}");
    }

    #[test]
    fn a_message_takes_numbers_and_texts_and_must_exist() {
        let templates = Templates::load(None).unwrap();
        let english = templates.catalogues().languages().first().unwrap().clone();
        let translate = Translate(english.clone());
        let call = |pairs: &[(&str, Value)]| {
            let arguments = pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
            tera::Function::call(&translate, &arguments)
        };
        let hint = call(&[("key", "signup-password-hint".into()), ("min", 12.into())]).unwrap();
        assert_eq!(hint, english.format("signup-password-hint", &[("min", Argument::Number(12))]));
        assert!(hint.as_str().unwrap().contains("12"));
        for wrong in [
            &[][..],
            &[("key", 1.into())][..],
            &[("key", "no-such".into())][..],
            &[("key", "signup-password-hint".into()), ("min", true.into())][..],
        ] {
            assert!(call(wrong).is_err(), "{wrong:?}");
        }
    }
}
