//! What holds of all languages together, of the pages that use them, and of the operator's folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::source::Source;
use super::*;

/// Beginnings of keys that are put together at run time, and why.
const COMPOSED: [(&str, &str); 4] = [
    ("month-", "the number of the month follows"),
    ("error-", "the status follows"),
    ("flash-", "the name in the cookie follows"),
    ("theme-", "the name of the theme follows"),
];

const TESTS: &str = "#[cfg(test)]\nmod tests {";

/// The messages of a catalogue and the variables of each.
fn messages((tag, text): Embedded) -> BTreeMap<String, BTreeSet<String>> {
    let source = Source::parse(tag, text.to_owned()).unwrap();
    assert_eq!(source.resource.entries().count(), source.entries.len(), "{tag}");
    let messages = source.entries.into_iter().filter(|entry| !entry.is_term());
    messages.map(|entry| (entry.key, entry.variables)).collect()
}

/// Paths and texts of all files of one kind below a folder of the repository.
fn files(folder: &str, extension: &str) -> Vec<(PathBuf, String)> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder)];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    assert!(!found.is_empty(), "{folder}");
    found
}

/// The Rust files without their tests.
fn code() -> Vec<(PathBuf, String)> {
    let mut files = files("crates/http/src", "rs");
    let is_test = |path: &Path| path.ends_with("tests.rs") || path.to_string_lossy().contains("/inventory");
    files.retain(|(path, _)| !is_test(path));
    for (_, text) in &mut files {
        text.truncate(text.find(TESTS).unwrap_or(text.len()));
    }
    files
}

/// What stands in double quotes and has the shape of a key: small letters, digits and a hyphen.
fn keys_in_quotes(text: &str) -> impl Iterator<Item = &str> {
    let quoted = text.match_indices('"').filter_map(move |(position, _)| text.get(position + 1..)?.split_once('"'));
    quoted.map(|(word, _)| word).filter(|word| is_key(word))
}

fn is_key(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.contains('-') && text.chars().all(is_part)
}

/// The keys that a template asks for, and what it tells each.
fn asked_for(template: &str) -> impl Iterator<Item = (&str, BTreeSet<String>)> {
    template.split("t(key=").skip(1).map(|rest| {
        let rest = rest.trim_start_matches(['"', '\'']);
        let (key, rest) = rest.split_once(['"', '\'']).unwrap();
        let (arguments, _) = rest.split_once(')').unwrap();
        let names = arguments.split(',').filter_map(|argument| Some(argument.split_once('=')?.0.trim().to_owned()));
        (key, names.collect::<BTreeSet<String>>())
    })
}

#[test]
fn every_language_has_the_same_messages_with_the_same_variables() {
    let english = messages(ENGLISH);
    for other in OTHERS {
        let theirs = messages(other);
        let all: BTreeSet<&String> = english.keys().chain(theirs.keys()).collect();
        let differing: Vec<_> = all.into_iter().filter(|key| english.get(*key) != theirs.get(*key)).collect();
        assert!(differing.is_empty(), "{}: {differing:?}", other.0);
    }
}

#[test]
fn templates_ask_for_messages_that_there_are_and_tell_them_what_they_need() {
    let english = messages(ENGLISH);
    for (path, text) in files("templates", "html") {
        for (key, arguments) in asked_for(&text) {
            assert_eq!(english.get(key), Some(&arguments), "{key} in {}", path.display());
        }
    }
}

#[test]
fn rust_asks_for_messages_that_there_are() {
    let english = messages(ENGLISH);
    let mut seen = 0;
    for (path, text) in code() {
        for call in [".text(", ".format("] {
            let arguments = text.split(call).skip(1).map(str::trim_start);
            let quoted = arguments.filter_map(|rest| rest.strip_prefix('"')?.split('"').next());
            for key in quoted.filter(|word| is_key(word)) {
                assert!(english.contains_key(key), "{key} in {}", path.display());
                seen += 1;
            }
        }
    }
    assert!(seen > 10, "{seen}");
}

/// Many keys reach their call through a table or a variable: whatever looks like one of a known
/// family is one, or the ending of a composed one.
#[test]
fn what_looks_like_a_key_in_the_pages_is_one() {
    let english = messages(ENGLISH);
    let family = |key: &str| key.split('-').next().unwrap_or_default().to_owned();
    let families: BTreeSet<String> = english.keys().map(|key| family(key)).collect();
    for (path, text) in code().into_iter().filter(|(path, _)| path.iter().any(|part| part == "pages")) {
        for key in keys_in_quotes(&text).filter(|key| families.contains(&family(key))) {
            let is_ending = COMPOSED.iter().any(|(start, _)| english.contains_key(&format!("{start}{key}")));
            assert!(is_ending || english.contains_key(key), "{key} in {}", path.display());
        }
    }
}

#[test]
fn every_message_is_asked_for() {
    let (templates, code) = (files("templates", "html"), code());
    let mut asked = BTreeSet::new();
    asked.extend(templates.iter().flat_map(|(_, text)| asked_for(text)).map(|(key, _)| key));
    asked.extend(code.iter().flat_map(|(_, text)| keys_in_quotes(text)));
    let is_composed = |key: &str| COMPOSED.iter().any(|(start, _)| key.starts_with(start));
    let english = messages(ENGLISH);
    let unused: Vec<_> = english.keys().filter(|key| !asked.contains(key.as_str()) && !is_composed(key)).collect();
    assert!(unused.is_empty(), "{unused:?}");
    for (start, reason) in COMPOSED {
        assert!(english.keys().any(|key| key.starts_with(start)), "{start}: {reason}");
    }
}

#[test]
fn a_number_chooses_the_form() {
    let catalogues = Catalogues::load(None).unwrap();
    let [english, german] = catalogues.languages() else { panic!("another language: add its forms here") };
    assert_eq!((english.name(), german.name()), ("English", "Deutsch"));
    for (key, number, in_english, in_german) in [
        ("time-minutes", 1, "a minute ago", "vor einer Minute"),
        ("time-minutes", 2, "2 minutes ago", "vor 2 Minuten"),
        ("time-hours", 1, "an hour ago", "vor einer Stunde"),
        ("time-hours", 23, "23 hours ago", "vor 23 Stunden"),
        ("time-days", 0, "0 days ago", "vor 0 Tagen"),
        ("time-days", 1, "a day ago", "vor einem Tag"),
        ("time-days", 21, "21 days ago", "vor 21 Tagen"),
        ("time-days", i64::from(i32::MAX), "2147483647 days ago", "vor 2147483647 Tagen"),
    ] {
        let arguments = [("count", Argument::Number(number))];
        assert_eq!(english.format(key, &arguments), in_english);
        assert_eq!(german.format(key, &arguments), in_german);
    }
    for words in catalogues.languages() {
        let wait = |minutes| words.format("common-rate-limited-for", &[("minutes", Argument::Number(minutes))]);
        assert!(!wait(1).contains('1') && wait(2).contains(" 2 "), "{}", words.tag());
        // A text is no number, even if it looks like one.
        assert!(words.format("time-days", &[("count", Argument::Text("1"))]).contains("1 "));
        for extreme in [i64::MIN, i64::MAX, -1] {
            assert!(words.format("time-days", &[("count", Argument::Number(extreme))]).len() > 5);
        }
    }
}

#[test]
fn an_argument_is_put_in_literally_whatever_it_says() {
    for words in Catalogues::load(None).unwrap().languages() {
        let around = words.format("account-back", &[("brand", Argument::Text("\u{1}"))]);
        for hostile in [
            "",
            "{ $x }",
            "{ account-title }",
            "{ -term } { NUMBER(1) } }",
            "\"'`<script>alert(1)</script>&amp;",
            "\\u0041 \\\" \\",
            "\u{202e}\u{2066}\u{200f}\u{5d0}",
            "one\n    .two = three\nlogin-title = x",
            "{{ page.csrf }}",
            "\u{1f469}\u{200d}\u{1f4bb}",
        ] {
            let text = words.format("account-back", &[("brand", Argument::Text(hostile))]);
            assert_eq!(text, around.replace('\u{1}', hostile), "{}", words.tag());
        }
    }
}

#[test]
fn what_is_missing_shows_its_name() {
    for words in Catalogues::load(None).unwrap().languages() {
        assert!(!words.has("no-such") && words.has("login-title"));
        assert_eq!(words.text("no-such"), "no-such");
        assert_eq!(words.format("no-such", &[("a", Argument::Number(1))]), "no-such");
        assert!(words.text("account-back").contains("$brand"));
        assert!(words.keys().is_sorted() && words.keys().all(|key| words.has(key)));
    }
}

/// Loads with these files in the operator's folder, whose path is left out of errors.
fn load_with(files: &[(&str, &[u8])]) -> Result<Catalogues, String> {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(FOLDER)).unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(FOLDER).join(name), bytes).unwrap();
    }
    Catalogues::load(Some(folder.path())).map_err(|error| error.replace(&format!("{}/", folder.path().display()), ""))
}

#[test]
fn the_operator_replaces_and_adds_messages_and_languages() {
    let ours = Catalogues::load(None).unwrap();
    let [english, german] = ours.languages() else { panic!("another language") };
    let catalogues = load_with(&[
        ("en.ftl", "\u{feff}-house = Fern\r\nlogin-title = Enter { -house }\r\nnotes = Notes\r\n".as_bytes()),
        ("de.ftl", b"login-title = Eintreten\ndevice-on = { $system }: { $browser }\n"),
        ("de_at.ftl", "language-name = Österreichisch\nmonth-1 = Jänner\n".as_bytes()),
        ("he.ftl", "language-name = עברית\nlogin-title = { logout-title }\nlogout-title = יציאה\n".as_bytes()),
        (".de.ftl.swp", b"\xff"),
    ])
    .unwrap();
    let tags: Vec<&str> = catalogues.languages().iter().map(|language| language.tag()).collect();
    assert_eq!(tags, ["en", "de", "de-AT", "he"]);
    let [new_english, new_german, austrian, hebrew] = catalogues.languages() else { panic!("{tags:?}") };
    assert_eq!(new_english.text("login-title"), "Enter Fern");
    assert_eq!(new_english.text("logout-title"), english.text("logout-title"));
    assert_eq!(new_english.keys().count(), english.keys().count() + 1);
    assert_eq!(new_german.text("login-title"), "Eintreten");
    let arguments = [("browser", Argument::Text("Firefox")), ("system", Argument::Text("Windows"))];
    assert_eq!(new_german.format("device-on", &arguments), "Windows: Firefox");
    // What only the operator's English has is English in all languages.
    assert!(new_german.has("notes") && !german.has("notes"));
    assert_eq!(new_german.text("notes"), "Notes");
    assert_eq!(austrian.text("month-1"), "Jänner");
    assert_eq!(austrian.text("month-2"), german.text("month-2"));
    assert_eq!(austrian.text("login-title"), "Eintreten");
    assert_eq!(hebrew.text("login-title"), hebrew.text("logout-title"));
    assert_eq!(hebrew.text("signup-title"), english.text("signup-title"));
    assert_eq!(hebrew.format("time-days", &[("count", Argument::Number(2))]), "2 days ago");
    assert_eq!((hebrew.name(), hebrew.text("language-direction").as_str()), ("עברית", "rtl"));
    assert_eq!(austrian.text("language-direction"), "ltr");
    assert_eq!(catalogues.choose(None, None, Some("de-AT, de;q=0.9")).tag(), "de-AT");
    // A folder without messages is a folder of templates.
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(Catalogues::load(Some(empty.path())).unwrap().languages().len(), ours.languages().len());
}

#[test]
fn what_is_wrong_with_a_catalogue_is_said_with_file_and_line() {
    let large = vec![b'#'; 256 * 1024 + 1];
    let cases: &[(&str, &[u8], &str)] = &[
        ("de.ftl", b"a = x\n\nbroken\nb = y\n", "messages/de.ftl:3: Expected a token starting with \"=\""),
        ("de.ftl", b"a = { $x\nb = c\n", "messages/de.ftl:2: Expected a token starting with \"}\", in what begins"),
        ("de.ftl", b"a = { $x ->\n    [one] y\n}\n", "messages/de.ftl:3: The select expression must have a default"),
        ("de.ftl", b"a = x\nb = y\na = z\n", "messages/de.ftl:3: a is there twice, first in line 1"),
        ("de.ftl", b"# x\na = { missing }\n", "messages/de.ftl:2: a: Resolver error: Unknown message: missing"),
        ("de.ftl", b"a = { -missing }\n", "messages/de.ftl:1: a: Resolver error: Unknown term: -missing"),
        ("de.ftl", b"a = { DATETIME($x) }\n", "messages/de.ftl:1: a: Resolver error: Unknown function: DATETIME()"),
        ("de.ftl", b"a = { $x ->\n    [one] { b }\n   *[other] y\n}\n", "messages/de.ftl:1: a: "),
        ("de.ftl", b"a = { b }\nb = { a }\n", "messages/de.ftl:1: a: Resolver error: Cyclical"),
        ("de.ftl", b"a =\n    .b = c\n", "messages/de.ftl:1: a has no text"),
        ("de.ftl", b"-a = x\na = y\n-login-title = z\n", "messages/"),
        ("de.ftl", b"a = x\nb = \xff\n", "messages/de.ftl:2: not UTF-8"),
        ("de.ftl", large.as_slice(), "messages/de.ftl: larger than 256 KiB"),
        ("fr.ftl", b"login-title = x\n", "messages/fr.ftl: needs a language-name"),
        ("deutsch.ftl", b"", "messages/deutsch.ftl: is not named like a language"),
        ("und.ftl", b"", "messages/und.ftl: is not named like a language"),
        ("de.ftl.old", b"", "messages/de.ftl.old: is not named like a language"),
        (".ftl.", b"\xff", ""),
    ];
    for &(name, bytes, expected) in cases {
        match load_with(&[(name, bytes)]) {
            Ok(_) => assert!(expected.is_empty(), "{name} {expected}"),
            Err(error) => assert!(!expected.is_empty() && error.starts_with(expected), "{error}"),
        }
    }
    let twice = load_with(&[("pt-BR.ftl", b"language-name = x\n"), ("pt_br.ftl", b"language-name = x\n")]);
    assert_eq!(twice.unwrap_err(), "messages/pt_br.ftl: the same language as messages/pt-BR.ftl");
    assert!(load_with(&[("de.ftl", large.get(1..).unwrap())]).is_ok());
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(FOLDER), "x").unwrap();
    assert!(Catalogues::load(Some(folder.path())).unwrap_err().contains("/messages: "));
}
