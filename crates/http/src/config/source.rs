//! Where values come from: the process environment and, for secrets, files that it names.
//!
//! Values are held as secrets all of them, so that nothing here can print one.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use authara_core::secret::SecretText;

use super::faults::{Fault, Warning};
use super::variable::Variable;
use super::variables;

/// Names with this beginning are ours, so that an unknown one is a slip of the pen.
const PREFIX: &str = "AUTHARA_";

/// How much alike two names are, from 0 to 1, for one to be offered in place of the other.
const LIKENESS: f64 = 0.65;

/// No secret is longer; the limit keeps a path to an endless device from filling the memory.
const FILE_BYTES: u64 = 64 * 1024;

/// The variables of one start. What is present but empty counts as absent.
#[derive(Clone, Debug)]
pub struct Source {
    given: BTreeMap<String, Given>,
}

#[derive(Clone, Debug)]
enum Given {
    Text(SecretText),
    NotUnicode,
}

impl Source {
    /// Reads the environment of this process.
    pub fn from_environment() -> Self {
        Self::from_pairs(std::env::vars_os())
    }

    /// Takes these names and values for the environment.
    pub fn from_pairs<K, V>(pairs: impl IntoIterator<Item = (K, V)>) -> Self
    where
        K: Into<OsString>,
        V: Into<OsString>,
    {
        let mut given = BTreeMap::new();
        for (name, value) in pairs {
            // The rest of an environment holds other programs' secrets; it is not ours to keep.
            let Some(name) = name.into().into_string().ok().filter(|name| concerns_us(name)) else {
                continue;
            };
            let value = match value.into().into_string() {
                Ok(text) if text.is_empty() => continue,
                Ok(text) => Given::Text(SecretText::new(text)),
                Err(_) => Given::NotUnicode,
            };
            given.insert(name, value);
        }
        Self { given }
    }

    /// Is there a value, or the promise of one in a file? It need not be readable.
    pub(super) fn has(&self, variable: &Variable) -> bool {
        let file_name = variable.file_name();
        self.given.contains_key(variable.name) || file_name.is_some_and(|name| self.given.contains_key(&name))
    }

    /// The text of a variable; for a secret also from the file named by `NAME_FILE`, without one
    /// trailing line break.
    pub(super) fn find(&self, variable: &Variable) -> Result<Option<SecretText>, Fault> {
        let direct = self.text(variable.name)?;
        let Some(file_name) = variable.file_name() else {
            return Ok(direct);
        };
        let Some(path) = self.text(&file_name)? else {
            return Ok(direct);
        };
        if direct.is_some() {
            let message = format!("is set, and so is {file_name}; set one of them");
            return Err(Fault::new(variable.name, message));
        }
        read_secret(Path::new(path.expose())).map(Some).map_err(|problem| Fault::new(file_name, problem))
    }

    /// Warns of names that look like ours and are not.
    pub fn unknown_names(&self) -> Vec<Warning> {
        let unknown = self.given.keys().filter(|name| name.starts_with(PREFIX) && !is_known(name));
        unknown
            .map(|name| match nearest(name) {
                Some(known) => Warning::new(name, format!("is unknown; did you mean {known}?")),
                None => Warning::new(name, "is unknown, and has no effect"),
            })
            .collect()
    }

    fn text(&self, name: &str) -> Result<Option<SecretText>, Fault> {
        match self.given.get(name) {
            None => Ok(None),
            Some(Given::Text(text)) => Ok(Some(text.clone())),
            Some(Given::NotUnicode) => Err(Fault::new(name, "is not UTF-8 text")),
        }
    }
}

fn concerns_us(name: &str) -> bool {
    name.starts_with(PREFIX) || is_known(name)
}

fn is_known(name: &str) -> bool {
    variables::known_names().any(|known| known == name)
}

fn nearest(name: &str) -> Option<String> {
    let own = name.strip_prefix(PREFIX)?;
    let likeness = |known: String| {
        let part = known.strip_prefix(PREFIX)?;
        Some((strsim::normalized_damerau_levenshtein(own, part), known))
    };
    variables::known_names()
        .filter_map(likeness)
        .filter(|(likeness, _)| *likeness >= LIKENESS)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, known)| known)
}

/// Reads a secret from a file; the problem, if any, names the path and not the content.
fn read_secret(path: &Path) -> Result<SecretText, String> {
    let shown = path.display();
    let mut text = String::new();
    File::open(path)
        .and_then(|file| file.take(FILE_BYTES + 1).read_to_string(&mut text))
        .map_err(|error| format!("cannot read {shown}: {error}"))?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    let text = SecretText::new(text);
    match text.expose() {
        "" => Err(format!("{shown} is empty")),
        long if long.len() as u64 > FILE_BYTES => Err(format!("{shown} is longer than {FILE_BYTES} bytes")),
        // An environment cannot hold this byte, and C libraries stop reading at it.
        odd if odd.contains('\0') => Err(format!("{shown} contains a NUL byte")),
        _ => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(pairs: &[(&str, &str)], name: &str) -> Result<Option<String>, String> {
        let source = Source::from_pairs(pairs.iter().copied());
        match source.find(variables::find(name).unwrap()) {
            Ok(text) => Ok(text.map(|text| text.expose().to_owned())),
            Err(fault) => Err(fault.to_string()),
        }
    }

    fn warnings(names: &[&str]) -> Vec<String> {
        let source = Source::from_pairs(names.iter().map(|name| (*name, "x")));
        source.unknown_names().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn present_and_empty_is_absent() {
        for name in ["LOG_LEVEL", "AUTHARA_DB_MAX_OPEN_CONNS", "POSTGRESQL_PASSWORD"] {
            assert_eq!(find(&[(name, "")], name), Ok(None), "{name}");
            assert_eq!(find(&[(name, " ")], name), Ok(Some(" ".into())), "{name}");
        }
        assert!(warnings(&[]).is_empty());
        assert!(Source::from_pairs([("AUTHARA_ODD", "")]).unknown_names().is_empty());
    }

    #[test]
    fn s158_a_secret_may_come_from_a_file_and_loses_one_line_break() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let name = "POSTGRESQL_PASSWORD";
        let from_file = |content: &[u8]| {
            std::fs::write(&path, content).unwrap();
            find(&[("POSTGRESQL_PASSWORD_FILE", path.to_str().unwrap())], name)
        };
        assert_eq!(from_file(b"pass word"), Ok(Some("pass word".into())));
        assert_eq!(from_file(b"pass\n"), Ok(Some("pass".into())));
        assert_eq!(from_file(b"pass\r\n"), Ok(Some("pass".into())));
        assert_eq!(from_file(b" pass\n\n"), Ok(Some(" pass\n".into())));
        let long = vec![b'c'; 70_000];
        for content in [&b""[..], b"\n", b"\xffcanary", b"canary\0", &long] {
            let fault = from_file(content).unwrap_err();
            assert!(fault.starts_with("POSTGRESQL_PASSWORD_FILE: "), "{fault}");
            assert!(fault.contains(path.to_str().unwrap()), "{fault}");
            assert!(!fault.contains("canary") && !fault.contains("cccccccc"), "{fault}");
        }
    }

    #[test]
    fn a_missing_file_and_a_second_value_are_faults() {
        let file = ("AUTHARA_JWT_KEYS_FILE", "/no/such/file");
        let fault = find(&[file], "AUTHARA_JWT_KEYS").unwrap_err();
        assert!(fault.starts_with("AUTHARA_JWT_KEYS_FILE: cannot read /no/such/file: "), "{fault}");
        let both = find(&[file, ("AUTHARA_JWT_KEYS", "canary")], "AUTHARA_JWT_KEYS").unwrap_err();
        assert_eq!(both, "AUTHARA_JWT_KEYS: is set, and so is AUTHARA_JWT_KEYS_FILE; set one of them");
        // What is no secret has no file.
        let issuer = [("AUTHARA_JWT_ISSUER_FILE", "/no/such/file")];
        assert_eq!(find(&issuer, "AUTHARA_JWT_ISSUER"), Ok(None));
    }

    #[test]
    fn s158_unknown_names_warn_and_name_the_nearest_known_one() {
        for (name, nearest) in [
            ("AUTHARA_JWT_ISUER", "AUTHARA_JWT_ISSUER"),
            ("AUTHARA_TRUSTED_PROXY", "AUTHARA_TRUSTED_PROXIES"),
            ("AUTHARA_SESSION_TTL_DAY", "AUTHARA_SESSION_TTL_DAYS"),
            ("AUTHARA_JWT_KEY_FILE", "AUTHARA_JWT_KEYS_FILE"),
        ] {
            let expected = format!("{name}: is unknown; did you mean {nearest}?");
            assert_eq!(warnings(&[name]), [expected]);
        }
        assert_eq!(warnings(&["AUTHARA_QWXZ"]), ["AUTHARA_QWXZ: is unknown, and has no effect"]);
        let known = [
            "AUTHARA_ISSUER",
            "AUTHARA_CLIENT_TIMEOUT",
            "AUTHARA_WEBHOOK_SECRETS",
            "AUTHARA_JWT_KEYS_FILE",
            "AUTHARA_EMAIL_SMTP_PASSWORD_FILE",
            "AUTHARA_LISTEN_ADDR",
            "SOME_OTHER_PROGRAM",
        ];
        assert!(warnings(&known).is_empty());
    }

    #[test]
    fn s159_a_source_prints_no_value_and_keeps_none_of_other_programs() {
        let source = Source::from_pairs([
            ("AUTHARA_DATABASE_URL", "canary"),
            ("AUTHARA_TYPO", "canary"),
            ("CLOUD_TOKEN", "canary"),
        ]);
        let printed = format!("{source:?}");
        assert!(!printed.contains("canary") && !printed.contains("CLOUD"), "{printed}");
        assert!(printed.contains("AUTHARA_DATABASE_URL"));
    }

    #[cfg(unix)]
    #[test]
    fn text_that_is_not_unicode_is_a_fault() {
        use std::os::unix::ffi::OsStringExt;
        let source = Source::from_pairs([("PUBLIC_URL", OsString::from_vec(vec![0xff]))]);
        let fault = source.find(variables::find("PUBLIC_URL").unwrap()).unwrap_err();
        assert_eq!(fault.to_string(), "PUBLIC_URL: is not UTF-8 text");
    }
}
