//! The headers of a delivery, whatever framework it came through.

use super::signature::{
    DELIVERY_HEADER, EVENT_HEADER, SIGNATURE_HEADER, TIME_ID_HEADER, TIME_SIGNATURE_HEADER, TIMESTAMP_HEADER,
};

/// How often a header occurs, and its value if that is clear.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Line<'h> {
    #[default]
    Absent,
    One(&'h [u8]),
    /// Two readers may choose differently among them, so nobody does.
    Several,
}

impl Line<'_> {
    /// Is the header absent, or exactly this?
    pub(super) fn agrees_with(self, expected: &str) -> bool {
        match self {
            Self::Absent => true,
            Self::One(value) => value == expected.as_bytes(),
            Self::Several => false,
        }
    }
}

/// The six headers that matter.
#[derive(Debug, Default)]
pub(super) struct Headers<'h> {
    pub(super) event: Line<'h>,
    pub(super) delivery: Line<'h>,
    pub(super) signature: Line<'h>,
    pub(super) time_id: Line<'h>,
    pub(super) timestamp: Line<'h>,
    pub(super) time_signature: Line<'h>,
}

impl<'h> Headers<'h> {
    /// Picks them out of all lines. Names may be in any letter case.
    pub(super) fn pick(lines: impl IntoIterator<Item = (&'h str, &'h [u8])>) -> Self {
        let mut headers = Self::default();
        for (name, value) in lines {
            if let Some(line) = headers.line(name) {
                *line = match *line {
                    Line::Absent => Line::One(value),
                    Line::One(_) | Line::Several => Line::Several,
                };
            }
        }
        headers
    }

    fn line(&mut self, name: &str) -> Option<&mut Line<'h>> {
        let known = [
            (EVENT_HEADER, &mut self.event),
            (DELIVERY_HEADER, &mut self.delivery),
            (SIGNATURE_HEADER, &mut self.signature),
            (TIME_ID_HEADER, &mut self.time_id),
            (TIMESTAMP_HEADER, &mut self.timestamp),
            (TIME_SIGNATURE_HEADER, &mut self.time_signature),
        ];
        let found = known.into_iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map(|(_, line)| line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_that_is_sent_twice_has_no_value_not_even_when_both_are_equal() {
        let lines = [
            ("X-Authara-Event", &b"a"[..]),
            ("x-authara-delivery", b"b"),
            ("X-AUTHARA-DELIVERY", b"b"),
            ("Content-Type", b"application/json"),
        ];
        let headers = Headers::pick(lines);
        assert_eq!(headers.event, Line::One(b"a"));
        assert_eq!(headers.delivery, Line::Several);
        assert_eq!(headers.signature, Line::Absent);
        assert!(headers.event.agrees_with("a") && !headers.event.agrees_with("A"));
        assert!(!headers.delivery.agrees_with("b") && headers.signature.agrees_with("c"));
    }
}
