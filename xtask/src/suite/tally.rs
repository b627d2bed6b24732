//! Adds up the `test result:` lines, of which every test binary prints one.

use std::fmt;

/// What a run's test binaries have reported so far.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    passed: u64,
    failed: u64,
    skipped: u64,
    /// The beginning of a line whose end has not been read yet.
    unfinished: Vec<u8>,
}

impl Tally {
    /// Takes the next piece of output, which may end within a line.
    pub(super) fn read(&mut self, piece: &[u8]) {
        for part in piece.split_inclusive(|byte| *byte == b'\n') {
            self.unfinished.extend_from_slice(part);
            if part.ends_with(b"\n") {
                let line = std::mem::take(&mut self.unfinished);
                self.count(&String::from_utf8_lossy(&line));
            }
        }
    }

    /// Counts one line, if it is a result.
    ///
    /// `test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; finished in 0.02s`
    fn count(&mut self, line: &str) {
        let line = without_colours(line);
        let Some(result) = line.strip_prefix("test result: ") else {
            return;
        };
        let Some((_verdict, counts)) = result.split_once(". ") else {
            return;
        };
        for count in counts.split(';') {
            let Some((number, of)) = count.trim().split_once(' ') else {
                continue;
            };
            let Ok(number) = number.parse::<u64>() else {
                continue;
            };
            match of {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.skipped += number,
                _ => {}
            }
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

/// The line as it reads on a terminal: `ESC [ .. m` sets a colour, `ESC ( B` a character set.
fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if letter != '\u{1b}' {
            plain.push(letter);
            continue;
        }
        match letters.next() {
            Some('[') => {
                let _final_letter = letters.find(char::is_ascii_alphabetic);
            }
            Some('(') => {
                let _character_set = letters.next();
            }
            _ => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(output: &str) -> Tally {
        let mut tally = Tally::default();
        tally.read(output.as_bytes());
        tally
    }

    #[test]
    fn results_are_added_up_whether_good_or_bad() {
        let output = "\
running 13 tests
test a_rule ... ok
test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.02s

test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.50s
";
        assert_eq!(tally(output).to_string(), "15 passed, 2 failed, 1 skipped");
    }

    #[test]
    fn nothing_is_said_of_skipped_tests_when_there_are_none() {
        let output = "test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(tally(output).to_string(), "0 passed, 0 failed");
    }

    #[test]
    fn colours_do_not_hide_a_result() {
        let output = "test result: \u{1b}[32mok\u{1b}(B\u{1b}[m. 5 passed; 1 failed; 0 ignored\n";
        assert_eq!(tally(output).to_string(), "5 passed, 1 failed");
    }

    #[test]
    fn a_line_that_arrives_in_pieces_is_counted_once() {
        let mut tally = Tally::default();
        for piece in ["test res", "ult: ok. 4 pas", "sed; 0 failed", "; 0 ignored", "\n", "\n"] {
            tally.read(piece.as_bytes());
        }
        assert_eq!(tally.to_string(), "4 passed, 0 failed");
    }

    #[test]
    fn what_only_mentions_a_result_does_not_count() {
        let output = "\
the line `test result: ok. 9 passed; 0 failed` is what we look for
test result: broken
test result: ok. many passed; some failed
";
        assert_eq!(tally(output), Tally::default());
    }
}
