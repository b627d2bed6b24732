//! The server as it is reached: real sockets, both databases, one module a subject.

mod browser;
mod wire;
mod world;

mod sanity;
