//! The program that steers the browser, one for each test.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

/// Both are absolute paths, set by `cargo xtask test` and `cargo xtask e2e`.
const BROWSER: &str = "AUTHARA_CHROMIUM";
const DRIVER: &str = "AUTHARA_CHROMEDRIVER";

/// How often it is started before the test gives up.
const STARTS: usize = 10;

/// A `WebDriver` server on a port of its own, ended when this is dropped.
#[derive(Debug)]
pub(crate) struct Driver {
    process: Child,
    port: u16,
}

impl Driver {
    /// Starts it and waits until it listens.
    pub(crate) fn start() -> Self {
        let program = variable(DRIVER);
        // It takes a free port for one family of addresses and then wants the same for the other,
        // which a driver beside it may have by now.
        let driver = (0..STARTS).find_map(|_| Self::try_to_start(&program));
        driver.expect("the driver says where it listens")
    }

    fn try_to_start(program: &str) -> Option<Self> {
        let mut command = Command::new(program);
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().expect("the driver starts");
        let output = process.stdout.take().expect("its output is ours");
        let mut lines = BufReader::new(output).lines();
        let Some(port) = lines.by_ref().map_while(Result::ok).find_map(|line| port_in(&line)) else {
            // It has closed its output, so it has ended or is about to.
            process.wait().expect("its end can be waited for");
            return None;
        };
        // It must not meet a closed pipe when it has more to say.
        std::thread::spawn(move || lines.map_while(Result::ok).count());
        Some(Self { process, port })
    }

    /// Where it takes commands.
    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Both fail only for a process that has ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The path of the browser.
pub(crate) fn browser() -> String {
    variable(BROWSER)
}

fn variable(name: &str) -> String {
    let value = std::env::var(name).ok().filter(|value| !value.is_empty());
    value.unwrap_or_else(|| panic_about(name))
}

#[expect(clippy::panic, reason = "without a browser no test of this crate can say anything")]
fn panic_about(name: &str) -> ! {
    panic!("{name} is not set: these tests need a browser. `cargo xtask e2e` finds or installs one and runs them")
}

/// The port in the line by which the driver says that it listens.
fn port_in(line: &str) -> Option<u16> {
    let (_, port) = line.split_once("started successfully on port ")?;
    port.trim_end_matches('.').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_read_from_the_line_that_names_it() {
        assert_eq!(port_in("Starting ChromeDriver 140.0 on port 0"), None);
        assert_eq!(port_in("ChromeDriver was started successfully on port 41235."), Some(41235));
    }
}
