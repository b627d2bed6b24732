//! Assertions about values that cannot be compared, only recognised.

/// Asserts that a value has this form, and shows the value if it has not.
macro_rules! assert_is {
    ($value:expr, $form:pat, $($message:tt)+) => {
        match &$value {
            $form => {}
            other => panic!("{}: {other:?}", format_args!($($message)+)),
        }
    };
}
