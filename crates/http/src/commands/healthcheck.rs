pub(super) fn run() -> Result<(), String> { Ok(()) }
