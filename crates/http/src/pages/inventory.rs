//! Every template in every language, as a document and as a part of one, with every kind of data:
//! what somebody writes is text on each page, and never becomes a tag or an attribute.

mod samples;

use std::collections::BTreeSet;

use html5gum::{DefaultEmitter, Token, Tokenizer};
use tera::Context;

use self::samples::{Case, Kind, cases, page};
use super::templates::{FILES, Templates};
use crate::messages::Language;

/// Calls `look` with every page that there is: its name, the language, and its text.
fn every_page(kind: Kind, mut look: impl FnMut(String, &Language, bool, String)) {
    let templates = Templates::load(None).unwrap();
    for words in templates.catalogues().languages() {
        for (number, Case { file, part, value, status }) in cases(kind, words).into_iter().enumerate() {
            for partial in [false, true] {
                let mut context = Context::new();
                context.insert("page", &page(kind, words, status, partial));
                context.insert(part, &value);
                let what = format!("{file} {number} {} {kind:?} {partial}", words.tag());
                let html = templates.render(words, file, &context);
                let html = html.unwrap_or_else(|error| panic!("{what}: {error:?}"));
                look(what, words, partial, html);
            }
        }
    }
}

/// As a browser takes it apart: what stands in `title` and `script` is text.
fn tokens(html: &str) -> Vec<Token> {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    Tokenizer::new_with_emitter(html, emitter).flatten().collect()
}

/// Tags with the names of their attributes, in order.
fn shape(html: &str) -> Vec<String> {
    let describe = |token: Token| match token {
        Token::StartTag(tag) => {
            let names = tag.attributes.keys().map(|name| String::from_utf8_lossy(name).into_owned());
            Some(format!("<{} {}>", String::from_utf8_lossy(&tag.name), names.collect::<Vec<_>>().join(" ")))
        }
        Token::EndTag(tag) => Some(format!("</{}>", String::from_utf8_lossy(&tag.name))),
        Token::Comment(_) => Some("<!-- -->".to_owned()),
        Token::Doctype(_) => Some("<!doctype>".to_owned()),
        Token::String(_) | Token::Error(_) => None,
    };
    tokens(html).into_iter().filter_map(describe).collect()
}

/// What people read or hear: text, and the attributes that are read out.
fn readable(html: &str) -> Vec<String> {
    let mut texts = Vec::new();
    for token in tokens(html) {
        match token {
            Token::String(text) => texts.push(String::from_utf8_lossy(&text).into_owned()),
            Token::StartTag(tag) => {
                for name in ["alt", "aria-label", "placeholder", "title"] {
                    let value = tag.attributes.get(name.as_bytes());
                    texts.extend(value.map(|value| String::from_utf8_lossy(value).into_owned()));
                }
            }
            _ => {}
        }
    }
    texts
}

#[test]
fn every_template_is_in_the_inventory() {
    let templates = Templates::load(None).unwrap();
    let words = templates.catalogues().languages().first().unwrap();
    let shown: BTreeSet<&str> = cases(Kind::Sample, words).iter().map(|case| case.file).collect();
    let missing: Vec<&str> = FILES.iter().map(|(name, _)| *name).filter(|name| !shown.contains(name)).collect();
    assert_eq!(missing, ["base.html", "partials/fields.html", "partials/icons.html"]);
}

#[test]
fn s129_no_text_changes_what_a_page_is_made_of() {
    let mut plain = Vec::new();
    every_page(Kind::Sample, |what, _, _, html| plain.push((what, shape(&html))));
    for kind in [Kind::Long, Kind::Hostile] {
        let mut number = 0;
        every_page(kind, |what, _, _, html| {
            let (name, expected) = &plain[number];
            assert_eq!(&shape(&html), expected, "{what} beside {name}");
            assert!(!html.contains("<script>") && !html.contains("<img src=x"), "{what}: {html}");
            number += 1;
        });
        assert_eq!(number, plain.len());
    }
}

#[test]
fn no_page_shows_the_key_of_a_message() {
    for kind in Kind::ALL {
        every_page(kind, |what, words, _, html| {
            let keys: BTreeSet<&str> = words.keys().filter(|key| key.contains('-')).collect();
            for text in readable(&html) {
                let shown = text.split_whitespace().find(|word| keys.contains(word));
                assert_eq!(shown, None, "{what}: {text}");
            }
        });
    }
}

#[test]
fn a_document_says_its_language_and_a_part_is_only_its_main_element() {
    for kind in Kind::ALL {
        every_page(kind, |what, words, partial, html| {
            let shape = shape(&html);
            let count = |tag: &str| shape.iter().filter(|piece| piece.starts_with(tag)).count();
            let is_page = what.starts_with("pages/");
            let is_document = is_page && !partial;
            assert_eq!(count("<html "), usize::from(is_document), "{what}");
            let says_language = html.contains(&format!("<html lang=\"{}\"", words.tag()));
            assert_eq!(says_language, is_document, "{what}");
            assert_eq!(count("<main "), usize::from(is_page), "{what}");
            assert!(!is_page || html.contains("id=\"body\""), "{what}");
            // Nothing inline: the content policy would not let it in.
            assert_eq!(count("<style"), 0, "{what}");
            assert!(!shape.iter().any(|piece| piece.contains(" style") || piece.contains(" on")), "{what}: {shape:?}");
            assert_eq!(count("<script"), usize::from(is_document), "{what}");
        });
    }
}
