//! An f64 as text in data files: the shortest digits that read back as the same bits, and the reading of them.

use super::error::NotANumber;

/// Appends `x` as CSV says it.
///
/// The digits are the fewest that read back as the same f64. Where they stand is JavaScript's rule (ECMA-262, section
/// Number::toString): plain for 1e-6 <= |x| < 1e21, else with an exponent: `1e-7`, `1.5e300` (no `+`). Whole numbers have
/// no `.0`; minus zero is `-0`; the rest is `NaN`, `inf`, `-inf`.
pub fn write(out: &mut Vec<u8>, x: f64) {
    if !x.is_finite() {
        let word: &[u8] = match () {
            () if x.is_nan() => b"NaN",
            () if x > 0.0 => b"inf",
            () => b"-inf",
        };
        return out.extend_from_slice(word);
    }
    let mut buffer = zmij::Buffer::new();
    let text = buffer.format_finite(x).as_bytes();
    // nearly every number: the printer uses no exponent between these
    if (1e-4..1e15).contains(&x.abs()) {
        return out.extend_from_slice(text.strip_suffix(b".0").unwrap_or(text));
    }
    match text.iter().position(|&b| b == b'e') {
        None => out.extend_from_slice(text.strip_suffix(b".0").unwrap_or(text)),
        Some(at) => place(out, &text[..at], &text[at + 1..]),
    }
}

/// Appends `x` as JSON says it: as [`write()`], but `null` for what is not finite, and `-0.0`, since readers with whole
/// numbers of their own (Python's) take `-0` for 0.
pub fn write_json(out: &mut Vec<u8>, x: f64) {
    if !x.is_finite() {
        out.extend_from_slice(b"null");
    } else if x == 0.0 && x.is_sign_negative() {
        out.extend_from_slice(b"-0.0");
    } else {
        write(out, x);
    }
}

/// The text that [`write()`] makes.
pub fn text(x: f64) -> String {
    let mut out = Vec::new();
    write(&mut out, x);
    String::from_utf8_lossy(&out).into_owned()
}

/// `mantissa` (`-1.5`) times ten to `exponent`, plain or with an exponent.
fn place(out: &mut Vec<u8>, mantissa: &[u8], exponent: &[u8]) {
    let exponent: i32 = std::str::from_utf8(exponent).ok().and_then(|e| e.parse().ok()).unwrap_or(0);
    let (sign, mantissa) = match mantissa.strip_prefix(b"-") {
        Some(rest) => (true, rest),
        None => (false, mantissa),
    };
    if sign {
        out.push(b'-');
    }
    let mantissa = mantissa.strip_suffix(b".0").unwrap_or(mantissa);
    let digits = || mantissa.iter().copied().filter(|&b| b != b'.');
    let count = digits().count() as i32;
    match exponent {
        -6..0 => {
            out.extend_from_slice(b"0.");
            out.extend((exponent + 1..0).map(|_| b'0'));
            out.extend(digits());
        }
        0..21 => {
            for (i, digit) in digits().enumerate() {
                if i as i32 == exponent + 1 {
                    out.push(b'.');
                }
                out.push(digit);
            }
            out.extend((count..exponent + 1).map(|_| b'0'));
        }
        _ => {
            out.extend_from_slice(mantissa);
            out.push(b'e');
            out.extend_from_slice(exponent.to_string().as_bytes());
        }
    }
}

/// What a cell is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Parsed {
    /// A number, infinities included.
    Number(f64),
    /// Nothing but blanks.
    Empty,
    /// `NaN` or `NA`, in any case.
    NotAvailable,
    /// Something else.
    Wrong(NotANumber),
}

/// Reads a cell. Blanks around it do not count. Decimal numbers as in C (`1.5`, `+.5`, `5.`, `1e-7`), `inf` and
/// `infinity` in any case; not hexadecimal, not `1_000`, not `1e400`.
pub fn parse(cell: &[u8]) -> Parsed {
    // The plain case first: nearly every cell of nearly every file.
    if let Ok(x) = fast_float2::parse::<f64, _>(cell)
        && x.is_finite()
    {
        return Parsed::Number(x);
    }
    let cell = cell.trim_ascii();
    if cell.is_empty() {
        return Parsed::Empty;
    }
    let unsigned = cell.strip_prefix(b"-").or_else(|| cell.strip_prefix(b"+")).unwrap_or(cell);
    if unsigned.eq_ignore_ascii_case(b"nan") || cell.eq_ignore_ascii_case(b"na") {
        return Parsed::NotAvailable;
    }
    match fast_float2::parse::<f64, _>(cell) {
        // Infinite: the word itself, or digits that are out of range.
        Ok(x) if x.is_finite() || unsigned.first().is_some_and(u8::is_ascii_alphabetic) => Parsed::Number(x),
        Ok(_) => Parsed::Wrong(NotANumber::TooLarge),
        Err(_) => Parsed::Wrong(blame(cell, unsigned)),
    }
}

fn blame(cell: &[u8], unsigned: &[u8]) -> NotANumber {
    let only = |allowed: &[u8]| unsigned.iter().all(|b| b.is_ascii_digit() || allowed.contains(b));
    let count = |c: u8| unsigned.iter().filter(|&&b| b == c).count();
    let digits = unsigned.iter().any(u8::is_ascii_digit);
    if std::str::from_utf8(cell).is_err() {
        NotANumber::NotUtf8
    } else if !digits {
        NotANumber::Text
    } else if unsigned.len() > 2 && unsigned[0] == b'0' && unsigned[1].eq_ignore_ascii_case(&b'x') {
        NotANumber::Hexadecimal
    } else if only(b",eE+-") && count(b',') == 1 {
        NotANumber::DecimalComma
    } else if only(b"_,.' ") && count(b'.') <= 1 {
        NotANumber::Grouped
    } else if only(b".,% ") && unsigned.ends_with(b"%") {
        NotANumber::Percent
    } else {
        NotANumber::Text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_rule_by_hand() {
        // As node prints them, without its `+`.
        let cases: &[(f64, &str)] = &[
            (6.0, "6"),
            (0.0, "0"),
            (-0.0, "-0"),
            (0.1, "0.1"),
            (-2.5, "-2.5"),
            (1e-6, "0.000001"),
            (1.25e-6, "0.00000125"),
            (1e-7, "1e-7"),
            (9.999999999999997e-7, "9.999999999999997e-7"),
            (-1.5e-10, "-1.5e-10"),
            (1e15, "1000000000000000"),
            (123456789012345680.0, "123456789012345680"),
            (1.2345678901234567e16, "12345678901234568"),
            (1e20, "100000000000000000000"),
            (999999999999999900000.0, "999999999999999900000"),
            (1e21, "1e21"),
            (1.5e300, "1.5e300"),
            (5e-324, "5e-324"),
            (1e-310, "1e-310"),
            (f64::MAX, "1.7976931348623157e308"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
        ];
        for &(x, expected) in cases {
            assert_eq!(text(x), expected);
        }
        let json = |x: f64| {
            let mut out = Vec::new();
            write_json(&mut out, x);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(json(-0.0), "-0.0");
        assert_eq!(json(6.0), "6");
        assert_eq!(json(f64::NAN), "null");
        assert_eq!(json(f64::NEG_INFINITY), "null");
    }

    /// Digits and exponent by the standard library's own shortest printer.
    fn by_std(x: f64) -> String {
        let text = format!("{:e}", x.abs());
        let (mantissa, exponent) = text.split_once('e').unwrap();
        let exponent: i32 = exponent.parse().unwrap();
        let sign = if x.is_sign_negative() { "-" } else { "" };
        if (-6..21).contains(&exponent) || x == 0.0 {
            format!("{sign}{}", x.abs())
        } else {
            format!("{sign}{mantissa}e{exponent}")
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn agrees_with_the_standard_library_and_reads_back(bits: u64) {
            let x = f64::from_bits(bits);
            prop_assume!(x.is_finite());
            let own = text(x);
            // where several texts of the same length read back, printers may choose differently
            prop_assert_eq!(own.len(), by_std(x).len(), "{} {}", own, by_std(x));
            prop_assert_eq!(own.parse::<f64>().unwrap().to_bits(), bits);
            match parse(own.as_bytes()) {
                Parsed::Number(y) => prop_assert_eq!(y.to_bits(), bits),
                other => prop_assert!(false, "{:?}", other),
            }
        }

        #[test]
        fn moderate_numbers_too(mantissa in -1e6..1e6f64, shift in 0u32..30) {
            let mut x = mantissa;
            for _ in 0..shift { x /= 10.0; }
            prop_assert_eq!(text(x), by_std(x));
        }

        #[test]
        fn any_bytes_are_judged_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..12)) {
            let std = std::str::from_utf8(&bytes).ok().and_then(|s| s.trim_ascii().parse::<f64>().ok());
            match (parse(&bytes), std) {
                (Parsed::Number(x), Some(y)) => prop_assert_eq!(x.to_bits(), y.to_bits()),
                (Parsed::NotAvailable, Some(y)) => prop_assert!(y.is_nan()),
                (Parsed::Wrong(NotANumber::TooLarge), Some(y)) => prop_assert!(y.is_infinite()),
                (Parsed::NotAvailable, None) => prop_assert!(bytes.trim_ascii().eq_ignore_ascii_case(b"na")),
                (Parsed::Empty | Parsed::Wrong(_), None) => {}
                (ours, std) => prop_assert!(false, "{:?} against {:?}", ours, std),
            }
        }

        #[test]
        fn what_looks_like_a_number_is_read_as_std_reads_it(s in "[-+]?[0-9]{0,20}(\\.[0-9]{0,20})?([eE][-+]?[0-9]{1,3})?") {
            match (parse(s.as_bytes()), s.parse::<f64>()) {
                (Parsed::Number(x), Ok(y)) => prop_assert_eq!(x.to_bits(), y.to_bits()),
                (Parsed::Wrong(NotANumber::TooLarge), Ok(y)) => prop_assert!(y.is_infinite()),
                (Parsed::Wrong(_) | Parsed::Empty, Err(_)) => {}
                (ours, std) => prop_assert!(false, "{:?} against {:?}", ours, std),
            }
        }
    }

    #[test]
    fn cells_are_what_they_look_like() {
        let number = |s: &str| match parse(s.as_bytes()) {
            Parsed::Number(x) => x,
            other => panic!("{s}: {other:?}"),
        };
        assert_eq!(number("+1.5"), 1.5);
        assert_eq!(number(" 1e5\t"), 1e5);
        assert_eq!(number("inf"), f64::INFINITY);
        assert_eq!(number("-Infinity"), f64::NEG_INFINITY);
        assert_eq!(number("-0").to_bits(), (-0.0f64).to_bits());
        assert_eq!(number("1e-400"), 0.0);
        for s in ["", " ", "\t "] {
            assert_eq!(parse(s.as_bytes()), Parsed::Empty);
        }
        for s in ["NaN", "nan", "-nan", "NA", " na "] {
            assert_eq!(parse(s.as_bytes()), Parsed::NotAvailable, "{s}");
        }
        let wrong: &[(&[u8], NotANumber)] = &[
            (b"large", NotANumber::Text),
            (b"1.5.3", NotANumber::Text),
            (b"2024-01-05", NotANumber::Text),
            (b"e5", NotANumber::Text),
            (b"infinite", NotANumber::Text),
            (b"1,5", NotANumber::DecimalComma),
            (b"-1,5e3", NotANumber::DecimalComma),
            (b"1_000", NotANumber::Grouped),
            (b"1,234,567.5", NotANumber::Grouped),
            (b"1 000", NotANumber::Grouped),
            (b"0x1F", NotANumber::Hexadecimal),
            (b"12.5%", NotANumber::Percent),
            (b"1e400", NotANumber::TooLarge),
            (b"-1e400", NotANumber::TooLarge),
            (b"1\xff", NotANumber::NotUtf8),
        ];
        for (cell, why) in wrong {
            assert_eq!(parse(cell), Parsed::Wrong(*why), "{}", String::from_utf8_lossy(cell));
        }
    }
}
