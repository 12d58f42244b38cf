//! A second reading of the formula language, by recursive descent straight to a value: it shares no code and no idea with
//! the library's parser, so the two cannot be wrong together.

use gradus::formula::parse::{BinaryOp, Kind, Tree};

/// What operators do to values; two kinds of values tell trees apart that one of them confuses.
pub trait Algebra: Copy {
    fn number(x: f64) -> Self;
    fn name(name: &str) -> Self;
    fn negate(self) -> Self;
    fn not(self) -> Self;
    fn binary(op: &str, a: Self, b: Self) -> Self;
    fn call(name: &str, args: &[Self]) -> Self;
}

/// Real arithmetic; conditions are 1 and 0.
impl Algebra for f64 {
    fn number(x: f64) -> f64 {
        x
    }
    fn name(name: &str) -> f64 {
        (spread(name.bytes().fold(7, |h, b| h * 31 + u64::from(b))) >> 11) as f64 / (1u64 << 53) as f64 * 4.0 - 1.0
    }
    fn negate(self) -> f64 {
        -self
    }
    fn not(self) -> f64 {
        if self == 0.0 { 1.0 } else { 0.0 }
    }
    fn binary(op: &str, a: f64, b: f64) -> f64 {
        let truth = |t: bool| if t { 1.0 } else { 0.0 };
        match op {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "/" => a / b,
            "^" => libm::pow(a, b),
            "<" => truth(a < b),
            "<=" => truth(a <= b),
            ">" => truth(a > b),
            ">=" => truth(a >= b),
            "==" => truth(a == b),
            "!=" => truth(a != b),
            "&&" => truth(a != 0.0 && b != 0.0),
            "||" => truth(a != 0.0 || b != 0.0),
            other => panic!("operator {other}"),
        }
    }
    fn call(name: &str, args: &[f64]) -> f64 {
        args.iter().fold(f64::name(name), |sum, a| 0.5 * sum - a)
    }
}

/// Scrambled integers: every operator is another one-way mixture, so any two different trees differ.
impl Algebra for u64 {
    fn number(x: f64) -> u64 {
        spread(x.to_bits())
    }
    fn name(name: &str) -> u64 {
        name.bytes().fold(99, |h, b| spread(h ^ u64::from(b)))
    }
    // both undo themselves, as chains of signs may be folded
    fn negate(self) -> u64 {
        !self
    }
    fn not(self) -> u64 {
        self.swap_bytes()
    }
    fn binary(op: &str, a: u64, b: u64) -> u64 {
        spread(spread(u64::name(op) ^ a).wrapping_add(b.rotate_left(17)))
    }
    fn call(name: &str, args: &[u64]) -> u64 {
        args.iter().fold(spread(u64::name(name)), |h, a| spread(h.rotate_left(5) ^ a))
    }
}

/// The finalizer of splitmix64.
pub fn spread(mut z: u64) -> u64 {
    z = z.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The value of the library's tree.
pub fn value_of_tree<A: Algebra>(tree: &Tree) -> A {
    values_of_nodes(tree)[tree.root]
}

/// The value of every node; this relies on children standing before parents, and so tests it.
pub fn values_of_nodes<A: Algebra>(tree: &Tree) -> Vec<A> {
    let mut done: Vec<A> = Vec::new();
    for node in &tree.nodes {
        done.push(match &node.kind {
            Kind::Number(x) => A::number(*x),
            Kind::Name(name) => A::name(name),
            Kind::Negate(a) => done[*a].negate(),
            Kind::Not(a) => done[*a].not(),
            Kind::Binary(op, a, b) => A::binary(written(*op), done[*a], done[*b]),
            Kind::Call { name, args, .. } => A::call(name, &args.iter().map(|&i| done[i]).collect::<Vec<_>>()),
        });
    }
    done
}

fn written(op: BinaryOp) -> &'static str {
    use BinaryOp::*;
    match op {
        Add => "+",
        Sub => "-",
        Mul => "*",
        Div => "/",
        Pow => "^",
        Lt => "<",
        Le => "<=",
        Gt => ">",
        Ge => ">=",
        Eq => "==",
        Ne => "!=",
        And => "&&",
        Or => "||",
    }
}

/// The value of a text, or nothing if it is no formula.
pub fn value_of_text<A: Algebra>(text: &str) -> Option<A> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.or()?;
    reader.peek().is_none().then_some(value)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&mut self) -> Option<char> {
        let rest = &self.text[self.at..];
        let trimmed = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        self.at += rest.len() - trimmed.len();
        trimmed.chars().next()
    }

    fn eat(&mut self, word: &str) -> bool {
        self.peek();
        let found = self.text[self.at..].starts_with(word);
        self.at += if found { word.len() } else { 0 };
        found
    }

    /// The first of `words` that stands here and is not the beginning of an operator that gradus lacks.
    fn operator(&mut self, words: &[&'static str]) -> Option<&'static str> {
        self.peek();
        let rest = &self.text[self.at..];
        let lacking = ["**", "//", "/*", "<>", "===", "!==", "+=", "-=", "*=", "/=", "^=", "&&=", "||="];
        // `x*==y` is wrong however it is read
        if lacking.iter().any(|l| rest.starts_with(l)) {
            return None;
        }
        words.iter().find(|w| self.eat(w)).copied()
    }

    fn or<A: Algebra>(&mut self) -> Option<A> {
        let mut left = self.and()?;
        while let Some(op) = self.operator(&["||"]) {
            left = A::binary(op, left, self.and()?);
        }
        Some(left)
    }

    fn and<A: Algebra>(&mut self) -> Option<A> {
        let mut left = self.comparison()?;
        while let Some(op) = self.operator(&["&&"]) {
            left = A::binary(op, left, self.comparison()?);
        }
        Some(left)
    }

    /// At most one comparison: two in a row have no meaning.
    fn comparison<A: Algebra>(&mut self) -> Option<A> {
        let left = self.begin()?;
        match self.operator(&["<=", ">=", "==", "!=", "<", ">"]) {
            Some(op) => Some(A::binary(op, left, self.begin()?)),
            None => Some(left),
        }
    }

    /// Where an expression begins, a plus may stand.
    fn begin<A: Algebra>(&mut self) -> Option<A> {
        self.operator(&["+"]);
        self.sum()
    }

    fn sum<A: Algebra>(&mut self) -> Option<A> {
        let mut left = self.product()?;
        while let Some(op) = self.operator(&["+", "-"]) {
            left = A::binary(op, left, self.product()?);
        }
        Some(left)
    }

    fn product<A: Algebra>(&mut self) -> Option<A> {
        let mut left = self.signed()?;
        while let Some(op) = self.operator(&["*", "/"]) {
            left = A::binary(op, left, self.signed()?);
        }
        Some(left)
    }

    fn signed<A: Algebra>(&mut self) -> Option<A> {
        match self.operator(&["-", "!"]) {
            Some("-") => Some(self.signed::<A>()?.negate()),
            Some(_) => Some(self.signed::<A>()?.not()),
            None => self.power(),
        }
    }

    fn power<A: Algebra>(&mut self) -> Option<A> {
        let base = self.atom()?;
        match self.operator(&["^"]) {
            Some(op) => Some(A::binary(op, base, self.signed()?)),
            None => Some(base),
        }
    }

    fn atom<A: Algebra>(&mut self) -> Option<A> {
        let first = self.peek()?;
        if self.eat("(") {
            let inner = self.or()?;
            return self.eat(")").then_some(inner);
        }
        let word = |c: char| c.is_alphabetic() && !"ⁿⁱ".contains(c) || c == '_' || c.is_ascii_digit();
        let rest = &self.text[self.at..];
        if first.is_ascii_digit() || first == '.' {
            // the longest beginning that Rust reads as a number; what follows must not go on like one
            let most = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "._+-".contains(c))).unwrap_or(rest.len());
            let ends = (1..=most).rev().find(|&n| {
                rest[..n].bytes().all(|b| b.is_ascii_digit() || b".eE+-".contains(&b))
                    && rest.as_bytes()[n - 1] != b'e'
                    && rest[..n].parse::<f64>().is_ok()
            })?;
            let value: f64 = rest[..ends].parse().ok()?;
            let zero = !rest[..ends].split(['e', 'E']).next()?.contains(|c| ('1'..='9').contains(&c));
            if value.is_infinite() || (value == 0.0) != zero || rest[ends..].starts_with(|c| word(c) || c == '.') {
                return None;
            }
            self.at += ends;
            return Some(A::number(value));
        }
        let mut end = rest.find(|c| !word(c)).unwrap_or(rest.len());
        let mut name = &rest[..end];
        if name == "math" && rest[end..].starts_with("::") {
            let tail = &rest[end + 2..];
            let length = tail.find(|c| !word(c)).unwrap_or(tail.len());
            name = &tail[..length];
            end += 2 + length;
            if name.starts_with(|c: char| c.is_ascii_digit()) {
                return None;
            }
        } else if ["inf", "infinity", "nan"].contains(&name.to_ascii_lowercase().as_str()) {
            return None;
        }
        if name.is_empty() || rest[end..].starts_with("::") {
            return None;
        }
        let name = name.to_string();
        self.at += end;
        if !self.eat("(") {
            return Some(A::name(&name));
        }
        let mut args = Vec::new();
        if !self.eat(")") {
            loop {
                args.push(self.or()?);
                if self.eat(")") {
                    break;
                }
                if !self.eat(",") {
                    return None;
                }
            }
        }
        Some(A::call(&name, &args))
    }
}
