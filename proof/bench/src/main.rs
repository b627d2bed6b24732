//! The binary that `cargo xtask bench` starts. Everything is in the library.

fn main() -> std::process::ExitCode {
    authara_bench::main()
}
