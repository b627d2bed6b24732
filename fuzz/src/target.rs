//! What the driver knows of a target.

/// One reader under attack.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The name of the function, of the folder of its corpus, and of its wrapper for other fuzzers.
    pub name: &'static str,
    /// Hands one input to the reader. Panics when the property does not hold.
    pub run: fn(&[u8]),
    /// Words of the reader's grammar, for the mutator.
    pub dictionary: &'static [&'static str],
    /// Inputs that exist only at run time, such as signed tokens; they join the corpus.
    pub made: fn() -> Vec<Vec<u8>>,
    /// Longest input that the mutator makes, in bytes.
    pub max_len: usize,
    /// Mutated inputs that the tests try.
    pub smoke: u32,
}

impl Target {
    pub(crate) const fn new(name: &'static str, run: fn(&[u8]), dictionary: &'static [&'static str]) -> Self {
        Self { name, run, dictionary, made: Vec::new, max_len: 4096, smoke: 2000 }
    }

    /// Adds inputs that exist only at run time.
    pub(crate) const fn with(mut self, made: fn() -> Vec<Vec<u8>>) -> Self {
        self.made = made;
        self
    }

    /// Sets the longest input.
    pub(crate) const fn at_most(mut self, bytes: usize) -> Self {
        self.max_len = bytes;
        self
    }

    /// Sets how many mutated inputs the tests try, for a target that takes its time.
    pub(crate) const fn smoke(mut self, inputs: u32) -> Self {
        self.smoke = inputs;
        self
    }
}
