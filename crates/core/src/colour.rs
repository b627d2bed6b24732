//! Colours: how well one can be read on another, and the nearest readable one.
//!
//! Contrast is that of WCAG 2.2. Colours are moved in OKLCH (CSS Color 4 section 9.2), where the same
//! step looks the same for every hue: only the lightness changes, the hue stays, and so does the
//! chroma as far as sRGB has it.

use std::fmt;

/// The least contrast of text with what is behind it (WCAG 2.2 success criterion 1.4.3, level AA).
pub const TEXT_CONTRAST: f64 = 4.5;

/// In how many steps a colour is moved from where it is to black or white: fewer would overshoot
/// visibly.
const STEPS: u32 = 500;

/// How often the range in which the largest chroma lies is halved; then it is narrower than 8 bits
/// can tell.
const HALVINGS: u32 = 24;

/// How far a channel may lie outside, from rounding alone.
const TOLERANCE: f64 = 1e-6;

/// An opaque sRGB colour of 8 bits a channel.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Colour {
    red: u8,
    green: u8,
    blue: u8,
}

impl Colour {
    /// Black.
    pub const BLACK: Self = Self::new(0, 0, 0);
    /// White.
    pub const WHITE: Self = Self::new(255, 255, 255);

    /// A colour of these channels.
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue }
    }

    /// Reads `#rgb` or `#rrggbb`, in either case (CSS Color 4 section 5.2, without transparency).
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        // The library would take a sign.
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let digits: String = match digits.len() {
            3 => digits.chars().flat_map(|digit| [digit; 2]).collect(),
            6 => digits.to_owned(),
            _ => return None,
        };
        let [_, red, green, blue] = u32::from_str_radix(&digits, 16).ok()?.to_be_bytes();
        Some(Self::new(red, green, blue))
    }

    /// Relative luminance, from 0 for black to 1 for white (WCAG 2.2).
    pub fn luminance(self) -> f64 {
        let [red, green, blue] = self.linear();
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// Contrast ratio with another colour, from 1 for none to 21 (WCAG 2.2).
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// The nearest lightness of this colour at which it can be read on a surface: a contrast of at
    /// least [`TEXT_CONTRAST`]. The colour itself, if it can be read already.
    pub fn readable_on(self, surface: Self) -> Self {
        let is_readable = |colour: &Self| colour.contrast(surface) >= TEXT_CONTRAST;
        if is_readable(&self) {
            return self;
        }
        // One of the two can be read on whatever surface: black and white meet at 4.58.
        let (end, lightness) = if surface.contrast(Self::BLACK) > surface.contrast(Self::WHITE) {
            (Self::BLACK, 0.0)
        } else {
            (Self::WHITE, 1.0)
        };
        let start = Oklab::from(self);
        let moved = |step: u32| {
            let way = f64::from(step) / f64::from(STEPS);
            start.at_lightness(start.lightness + (lightness - start.lightness) * way)
        };
        (1..=STEPS).map(moved).find(is_readable).unwrap_or(end)
    }

    /// The colour of text on this one: white where that can be read, else black, which then can. The
    /// contrast is at least [`TEXT_CONTRAST`].
    pub fn text_colour(self) -> Self {
        if self.contrast(Self::WHITE) >= TEXT_CONTRAST { Self::WHITE } else { Self::BLACK }
    }

    /// Red, green and blue in proportion to light (IEC 61966-2-1).
    fn linear(self) -> [f64; 3] {
        [self.red, self.green, self.blue].map(|byte| {
            let channel = f64::from(byte) / 255.0;
            if channel <= 0.040_45 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
        })
    }

    /// The nearest colour to these proportions of light; what lies outside is clipped.
    fn from_linear(light: [f64; 3]) -> Self {
        let [red, green, blue] = light.map(encode);
        Self::new(red, green, blue)
    }
}

impl fmt::Display for Colour {
    /// `#rrggbb`, as style sheets have it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

impl fmt::Debug for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A colour as OKLCH has it, in rectangular form: the hue is the direction of the last two, the
/// chroma their length.
#[derive(Clone, Copy, Debug)]
struct Oklab {
    /// From 0 to 1.
    lightness: f64,
    green_red: f64,
    blue_yellow: f64,
}

impl Oklab {
    /// This colour at another lightness: the hue stays, and the chroma is the largest in sRGB that is
    /// not more than before.
    fn at_lightness(self, lightness: f64) -> Colour {
        let with_chroma = |part: f64| {
            Self { lightness, green_red: self.green_red * part, blue_yellow: self.blue_yellow * part }.linear()
        };
        if is_in_gamut(with_chroma(1.0)) {
            return Colour::from_linear(with_chroma(1.0));
        }
        let (mut inside, mut outside) = (0.0, 1.0);
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(inside, outside);
            if is_in_gamut(with_chroma(middle)) {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        Colour::from_linear(with_chroma(inside))
    }

    /// Red, green and blue in proportion to light; some may lie outside 0 to 1.
    fn linear(self) -> [f64; 3] {
        let Self { lightness, green_red, blue_yellow } = self;
        let long = (lightness + 0.396_337_777_4 * green_red + 0.215_803_757_3 * blue_yellow).powi(3);
        let medium = (lightness - 0.105_561_345_8 * green_red - 0.063_854_172_8 * blue_yellow).powi(3);
        let short = (lightness - 0.089_484_177_5 * green_red - 1.291_485_548 * blue_yellow).powi(3);
        [
            4.076_741_662_1 * long - 3.307_711_591_3 * medium + 0.230_969_929_2 * short,
            -1.268_438_004_6 * long + 2.609_757_401_1 * medium - 0.341_319_396_5 * short,
            -0.004_196_086_3 * long - 0.703_418_614_7 * medium + 1.707_614_701 * short,
        ]
    }
}

impl From<Colour> for Oklab {
    fn from(colour: Colour) -> Self {
        let [red, green, blue] = colour.linear();
        let long = (0.412_221_470_8 * red + 0.536_332_536_3 * green + 0.051_445_992_9 * blue).cbrt();
        let medium = (0.211_903_498_2 * red + 0.680_699_545_1 * green + 0.107_396_956_6 * blue).cbrt();
        let short = (0.088_302_461_9 * red + 0.281_718_837_6 * green + 0.629_978_700_5 * blue).cbrt();
        Self {
            lightness: 0.210_454_255_3 * long + 0.793_617_785 * medium - 0.004_072_046_8 * short,
            green_red: 1.977_998_495_1 * long - 2.428_592_205 * medium + 0.450_593_709_9 * short,
            blue_yellow: 0.025_904_037_1 * long + 0.782_771_766_2 * medium - 0.808_675_766 * short,
        }
    }
}

/// The byte for a proportion of light (IEC 61966-2-1).
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "what is cast is from 0 to 255")]
fn encode(light: f64) -> u8 {
    let light = light.clamp(0.0, 1.0);
    let channel = if light <= 0.003_130_8 { 12.92 * light } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
    (channel * 255.0).round() as u8
}

fn is_in_gamut(light: [f64; 3]) -> bool {
    light.iter().all(|channel| (-TOLERANCE..=1.0 + TOLERANCE).contains(channel))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIGHT: Colour = Colour::WHITE;
    const DARK: Colour = Colour::new(0x17, 0x17, 0x17);

    fn colour(text: &str) -> Colour {
        Colour::parse(text).unwrap()
    }

    fn hue_degrees(colour: Colour) -> f64 {
        let Oklab { green_red, blue_yellow, .. } = colour.into();
        blue_yellow.atan2(green_red).to_degrees()
    }

    #[test]
    fn three_or_six_hexadecimal_digits_are_a_colour() {
        for (text, shown) in
            [("#26e", "#2266ee"), ("#26E", "#2266ee"), ("#2563EB", "#2563eb"), ("#000", "#000000"), ("#fff", "#ffffff")]
        {
            assert_eq!(colour(text).to_string(), shown);
        }
        for text in [
            "",
            "#",
            "2563eb",
            "#2",
            "#26",
            "#26ef",
            "#2563e",
            "#2563eb0",
            "#2563ebff",
            "#+63eb1",
            "#-26",
            " #26e",
            "#26e ",
            "##26e",
            "#xyz",
            "#\u{e4}1",
            "red",
            "rgb(1,2,3)",
            "#26e;",
            "#\u{ff12}63",
        ] {
            assert_eq!(Colour::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        for (one, other, expected) in [
            ("#000", "#fff", 21.0),
            ("#fff", "#000", 21.0),
            ("#777", "#fff", 4.478),
            ("#767676", "#fff", 4.542),
            ("#2563eb", "#fff", 5.169),
            ("#fc0", "#171717", 11.857),
            ("#123456", "#123456", 1.0),
        ] {
            let contrast = colour(one).contrast(colour(other));
            assert!((contrast - expected).abs() < 0.001, "{one} on {other}: {contrast}");
        }
    }

    #[test]
    fn only_the_lightness_of_a_colour_moves() {
        for (given, light, dark) in [
            ("#ffff00", "#7a7a00", "#ffff00"),
            ("#ffcc00", "#917300", "#ffcc00"),
            ("#ff0000", "#ee0000", "#ff0804"),
            ("#00ff00", "#008a00", "#00ff00"),
            ("#0000ff", "#0000ff", "#3e77ff"),
            ("#10b981", "#00875d", "#10b981"),
            ("#2c569c", "#2c569c", "#5380c9"),
        ] {
            let given = colour(given);
            for (surface, expected) in [(LIGHT, light), (DARK, dark)] {
                let moved = given.readable_on(surface);
                assert_eq!(moved, colour(expected), "{given} on {surface}");
                assert!((hue_degrees(moved) - hue_degrees(given)).abs() < 1.0, "{given} on {surface}: {moved}");
            }
        }
        // What has no hue gets none.
        for given in [Colour::BLACK, Colour::WHITE, colour("#808080")] {
            assert_eq!(given.readable_on(LIGHT), if given == Colour::BLACK { given } else { colour("#767676") });
            assert_eq!(given.readable_on(DARK), if given == Colour::WHITE { given } else { colour("#808080") });
        }
    }

    #[test]
    fn text_is_white_in_the_light_theme_and_black_in_the_dark_one() {
        for given in ["#ffcc00", "#2563eb", "#f00", "#808080"] {
            assert_eq!(colour(given).readable_on(LIGHT).text_colour(), Colour::WHITE, "{given}");
            assert_eq!(colour(given).readable_on(DARK).text_colour(), Colour::BLACK, "{given}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_colour_becomes_readable_on_both_themes_and_carries_readable_text(channels: [u8; 3]) {
            let [red, green, blue] = channels;
            let given = Colour::new(red, green, blue);
            for surface in [LIGHT, DARK] {
                let accent = given.readable_on(surface);
                proptest::prop_assert!(accent.contrast(surface) >= TEXT_CONTRAST, "{} on {}", accent, surface);
                proptest::prop_assert!(accent.contrast(accent.text_colour()) >= TEXT_CONTRAST, "{}", accent);
                proptest::prop_assert_eq!(accent.readable_on(surface), accent);
            }
        }

        #[test]
        fn a_colour_can_be_read_on_every_surface(channels: [u8; 3], surface: [u8; 3]) {
            let [red, green, blue] = channels;
            let given = Colour::new(red, green, blue);
            let [red, green, blue] = surface;
            let surface = Colour::new(red, green, blue);
            proptest::prop_assert!(given.readable_on(surface).contrast(surface) >= TEXT_CONTRAST);
        }

        #[test]
        fn a_colour_reads_as_it_is_written(channels: [u8; 3]) {
            let [red, green, blue] = channels;
            let given = Colour::new(red, green, blue);
            proptest::prop_assert_eq!(Colour::parse(&given.to_string()), Some(given));
        }
    }
}
