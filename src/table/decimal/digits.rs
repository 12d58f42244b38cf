//! The digits of a number: eight bytes at a time in a word, or thirty-two where the machine has instructions for it.

/// How digits are read; what is read does not depend on it.
pub trait Digits {
    /// The digits from `at` on, with at most one point among them. `None` where there is none, or text ends.
    fn mantissa(text: &[u8], at: usize) -> Option<Mantissa>;
}

/// Digits without their point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mantissa {
    /// The number they are; nonsense where `count` is above nineteen.
    pub digits: u64,
    /// How many matter.
    pub count: usize,
    /// Behind the last one.
    pub end: usize,
    /// The power of ten that the point stands for.
    pub exponent: i64,
}

/// Eight bytes at a time, on every machine.
#[derive(Clone, Copy, Debug)]
pub struct Words;

impl Digits for Words {
    #[inline(always)]
    fn mantissa(text: &[u8], at: usize) -> Option<Mantissa> {
        let mut digits = 0_u64;
        let point = run(text, at, &mut digits)?;
        let mut count = point - at;
        if *text.get(point)? != b'.' {
            return (count > 0).then_some(Mantissa { digits, count, end: point, exponent: 0 });
        }
        // the zero of 0.5 does not count among the nineteen
        count -= usize::from(digits == 0 && count == 1);
        let end = long_run(text, point + 1, &mut digits)?;
        count += end - point - 1;
        // not the point alone
        (end - at > 1).then_some(Mantissa { digits, count, end, exponent: point as i64 + 1 - end as i64 })
    }
}

/// Thirty-two bytes at a time, by instructions of AVX2. To be used where [`Wide::there`] alone, inlined into a function that is
/// compiled for them.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy, Debug)]
pub struct Wide;

#[cfg(target_arch = "x86_64")]
impl Wide {
    /// Whether the machine has the instructions.
    pub fn there() -> bool {
        crate::numeric::block::Isa::has_avx2()
            && std::arch::is_x86_feature_detected!("bmi1")
            && std::arch::is_x86_feature_detected!("bmi2")
            && std::arch::is_x86_feature_detected!("lzcnt")
    }
}

#[cfg(target_arch = "x86_64")]
impl Digits for Wide {
    #[inline(always)]
    fn mantissa(text: &[u8], at: usize) -> Option<Mantissa> {
        // a word before the point, a word and sixteen bytes behind it; the rest is rare. No closures: they would be compiled
        // without the instructions.
        if at < 16 || at + 32 > text.len() {
            return Words::mantissa(text, at);
        }
        let chunk = text[at..].first_chunk::<32>()?;
        let others = not_digits(chunk);
        let whole = others.trailing_zeros() as usize;
        let behind = others & others.wrapping_sub(1);
        let end = behind.trailing_zeros() as usize;
        let fraction = end.wrapping_sub(whole + 1);
        if whole > 8 || behind == 0 || chunk[whole] != b'.' || fraction > 24 || end == 1 {
            return Words::mantissa(text, at);
        }
        let first = append(0, eight(text, at)?.0, whole);
        let early = fraction.saturating_sub(16);
        let digits = append(first, eight(text, at + whole + 1)?.0, early);
        let late = fraction - early;
        let bytes = text[at + end - 16..].first_chunk::<16>()?;
        let digits = digits.wrapping_mul(TEN_TO[late]).wrapping_add(sixteen(bytes, late));
        let count = whole - usize::from(whole == 1 && first == 0) + fraction;
        Some(Mantissa { digits, count, end: at + end, exponent: -(fraction as i64) })
    }
}

/// A bit for each byte that is no digit.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn not_digits(chunk: &[u8; 32]) -> u32 {
    use std::arch::x86_64::*;
    // SAFETY: a type of this module calls it only where AVX2 was found; the load reads the 32 bytes of the chunk.
    unsafe {
        let bytes = _mm256_loadu_si256(chunk.as_ptr().cast());
        let values = _mm256_sub_epi8(bytes, _mm256_set1_epi8(b'0' as i8));
        let digits = _mm256_cmpeq_epi8(_mm256_min_epu8(values, _mm256_set1_epi8(9)), values);
        !(_mm256_movemask_epi8(digits) as u32)
    }
}

/// The number that the last `count` of sixteen digits are.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn sixteen(bytes: &[u8; 16], count: usize) -> u64 {
    use std::arch::x86_64::*;
    // SAFETY: as above; the load reads the 16 bytes.
    unsafe {
        let values = _mm_sub_epi8(_mm_loadu_si128(bytes.as_ptr().cast()), _mm_set1_epi8(b'0' as i8));
        let places = _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        let wanted = _mm_cmpgt_epi8(places, _mm_set1_epi8(15 - count as i8));
        let values = _mm_and_si128(values, wanted);
        let pairs = _mm_maddubs_epi16(values, _mm_set1_epi16(0x010a));
        let fours = _mm_madd_epi16(pairs, _mm_set1_epi32(0x0001_0064));
        let fours = _mm_packus_epi32(fours, fours);
        let eights = _mm_madd_epi16(fours, _mm_set1_epi32(0x0001_2710));
        let both = _mm_cvtsi128_si64(eights) as u64;
        (both & 0xffff_ffff) * 100_000_000 + (both >> 32)
    }
}

/// Powers of ten up to that of sixteen digits.
const TEN_TO: [u64; 17] = {
    let mut powers = [1; 17];
    let mut i = 1;
    while i < 17 {
        powers[i] = 10 * powers[i - 1];
        i += 1;
    }
    powers
};

/// Eight bytes from `at` on, each less by the digit 0, and how many of the first of them are digits.
#[inline(always)]
fn eight(text: &[u8], at: usize) -> Option<(u64, usize)> {
    let word = u64::from_le_bytes(*text.get(at..)?.first_chunk::<8>()?) ^ 0x3030_3030_3030_3030;
    // A byte that is no digit gets its high bit. Carries go to later bytes only, and the first such byte matters.
    let others = (word.wrapping_add(0x7676_7676_7676_7676) | word) & 0x8080_8080_8080_8080;
    Some((word, (others.trailing_zeros() / 8) as usize))
}

/// Appends the first `count` digits of `word` to `digits`.
#[inline(always)]
fn append(digits: u64, word: u64, count: usize) -> u64 {
    // the digits stand at the end, zeros before them
    let word = word.checked_shl(64 - 8 * count as u32).unwrap_or(0);
    let pairs = word.wrapping_mul(10 * 256 + 1) >> 8 & 0x00ff_00ff_00ff_00ff;
    let fours = pairs.wrapping_mul(100 * 65536 + 1) >> 16 & 0x0000_ffff_0000_ffff;
    let value = fours.wrapping_mul(10_000 * (1 << 32) + 1) >> 32;
    digits.wrapping_mul(TEN_TO[count]).wrapping_add(value)
}

/// Appends the digits from `at` on to `digits`; where they end. Beyond nineteen of them what is in `digits` is nonsense.
#[inline(always)]
fn run(text: &[u8], mut at: usize, digits: &mut u64) -> Option<usize> {
    loop {
        let (word, count) = eight(text, at)?;
        *digits = append(*digits, word, count);
        at += count;
        if count < 8 {
            return Some(at);
        }
    }
}

/// [`run`] where sixteen digits or so are likely: all three words are looked at at once, and whether there are fifteen or
/// seventeen digits, which nobody could foretell, is no branch.
#[inline(always)]
fn long_run(text: &[u8], at: usize, digits: &mut u64) -> Option<usize> {
    let (Some((second, more)), Some((third, rest))) = (eight(text, at + 8), eight(text, at + 16)) else {
        return run(text, at, digits);
    };
    let (first, count) = eight(text, at)?;
    *digits = append(*digits, first, count);
    if count < 8 {
        return Some(at + count);
    }
    let rest = if more == 8 { rest } else { 0 };
    *digits = append(append(*digits, second, more), third, rest);
    if rest < 8 { Some(at + 8 + more + rest) } else { run(text, at + 24, digits) }
}
