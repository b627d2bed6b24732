//! What has to do with no database: the size of the binary.

use crate::figures::megabytes;
use crate::measure::Bench;
use crate::row::{Row, Target, Unit};

/// The name of the figure.
pub(crate) const SIZE: &str = "binary";

/// How large the stripped release binary is.
///
/// # Errors
///
/// A sentence, when it is not there.
pub(crate) fn size(bench: &mut Bench<'_>) -> Result<(), String> {
    let file = &bench.options.server;
    let found = std::fs::metadata(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let row = Row::new("machine", SIZE, megabytes(found.len()), Unit::Megabytes).asked(Target::at_most(30.0));
    bench.add(row);
    Ok(())
}
