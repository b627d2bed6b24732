//! Instants on their way into the store and onto the wire.

use authara_core::time::{rfc3339, to_micros};
use authara_core::wire::Timestamp;
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

/// Any instant of the years 1 to 9999, to the nanosecond.
fn instants() -> impl Strategy<Value = DateTime<Utc>> {
    (-62_135_596_800_i64..253_402_300_800, 0_u32..1_000_000_000)
        .prop_map(|(seconds, nanoseconds)| DateTime::from_timestamp(seconds, nanoseconds).expect("an instant"))
}

proptest! {
    #[test]
    fn s188_cutting_to_microseconds_moves_back_by_less_than_one_and_keeps_the_order(
        first in instants(),
        second in instants(),
    ) {
        let cut = to_micros(first);
        prop_assert!(cut <= first && first - cut < TimeDelta::microseconds(1));
        prop_assert_eq!(to_micros(cut), cut);
        prop_assert_eq!(DateTime::from_timestamp_micros(cut.timestamp_micros()), Some(cut));
        if first <= second {
            prop_assert!(cut <= to_micros(second));
        }
    }

    #[test]
    fn s188_an_instant_reads_back_from_the_wire_as_it_is_stored(instant in instants()) {
        let text = rfc3339(instant);
        let is_short = !text.contains('.') || !text.ends_with("0Z");
        prop_assert!(text.ends_with('Z') && is_short, "{}", text);
        let json = serde_json::to_string(&Timestamp(instant)).expect("a text");
        prop_assert_eq!(&json, &format!("\"{text}\""));
        let read: Timestamp = serde_json::from_str(&json).expect("an instant");
        prop_assert_eq!(read.0, to_micros(instant));
    }
}
