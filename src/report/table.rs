//! Aligned tables of text.

use super::diagnostic::width;

/// On which side a column's cells begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
    /// Numbers with their points one below the other.
    Point,
}

/// Rows under a header; blanks between the columns.
#[derive(Clone, Debug, Default)]
pub struct Table {
    header: Vec<String>,
    align: Vec<Align>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns. Empty names leave out the header line.
    pub fn new(columns: &[(&str, Align)]) -> Table {
        Table {
            header: columns.iter().map(|(name, _)| name.to_string()).collect(),
            align: columns.iter().map(|(_, align)| *align).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row. Missing cells are empty, cells beyond the columns are left out.
    pub fn row(&mut self, cells: impl IntoIterator<Item = impl Into<String>>) {
        let mut cells: Vec<String> = cells.into_iter().map(Into::into).collect();
        cells.resize(self.align.len(), String::new());
        self.rows.push(cells);
    }

    /// The text: a line a row, `indent` blanks before each, no blanks at the ends.
    pub fn render(&self, indent: usize) -> String {
        let mut rows = self.rows.clone();
        for (column, align) in self.align.iter().enumerate() {
            if *align == Align::Point {
                line_up_points(&mut rows, column);
            }
        }
        if self.header.iter().any(|h| !h.is_empty()) {
            rows.insert(0, self.header.clone());
        }
        let widths: Vec<usize> =
            (0..self.align.len()).map(|column| rows.iter().map(|row| width(&row[column])).max().unwrap_or(0)).collect();
        let mut out = String::new();
        for row in &rows {
            let mut line = " ".repeat(indent);
            for (column, cell) in row.iter().enumerate() {
                let gap = " ".repeat(widths[column] - width(cell));
                let before = if column == 0 { "" } else { "  " };
                line.push_str(before);
                match self.align[column] {
                    Align::Left => line.push_str(&(cell.clone() + &gap)),
                    Align::Right | Align::Point => line.push_str(&(gap + cell)),
                }
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }
}

/// Blanks after each number, so that right-aligned cells have their points in one column.
fn line_up_points(rows: &mut [Vec<String>], column: usize) {
    let tail = |cell: &str| match cell.find(['.', 'e']) {
        Some(point) if cell.starts_with(|c: char| c.is_ascii_digit() || c == '-') => cell.len() - point,
        _ => 0,
    };
    let longest = rows.iter().map(|row| tail(&row[column])).max().unwrap_or(0);
    for row in rows {
        let missing = longest - tail(&row[column]);
        row[column].push_str(&" ".repeat(missing));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let mut table = Table::new(&[("name", Align::Left), ("value", Align::Point), ("n", Align::Right)]);
        table.row(["x", "1.25", "3"]);
        table.row(["näher", "-10", "12"]);
        table.row(["z", "1.5e-7"]);
        let want = concat!(
            "  name      value   n\n",
            "  x        1.25     3\n",
            "  näher  -10       12\n",
            "  z        1.5e-7\n",
        );
        assert_eq!(table.render(2), want);
    }

    #[test]
    fn no_header_without_names() {
        let mut table = Table::new(&[("", Align::Left), ("", Align::Left)]);
        table.row(["a", "b"]);
        assert_eq!(table.render(0), "a  b\n");
    }
}
