//! Every check is fed what it exists to find, and the real contract, in which there is nothing.

mod client;
mod codes;
mod configuration;
mod document;
mod releases;
mod rules;
mod sample;
mod served;
mod the_real_contract;
