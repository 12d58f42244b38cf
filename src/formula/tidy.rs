//! Derivatives as a person writes them: `2*x*y + y*cos(x*y)` instead of `y*(x*2) + cos(x*y)*y*1`.
//!
//! Uses the graph. Only nodes that differentiation made are rewritten; what the user wrote stays as written. A product
//! becomes a monomial (a rational coefficient and powers of factors in a fixed order), a sum a list of monomials with like
//! terms added. This reassociates, so a derivative may differ from the untidied one by rounding, and it never cancels
//! `u/u` unless `u` is known to be nonzero wherever the formula itself is defined: the domain is never enlarged.

use std::collections::VecDeque;

use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

use super::functions::Operator;
use super::graph::{Graph, InputKind, Node, NodeId};
use super::monomial::{Monomial, add_fractions, invert, is_integer, reduce};

/// Longer products stay nested: flattening every link of a long chain would cost its length squared.
const MAX_FACTORS: usize = 8;
/// A node used more often than this keeps its product as one factor, so that the sharing of reverse mode is not undone.
const MAX_USES: usize = 4;
/// A shared sum of more terms is not merged into the sums that use it.
const MAX_SHARED_TERMS: usize = 8;
/// The nodes that are nonzero wherever `root` is defined: denominators, and arguments of functions undefined at 0. What
/// stands in a branch of an `if` tells nothing, since the branch may not be taken.
pub fn nonzero_where_defined(g: &Graph, root: NodeId) -> HashSet<NodeId> {
    let mut nonzero = HashSet::default();
    let mut seen = HashSet::default();
    let mut open = vec![root];
    let mut deny = Vec::new();
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        let Some((function, args)) = g.as_apply(id) else { continue };
        match function.operator() {
            // the other side of a logical operator may be what makes an undefined side harmless
            Some(Operator::Select | Operator::And | Operator::Or) => {
                open.push(args[0]);
                continue;
            }
            Some(Operator::Div) => deny.push(args[1]),
            Some(_) => {}
            None if args.len() == 1 && !function.domain.holds(&[0.0]) => deny.push(args[0]),
            None => {}
        }
        open.extend_from_slice(args);
    }
    // a product or power is nonzero only if its factors are
    while let Some(id) = deny.pop() {
        if nonzero.insert(id) {
            match g.as_operator(id) {
                Some((Operator::Mul, args)) => deny.extend_from_slice(args),
                Some((Operator::Neg, args)) => deny.push(args[0]),
                Some((Operator::Pow, args)) if g.as_number(args[1]).is_some_and(|k| k > 0.0) => deny.push(args[0]),
                _ => {}
            }
        }
    }
    nonzero
}

/// Rewrites `roots`; nodes below `born` are the user's. `nonzero` comes from [`nonzero_where_defined`].
pub fn tidy(g: &mut Graph, roots: &[NodeId], born: usize, nonzero: &HashSet<NodeId>) -> Vec<NodeId> {
    let used = g.reachable(roots);
    let mut uses = vec![0_usize; used.len()];
    for id in g.ids().filter(|id| used[id.index()] && id.index() >= born) {
        for c in g.children(id) {
            uses[c.index()] += 1;
        }
    }
    let ids: Vec<NodeId> = g.ids().filter(|id| used[id.index()]).collect();
    let mut absorbed = vec![false; used.len()];
    for &id in ids.iter().filter(|id| id.index() >= born) {
        if let Some((Operator::Add | Operator::Sub, args)) = g.as_operator(id) {
            for a in args.iter().filter(|a| a.index() >= born && uses[a.index()] == 1) {
                absorbed[a.index()] = matches!(g.as_operator(*a), Some((Operator::Add | Operator::Sub, _)));
            }
        }
    }
    for r in roots {
        absorbed[r.index()] = false;
    }
    let new: Vec<NodeId> = g.ids().take(used.len()).collect();
    let monomials = vec![None; used.len()];
    let mut t = Tidy { g, born, nonzero, uses, absorbed, new, monomials, sums: HashMap::default() };
    for id in ids {
        t.visit(id);
    }
    roots.iter().map(|r| t.new[r.index()]).collect()
}

struct Tidy<'a> {
    g: &'a mut Graph,
    born: usize,
    nonzero: &'a HashSet<NodeId>,
    uses: Vec<usize>,
    /// Sums whose only use is a longer sum.
    absorbed: Vec<bool>,
    /// The rewritten node of each old one; itself until it is visited.
    new: Vec<NodeId>,
    monomials: Vec<Option<Monomial>>,
    sums: HashMap<NodeId, VecDeque<Monomial>>,
}

impl Tidy<'_> {
    fn visit(&mut self, id: NodeId) {
        if id.index() < self.born {
            let monomial = self.of_user(id);
            self.monomials[id.index()] = Some(monomial);
            return;
        }
        let Some((function, args)) = self.g.as_apply(id) else {
            let node = self.rebuilt(id);
            self.new[id.index()] = node;
            let monomial = self.leaf(node);
            self.monomials[id.index()] = Some(monomial);
            return;
        };
        let args = args.to_vec();
        let monomial = match function.operator() {
            Some(Operator::Neg) => {
                let mut m = self.known(args[0]).clone();
                m.numerator = -m.numerator;
                m
            }
            Some(Operator::Mul) => {
                let (a, b) = self.pair(args[0], args[1]);
                self.multiply(a, b)
            }
            Some(Operator::Div) => {
                let (a, b) = self.pair(args[0], args[1]);
                let b = self.inverse(b, args[1]);
                self.multiply(a, b)
            }
            Some(Operator::Pow) => self.power(&args),
            Some(op @ (Operator::Add | Operator::Sub)) => {
                let left = self.terms(args[0]);
                let mut right = self.terms(args[1]);
                if op == Operator::Sub {
                    right.iter_mut().for_each(|m| m.numerator = -m.numerator);
                }
                let terms = join(left, right);
                if self.absorbed[id.index()] {
                    // a link of a longer sum: nothing is built before the whole sum is known
                    self.sums.insert(id, terms);
                    return;
                }
                let terms = self.add_like_terms(terms);
                let node = self.build_sum(&terms);
                let monomial = if terms.len() == 1 { terms[0].clone() } else { self.leaf(node) };
                self.sums.insert(id, terms.into());
                self.new[id.index()] = node;
                self.monomials[id.index()] = Some(monomial);
                return;
            }
            _ => {
                let args: Vec<NodeId> = args.iter().map(|a| self.new[a.index()]).collect();
                let node = self.g.apply(function, &args);
                self.new[id.index()] = node;
                let monomial = self.leaf(node);
                self.monomials[id.index()] = Some(monomial);
                return;
            }
        };
        let node = self.build(&monomial);
        self.new[id.index()] = node;
        self.monomials[id.index()] = Some(monomial);
    }

    /// A leaf of products with its own parts rewritten: a component of an array, a reduction.
    fn rebuilt(&mut self, id: NodeId) -> NodeId {
        let new = |id: NodeId| self.new[id.index()];
        let node = match self.g.node(id) {
            Node::Element(array, at) => Node::Element(array, at.map(new)),
            Node::Reduce(how, level, parts) => Node::Reduce(how, level, parts.map(new)),
            other => other,
        };
        self.g.intern(node)
    }

    /// The monomial of a node visited before, as all children are.
    fn known(&self, id: NodeId) -> &Monomial {
        self.monomials[id.index()].as_ref().expect("children are visited before their parents")
    }

    /// A node as one factor (or a number as a coefficient).
    fn leaf(&self, id: NodeId) -> Monomial {
        match self.g.as_number(id) {
            Some(c) => Monomial { numerator: c, denominator: 1.0, factors: vec![] },
            None => Monomial { numerator: 1.0, denominator: 1.0, factors: vec![(id, 1.0)] },
        }
    }

    /// What the user wrote, as seen by a product around it: products, quotients and powers of names are opened.
    fn of_user(&self, id: NodeId) -> Monomial {
        let simple = |m: &Monomial| {
            m.factors.len() <= MAX_USES && m.factors.iter().all(|f| matches!(self.g.node(f.0), Node::Input(_)))
        };
        let Some((op, args)) = self.g.as_operator(id) else { return self.leaf(id) };
        let of = |i: usize| self.known(args[i]);
        let opened = match op {
            Operator::Neg if simple(of(0)) => {
                let m = of(0).clone();
                Some(Monomial { numerator: -m.numerator, ..m })
            }
            // a number in front costs nothing to take along
            Operator::Mul if simple(of(0)) && simple(of(1)) || of(0).factors.is_empty() || of(1).factors.is_empty() => {
                Some(self.multiply(of(0).clone(), of(1).clone()))
            }
            Operator::Div if of(0).factors.len() <= 2 && of(1).factors.len() <= 2 => {
                let inverse = self.inverse(of(1).clone(), args[1]);
                Some(self.multiply(of(0).clone(), inverse))
            }
            Operator::Pow => self.g.as_number(args[1]).map(|k| Monomial {
                numerator: 1.0,
                denominator: 1.0,
                factors: vec![(args[0], k)],
            }),
            _ => None,
        };
        opened.unwrap_or_else(|| self.leaf(id))
    }

    /// A node's monomial for use in a product, or the node as one factor where opening it would undo sharing.
    fn factor(&self, id: NodeId) -> Monomial {
        let m = self.known(id);
        let shared = self.uses[id.index()] > MAX_USES && m.factors.len() > 1;
        if shared { self.leaf(self.new[id.index()]) } else { m.clone() }
    }

    fn inverse(&self, m: Monomial, node: NodeId) -> Monomial {
        if m.numerator == 0.0 || m.factors.iter().any(|f| f.1 < 0.0) && !self.nonzero.contains(&node) {
            // 1/(1/u) is undefined at u = 0, where u is not; 1/0 must stay 1/0
            let leaf = Monomial { numerator: 1.0, denominator: 1.0, factors: vec![(self.new[node.index()], 1.0)] };
            return invert(leaf);
        }
        invert(m)
    }

    fn power(&mut self, args: &[NodeId]) -> Monomial {
        let (base, exponent) = (self.new[args[0].index()], self.new[args[1].index()]);
        match self.g.as_number(exponent) {
            Some(k) => {
                let m = self.known(args[0]);
                let inner = match m.factors[..] {
                    [(b, j)]
                        if m.numerator == 1.0 && m.denominator == 1.0 && j > 0.0 && is_integer(j) && is_integer(k) =>
                    {
                        (b, j * k)
                    }
                    _ => (base, k),
                };
                Monomial { numerator: 1.0, denominator: 1.0, factors: vec![inner] }
            }
            None => {
                let node = self.g.pow(base, exponent);
                self.leaf(node)
            }
        }
    }

    /// Both factors of a product, the longer one as a single factor where the product would grow too long.
    fn pair(&self, a: NodeId, b: NodeId) -> (Monomial, Monomial) {
        let (x, y) = (self.factor(a), self.factor(b));
        if x.factors.len() + y.factors.len() <= MAX_FACTORS {
            (x, y)
        } else if x.factors.len() >= y.factors.len() {
            (self.leaf(self.new[a.index()]), y)
        } else {
            (x, self.leaf(self.new[b.index()]))
        }
    }

    fn multiply(&self, a: Monomial, b: Monomial) -> Monomial {
        let mut factors = a.factors;
        for (base, k) in b.factors {
            let same = factors.iter_mut().find(|f| {
                f.0 == base
                    && is_integer(f.1)
                    && is_integer(k)
                    && ((f.1 > 0.0) == (k > 0.0) || self.nonzero.contains(&base))
            });
            match same {
                Some(f) => f.1 += k,
                None => factors.push((base, k)),
            }
        }
        factors.retain(|f| f.1 != 0.0);
        let (n, d) = reduce(a.numerator * b.numerator, a.denominator * b.denominator);
        factors.sort_by_key(|f| self.rank(f.0));
        Monomial { numerator: n, denominator: d, factors }
    }

    /// Constants, then variables in their order, then sums, then function calls.
    fn rank(&self, id: NodeId) -> (u8, u32) {
        match self.g.node(id) {
            Node::Number(_) => (0, id.index() as u32),
            Node::Input(i) => match self.g.inputs()[i as usize].kind {
                InputKind::Constant(_) => (1, i),
                InputKind::Column | InputKind::Variable => (2, i),
            },
            Node::Index(_) | Node::Element(..) => (2, id.index() as u32),
            Node::Reduce(..) => (4, id.index() as u32),
            Node::Apply(f, _) => match f.0.operator() {
                Some(Operator::Select) => (5, id.index() as u32),
                Some(_) => (3, id.index() as u32),
                None => (4, id.index() as u32),
            },
        }
    }

    fn terms(&mut self, id: NodeId) -> VecDeque<Monomial> {
        if self.absorbed.get(id.index()) == Some(&true) {
            return self.sums.remove(&id).unwrap_or_default();
        }
        if let Some(terms) = self.sums.get(&id)
            && terms.len() <= MAX_SHARED_TERMS
        {
            return terms.clone();
        }
        if id.index() < self.born
            && let Some((op @ (Operator::Add | Operator::Sub), args)) = self.g.as_operator(id)
        {
            let simple =
                |m: &Monomial| m.factors.iter().all(|f| f.1 > 0.0 && matches!(self.g.node(f.0), Node::Input(_)));
            let (a, mut b) = (self.known(args[0]).clone(), self.known(args[1]).clone());
            if simple(&a) && simple(&b) {
                if op == Operator::Sub {
                    b.numerator = -b.numerator;
                }
                return [a, b].into();
            }
        }
        [self.known(id).clone()].into()
    }

    fn add_like_terms(&self, terms: VecDeque<Monomial>) -> Vec<Monomial> {
        let mut place: HashMap<Vec<(NodeId, u64)>, usize> = HashMap::default();
        let mut sum: Vec<Monomial> = Vec::new();
        for m in terms {
            let key: Vec<(NodeId, u64)> = m.factors.iter().map(|f| (f.0, f.1.to_bits())).collect();
            match place.get(&key) {
                Some(&i) => {
                    let (n, d) = add_fractions((sum[i].numerator, sum[i].denominator), (m.numerator, m.denominator));
                    let total = |f: &(NodeId, f64)| f.1 > 0.0 && matches!(self.g.node(f.0), Node::Input(_));
                    if n != 0.0 || m.factors.iter().all(total) {
                        (sum[i].numerator, sum[i].denominator) = (n, d);
                    } else {
                        // u - u is 0 only where u is defined: both stay
                        sum.push(m);
                    }
                }
                None => {
                    place.insert(key, sum.len());
                    sum.push(m);
                }
            }
        }
        let before = sum.clone();
        sum.retain(|m| m.numerator != 0.0 || m.numerator.is_nan());
        if sum.is_empty() {
            before.into_iter().take(1).map(|m| Monomial { factors: vec![], ..m }).collect()
        } else {
            sum
        }
    }

    fn build_sum(&mut self, terms: &[Monomial]) -> NodeId {
        // 1/y - x/y^2, not -x/y^2 + 1/y
        let first = terms.iter().position(|m| m.numerator > 0.0).unwrap_or(0);
        let mut total = self.build(&terms[first]);
        for (_, m) in terms.iter().enumerate().filter(|&(i, _)| i != first) {
            let negative = m.numerator < 0.0;
            let node = self.build(&Monomial { numerator: m.numerator.abs(), ..m.clone() });
            total = if negative { self.g.sub(total, node) } else { self.g.add(total, node) };
        }
        total
    }

    fn build(&mut self, m: &Monomial) -> NodeId {
        let above: Vec<NodeId> = m.factors.iter().filter(|f| f.1 > 0.0).map(|&(b, k)| self.g.powk(b, k)).collect();
        let below: Vec<NodeId> = m.factors.iter().filter(|f| f.1 < 0.0).map(|&(b, k)| self.g.powk(b, -k)).collect();
        let top = match m.numerator {
            1.0 => self.chain(None, &above),
            // -x*y: the sign goes to the first factor, as it is read
            -1.0 if !above.is_empty() => {
                let first = self.g.neg(above[0]);
                let rest = [&[first], &above[1..]].concat();
                self.chain(None, &rest)
            }
            c => self.chain(Some(c), &above),
        };
        let bottom =
            if m.denominator == 1.0 { self.chain(None, &below) } else { self.chain(Some(m.denominator), &below) };
        match (top, bottom) {
            (Some(top), None) => top,
            (top, Some(bottom)) => {
                let top = top.unwrap_or_else(|| self.g.number(1.0));
                self.g.div(top, bottom)
            }
            (None, None) => self.g.number(m.numerator),
        }
    }

    fn chain(&mut self, coefficient: Option<f64>, factors: &[NodeId]) -> Option<NodeId> {
        let mut total = coefficient.map(|c| self.g.number(c));
        for &f in factors {
            total = Some(match total {
                None => f,
                Some(t) => self.g.mul(t, f),
            });
        }
        total
    }
}

/// Both lists in order, the shorter one moved: a chain of n sums costs n log n, whichever way it leans.
fn join(mut left: VecDeque<Monomial>, mut right: VecDeque<Monomial>) -> VecDeque<Monomial> {
    if left.len() >= right.len() {
        left.append(&mut right);
        left
    } else {
        left.into_iter().rev().for_each(|m| right.push_front(m));
        right
    }
}
