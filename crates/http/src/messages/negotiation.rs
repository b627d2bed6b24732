//! Which of our languages somebody gets.

use std::cmp::Reverse;
use std::iter;
use std::sync::Arc;

use super::Language;

/// More than any browser sends; the rest is not looked at.
const MAX_RANGES: usize = 64;

/// The first language that can be had of a list of tags between spaces. Underscores are taken for
/// hyphens, as operating systems write them.
pub(super) fn by_list<'l>(languages: &'l [Arc<Language>], list: &str) -> Option<&'l Arc<Language>> {
    let ranges = list.split_ascii_whitespace().take(MAX_RANGES);
    ranges.map(|range| range.replace('_', "-")).find_map(|range| find(&languages.iter(), &range))
}

/// The best language by an `Accept-Language` header: the highest weight counts, of equal ones the
/// first (RFC 9110 section 12.5.4). A weight of 0 refuses; what cannot be read is passed over.
pub(super) fn by_header<'l>(languages: &'l [Arc<Language>], header: &str) -> Option<&'l Arc<Language>> {
    let mut ranges: Vec<(&str, u16)> = header.split(',').take(MAX_RANGES).filter_map(weighted).collect();
    ranges.sort_by_key(|(_, weight)| Reverse(*weight));
    let is_refused = |language: &Arc<Language>| ranges.iter().any(|(range, q)| *q == 0 && covers(range, language));
    let is_named = |language: &Arc<Language>| ranges.iter().any(|(range, _)| covers(range, language));
    let offered: Vec<&Arc<Language>> = languages.iter().filter(|language| !is_refused(language)).collect();
    ranges.iter().take_while(|(_, weight)| *weight > 0).find_map(|(range, _)| {
        let offered = offered.iter().copied();
        // The star stands for every language that no other range names.
        if *range == "*" { offered.clone().find(|language| !is_named(language)) } else { find(&offered, range) }
    })
}

/// The language of a tag, or of the tag with as little as possible cut off at its end (RFC 4647
/// section 3.4).
pub(super) fn look_up<'l>(
    languages: &(impl Iterator<Item = &'l Arc<Language>> + Clone),
    range: &str,
) -> Option<&'l Arc<Language>> {
    let mut ranges = iter::successors(Some(range), |range| range.rsplit_once('-').map(|(shorter, _)| shorter));
    ranges.find_map(|range| languages.clone().find(|language| language.tag().eq_ignore_ascii_case(range)))
}

/// The same; else one that differs in country or script, which is nearer than another language.
fn find<'l>(languages: &(impl Iterator<Item = &'l Arc<Language>> + Clone), range: &str) -> Option<&'l Arc<Language>> {
    let is_near = |language: &&Arc<Language>| primary(language.tag()).eq_ignore_ascii_case(primary(range));
    look_up(languages, range).or_else(|| languages.clone().find(is_near))
}

fn primary(tag: &str) -> &str {
    tag.split_once('-').map_or(tag, |(primary, _)| primary)
}

/// Basic filtering (RFC 4647 section 3.3.1).
fn covers(range: &str, language: &Language) -> bool {
    let tag = language.tag();
    let begins = tag.get(..range.len()).is_some_and(|start| start.eq_ignore_ascii_case(range));
    begins && matches!(tag.as_bytes().get(range.len()), None | Some(b'-'))
}

/// A language range and its weight in thousandths.
fn weighted(item: &str) -> Option<(&str, u16)> {
    let mut parts = item.split(';').map(|part| part.trim_matches([' ', '\t']));
    let range = parts.next()?;
    let is_subtag = |text: &str| (1..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if range != "*" && !range.split('-').all(is_subtag) {
        return None;
    }
    match (parts.next(), parts.next()) {
        (None, _) => Some((range, 1000)),
        (Some(parameter), None) => Some((range, thousandths(parameter)?)),
        (Some(_), Some(_)) => None,
    }
}

/// `q=0.8` as 800. At most three digits, and nothing above 1.
fn thousandths(parameter: &str) -> Option<u16> {
    let value = parameter.strip_prefix(['q', 'Q'])?.strip_prefix('=')?;
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction: u16 = format!("{fraction:0<3}").parse().ok()?;
    match whole {
        "0" => Some(fraction),
        "1" if fraction == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Catalogues;

    /// English, German, and Portuguese as in Brazil.
    fn catalogues() -> Catalogues {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("messages")).unwrap();
        std::fs::write(folder.path().join("messages/pt-BR.ftl"), "language-name = Português\n").unwrap();
        Catalogues::load(Some(folder.path())).unwrap()
    }

    #[test]
    fn a_browser_gets_the_language_that_it_prefers() {
        let catalogues = catalogues();
        let endless = "de-".repeat(10_000);
        let late = format!("{}de", "fr,".repeat(64));
        for (header, expected) in [
            ("de", "de"),
            ("de-AT", "de"),
            ("DE-at-1996", "de"),
            ("de-x-private", "de"),
            ("de-AT,de;q=0.9,en;q=0.8", "de"),
            ("en-GB,en;q=0.9,de;q=0.8", "en"),
            ("en;q=0.1,de", "de"),
            ("de ; q=0.5\t,\ten;Q=0.4", "de"),
            ("en, de", "en"),
            ("de, en", "de"),
            ("de;q=0.8, en;q=0.800", "de"),
            ("fr", "en"),
            ("fr, de;q=0.5", "de"),
            ("pt", "pt-BR"),
            ("pt-PT;q=0.9, en;q=0.8", "pt-BR"),
            ("*", "en"),
            ("*;q=0.5, de", "de"),
            ("*, en;q=0.5", "de"),
            ("*, en;q=0.5, de;q=0.4", "pt-BR"),
            ("en;q=0, *", "de"),
            ("de;q=0, de-AT", "en"),
            ("en;q=0, de;q=0, pt;q=0, *", "en"),
            ("*;q=0", "en"),
            // What cannot be read counts for nothing.
            ("", "en"),
            (" , ;;, ;q=1", "en"),
            ("garbage", "en"),
            ("d e", "en"),
            ("de-", "en"),
            ("de_DE", "en"),
            ("dé", "en"),
            ("de;q=2", "en"),
            ("de;q=1.001", "en"),
            ("de;q=0.1234", "en"),
            ("de;q=-1", "en"),
            ("de;q=", "en"),
            ("de;q", "en"),
            ("de;level=1", "en"),
            ("de;q=1;q=1", "en"),
            ("de;q=x, pt", "pt-BR"),
            (endless.as_str(), "en"),
            (late.as_str(), "en"),
        ] {
            assert_eq!(catalogues.choose(None, None, Some(header)).tag(), expected, "{header:.60}");
        }
    }

    #[test]
    fn who_asks_for_a_language_gets_it_before_all_else() {
        let catalogues = catalogues();
        for (wanted, remembered, accept, expected) in [
            (None, None, None, "en"),
            (Some("de"), Some("en"), Some("pt"), "de"),
            (Some("fr de"), Some("en"), Some("pt"), "de"),
            (Some("en de"), Some("de"), Some("de"), "en"),
            (Some("de_AT"), None, None, "de"),
            (Some("  DE-ch  "), None, None, "de"),
            // Nothing that can be had: the next one is asked.
            (Some("fr it"), Some("de"), Some("pt"), "de"),
            (Some(""), Some("tlh"), Some("pt"), "pt-BR"),
            (Some("*"), Some("../de"), Some("de"), "de"),
            (Some("'\"><script>"), Some("\u{202e}de"), None, "en"),
        ] {
            let chosen = catalogues.choose(wanted, remembered, accept);
            assert_eq!(chosen.tag(), expected, "{wanted:?} {remembered:?} {accept:?}");
        }
    }
}
