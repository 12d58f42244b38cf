//! The plain decimal number at the beginning of some text, read in one pass: eight digits at a time, then Eisel and
//! Lemire's product with a power of five, which is exact for nineteen digits or says that it does not know.
//!
//! Uses nothing. Numbers that are not plain (more digits, far exponents, words) are left to [`super::number`]; what is
//! read here has the same bits.
//!
//! Source: Daniel Lemire, Number parsing at a gigabyte per second, 2021; Noble Mushtak and Daniel Lemire, Fast number
//! parsing without fallback, 2023.

mod digits;
mod powers;

#[cfg(target_arch = "x86_64")]
pub use digits::Wide;
pub use digits::{Digits, Mantissa, Words};
use powers::{FIVE_TO, LEAST, MOST};

/// Bytes that must follow the text for [`read`] to look at it eight bytes at a time.
pub const PADDING: usize = 8;

/// The number that begins at `at`, and where it ends: an optional sign, digits with at most one point among them, an
/// optional exponent. `None` where there is none, or it is not plain: it may be one all the same.
///
/// What follows the number is the caller's to judge. Text that has no [`PADDING`] bytes behind it has no plain numbers.
#[inline(always)]
pub fn read<D: Digits>(text: &[u8], at: usize) -> Option<(f64, usize)> {
    let first = *text.get(at)?;
    let negative = first == b'-';
    let Mantissa { digits, count, end, exponent } = D::mantissa(text, at + usize::from(negative | (first == b'+')))?;
    if count > 19 {
        return None; // the digits may not fit
    }
    let (mut at, mut exponent) = (end, exponent);
    if text.get(at)? | 0x20 == b'e' {
        let (power, end) = power(text, at + 1)?;
        exponent += power;
        at = end;
    }
    let size = scaled(digits, exponent)?;
    // the sign's bit, not a choice: every other number may have it
    Some((f64::from_bits(size.to_bits() | u64::from(negative) << 63), at))
}

/// The exponent that stands after `e`, and where it ends. `None` where there is no digit or more than four.
fn power(text: &[u8], at: usize) -> Option<(i64, usize)> {
    let first = *text.get(at)?;
    let negative = first == b'-';
    let begin = at + usize::from(negative || first == b'+');
    let count = text.get(begin..)?.iter().take(5).take_while(|b| b.is_ascii_digit()).count();
    if count == 0 || count > 4 {
        return None;
    }
    let size = text[begin..begin + count].iter().fold(0, |n, b| 10 * n + i64::from(b - b'0'));
    Some((if negative { -size } else { size }, begin + count))
}

/// The f64 nearest to `digits` times ten to `exponent`, ties to even; `None` where it is not to be told in this way.
#[inline(always)]
fn scaled(digits: u64, exponent: i64) -> Option<f64> {
    if digits == 0 {
        return Some(0.0);
    }
    if !(LEAST..=MOST).contains(&exponent) {
        return None;
    }
    let (high, low) = FIVE_TO[(exponent - LEAST) as usize];
    let zeros = digits.leading_zeros();
    let digits = digits << zeros;
    let product = u128::from(digits) * u128::from(high);
    let (mut upper, mut lower) = ((product >> 64) as u64, product as u64);
    // Only where the bits below the 53 and their guards are all ones can the power's lower half matter.
    if upper & 0x1ff == 0x1ff {
        let more = ((u128::from(digits) * u128::from(low)) >> 64) as u64;
        let (sum, carry) = lower.overflowing_add(more);
        lower = sum;
        upper += u64::from(carry);
        if lower == u64::MAX && !(-27..=55).contains(&exponent) {
            return None;
        }
    }
    let top = (upper >> 63) as u32;
    let shift = top + 9; // keeps 54 bits: 53 and one to round by
    let mut mantissa = upper >> shift;
    // floor(log2(5^e)) + e, to a fixed point that is exact for |e| < 1650
    let biased = ((217_706 * exponent) >> 16) + 1086 + i64::from(top) - i64::from(zeros);
    if !(1..=2046).contains(&biased) {
        return None;
    }
    // halfway between two numbers, which only these exponents can be: down where that is even
    if lower <= 1 && (-4..=23).contains(&exponent) && mantissa & 3 == 1 && mantissa << shift == upper {
        mantissa -= 1;
    }
    mantissa = (mantissa + (mantissa & 1)) >> 1;
    // rounding up to 2^53 carries into the exponent by itself
    let x = f64::from_bits((((biased - 1) as u64) << 52) + mantissa);
    x.is_finite().then_some(x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read_text(text: &str) -> Option<(f64, usize)> {
        let mut bytes = text.as_bytes().to_vec();
        bytes.extend_from_slice(&[b'\n'; PADDING]);
        let words = read::<Words>(&bytes, 0);
        assert_eq!(words, wide(&bytes, 0), "{text}");
        words
    }

    /// By the machine's wide instructions, also with text before and behind.
    fn wide(bytes: &[u8], at: usize) -> Option<(f64, usize)> {
        #[cfg(target_arch = "x86_64")]
        if Wide::there() {
            let around = [&[b'9'; 16][..], bytes, &[b'9'; 32][..]].concat();
            let found = read::<Wide>(&around[..16 + bytes.len()], 16 + at).map(|(x, end)| (x, end - 16));
            if bytes.len() >= PADDING && !bytes[bytes.len() - PADDING].is_ascii_digit() {
                let more = read::<Wide>(&around, 16 + at).map(|(x, end)| (x, end - 16));
                assert_eq!(more.map(|m| m.0.to_bits()), found.map(|f| f.0.to_bits()));
                assert_eq!(more.map(|m| m.1), found.map(|f| f.1));
            }
            return found;
        }
        read::<Words>(bytes, at)
    }

    /// What is read has the bits of the standard library, and ends where the text does.
    fn agrees(text: &str) -> bool {
        match read_text(text) {
            Some((x, end)) => end == text.len() && x.to_bits() == text.parse::<f64>().unwrap().to_bits(),
            None => true,
        }
    }

    #[test]
    fn powers_of_five_by_hand() {
        let power = |e: i64| FIVE_TO[(e - LEAST) as usize];
        assert_eq!(power(0), (1 << 63, 0));
        assert_eq!(power(1), (0b101 << 61, 0));
        assert_eq!(power(27), (5_u64.pow(27) << 1, 0));
        // 1/5 = 0.110011.. in binary
        assert_eq!(power(-1), (0xcccc_cccc_cccc_cccc, 0xcccc_cccc_cccc_cccd));
        // the paper's ends of the table
        assert_eq!(power(-342), (0xeef4_53d6_923b_d65a, 0x113f_aa29_06a1_3b3f));
        assert_eq!(power(308), (0x8e67_9c2f_5e44_ff8f, 0x570f_09ea_a7ea_7648));
    }

    #[test]
    fn plain_numbers_are_read() {
        for text in [
            "0",
            "-0",
            "1",
            "+1",
            "12345678",
            "123456789",
            "1234567890123456789",
            "0.5",
            ".5",
            "5.",
            "-1.5e3",
            "1E-7",
            "9007199254740993",
            "0.1234567890123456789",
            "1e22",
            "1e23",
            "8.5e-300",
            "1.7976931348623157e308",
            "0.00",
            "0.30000000000000004",
            "4503599627370496.5",
            "4503599627370497.5",
            "1e-5",
        ] {
            assert!(agrees(text), "{text}: {:?}", read_text(text));
            assert!(read_text(text).is_some(), "{text}");
        }
    }

    #[test]
    fn what_is_not_plain_is_left() {
        for text in
            ["", "-", ".", "+.", "e5", "x", "inf", "nan", "1e", "1e+", "1e99999", "12345678901234567890", "1e400"]
        {
            assert_eq!(read_text(text), None, "{text}");
        }
        // what follows is the caller's
        assert_eq!(read_text("1.5.3"), Some((1.5, 3)));
        assert_eq!(read_text("12abc"), Some((12.0, 2)));
        assert_eq!(read_text("2024-01"), Some((2024.0, 4)));
        assert_eq!(read::<Words>(b"1.5", 0), None, "without padding");
    }

    #[test]
    fn millions_of_random_numbers_have_the_bits_of_the_standard_library() {
        // splitmix64; the shapes of text that printers make: shortest, fixed, 17 and 18 digits
        let mut state = 20_u64;
        let mut next = || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        };
        let rounds = if cfg!(debug_assertions) { 100_000 } else { 2_000_000 };
        let mut read = 0_u32;
        for i in 0..rounds {
            let bits = next();
            let any = f64::from_bits(bits);
            let unit = (bits >> 11) as f64 / (1_u64 << 53) as f64;
            let text = match i % 9 {
                0 if any.is_finite() => format!("{any:e}"),
                1 if any.is_finite() => format!("{any:.16e}"),
                2 => format!("{unit}"),
                3 => format!("{:.17}", unit * 10.0),
                4 => format!("{:.18e}", (unit - 0.5) * 1e5),
                5 => format!("{}e{}", next() >> (bits % 60), bits as i16 % 330),
                // halfway between two numbers, or nearly
                7 => format!("-{}.{:02$}", bits >> 60, next() % 1_000_000_000, bits as usize % 25),
                6 => format!("{}", (bits >> 10 | 1) as u128 * [1, 2, 4, 8][bits as usize % 4]),
                _ => format!("{}.{}", bits >> 40, (bits & 0xffff_ffff) as u32),
            };
            assert!(agrees(&text), "{text}");
            read += u32::from(read_text(&text).is_some());
        }
        assert!(read > rounds / 10 * 8, "{read} of {rounds}");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn texts_like_numbers(s in "[-+]?[0-9]{0,12}(\\.[0-9]{0,18})?([eE][-+]?[0-9]{1,3})?") {
            match (read_text(&s), s.parse::<f64>()) {
                (Some((x, end)), Ok(y)) => {
                    prop_assert_eq!(end, s.len());
                    prop_assert_eq!(x.to_bits(), y.to_bits());
                }
                (Some((_, end)), Err(_)) => prop_assert!(end < s.len(), "{}", s),
                (None, _) => {}
            }
        }

        #[test]
        fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..40), at in 0_usize..45) {
            if let Some((x, end)) = read::<Words>(&bytes, at) {
                let text = std::str::from_utf8(&bytes[at..end]).unwrap();
                prop_assert_eq!(x.to_bits(), text.parse::<f64>().unwrap().to_bits());
            }
        }
    }
}
