//! Content codings: which one a client gets (RFC 9110 section 12.5.3), and how it is made.

use std::io::{self, Write};

use actix_web::http::header::{self, HeaderMap};
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

/// What a file may be compressed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    /// RFC 7932.
    Brotli,
    /// RFC 1952.
    Gzip,
}

impl Coding {
    /// The one that makes files smallest stands first.
    pub(super) const ALL: [Self; 2] = [Self::Brotli, Self::Gzip];

    /// The name in headers.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    /// Compresses what is known only at start, so that somebody waits for it: nearly as well as at
    /// build time, and many times faster.
    pub(super) fn encode(self, plain: &[u8]) -> io::Result<Vec<u8>> {
        match self {
            Self::Brotli => {
                let params =
                    BrotliEncoderParams { quality: 9, size_hint: plain.len(), ..BrotliEncoderParams::default() };
                let mut encoded = Vec::new();
                brotli::BrotliCompress(&mut &*plain, &mut encoded, &params)?;
                Ok(encoded)
            }
            Self::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
                encoder.write_all(plain)?;
                encoder.finish()
            }
        }
    }
}

/// The coding that the client likes best of those on offer, the first of them where it does not
/// care. `None` is the file as it is, also for a client that refuses even that.
pub(super) fn choose(headers: &HeaderMap, offered: impl IntoIterator<Item = Coding>) -> Option<Coding> {
    let (mut best, mut most) = (None, 0);
    for coding in offered {
        let liked = weight(headers, coding.name()).or_else(|| weight(headers, "*")).unwrap_or_default();
        if liked > most {
            (best, most) = (Some(coding), liked);
        }
    }
    // Unless it is named, the file as it is only has to do where nothing else does.
    let plain = weight(headers, "identity").unwrap_or_default();
    if plain > most { None } else { best }
}

/// The weight of a name in `Accept-Encoding`, in thousandths; `None` where it is not mentioned.
fn weight(headers: &HeaderMap, name: &str) -> Option<u16> {
    let lines = headers.get_all(header::ACCEPT_ENCODING).filter_map(|line| line.to_str().ok());
    let mut items = lines.flat_map(|line| line.split(','));
    items.find_map(|item| {
        let mut parts = item.split(';').map(str::trim);
        if !parts.next()?.eq_ignore_ascii_case(name) {
            return None;
        }
        let given = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        // What is not understood is not wanted.
        Some(given.map_or(1000, |text| thousandths(text).unwrap_or_default()))
    })
}

/// A weight from 0 to 1 with at most three decimal places (RFC 9110 section 12.4.2).
fn thousandths(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let decimals: u16 = format!("{decimals:0<3}").parse().ok()?;
    match whole {
        "0" => Some(decimals),
        "1" if decimals == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(lines: &[&'static str], offered: &[Coding]) -> &'static str {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::ACCEPT_ENCODING, header::HeaderValue::from_static(line));
        }
        choose(&headers, offered.iter().copied()).map_or("identity", Coding::name)
    }

    #[test]
    fn the_client_chooses_and_otherwise_the_smallest() {
        for (line, expected) in [
            ("gzip, deflate, br, zstd", "br"),
            ("br", "br"),
            ("BR", "br"),
            ("gzip", "gzip"),
            ("GZip;Q=0.5", "gzip"),
            ("", "identity"),
            ("deflate, zstd", "identity"),
            ("identity", "identity"),
            ("*", "br"),
            ("*;q=0", "identity"),
            ("*;q=0, gzip", "gzip"),
            ("br;q=0", "identity"),
            ("br;q=0, gzip", "gzip"),
            ("br;q=0, *", "gzip"),
            ("br;q=0.000, gzip;q=0.001", "gzip"),
            ("gzip;q=1.0, br;q=0.5", "gzip"),
            ("gzip;q=0.5, br;q=1", "br"),
            ("gzip;q=0.5, br;q=0.5", "br"),
            ("gzip ; q=0.2 , br ; q=0.1", "gzip"),
            ("br;q=0.9, *;q=1", "gzip"),
            ("identity;q=1, br;q=0.5", "identity"),
            ("identity, br", "br"),
            ("identity;q=0.5, gzip;q=0.5", "gzip"),
            ("identity;q=0, gzip;q=0, br;q=0", "identity"),
            // Not understood.
            ("br;q=2", "identity"),
            ("br;q=1.001", "identity"),
            ("br;q=-1", "identity"),
            ("br;q=0.0001", "identity"),
            ("br;q=0.+1", "identity"),
            ("br;q=", "identity"),
            ("br;q=high, gzip;q=0.1", "gzip"),
            ("brotli, x", "identity"),
            (",;,=,", "identity"),
        ] {
            assert_eq!(chosen(&[line], &Coding::ALL), expected, "{line}");
        }
    }

    #[test]
    fn without_a_word_nothing_is_compressed() {
        assert_eq!(chosen(&[], &Coding::ALL), "identity");
    }

    #[test]
    fn several_lines_are_one_list() {
        assert_eq!(chosen(&["gzip", "br"], &Coding::ALL), "br");
        assert_eq!(chosen(&["gzip", "br;q=0.5"], &Coding::ALL), "gzip");
    }

    #[test]
    fn what_is_not_there_is_not_chosen() {
        assert_eq!(chosen(&["br, gzip"], &[]), "identity");
        assert_eq!(chosen(&["br, gzip;q=0.1"], &[Coding::Gzip]), "gzip");
        assert_eq!(chosen(&["br"], &[Coding::Gzip]), "identity");
    }
}
