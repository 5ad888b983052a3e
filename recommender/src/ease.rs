//! EASE^R (H. Steck, Embarrassingly Shallow Autoencoders for Sparse Data, 2019): the linear model that predicts each item
//! of a row from the others, in closed form. With G = X'WX and P = (G + lambda I)^-1, item i speaks for item j by
//! -P_ij / P_jj.

use std::ops::AddAssign;

use faer::linalg::solvers::{DenseSolveCore, Llt};
use faer::traits::ComplexField;
use faer::{Mat, MatRef, Side};
use rayon::prelude::*;

use crate::history::Rows;
use crate::neighbours::{Neighbours, strongest};

/// Items at most: the matrix is square, 4 bytes a cell (8 where that is not precise enough), and there are two at a time.
pub const ITEMS_MAX: usize = 10_000;

/// Why there is no model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EaseError {
    /// There are more items than the matrix may have.
    #[error("{0} items are more than {ITEMS_MAX}")]
    TooLarge(usize),
    /// The matrix has no Cholesky factor, not even in double precision: the regularisation is too weak.
    #[error("the matrix is not positive definite")]
    NotPositive,
}

/// The `most` neighbours of each item that it says most about. It speaks against some of them: without these the model is
/// worse by far.
///
/// # Errors
/// When there are too many items or the regularisation is too weak.
pub fn ease(rows: &Rows, lambda: f32, most: usize) -> Result<Neighbours, EaseError> {
    let items = rows.items();
    if items == 0 {
        return Ok(Neighbours::default());
    }
    if items > ITEMS_MAX {
        return Err(EaseError::TooLarge(items));
    }
    // Half the memory and twice as fast, and precise enough unless the regularisation is weak beside what is counted.
    match inverse::<f32>(rows, lambda) {
        Some(inverse) => Ok(speaking(&inverse, most)),
        None => inverse::<f64>(rows, lambda)
            .map(|inverse| speaking(&inverse, most))
            .ok_or(EaseError::NotPositive),
    }
}

/// What the model is computed in.
trait Precision: ComplexField + Copy + Send + Sync + AddAssign + From<f32> + Into<f64> {}

impl Precision for f32 {}
impl Precision for f64 {}

/// (X'WX + lambda I)^-1; none where this precision does not find that it is positive definite.
fn inverse<T: Precision>(rows: &Rows, lambda: f32) -> Option<Mat<T>> {
    let items = rows.items();
    let mut gram = gram::<T>(rows);
    for item in 0..items {
        gram[item * items + item] += <T as From<f32>>::from(lambda);
    }
    let factor = Llt::new(MatRef::from_column_major_slice(&gram, items, items), Side::Lower).ok()?;
    drop(gram);
    let inverse = factor.inverse();
    let is_positive = |item| {
        let value: f64 = inverse[(item, item)].into();
        value.is_finite() && value > 0.0
    };
    (0..items).all(is_positive).then_some(inverse)
}

fn speaking<T: Precision>(inverse: &Mat<T>, most: usize) -> Neighbours {
    let items = inverse.ncols();
    let cell = |row: usize, column: usize| -> f64 { inverse[(row, column)].into() };
    let diagonal: Vec<f64> = (0..items).map(|item| cell(item, item)).collect();
    let neighbours: Vec<_> = (0..items)
        .into_par_iter()
        .map(|item| {
            let mut weights: Vec<f32> = (0..items)
                .map(|other| (-cell(other, item) / diagonal[other]) as f32)
                .collect();
            weights[item] = 0.0;
            strongest(&weights, most)
        })
        .collect();
    Neighbours::new(neighbours)
}

/// X'WX, column by column: how much the rows that have both items count together.
fn gram<T: Precision>(rows: &Rows) -> Vec<T> {
    let items = rows.items();
    let mut gram: Vec<T> = vec![<T as From<f32>>::from(0.0); items * items];
    gram.par_chunks_mut(items)
        .zip(&rows.by_item)
        .for_each(|(column, having)| {
            for row in having {
                let row = &rows.rows[*row as usize];
                for (item, _) in &row.items {
                    column[*item as usize] += <T as From<f32>>::from(row.weight);
                }
            }
        });
    gram
}
