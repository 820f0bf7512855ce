//! What was measured, as people read it: in Markdown.

use std::fmt;
use std::sync::LazyLock;
use std::time::Instant;

use crate::compare::{Figure, Ratio, Target, Verdict};

/// The tables of one part of the measurement.
#[derive(Clone, Debug, Default)]
pub(crate) struct Section {
    pub(crate) title: String,
    /// How it was measured, in sentences.
    pub(crate) how: String,
    pub(crate) tables: Vec<Table>,
    /// Pictures: what it shows, and the SVG.
    pub(crate) plots: Vec<Plot>,
}

/// A picture, which is written to `plots/NAME.svg`.
#[derive(Clone, Debug)]
pub(crate) struct Plot {
    pub(crate) name: &'static str,
    pub(crate) shows: String,
    pub(crate) svg: String,
}

/// Rows below a head.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(head: &[&str]) -> Self {
        Self { head: head.iter().map(ToString::to_string).collect(), rows: Vec::new() }
    }

    /// # Panics
    ///
    /// When the row has other columns than the head.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells = cells.into_iter().collect::<Vec<_>>();
        assert_eq!(cells.len(), self.head.len(), "{cells:?} below {:?}", self.head);
        self.rows.push(cells);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = || std::iter::once(&self.head).chain(&self.rows);
        let width = |column: usize| all().map(|row| row[column].chars().count()).max().unwrap_or_default();
        let widths = (0..self.head.len()).map(width).collect::<Vec<_>>();
        let line = |f: &mut fmt::Formatter<'_>, cells: &[String]| {
            for (cell, width) in cells.iter().zip(&widths) {
                write!(f, "| {cell:width$} ")?;
            }
            writeln!(f, "|")
        };
        line(f, &self.head)?;
        line(f, &widths.iter().map(|width| "-".repeat(*width)).collect::<Vec<_>>())?;
        self.rows.iter().try_for_each(|row| line(f, row))
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "## {}\n\n{}\n", self.title, self.how)?;
        for table in &self.tables {
            write!(f, "\n{table}")?;
        }
        for plot in &self.plots {
            write!(f, "\n![{}](plots/{}.svg)\n", plot.shows, plot.name)?;
        }
        Ok(())
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known { median, spread } => write!(f, "{} ± {spread:.2}", number(*median)),
            Self::Unknown { spread } => write!(f, "not told apart (± {spread:.2})"),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Met => "met",
            Self::Missed => "**missed**",
            Self::Unknown => "not told apart",
        })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, bound) = match self {
            Self::Below(bound) => ('<', bound),
            Self::Above(bound) => ('>', bound),
        };
        // As it is said: 200,000 and 0.3, not 0.30.
        let bound = if bound.abs() < 100.0 { bound.to_string() } else { number(*bound) };
        write!(f, "{sign} {bound}")
    }
}

/// The cells `target` and `verdict` of a figure without a spread, which are empty where there is no target.
pub(crate) fn judged(target: Option<Target>, value: f64, unit: &str) -> [String; 2] {
    match target {
        Some(target) => [format!("{target} {unit}").trim_end().to_owned(), target.verdict(value).to_string()],
        None => Default::default(),
    }
}

/// What went wrong, above all that was measured; nothing where nothing did.
pub(crate) fn faults(faults: &[String]) -> String {
    if faults.is_empty() {
        return String::new();
    }
    // What a service printed has several lines.
    let items = faults.iter().map(|fault| format!("- {}\n", fault.replace('\n', "\n  ")));
    format!("## Not measured\n\nThis failed, or answered otherwise than it should:\n\n{}\n", items.collect::<String>())
}

/// The median in a unit, of which `per_unit` make one of the figure's; and the spread.
pub(crate) fn median(figure: &Figure, per_unit: f64) -> String {
    format!("{} ± {:.0} %", number(figure.median() * per_unit), 100.0 * figure.spread())
}

static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Says on stderr what goes on, and since when, in minutes and seconds.
pub(crate) fn progress(what: &str) {
    let seconds = BEGUN.elapsed().as_secs();
    eprintln!("{:3}:{:02} {what}", seconds / 60, seconds % 60);
}

/// Three digits that count, or all before the point, in groups.
pub(crate) fn number(value: f64) -> String {
    let digits = if value.abs() >= 100.0 {
        0
    } else if value.abs() >= 10.0 {
        1
    } else {
        2
    };
    let text = format!("{value:.digits$}");
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let (sign, whole) = whole.split_at(whole.len() - whole.trim_start_matches('-').len());
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits_that_count() {
        for (value, text) in [
            (0.0, "0.00"),
            (1.234, "1.23"),
            (12.34, "12.3"),
            (123.4, "123"),
            (1_234_567.0, "1,234,567"),
            (-1234.0, "-1,234"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn a_target_stands_beside_its_verdict() {
        assert_eq!(judged(Some(Target::Below(0.3)), 0.2, "µs"), ["< 0.3 µs", "met"]);
        assert_eq!(judged(Some(Target::Above(200_000.0)), 0.2, "rows/s"), ["> 200,000 rows/s", "**missed**"]);
        assert_eq!(judged(Some(Target::Below(1.05)), f64::NAN, ""), ["< 1.05", "not told apart"]);
        assert_eq!(judged(None, 0.2, "µs"), ["", ""]);
    }

    #[test]
    fn a_report_says_first_what_is_not_in_it() {
        assert_eq!(faults(&[]), "");
        let text = faults(&["`model`: mosec ended:\nno port".to_owned(), "`http`: axum".to_owned()]);
        assert!(text.starts_with("## Not measured\n"));
        assert!(text.ends_with("\n- `model`: mosec ended:\n  no port\n- `http`: axum\n\n"), "{text}");
    }

    #[test]
    fn columns_stand_below_each_other() {
        let mut table = Table::new(&["a", "peer"]);
        table.row(["µs".to_owned(), "b".to_owned()]);
        assert_eq!(table.to_string(), "| a  | peer |\n| -- | ---- |\n| µs | b    |\n");
    }
}
