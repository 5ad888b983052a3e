//! EASE^R (H. Steck, Embarrassingly Shallow Autoencoders for Sparse Data, 2019): the linear model that predicts each item
//! of a row from the others, in closed form. With G = X'WX and P = (G + lambda I)^-1, item i speaks for item j by
//! -P_ij / P_jj.

use faer::linalg::solvers::{DenseSolveCore, Llt};
use faer::{MatRef, Side};
use rayon::prelude::*;

use crate::history::Rows;
use crate::neighbours::{Neighbours, strongest};

/// Items at most: the matrix is square, 4 bytes a cell, and there are two at a time.
pub const ITEMS_MAX: usize = 10_000;

/// Why there is no model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EaseError {
    /// There are more items than the matrix may have.
    #[error("{0} items are more than {ITEMS_MAX}")]
    TooLarge(usize),
    /// The matrix has no Cholesky factor: the regularisation is too weak for the precision.
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
    let mut gram = gram(rows);
    for item in 0..items {
        gram[item * items + item] += lambda;
    }
    let factor = Llt::new(MatRef::from_column_major_slice(&gram, items, items), Side::Lower)
        .map_err(|_| EaseError::NotPositive)?;
    drop(gram);
    let inverse = factor.inverse();
    drop(factor);
    let diagonal: Vec<f32> = (0..items).map(|item| inverse[(item, item)]).collect();
    let neighbours: Vec<_> = (0..items)
        .into_par_iter()
        .map(|item| {
            let mut weights: Vec<f32> = (0..items)
                .map(|other| -inverse[(other, item)] / diagonal[other])
                .collect();
            weights[item] = 0.0;
            strongest(&weights, most)
        })
        .collect();
    Ok(Neighbours::new(neighbours))
}

/// X'WX, column by column: how much the rows that have both items count together.
fn gram(rows: &Rows) -> Vec<f32> {
    let items = rows.items();
    let mut gram = vec![0.0f32; items * items];
    gram.par_chunks_mut(items)
        .zip(&rows.by_item)
        .for_each(|(column, having)| {
            for row in having {
                let row = &rows.rows[*row as usize];
                for (item, _) in &row.items {
                    column[*item as usize] += row.weight;
                }
            }
        });
    gram
}
