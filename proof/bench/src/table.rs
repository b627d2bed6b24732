//! The table, for a terminal and for a page.

use std::fmt::Write as _;

use crate::figures::grouped;
use crate::results::Results;
use crate::row::{Row, Verdict};

/// The columns that every table has. The last one is only there beside older results.
const COLUMNS: [&str; 12] = [
    "database", "what", "figure", "p50 ms", "p99 ms", "CPU", "gen. CPU", "RSS MB", "against", "ratio", "target",
    "verdict",
];
const CHANGE: &str = "change";

/// The cells of a table, head first.
struct Cells(Vec<Vec<String>>);

/// Columns of equal width, what is wrong behind them, and the verdict in one line.
pub(crate) fn for_terminal(results: &Results, since: Option<&Results>) -> String {
    let Cells(lines) = Cells::of(results, since);
    let widths = widths(&lines);
    let mut text = String::new();
    for line in &lines {
        let mut printed = String::new();
        for (cell, width) in line.iter().zip(&widths) {
            // Writing to a `String` cannot fail.
            let _ = write!(printed, "{cell:<width$}  ");
        }
        text.push_str(printed.trim_end());
        text.push('\n');
    }
    text.push('\n');
    for line in remarks(results) {
        text.push_str(&line);
        text.push('\n');
    }
    text.push_str(&verdict(results));
    text.push('\n');
    text
}

/// A table in Markdown, with when and how it was taken.
pub(crate) fn for_page(results: &Results) -> String {
    let Cells(lines) = Cells::of(results, None);
    let mut text = format!(
        "Taken {} on {} cores, {} s for each load. {}\n\n",
        results.taken_at,
        results.cores,
        results.seconds,
        verdict(results)
    );
    for (number, line) in lines.iter().enumerate() {
        let _ = writeln!(text, "| {} |", line.join(" | "));
        if number == 0 {
            let _ = writeln!(text, "|{}", " --- |".repeat(line.len()));
        }
    }
    let remarks = remarks(results);
    if !remarks.is_empty() {
        text.push('\n');
    }
    for remark in remarks {
        let _ = writeln!(text, "- {remark}");
    }
    text
}

/// How many figures are as they should be.
pub(crate) fn verdict(results: &Results) -> String {
    let count = |wanted: Verdict| results.rows.iter().filter(|row| row.verdict() == wanted).count();
    format!(
        "Figures that meet their targets: {}, that miss one: {}, that are invalid: {}.",
        count(Verdict::Met),
        count(Verdict::Missed),
        count(Verdict::Invalid)
    )
}

impl Cells {
    fn of(results: &Results, since: Option<&Results>) -> Self {
        let mut head: Vec<String> = COLUMNS.map(str::to_owned).to_vec();
        head.extend(since.map(|_| CHANGE.to_owned()));
        let lines = results.rows.iter().map(|row| {
            let mut line = line(row);
            line.extend(since.map(|since| since.change(row).map_or_else(dash, |percent| format!("{percent:+.1} %"))));
            line
        });
        Self(std::iter::once(head).chain(lines).collect())
    }
}

fn line(row: &Row) -> Vec<String> {
    let load = row.load.as_ref();
    let places = |number: Option<f64>| number.map_or_else(dash, |number| format!("{number:.2}"));
    let against = row
        .reference
        .as_ref()
        .map_or_else(dash, |reference| format!("{} {}", row.unit.print(&grouped(reference.value)), reference.name));
    vec![
        row.database.clone(),
        row.name.clone(),
        if row.fault.is_some() { dash() } else { row.printed() },
        places(load.map(|load| load.p50_ms)),
        places(load.map(|load| load.p99_ms)),
        places(load.and_then(|load| load.server_cores)),
        places(load.map(|load| load.generator_cores)),
        load.and_then(|load| load.server_mb).map_or_else(dash, grouped),
        against,
        places(row.ratio()),
        if row.targets.is_empty() { dash() } else { row.asks() },
        row.verdict().word().to_owned(),
    ]
}

fn dash() -> String {
    "-".to_owned()
}

/// One line for each figure that has something to be said about it.
fn remarks(results: &Results) -> Vec<String> {
    let remark = |row: &Row| {
        let text = match (&row.fault, &row.note) {
            (Some(fault), _) => format!("INVALID: {fault}"),
            (None, Some(note)) => note.clone(),
            (None, None) => return None,
        };
        Some(format!("{}, {}: {text}", row.database, row.name))
    };
    results.rows.iter().filter_map(remark).collect()
}

/// The width of each column, in characters.
fn widths(lines: &[Vec<String>]) -> Vec<usize> {
    let columns = lines.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    (0..columns).map(width).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::{Target, Unit};

    fn results() -> Results {
        let good = Row::new("sqlite", "GET user", 12_345.0, Unit::PerSecond)
            .against("bare handler", 24_690.0)
            .asked(Target::ratio(0.45));
        let bad = Row::new("sqlite", "idle memory", 31.0, Unit::Megabytes).asked(Target::at_most(30.0));
        let worthless = Row::invalid("postgres", "POST login", "status 500: no".to_owned());
        let rows = vec![good, bad, worthless.asked(Target::ratio(0.9))];
        Results { taken_at: "2026-03-02T09:15:27Z".to_owned(), cores: 2, seconds: 5, rows }
    }

    #[test]
    fn columns_stand_below_each_other() {
        let text = for_terminal(&results(), None);
        let lines: Vec<Vec<char>> = text.lines().take(3).map(|line| line.chars().collect()).collect();
        let column = lines[0].windows(6).position(|window| window == ['f', 'i', 'g', 'u', 'r', 'e']).unwrap();
        for line in &lines[1..] {
            assert!(line[column].is_ascii_digit() && line[column - 1] == ' ', "{text}");
        }
        assert!(text.contains("12,345/s") && text.contains("24,690/s bare handler") && text.contains("0.50"), "{text}");
        assert!(!text.contains(CHANGE), "{text}");
    }

    #[test]
    fn what_is_missed_or_invalid_is_said_aloud() {
        let text = for_terminal(&results(), None);
        assert!(text.contains("MISSED") && text.contains("INVALID"), "{text}");
        assert!(text.contains("postgres, POST login: INVALID: status 500: no"), "{text}");
        let last = "Figures that meet their targets: 1, that miss one: 1, that are invalid: 1.\n";
        assert!(text.ends_with(last), "{text}");
    }

    #[test]
    fn the_change_is_a_column_of_its_own() {
        let mut old = results();
        old.rows[0].value = 12_000.0;
        let text = for_terminal(&results(), Some(&old));
        assert!(text.lines().next().unwrap().ends_with(CHANGE), "{text}");
        assert!(text.contains("+2.9 %"), "{text}");
    }

    #[test]
    fn a_page_has_one_cell_for_each_column() {
        let page = for_page(&results());
        assert!(page.starts_with("Taken 2026-03-02T09:15:27Z on 2 cores, 5 s for each load. "), "{page}");
        let lines: Vec<&str> = page.lines().filter(|line| line.starts_with('|')).collect();
        assert_eq!(lines.len(), 2 + 3);
        assert!(lines.iter().all(|line| line.matches('|').count() == COLUMNS.len() + 1), "{page}");
    }
}
