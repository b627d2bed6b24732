//! Properties of annex B that need no store: any input, any interleaving, any clock (S-188).

mod instants;
mod limiter;
