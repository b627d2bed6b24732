//! The operator's logo: a small file, whose content says which kind of picture it is.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Larger files are no logos, and every visitor would wait for them.
const MAX_BYTES: usize = 256 * 1024;

/// The kinds of pictures that are taken. All browsers show them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogoFormat {
    /// A drawing (SVG 2).
    Svg,
    /// RFC 2083.
    Png,
    /// RFC 9649.
    Webp,
}

impl LogoFormat {
    /// How names of such files end.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Webp => "webp",
        }
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Svg => "image/svg+xml",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
        }
    }

    /// What the content is, whatever the file is called.
    fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            Some(Self::Webp)
        } else if is_svg(bytes) {
            Some(Self::Svg)
        } else {
            None
        }
    }
}

/// A picture, as it stood in the file at start.
#[derive(Clone, PartialEq, Eq)]
pub struct LogoFile {
    format: LogoFormat,
    bytes: Vec<u8>,
}

impl LogoFile {
    /// Takes the content of a file.
    ///
    /// # Errors
    ///
    /// What is wrong with it, as the rest of a sentence that begins with the file: more than 256
    /// KiB, or no picture of a known kind.
    pub fn new(bytes: Vec<u8>) -> Result<Self, &'static str> {
        if bytes.len() > MAX_BYTES {
            return Err("is larger than 256 KiB");
        }
        match LogoFormat::of(&bytes) {
            Some(format) => Ok(Self { format, bytes }),
            None => Err("is not an SVG, PNG or WebP picture"),
        }
    }

    /// Reads a file; the problem, if any, names the path.
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let shown = path.display();
        let mut bytes = Vec::new();
        File::open(path)
            .and_then(|file| file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes))
            .map_err(|error| format!("cannot read {shown}: {error}"))?;
        Self::new(bytes).map_err(|problem| format!("{shown} {problem}"))
    }

    /// What kind of picture it is.
    pub fn format(&self) -> LogoFormat {
        self.format
    }

    /// The content.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for LogoFile {
    /// Without the content, which nobody could read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogoFile({:?}, {} bytes)", self.format, self.bytes.len())
    }
}

/// Is it a document whose root element is `svg`?
fn is_svg(bytes: &[u8]) -> bool {
    let root = std::str::from_utf8(bytes).ok().and_then(from_root);
    let name_end = |c: char| c.is_ascii_whitespace() || c == '>' || c == '/';
    root.and_then(|root| root.strip_prefix("<svg")).is_some_and(|rest| rest.starts_with(name_end))
}

/// A document from its root element on: without byte order mark, declaration, comments and document
/// type (XML 1.0 section 2.8).
fn from_root(document: &str) -> Option<&str> {
    let mut rest = document.trim_start_matches('\u{feff}').trim_start();
    loop {
        let after = if rest.starts_with("<!--") {
            rest.split_once("-->")?.1
        } else if rest.starts_with("<?") {
            rest.split_once("?>")?.1
        } else if rest.starts_with("<!DOCTYPE") {
            let (head, tail) = rest.split_once('>')?;
            // Drawing programs declare entities there, in brackets.
            if head.contains('[') { rest.split_once(']')?.1.split_once('>')?.1 } else { tail }
        } else {
            return Some(rest);
        };
        rest = after.trim_start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(content: &[u8]) -> Option<LogoFormat> {
        LogoFile::new(content.to_vec()).ok().map(|file| file.format())
    }

    #[test]
    fn the_content_says_what_a_picture_is() {
        assert_eq!(format(b"\x89PNG\r\n\x1a\nrest"), Some(LogoFormat::Png));
        assert_eq!(format(b"RIFF\x10\x00\x00\x00WEBPVP8 "), Some(LogoFormat::Webp));
        for svg in [
            "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
            "<svg>",
            "<svg\n>",
            "<svg/>",
            "\u{feff}<svg/>",
            " \n<?xml version=\"1.0\"?>\n<!-- <html> -->\n<svg />",
            "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"svg11.dtd\"><svg/>",
            "<!DOCTYPE svg [\n<!ENTITY n \"x\">\n] >\n<!-- --><svg/>",
        ] {
            assert_eq!(format(svg.as_bytes()), Some(LogoFormat::Svg), "{svg}");
        }
    }

    #[test]
    fn what_is_no_picture_is_refused_whatever_it_contains() {
        let others: [&[u8]; 14] = [
            b"",
            b"PNG",
            b"\x89PNG\n",
            b"RIFF\x10\x00\x00\x00WAVEfmt ",
            b"RIFF",
            b"GIF89a",
            b"\xff\xd8\xff\xe0",
            b"svg",
            b"<svgx/>",
            b"<html><svg/></html>",
            b"<!-- <svg/>",
            b"<?xml <svg/>",
            b"<!DOCTYPE svg [ <svg/>",
            b"<svg>\xff</svg>",
        ];
        for content in others {
            let refusal = LogoFile::new(content.to_vec()).unwrap_err();
            assert_eq!(refusal, "is not an SVG, PNG or WebP picture", "{content:?}");
        }
    }

    #[test]
    fn a_logo_has_at_most_256_kib() {
        let mut picture = b"\x89PNG\r\n\x1a\n".to_vec();
        picture.resize(MAX_BYTES, 0);
        assert_eq!(format(&picture), Some(LogoFormat::Png));
        picture.push(0);
        assert_eq!(LogoFile::new(picture), Err("is larger than 256 KiB"));
    }

    #[test]
    fn every_kind_has_its_extension_and_media_type() {
        for (format, extension, media_type) in [
            (LogoFormat::Svg, "svg", "image/svg+xml"),
            (LogoFormat::Png, "png", "image/png"),
            (LogoFormat::Webp, "webp", "image/webp"),
        ] {
            assert_eq!((format.extension(), format.media_type()), (extension, media_type));
        }
    }
}
