//! Dense matrices, row after row.

use super::LinalgError;
use crate::numeric::sum::dot;
use std::ops::{Index, IndexMut};

/// A matrix of `rows` by `cols` numbers; entry (i, j) is `data[i * cols + j]`, or `matrix[(i, j)]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    /// How many rows.
    pub rows: usize,
    /// How many columns.
    pub cols: usize,
    /// The entries, row-major: \[rows, cols\].
    pub data: Vec<f64>,
}

impl Matrix {
    /// All entries 0.
    pub fn zeros(rows: usize, cols: usize) -> Self {
        Matrix { rows, cols, data: vec![0.0; rows * cols] }
    }

    /// 1 on the diagonal.
    pub fn identity(n: usize) -> Self {
        Matrix::from_fn(n, n, |i, j| if i == j { 1.0 } else { 0.0 })
    }

    /// Entry (i, j) is `entry(i, j)`.
    pub fn from_fn(rows: usize, cols: usize, mut entry: impl FnMut(usize, usize) -> f64) -> Self {
        let mut data = Vec::with_capacity(rows * cols);
        for i in 0..rows {
            data.extend((0..cols).map(|j| entry(i, j)));
        }
        Matrix { rows, cols, data }
    }

    /// From entries row after row. Fails with `Shape` if there are not rows * cols of them.
    pub fn from_data(rows: usize, cols: usize, data: Vec<f64>) -> Result<Self, LinalgError> {
        if rows.checked_mul(cols) != Some(data.len()) {
            return Err(LinalgError::Shape { rows, columns: cols, wanted: format!("one of {} entries", data.len()) });
        }
        Ok(Matrix { rows, cols, data })
    }

    /// From a list of rows. Fails with `Shape` if their lengths differ.
    pub fn from_rows<R: AsRef<[f64]>>(rows: &[R]) -> Result<Self, LinalgError> {
        let cols = rows.first().map_or(0, |row| row.as_ref().len());
        if let Some(odd) = rows.iter().find(|row| row.as_ref().len() != cols) {
            let wanted = format!("a row of {cols} entries");
            return Err(LinalgError::Shape { rows: 1, columns: odd.as_ref().len(), wanted });
        }
        let data = rows.iter().flat_map(|row| row.as_ref().iter().copied()).collect();
        Ok(Matrix { rows: rows.len(), cols, data })
    }

    /// Row i: \[cols\].
    pub fn row(&self, i: usize) -> &[f64] {
        &self.data[i * self.cols..(i + 1) * self.cols]
    }

    /// A copy of column j: \[rows\].
    pub fn column(&self, j: usize) -> Vec<f64> {
        (0..self.rows).map(|i| self[(i, j)]).collect()
    }

    /// Rows and columns exchanged.
    pub fn transpose(&self) -> Matrix {
        Matrix::from_fn(self.cols, self.rows, |i, j| self[(j, i)])
    }

    /// A x, `x`: \[cols\]. Fails with `Shape`.
    pub fn apply(&self, x: &[f64]) -> Result<Vec<f64>, LinalgError> {
        self.fits(self.cols, x.len())?;
        Ok((0..self.rows).map(|i| dot(self.row(i), x)).collect())
    }

    /// A B. Fails with `Shape`.
    pub fn times(&self, other: &Matrix) -> Result<Matrix, LinalgError> {
        self.fits(self.cols, other.rows)?;
        let columns = other.transpose();
        Ok(Matrix::from_fn(self.rows, other.cols, |i, j| dot(self.row(i), columns.row(j))))
    }

    /// The largest |entry|; NaN if one is NaN.
    pub fn max_abs(&self) -> f64 {
        super::vector::max_abs(&self.data)
    }

    /// The order of a square matrix. Fails with `Shape`.
    pub(super) fn order(&self) -> Result<usize, LinalgError> {
        if self.rows == self.cols {
            return Ok(self.rows);
        }
        Err(LinalgError::Shape { rows: self.rows, columns: self.cols, wanted: "a square one".into() })
    }

    /// Fails with `NotFinite` at the first entry that is no number.
    pub(super) fn finite(&self) -> Result<(), LinalgError> {
        match self.data.iter().position(|x| !x.is_finite()) {
            None => Ok(()),
            Some(at) => {
                Err(LinalgError::NotFinite { row: at / self.cols, column: at % self.cols, value: self.data[at] })
            }
        }
    }

    /// Fails with `Shape` unless an operand of `found` rows goes with `needed`.
    pub(super) fn fits(&self, needed: usize, found: usize) -> Result<(), LinalgError> {
        if needed == found {
            return Ok(());
        }
        let wanted = format!("an operand of {needed} rows, not {found},");
        Err(LinalgError::Shape { rows: self.rows, columns: self.cols, wanted })
    }

    pub(super) fn swap_rows(&mut self, a: usize, b: usize) {
        if a != b {
            for j in 0..self.cols {
                self.data.swap(a * self.cols + j, b * self.cols + j);
            }
        }
    }
}

impl Index<(usize, usize)> for Matrix {
    type Output = f64;
    #[inline]
    fn index(&self, (i, j): (usize, usize)) -> &f64 {
        &self.data[i * self.cols + j]
    }
}

impl IndexMut<(usize, usize)> for Matrix {
    #[inline]
    fn index_mut(&mut self, (i, j): (usize, usize)) -> &mut f64 {
        &mut self.data[i * self.cols + j]
    }
}
