//! f64 without formulas: elementary kernels, intervals, sums, dense linear algebra, random numbers. Uses only `error`.
