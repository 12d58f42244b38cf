//! Powers of five to 128 bits, made by the compiler.

/// The lowest exponent of ten in the table.
pub const LEAST: i64 = -342;
/// The highest one.
pub const MOST: i64 = 308;

/// 5^e scaled to 128 bits, the highest set, as two halves: rounded up for -27 <= e < 0, where the product is then proved
/// to be right, and down elsewhere.
pub static FIVE_TO: [(u64, u64); (MOST - LEAST + 1) as usize] = powers();

/// Words of a number long enough for 5^342 (795 bits) and for 2^(795 + 128).
const WORDS: usize = 30;

const fn powers() -> [(u64, u64); (MOST - LEAST + 1) as usize] {
    let mut table = [(0, 0); (MOST - LEAST + 1) as usize];
    let mut power = [0_u32; WORDS];
    power[0] = 1;
    let mut e = 0;
    while e <= -LEAST {
        if e <= MOST {
            table[(e - LEAST) as usize] = halves(leading(&power));
        }
        if e > 0 {
            table[(-e - LEAST) as usize] = halves(reciprocal(&power) + if e <= 27 { 1 } else { 0 });
        }
        // times five
        let mut carry = 0;
        let mut i = 0;
        while i < WORDS {
            let product = power[i] as u64 * 5 + carry;
            power[i] = product as u32;
            carry = product >> 32;
            i += 1;
        }
        e += 1;
    }
    table
}

const fn halves(x: u128) -> (u64, u64) {
    ((x >> 64) as u64, x as u64)
}

const fn length(x: &[u32; WORDS]) -> usize {
    let mut i = WORDS;
    while i > 0 {
        if x[i - 1] != 0 {
            return 32 * i - x[i - 1].leading_zeros() as usize;
        }
        i -= 1;
    }
    0
}

/// The 128 leading bits.
const fn leading(x: &[u32; WORDS]) -> u128 {
    let bits = length(x);
    let mut out = 0_u128;
    let mut k = 0;
    while k < 128 {
        out <<= 1;
        if k < bits {
            let at = bits - 1 - k;
            out |= (x[at / 32] >> (at % 32) & 1) as u128;
        }
        k += 1;
    }
    out
}

/// 2^(bits + 127) / x rounded down, where x has `bits` bits and is no power of two: 128 bits.
const fn reciprocal(x: &[u32; WORDS]) -> u128 {
    // Long division of 2^bits, 2^(bits + 1), ...: the remainder is below x at every step.
    let bits = length(x);
    let words = bits / 32 + 2;
    let mut rest = [0_u32; WORDS];
    rest[(bits - 1) / 32] = 1 << ((bits - 1) % 32);
    let mut out = 0_u128;
    let mut k = 0;
    while k < 128 {
        let mut carry = 0;
        let mut i = 0;
        while i < words {
            let word = rest[i];
            rest[i] = word << 1 | carry;
            carry = word >> 31;
            i += 1;
        }
        let mut less = false;
        let mut i = words;
        while i > 0 {
            if rest[i - 1] != x[i - 1] {
                less = rest[i - 1] < x[i - 1];
                break;
            }
            i -= 1;
        }
        out <<= 1;
        if !less {
            out |= 1;
            let mut borrow = false;
            let mut i = 0;
            while i < words {
                let (d, b) = rest[i].overflowing_sub(x[i]);
                let (d, c) = d.overflowing_sub(borrow as u32);
                rest[i] = d;
                borrow = b || c;
                i += 1;
            }
        }
        k += 1;
    }
    out
}
