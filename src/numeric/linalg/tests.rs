//! Each factorisation against known spectra and its own reconstruction.

use super::*;
use crate::numeric::random::Random;

const EPS: f64 = f64::EPSILON;

fn random_matrix(rows: usize, cols: usize, seed: u64) -> Matrix {
    let mut random = Random::new(seed);
    Matrix::from_fn(rows, cols, |_, _| random.uniform_in(-1.0, 1.0))
}

fn assert_close(found: &Matrix, wanted: &Matrix, tolerance: f64) {
    assert_eq!((found.rows, found.cols), (wanted.rows, wanted.cols));
    for (f, w) in found.data.iter().zip(&wanted.data) {
        assert!((f - w).abs() <= tolerance, "{f} is not {w}");
    }
}

fn hilbert(n: usize) -> Matrix {
    Matrix::from_fn(n, n, |i, j| 1.0 / (i + j + 1) as f64)
}

/// Wilkinson's W21+: |10 - i| on the diagonal, 1 beside it.
fn wilkinson() -> Matrix {
    Matrix::from_fn(21, 21, |i, j| match i.abs_diff(j) {
        0 => 10_usize.abs_diff(i) as f64,
        1 => 1.0,
        _ => 0.0,
    })
}

fn graded() -> Matrix {
    // D A0 D with D = diag(1, 1e-3, ..., 1e-12)
    Matrix::from_rows(&[
        [1.0, 0.0003, 1e-07, 1.0000000000000002e-10, 1e-13],
        [0.0003, 1e-06, 2.9999999999999995e-10, 1.0000000000000002e-13, 1e-16],
        [1e-07, 3e-10, 1e-12, 3e-16, 1e-19],
        [1.0000000000000002e-10, 1.0000000000000002e-13, 3e-16, 1e-18, 3e-22],
        [1e-13, 1.0000000000000001e-16, 1e-19, 3e-22, 1e-24],
    ])
    .unwrap()
}

// Spectra from mpmath.eigsy with 60 digits, on the same f64 entries. Wilkinson's agree with The Algebraic Eigenvalue
// Problem (1965), p. 309.
const HILBERT_6: [f64; 6] = [
    1.082799484481101e-07,
    1.2570757122637029e-05,
    0.0006157483541826453,
    0.016321521319875826,
    0.24236087057520955,
    1.618899858924339,
];
const WILKINSON: [f64; 21] = [
    -1.1254415221199843,
    0.25380581709667815,
    0.9475343675292933,
    1.7893213526950813,
    2.130209219362506,
    2.961058884185727,
    3.0430992925788236,
    3.996048201383625,
    4.004354023440857,
    4.999782477742902,
    5.000244425001913,
    6.000217522257098,
    6.000234031584167,
    7.003951798616375,
    7.003952209528675,
    8.038941115814273,
    8.038941122829023,
    9.210678647304919,
    9.210678647361332,
    10.746194182903322,
    10.746194182903393,
];
const GRADED: [f64; 5] =
    [9.022553615464163e-25, 9.049516886823168e-19, 9.098901094535866e-13, 9.099999982098922e-07, 1.0000000900000918];

#[test]
fn eigenvalues_of_known_matrices() {
    let small = Symmetric::factor(&Matrix::from_rows(&[[2.0, -1.0], [-1.0, 2.0]]).unwrap()).unwrap();
    assert_eq!(small.values, [1.0, 3.0]);
    let h = 0.5f64.sqrt();
    assert_close(&small.vectors, &Matrix::from_rows(&[[h, h], [h, -h]]).unwrap(), EPS);
    assert_eq!(small.condition_number(), 3.0);

    let swap = Symmetric::factor(&Matrix::from_rows(&[[0.0, 1.0], [1.0, 0.0]]).unwrap()).unwrap();
    assert_eq!(swap.values, [-1.0, 1.0]);

    // absolute errors of a few ulps of the norm
    for (matrix, spectrum) in [(hilbert(6), &HILBERT_6[..]), (wilkinson(), &WILKINSON[..])] {
        let found = Symmetric::factor(&matrix).unwrap();
        let norm = spectrum[spectrum.len() - 1];
        for (f, s) in found.values.iter().zip(spectrum) {
            assert!((f - s).abs() <= 4.0 * EPS * norm, "{f} is not {s}");
        }
    }
}

#[test]
fn tiny_eigenvalues_of_graded_matrices_keep_their_digits() {
    for scale in [1.0, 1e290, 1e-280] {
        let a = graded();
        let a = Matrix::from_fn(5, 5, |i, j| a[(i, j)] * scale);
        let found = Symmetric::factor(&a).unwrap();
        for (f, s) in found.values.iter().zip(GRADED) {
            // the smallest entries times 1e-280 are subnormal: their own rounding
            let rounding = if scale < 1.0 { 5e-324 * 4.0 } else { 0.0 };
            assert!((f - s * scale).abs() <= 16.0 * EPS * s * scale + rounding, "{f:e} is not {:e}", s * scale);
        }
    }
}

#[test]
fn eigenvectors_are_orthonormal_and_reconstruct() {
    for n in [0, 1, 2, 3, 10, 40] {
        let b = random_matrix(n, n, n as u64);
        let a = Matrix::from_fn(n, n, |i, j| b[(i, j)] + b[(j, i)]);
        let e = Symmetric::factor(&a).unwrap();
        assert!(e.values.is_sorted());
        let tolerance = 8.0 * EPS * (n as f64 + 1.0);
        assert_close(&e.reconstruct(), &a, tolerance);
        assert_close(&e.vectors.times(&e.vectors.transpose()).unwrap(), &Matrix::identity(n), tolerance);
    }
}

#[test]
fn rank_one_and_zero_matrices() {
    let ones = Symmetric::factor(&Matrix::from_fn(4, 4, |_, _| 1.0)).unwrap();
    assert!((ones.values[3] - 4.0).abs() <= 8.0 * EPS);
    assert!(ones.values[..3].iter().all(|v| v.abs() <= 8.0 * EPS));
    let zero = Symmetric::factor(&Matrix::zeros(3, 3)).unwrap();
    assert_eq!(zero.values, [0.0; 3]);
    assert_eq!(zero.condition_number(), f64::INFINITY);
    assert_eq!(zero.solve(&[1.0, 1.0, 1.0]), Err(LinalgError::Singular { pivot: 0 }));
    assert!(condition_number(&[]).is_nan());
    assert!(condition_number(&[1.0, f64::NAN]).is_nan());
}

#[test]
fn cholesky() {
    // worked by hand: [[4, 2], [2, 5]] = [[2, 0], [1, 2]] times its transpose
    let a = Matrix::from_rows(&[[4.0, 2.0], [2.0, 5.0]]).unwrap();
    let c = Cholesky::factor(&a).unwrap();
    assert_eq!(c.lower().data, [2.0, 0.0, 1.0, 2.0]);
    assert_eq!(c.reconstruct(), a);
    assert_eq!(c.solve(&[8.0, 12.0]).unwrap(), [1.0, 2.0]);
    // 1*3 - 2*2 = -1: the second pivot
    let indefinite = Matrix::from_rows(&[[1.0, 2.0], [2.0, 3.0]]).unwrap();
    let error = Cholesky::factor(&indefinite).unwrap_err();
    assert_eq!(error, LinalgError::NotPositiveDefinite { pivot: 1, value: -1.0 });
    assert_eq!(error.to_string(), "the matrix is not positive definite: pivot 1 is -1");

    let b = random_matrix(12, 12, 5);
    let a = b.times(&b.transpose()).unwrap();
    let c = Cholesky::factor(&a).unwrap();
    assert_close(&c.reconstruct(), &a, 12.0 * EPS * a.max_abs());
    assert_close(&Cholesky::factor(&hilbert(10)).unwrap().reconstruct(), &hilbert(10), 4.0 * EPS);
}

#[test]
fn lu() {
    // worked by hand; needs a row exchange at once
    let a = Matrix::from_rows(&[[0.0, 2.0, 1.0], [1.0, 1.0, 1.0], [2.0, 1.0, 0.0]]).unwrap();
    let f = Lu::factor(&a).unwrap();
    assert_eq!(f.determinant(), 3.0); // -2(0 - 2) + 1(1 - 2)
    assert_eq!(f.determinant_sign(), 1.0);
    assert_close(&f.reconstruct(), &a, EPS);
    let x = f.solve(&[7.0, 6.0, 4.0]).unwrap();
    for (x, wanted) in x.iter().zip([1.0, 2.0, 3.0]) {
        assert!((x - wanted).abs() <= 4.0 * EPS);
    }
    let singular = Lu::factor(&Matrix::from_rows(&[[1.0, 2.0], [2.0, 4.0]]).unwrap()).unwrap();
    assert_eq!(singular.determinant_sign(), 0.0);
    assert_eq!(singular.solve(&[1.0, 1.0]), Err(LinalgError::Singular { pivot: 1 }));

    let a = random_matrix(20, 20, 6);
    assert_close(&Lu::factor(&a).unwrap().reconstruct(), &a, 20.0 * EPS);
    let tiny = Matrix::from_fn(20, 20, |i, j| if i == j { -1e-100 } else { 0.0 });
    assert_eq!(Lu::factor(&tiny).unwrap().determinant_sign(), 1.0); // (-1)^20, though 1e-2000 underflows
}

#[test]
fn qr() {
    // least squares by hand: the line through (0, 1), (1, 3), (2, 4), (3, 4): 1.5 + x
    let a = Matrix::from_rows(&[[1.0, 0.0], [1.0, 1.0], [1.0, 2.0], [1.0, 3.0]]).unwrap();
    for f in [Qr::factor(&a).unwrap(), Qr::factor_pivoted(&a).unwrap()] {
        let x = f.solve(&[1.0, 3.0, 4.0, 4.0]).unwrap();
        assert!((x[0] - 1.5).abs() <= 8.0 * EPS && (x[1] - 1.0).abs() <= 8.0 * EPS, "{x:?}");
    }
    for (a, seed) in [(random_matrix(30, 12, 1), 1), (random_matrix(7, 7, 2), 2), (random_matrix(5, 0, 3), 3)] {
        for f in [Qr::factor(&a).unwrap(), Qr::factor_pivoted(&a).unwrap()] {
            assert_close(&f.reconstruct(), &a, 40.0 * EPS);
            let q = f.orthonormal();
            assert_close(&q.transpose().times(&q).unwrap(), &Matrix::identity(a.cols), 20.0 * EPS);
            assert_eq!(f.rank(1e-12), a.cols, "seed {seed}");
        }
    }
    // third column = first + second
    let b = random_matrix(10, 2, 4);
    let a = Matrix::from_fn(10, 3, |i, j| if j < 2 { b[(i, j)] } else { b[(i, 0)] + b[(i, 1)] });
    assert_eq!(Qr::factor_pivoted(&a).unwrap().rank(1e-13), 2);
    let huge = Matrix::from_fn(6, 3, |i, j| 1e300 * random_matrix(6, 3, 9)[(i, j)]);
    let f = Qr::factor(&huge).unwrap();
    assert_close(&f.reconstruct(), &huge, 1e300 * 40.0 * EPS);
    assert_eq!(Qr::factor(&Matrix::zeros(3, 1)).unwrap().solve(&[1.0; 3]), Err(LinalgError::Singular { pivot: 0 }));
    assert!(matches!(Qr::factor(&Matrix::zeros(2, 3)), Err(LinalgError::Shape { .. })));
}

#[test]
fn norms_at_the_ends_of_the_range() {
    assert_eq!(norm2(&[3.0, 4.0]), 5.0);
    assert_eq!(norm2(&[3e300, 4e300]), 5e300);
    assert_eq!(norm2(&[3.0 * 5e-324, 4.0 * 5e-324]), 5.0 * 5e-324);
    assert_eq!(norm2(&[]), 0.0);
    assert_eq!(norm2(&[f64::NEG_INFINITY, 1.0]), f64::INFINITY);
    assert!(norm2(&[f64::INFINITY, f64::NAN]).is_nan());
    assert!(norm2(&[f64::NAN, f64::INFINITY]).is_nan());
    assert_eq!(unit(&[0.0, -5e-324]).unwrap(), [0.0, -1.0]);
    let u = unit(&[3e307, 4e307]).unwrap();
    assert!((u[0] - 0.6).abs() <= EPS && (u[1] - 0.8).abs() <= EPS);
    assert_eq!(unit(&[f64::MAX, 0.0]).unwrap(), [1.0, 0.0]);
    assert!(unit(&[0.0, 0.0]).is_none());
    assert!(unit(&[f64::NAN, 1.0]).is_none());
}

#[test]
fn tangent_bases_are_orthonormal() {
    assert_eq!(tangent_basis(&[0.0, 2.0]).unwrap(), [[1.0, 0.0]]);
    assert_eq!(tangent_basis(&[5.0]).unwrap(), Vec::<Vec<f64>>::new());
    assert!(tangent_basis(&[0.0, 0.0]).is_none());
    assert!(tangent_basis(&[1.0, f64::INFINITY]).is_none());
    let vectors: [&[f64]; 5] =
        [&[3.0, 4.0], &[1.0, 1.0, 1.0], &[1e-300, -1e-5, 1e3, 0.0], &[-7e300, 2e300, 1e299], &[-1.0, 0.0, 0.0]];
    for v in vectors {
        let basis = tangent_basis(v).unwrap();
        assert_eq!(basis.len(), v.len() - 1);
        let u = unit(v).unwrap();
        for (i, a) in basis.iter().enumerate() {
            assert!(crate::numeric::sum::dot(a, &u).abs() <= 2.0 * EPS);
            for (j, b) in basis.iter().enumerate() {
                let wanted = if i == j { 1.0 } else { 0.0 };
                assert!((crate::numeric::sum::dot(a, b) - wanted).abs() <= 2.0 * EPS);
            }
        }
    }
}

#[test]
fn wrong_shapes_and_entries_are_named() {
    let ragged = Matrix::from_rows(&[vec![1.0, 2.0], vec![3.0]]).unwrap_err();
    assert_eq!(ragged.to_string(), "a matrix of 1 by 1 where a row of 2 entries is needed");
    assert!(Matrix::from_data(2, 2, vec![1.0]).is_err());
    let mut a = Matrix::identity(3);
    a[(1, 2)] = f64::NAN;
    let error = Symmetric::factor(&a).unwrap_err();
    assert_eq!(error.to_string(), "entry (1, 2) of the matrix is NaN");
    assert!(matches!(Lu::factor(&a), Err(LinalgError::NotFinite { row: 1, column: 2, .. })));
    let error = Cholesky::factor(&Matrix::zeros(2, 3)).unwrap_err();
    assert_eq!(error.to_string(), "a matrix of 2 by 3 where a square one is needed");
    let error = Lu::factor(&Matrix::identity(2)).unwrap().solve(&[1.0]).unwrap_err();
    assert_eq!(error.to_string(), "a matrix of 2 by 2 where an operand of 2 rows, not 1, is needed");
}
