//! Answers that get lost.

use authara_faults::scenario::lost_answer;

use crate::places;

#[test]
fn s180_whoever_lost_an_answer_repeats_the_request_without_harm() {
    for place in places() {
        lost_answer::of_everything_that_changes_something(place);
    }
}
