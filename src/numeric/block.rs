//! Blocks of lanes and instruction sets: one scalar body a function, compiled for each instruction set by one macro.
//!
//! Uses nothing. The bodies use IEEE operations alone (no fused multiply-add), so every instruction set gives the same bits;
//! what differs is how many lanes an instruction works on.

use std::sync::atomic::{AtomicUsize, Ordering};

/// The most lanes of a block: the registers of a program then stay in the first-level cache.
pub const LANES: usize = 256;

/// An instruction set that this machine has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Isa(Set);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    Baseline,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

/// The place of the instruction set that [`Isa::hold`] asked for; none so far.
static HELD: AtomicUsize = AtomicUsize::new(usize::MAX);

impl Isa {
    /// What the target has for certain: SSE2 on x86-64, NEON on aarch64.
    pub const BASELINE: Isa = Isa(Set::Baseline);

    /// Every instruction set of this machine, the widest last. There is no other way to get one: a value is the proof that
    /// the machine has it.
    pub fn available() -> Vec<Isa> {
        (0..=Isa::widest()).map(Isa::at).collect()
    }

    /// The widest one, or that of [`Isa::hold`].
    pub fn detect() -> Isa {
        let (widest, held) = (Isa::widest(), HELD.load(Ordering::Relaxed));
        Isa::at(if held < widest { held } else { widest })
    }

    /// The place of the widest one. (The standard library remembers what it detected.)
    fn widest() -> usize {
        #[cfg(target_arch = "x86_64")]
        {
            let avx512 = std::arch::is_x86_feature_detected!("avx512f")
                && std::arch::is_x86_feature_detected!("avx512dq")
                && std::arch::is_x86_feature_detected!("avx512vl");
            match std::arch::is_x86_feature_detected!("avx2") {
                true => 1 + usize::from(avx512),
                false => 0,
            }
        }
        #[cfg(not(target_arch = "x86_64"))]
        0
    }

    /// The one at a place, which must not be beyond the widest.
    fn at(place: usize) -> Isa {
        match place {
            #[cfg(target_arch = "x86_64")]
            1 => Isa(Set::Avx2),
            #[cfg(target_arch = "x86_64")]
            2 => Isa(Set::Avx512),
            _ => Isa::BASELINE,
        }
    }

    /// Makes [`Isa::detect`] give this one for the rest of the process. The bits of every result are the same.
    pub fn hold(self) {
        HELD.store(self.index(), Ordering::Relaxed);
    }

    /// Its name: `sse2`, `avx2`, `avx512`; `neon` or `baseline` elsewhere.
    pub fn name(self) -> &'static str {
        match self.0 {
            Set::Baseline if cfg!(target_arch = "x86_64") => "sse2",
            Set::Baseline if cfg!(target_arch = "aarch64") => "neon",
            Set::Baseline => "baseline",
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => "avx512",
        }
    }

    /// Whether the one in use has the instructions of AVX2.
    pub fn has_avx2() -> bool {
        Isa::detect().index() >= 1
    }

    /// Whether the one in use has those of AVX-512 (F, DQ, VL).
    pub fn has_avx512() -> bool {
        Isa::detect().index() >= 2
    }

    /// Its place in a list of loops.
    pub(crate) fn index(self) -> usize {
        match self.0 {
            Set::Baseline => 0,
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => 1,
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => 2,
        }
    }
}

/// A loop over lanes of a function of one, two, three arguments. Safe to call on a machine that has its instruction set.
pub type Loop1 = unsafe fn(&mut [f64], &[f64]);
/// See [`Loop1`].
pub type Loop2 = unsafe fn(&mut [f64], &[f64], &[f64]);
/// See [`Loop1`].
pub type Loop3 = unsafe fn(&mut [f64], &[f64], &[f64], &[f64]);

/// A function's values, for one lane and for blocks of lanes.
#[derive(Clone, Copy)]
pub enum Kernel {
    /// Of one argument: the scalar body, and its loop for each instruction set.
    Unary(fn(f64) -> f64, [Loop1; 3]),
    /// Of two.
    Binary(fn(f64, f64) -> f64, [Loop2; 3]),
    /// Of three.
    Ternary(fn(f64, f64, f64) -> f64, [Loop3; 3]),
}

impl std::fmt::Debug for Kernel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Kernel of {}", self.arity())
    }
}

impl Kernel {
    /// The number of arguments.
    pub fn arity(&self) -> usize {
        match self {
            Kernel::Unary(..) => 1,
            Kernel::Binary(..) => 2,
            Kernel::Ternary(..) => 3,
        }
    }

    /// The value for one lane; NaN where arguments are missing.
    pub fn scalar(&self, args: &[f64]) -> f64 {
        match (self, args) {
            (Kernel::Unary(f, _), &[x, ..]) => f(x),
            (Kernel::Binary(f, _), &[x, y, ..]) => f(x, y),
            (Kernel::Ternary(f, _), &[x, y, z, ..]) => f(x, y, z),
            _ => f64::NAN,
        }
    }

    /// The values for a block: `args: [arity][lanes]`, `out: [lanes]`. The bits are those of [`Kernel::scalar`].
    pub fn block(&self, isa: Isa, out: &mut [f64], args: &[&[f64]]) {
        let i = isa.index();
        // SAFETY: a value of `Isa` exists only for instruction sets that were detected, and loop i needs set i alone.
        unsafe {
            match (self, args) {
                (Kernel::Unary(_, loops), [x, ..]) => loops[i](out, x),
                (Kernel::Binary(_, loops), [x, y, ..]) => loops[i](out, x, y),
                (Kernel::Ternary(_, loops), [x, y, z, ..]) => loops[i](out, x, y, z),
                _ => out.fill(f64::NAN),
            }
        }
    }
}

/// A kernel from a scalar body `fn(f64, ...) -> f64` that is `#[inline(always)]`.
///
/// `kernel!(EXP, exp, 1)` makes `pub static EXP: Kernel`. With a fourth and fifth argument, `kernel!(SIN, sin, 1, fast, covers)`,
/// blocks run `fast` (branch-free) and then `sin` in the lanes that `covers` does not accept; `sin` itself must be
/// `if covers(x) { fast(x) } else { ... }`.
macro_rules! kernel {
    // the loop stands in each function with a target feature: a closure or a call would be compiled without it
    (@loops $variant:ident, $scalar:path, $out:ident, [$($x:ident),+], $body:block) => {{
        #[inline(always)]
        fn each($out: &mut [f64], $($x: &[f64]),+) $body
        unsafe fn baseline($out: &mut [f64], $($x: &[f64]),+) {
            each($out, $($x),+)
        }
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2")]
        unsafe fn avx2($out: &mut [f64], $($x: &[f64]),+) {
            each($out, $($x),+)
        }
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx512f,avx512dq,avx512vl")]
        unsafe fn avx512($out: &mut [f64], $($x: &[f64]),+) {
            each($out, $($x),+)
        }
        #[cfg(target_arch = "x86_64")]
        let loops = [baseline as _, avx2 as _, avx512 as _];
        #[cfg(not(target_arch = "x86_64"))]
        let loops = [baseline as _; 3];
        $crate::numeric::block::Kernel::$variant($scalar, loops)
    }};
    ($name:ident, $scalar:path, 1) => {
        #[doc = concat!("Kernel of [`", stringify!($scalar), "`].")]
        pub static $name: $crate::numeric::block::Kernel = kernel!(@loops Unary, $scalar, out, [x], {
            for (o, &x) in out.iter_mut().zip(x) {
                *o = $scalar(x);
            }
        });
    };
    ($name:ident, $scalar:path, 2) => {
        #[doc = concat!("Kernel of [`", stringify!($scalar), "`].")]
        pub static $name: $crate::numeric::block::Kernel = kernel!(@loops Binary, $scalar, out, [x, y], {
            for ((o, &x), &y) in out.iter_mut().zip(x).zip(y) {
                *o = $scalar(x, y);
            }
        });
    };
    ($name:ident, $scalar:path, 3) => {
        #[doc = concat!("Kernel of [`", stringify!($scalar), "`].")]
        pub static $name: $crate::numeric::block::Kernel = kernel!(@loops Ternary, $scalar, out, [x, y, z], {
            for (((o, &x), &y), &z) in out.iter_mut().zip(x).zip(y).zip(z) {
                *o = $scalar(x, y, z);
            }
        });
    };
    ($name:ident, $scalar:path, 2, $fast:path, $covers:path) => {
        #[doc = concat!("Kernel of [`", stringify!($scalar), "`].")]
        pub static $name: $crate::numeric::block::Kernel = kernel!(@loops Binary, $scalar, out, [x, y], {
            for ((o, &x), &y) in out.iter_mut().zip(x).zip(y) {
                *o = $fast(x, y);
            }
            let mut outside = 0_u32;
            for (&x, &y) in x.iter().zip(y) {
                outside |= u32::from(!$covers(x, y));
            }
            if outside != 0 {
                for ((o, &x), &y) in out.iter_mut().zip(x).zip(y) {
                    if !$covers(x, y) {
                        *o = $scalar(x, y);
                    }
                }
            }
        });
    };
    ($name:ident, $scalar:path, 1, $fast:path, $covers:path) => {
        #[doc = concat!("Kernel of [`", stringify!($scalar), "`].")]
        pub static $name: $crate::numeric::block::Kernel = kernel!(@loops Unary, $scalar, out, [x], {
            for (o, &x) in out.iter_mut().zip(x) {
                *o = $fast(x);
            }
            let mut outside = 0_u32;
            for &x in x {
                outside |= u32::from(!$covers(x));
            }
            if outside != 0 {
                for (o, &x) in out.iter_mut().zip(x) {
                    if !$covers(x) {
                        *o = $scalar(x);
                    }
                }
            }
        });
    };
}
pub(crate) use kernel;

/// A function that is compiled for each instruction set: `per_isa! { /// What it does. pub fn name(a: A, ...) -> R { ... } }`
/// makes `name(isa, a, ...)`.
macro_rules! per_isa {
    ($(#[$doc:meta])* $vis:vis fn $name:ident($($a:ident: $t:ty),*) $(-> $r:ty)? $body:block) => {
        $(#[$doc])*
        $vis fn $name(isa: $crate::numeric::block::Isa, $($a: $t),*) $(-> $r)? {
            #[inline(always)]
            fn each($($a: $t),*) $(-> $r)? $body
            unsafe fn baseline($($a: $t),*) $(-> $r)? {
                each($($a),*)
            }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2")]
            unsafe fn avx2($($a: $t),*) $(-> $r)? {
                each($($a),*)
            }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512dq,avx512vl")]
            unsafe fn avx512($($a: $t),*) $(-> $r)? {
                each($($a),*)
            }
            #[cfg(target_arch = "x86_64")]
            let loops: [unsafe fn($($t),*) $(-> $r)?; 3] = [baseline, avx2, avx512];
            #[cfg(not(target_arch = "x86_64"))]
            let loops: [unsafe fn($($t),*) $(-> $r)?; 3] = [baseline; 3];
            // SAFETY: a value of `Isa` exists only for instruction sets that were detected, and loop i needs set i alone.
            unsafe { loops[isa.index()]($($a),*) }
        }
    };
}
pub(crate) use per_isa;
