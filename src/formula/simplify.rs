//! Building nodes, with the identities that change neither a value nor the domain. Uses the graph and the function table.
//!
//! **The list.** Each identity holds for every f64 bit for bit, -0, infinities and NaN included, so that the graph of a formula
//! has exactly the formula's values and is undefined exactly where the formula is:
//!
//! | written | becomes | why it is exact |
//! | --- | --- | --- |
//! | arithmetic on numbers with an exact result | the number | no rounding took place |
//! | comparisons and logic on numbers | 0 or 1 | exact |
//! | `x*1`, `1*x`, `x/1`, `x^1`, `x - 0` | `x` | IEEE 754; not `x + 0`, which turns -0 into 0 |
//! | `x*(-1)`, `(-1)*x`, `x/(-1)` | `-x` | the sign bit alone changes |
//! | `-(-x)`, `!!c` | `x`, `c` | sign bit; three-valued logic |
//! | `!(a < b)`, `!(a == b)`, ... | `a >= b`, `a != b`, ... | both are undefined where an operand is |
//! | `a + (-b)`, `a - (-b)` | `a - b`, `a + b` | IEEE 754 defines subtraction so |
//! | `(-a)*(-b)`, `(-a)/(-b)` | `a*b`, `a/b` | signs multiply exactly |
//! | `1 && c`, `0 || c`; `0 && c`, `1 || c` | `c`; 0, 1 | three-valued logic |
//! | `if(1, a, b)`, `if(0, a, b)` | `a`, `b` | the condition is a number |
//!
//! Not here, because they enlarge the domain or round differently: `x/x`, `0*x`, `x^0`, `x - x`, and any reassociation.
//! Derivatives are reassociated by `tidy`.

use super::functions::{Function, Operator, entry};
use super::graph::{Graph, NodeId};

/// Integers up to here are exact in f64, and so are their sums and products.
const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53

fn is_exact_integer(x: f64) -> bool {
    x.trunc() == x && x.abs() < EXACT
}

impl Graph {
    /// `function` applied to `args`, simplified by the identities above.
    pub fn apply(&mut self, function: &'static Function, args: &[NodeId]) -> NodeId {
        let found = match function.operator() {
            Some(op) => self.identity(op, args),
            None => None,
        };
        found.unwrap_or_else(|| self.intern_apply(function, args))
    }

    fn operate(&mut self, op: Operator, args: &[NodeId]) -> NodeId {
        self.apply(entry(op), args)
    }

    fn identity(&mut self, op: Operator, args: &[NodeId]) -> Option<NodeId> {
        use Operator::*;
        if let Some(folded) = self.fold(op, args) {
            return Some(folded);
        }
        let negated = |g: &Graph, id| match g.as_operator(id) {
            Some((Neg, inner)) => Some(inner[0]),
            _ => None,
        };
        let one = |g: &Graph, id| g.is_number(id, 1.0);
        let minus_one = |g: &Graph, id| g.is_number(id, -1.0);
        let a = args[0];
        let &b = args.get(1)?;
        match op {
            Mul if one(self, a) => Some(b),
            Mul | Div | Pow if one(self, b) => Some(a),
            Mul if minus_one(self, a) => Some(self.neg(b)),
            Mul | Div if minus_one(self, b) => Some(self.neg(a)),
            Sub if self.is_number(b, 0.0) => Some(a),
            Mul | Div => match (negated(self, a), negated(self, b)) {
                (Some(x), Some(y)) => Some(self.operate(op, &[x, y])),
                _ => None,
            },
            Add => negated(self, b).map(|y| self.sub(a, y)),
            Sub => negated(self, b).map(|y| self.add(a, y)),
            And | Or => {
                let decides = if op == And { 0.0 } else { 1.0 };
                let (x, y) = (self.as_number(a), self.as_number(b));
                match (x, y) {
                    _ if x == Some(decides) || y == Some(decides) => Some(self.number(decides)),
                    (Some(_), _) => Some(b),
                    (_, Some(_)) => Some(a),
                    _ => None,
                }
            }
            Select => match self.as_number(a) {
                Some(1.0) => Some(args[1]),
                Some(0.0) => Some(args[2]),
                _ => None,
            },
            _ => None,
        }
    }

    /// The number that an operator gives for numbers, where it is exact.
    fn fold(&mut self, op: Operator, args: &[NodeId]) -> Option<NodeId> {
        use Operator::*;
        if matches!(op, Neg | Not) {
            if let Some((inner_op, inner)) = self.as_operator(args[0])
                && inner_op == op
            {
                return Some(inner[0]);
            }
            if let (Not, Some((compared, inner))) = (op, self.as_operator(args[0]))
                && let Some(opposite) = compared.opposite()
            {
                let inner = [inner[0], inner[1]];
                return Some(self.operate(opposite, &inner));
            }
        }
        if op == Select {
            return None;
        }
        let numbers: Option<Vec<f64>> = args.iter().map(|&a| self.as_number(a)).collect();
        let numbers = numbers?;
        let value = entry(op).kernel.scalar(&numbers);
        let exact = match op {
            Add | Sub | Mul => numbers.iter().all(|&x| is_exact_integer(x)) && is_exact_integer(value),
            Pow => numbers.iter().all(|&x| is_exact_integer(x)) && numbers[1] >= 0.0 && is_exact_integer(value),
            // a quotient of integers below 2^53 that is an integer is not rounded: a rounded one would lie 1/b away at least
            Div => {
                numbers.iter().all(|&x| is_exact_integer(x))
                    && is_exact_integer(value)
                    && value * numbers[1] == numbers[0]
            }
            Neg => true,
            _ => op.is_condition(),
        };
        (exact && value.is_finite()).then(|| self.number(value))
    }

    /// a + b
    pub fn add(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.operate(Operator::Add, &[a, b])
    }
    /// a - b
    pub fn sub(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.operate(Operator::Sub, &[a, b])
    }
    /// a*b
    pub fn mul(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.operate(Operator::Mul, &[a, b])
    }
    /// a/b
    pub fn div(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.operate(Operator::Div, &[a, b])
    }
    /// -a
    pub fn neg(&mut self, a: NodeId) -> NodeId {
        self.operate(Operator::Neg, &[a])
    }
    /// a^b
    pub fn pow(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.operate(Operator::Pow, &[a, b])
    }
    /// a^k
    pub fn powk(&mut self, a: NodeId, k: f64) -> NodeId {
        let k = self.number(k);
        self.pow(a, k)
    }
    /// c*a
    pub fn scale(&mut self, c: f64, a: NodeId) -> NodeId {
        let c = self.number(c);
        self.mul(c, a)
    }
    /// 1/a
    pub fn recip(&mut self, a: NodeId) -> NodeId {
        let one = self.number(1.0);
        self.div(one, a)
    }
    /// a + c
    pub fn shift(&mut self, a: NodeId, c: f64) -> NodeId {
        if c < 0.0 {
            let c = self.number(-c);
            return self.sub(a, c);
        }
        let c = self.number(c);
        self.add(a, c)
    }
    /// c - a
    pub fn from(&mut self, c: f64, a: NodeId) -> NodeId {
        let c = self.number(c);
        self.sub(c, a)
    }
    /// a comparison, `and` or `or`
    pub fn compare(&mut self, op: Operator, a: NodeId, b: NodeId) -> NodeId {
        self.operate(op, &[a, b])
    }
    /// a == c
    pub fn equals(&mut self, a: NodeId, c: f64) -> NodeId {
        let c = self.number(c);
        self.compare(Operator::Eq, a, c)
    }
    /// a && b
    pub fn and(&mut self, a: NodeId, b: NodeId) -> NodeId {
        if a == b { a } else { self.operate(Operator::And, &[a, b]) }
    }
    /// a || b
    pub fn or(&mut self, a: NodeId, b: NodeId) -> NodeId {
        if a == b { a } else { self.operate(Operator::Or, &[a, b]) }
    }
    /// !a
    pub fn not(&mut self, a: NodeId) -> NodeId {
        self.operate(Operator::Not, &[a])
    }
    /// if(condition, a, b)
    pub fn select(&mut self, condition: NodeId, a: NodeId, b: NodeId) -> NodeId {
        self.operate(Operator::Select, &[condition, a, b])
    }
}
