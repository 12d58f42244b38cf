//! The methods: one file each with a `static ENTRY`, one line each in [`TABLE`], which is the only list.

mod adagrad;
mod adam;
mod adamw;
mod amsgrad;
mod bfgs;
mod gauss_newton;
mod gradient_descent;
mod lbfgs;
mod levenberg_marquardt;
mod momentum;
mod natural_gradient;
mod nesterov;
mod newton;
mod newton_cg;
mod nonlinear_cg;
mod rmsprop;

use super::method::Entry;

/// All methods.
pub static TABLE: &[&Entry] = &[
    &gradient_descent::ENTRY,
    &momentum::ENTRY,
    &nesterov::ENTRY,
    &adagrad::ENTRY,
    &rmsprop::ENTRY,
    &adam::ENTRY,
    &adamw::ENTRY,
    &amsgrad::ENTRY,
    &nonlinear_cg::ENTRY,
    &bfgs::ENTRY,
    &lbfgs::ENTRY,
    &newton::ENTRY,
    &newton_cg::ENTRY,
    &gauss_newton::ENTRY,
    &levenberg_marquardt::ENTRY,
    &natural_gradient::ENTRY,
];

/// The entry of a name.
pub fn find(name: &str) -> Option<&'static Entry> {
    TABLE.iter().copied().find(|e| e.name == name)
}
