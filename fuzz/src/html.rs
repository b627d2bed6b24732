//! The shape of a page: what a browser builds of it, without the words.

use html5gum::{DefaultEmitter, Token, Tokenizer};

/// Tags with the names of their attributes, comments and the document type, in order. Two pages of
/// one shape differ in text and in values of attributes only.
pub(crate) fn shape(html: &str) -> Vec<String> {
    let mut emitter = DefaultEmitter::default();
    // As a browser does: what stands in `title` and `script` is text.
    emitter.naively_switch_states(true);
    let mut shape = Vec::new();
    for token in Tokenizer::new_with_emitter(html, emitter).flatten() {
        match token {
            Token::StartTag(tag) => {
                let mut piece = format!("<{}", String::from_utf8_lossy(&tag.name));
                for name in tag.attributes.keys() {
                    piece.push(' ');
                    piece.push_str(&String::from_utf8_lossy(name));
                }
                shape.push(piece);
            }
            Token::EndTag(tag) => shape.push(format!("</{}", String::from_utf8_lossy(&tag.name))),
            Token::Comment(_) => shape.push("<!--".to_owned()),
            Token::Doctype(_) => shape.push("<!doctype".to_owned()),
            Token::String(_) | Token::Error(_) => {}
        }
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_values_do_not_change_a_shape() {
        let plain = shape("<!doctype html><title>x</title><p class=\"a\">text</p>");
        assert_eq!(plain, ["<!doctype", "<title", "</title", "<p class", "</p"]);
        for same in [
            "<!doctype html><title>&lt;b&gt;</title><p class=\"&quot; onclick=&quot;\">&lt;script&gt;</p>",
            "<!doctype html><title><b></title><p class='<b>'></p>",
        ] {
            assert_eq!(shape(same), plain, "{same}");
        }
    }

    #[test]
    fn what_breaks_out_of_text_or_a_value_changes_it() {
        let plain = shape("<p class=\"a\">text</p>");
        for other in [
            "<p class=\"a\"><b>text</p>",
            "<p class=\"a\" onclick=\"x\">text</p>",
            "<p class=a onclick=x>text</p>",
            "<p class=\"a\">text</p></p>",
            "<p class=\"a\"><!-- text --></p>",
            "<p class=\"a\">text",
        ] {
            assert_ne!(shape(other), plain, "{other}");
        }
    }
}
