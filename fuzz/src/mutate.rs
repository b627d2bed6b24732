//! A small mutator: it knows bytes and the words of a grammar, and nothing of structure.

use std::ops::Range;

use rand::rngs::ChaCha8Rng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use crate::Target;

/// Most changes to one input.
const MAX_CHANGES: u32 = 5;

/// Bytes that readers stumble over, whatever they read.
static AWKWARD: [&[u8]; 18] = [
    b"\0",
    b"\x7f",
    b"\x80",
    b"\xff",
    b"\xc0\xaf",
    b"\xed\xa0\x80",
    b"\r\n",
    b"\x1b[31m",
    b"%00",
    b"%2e",
    "\u{85}".as_bytes(),
    "\u{ad}".as_bytes(),
    "\u{130}".as_bytes(),
    "\u{301}".as_bytes(),
    "\u{202e}".as_bytes(),
    "\u{2028}".as_bytes(),
    "\u{feff}".as_bytes(),
    "\u{1f511}".as_bytes(),
];

/// Makes new inputs out of old ones; the same ones for the same seed.
#[derive(Debug)]
pub struct Mutator<'c> {
    rng: ChaCha8Rng,
    corpus: &'c [Vec<u8>],
    dictionary: &'static [&'static str],
    max_len: usize,
}

impl<'c> Mutator<'c> {
    /// Prepares to mutate these inputs of a target.
    pub fn new(target: &Target, corpus: &'c [Vec<u8>], seed: u64) -> Self {
        let rng = ChaCha8Rng::seed_from_u64(seed);
        Self { rng, corpus, dictionary: target.dictionary, max_len: target.max_len }
    }

    /// The next input: one of the corpus, changed in one to five ways.
    pub fn next_input(&mut self) -> Vec<u8> {
        let mut input = self.corpus.choose(&mut self.rng).cloned().unwrap_or_default();
        input.truncate(self.max_len);
        for _ in 0..self.rng.random_range(1..=MAX_CHANGES) {
            self.change(&mut input);
        }
        input.truncate(self.max_len);
        input
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        match self.rng.random_range(0..16_u8) {
            0 => self.flip_bit(input),
            1 => self.set_byte(input),
            2 => self.insert_noise(input),
            3 => drop(input.drain(self.span(input.len()))),
            4 => self.copy_span(input),
            5 => self.repeat_span(input),
            6 => input.truncate(self.place(input.len())),
            7 => self.splice_another(input),
            8 => self.swap_case(input),
            9 | 10 => {
                let word = AWKWARD.choose(&mut self.rng).copied().unwrap_or_default();
                let at = self.place(input.len());
                put(input, at..at, word);
            }
            11 => {
                let word = self.word();
                let over = self.span(input.len());
                put(input, over, word.as_bytes());
            }
            _ => {
                let word = self.word();
                let at = self.place(input.len());
                put(input, at..at, word.as_bytes());
            }
        }
    }

    fn word(&mut self) -> &'static str {
        self.dictionary.choose(&mut self.rng).copied().unwrap_or_default()
    }

    /// A place between two bytes, or before or behind all of them.
    fn place(&mut self, len: usize) -> usize {
        self.rng.random_range(0..=len)
    }

    /// Some bytes in a row: mostly a few, sometimes many.
    fn span(&mut self, len: usize) -> Range<usize> {
        let start = self.place(len);
        let longest = if self.rng.random_ratio(1, 4) { len - start } else { (len - start).min(8) };
        start..start + self.rng.random_range(0..=longest)
    }

    fn flip_bit(&mut self, input: &mut [u8]) {
        let at = self.place(input.len());
        let bit = self.rng.random_range(0..8_u32);
        if let Some(byte) = input.get_mut(at) {
            *byte ^= 1 << bit;
        }
    }

    fn set_byte(&mut self, input: &mut [u8]) {
        let at = self.place(input.len());
        let printable = self.rng.random_range(b' '..=b'~');
        if let Some(byte) = input.get_mut(at) {
            *byte = printable;
        }
    }

    fn insert_noise(&mut self, input: &mut Vec<u8>) {
        let count = self.rng.random_range(1..=4_usize);
        let noise: Vec<u8> = (0..count).map(|_| self.rng.random()).collect();
        let at = self.place(input.len());
        put(input, at..at, &noise);
    }

    /// Puts a copy of some bytes somewhere else.
    fn copy_span(&mut self, input: &mut Vec<u8>) {
        let copied = input.get(self.span(input.len())).unwrap_or_default().to_vec();
        let at = self.place(input.len());
        put(input, at..at, &copied);
    }

    /// Repeats some bytes in place, up to the greatest length.
    fn repeat_span(&mut self, input: &mut Vec<u8>) {
        let span = self.span(input.len());
        let piece = input.get(span.clone()).unwrap_or_default();
        if piece.is_empty() {
            return;
        }
        let room = self.max_len.saturating_sub(input.len()) / piece.len();
        let times = self.rng.random_range(1..=64_usize).min(room);
        let repeated = piece.repeat(times);
        put(input, span.end..span.end, &repeated);
    }

    /// Goes on as another input of the corpus does.
    fn splice_another(&mut self, input: &mut Vec<u8>) {
        let Some(other) = self.corpus.choose(&mut self.rng) else { return };
        let (head, tail) = (self.place(input.len()), self.place(other.len()));
        input.truncate(head);
        let tail = other.get(tail..).unwrap_or_default();
        input.extend(tail.iter().take(self.max_len));
    }

    fn swap_case(&mut self, input: &mut [u8]) {
        let span = self.span(input.len());
        for byte in input.get_mut(span).unwrap_or_default() {
            *byte = if byte.is_ascii_lowercase() { byte.to_ascii_uppercase() } else { byte.to_ascii_lowercase() };
        }
    }
}

/// Puts bytes in the place of others.
fn put(input: &mut Vec<u8>, over: Range<usize>, bytes: &[u8]) {
    drop(input.splice(over, bytes.iter().copied()));
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn target() -> Target {
        Target::new("test", |_| {}, &["word", "\u{e4}"]).at_most(64)
    }

    fn inputs(corpus: &[Vec<u8>], seed: u64) -> Vec<Vec<u8>> {
        let mut mutator = Mutator::new(&target(), corpus, seed);
        (0..2000).map(|_| mutator.next_input()).collect()
    }

    #[test]
    fn a_seed_gives_the_same_inputs_again_and_another_seed_gives_others() {
        let corpus = [b"some text".to_vec(), b"more".to_vec()];
        assert_eq!(inputs(&corpus, 1), inputs(&corpus, 1));
        assert_ne!(inputs(&corpus, 1), inputs(&corpus, 2));
    }

    #[test]
    fn inputs_differ_keep_to_the_length_and_use_the_words() {
        let corpus = [vec![b'x'; 500], Vec::new(), b"short".to_vec()];
        let made = inputs(&corpus, 3);
        assert!(made.iter().all(|input| input.len() <= 64));
        assert!(made.iter().collect::<HashSet<_>>().len() > 1000);
        for word in [&b"word"[..], "\u{e4}".as_bytes(), b"\0", b"\x1b[31m"] {
            assert!(made.iter().any(|input| input.windows(word.len()).any(|part| part == word)), "{word:?}");
        }
    }

    #[test]
    fn an_empty_corpus_still_gives_inputs() {
        assert!(inputs(&[], 4).iter().any(|input| !input.is_empty()));
    }
}
