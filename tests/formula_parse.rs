//! `formula::parse`: trees, places, the text of every error, long and deep formulas, and a second parser that must agree.

#[path = "formula_parse/reference.rs"]
mod reference;

use gradus::error::{Diagnose, Exit, Source, Span};
use gradus::formula::parse::{Kind, NumberFault, ParseError, Tree, parse};
use reference::{Algebra, spread, value_of_text, value_of_tree, values_of_nodes};

fn tree(text: &str) -> Tree {
    parse(&Source::new("--formula", text)).unwrap_or_else(|e| panic!("{:.200}: {e}", text))
}

fn error(text: &str) -> ParseError {
    parse(&Source::new("--formula", text)).expect_err(text)
}

/// The tree with every parenthesis written.
fn written(text: &str) -> String {
    fn write(tree: &Tree, at: usize) -> String {
        match &tree.nodes[at].kind {
            Kind::Number(x) => format!("{x}"),
            Kind::Name(name) => name.clone(),
            Kind::Negate(a) => format!("(-{})", write(tree, *a)),
            Kind::Not(a) => format!("(!{})", write(tree, *a)),
            Kind::Binary(op, a, b) => format!("({}{op}{})", write(tree, *a), write(tree, *b)),
            Kind::Call { name, args, .. } => {
                format!("{name}({})", args.iter().map(|&a| write(tree, a)).collect::<Vec<_>>().join(","))
            }
        }
    }
    let tree = tree(text);
    write(&tree, tree.root)
}

#[test]
fn operators_bind_as_in_mathematics() {
    for (text, expected) in [
        ("2^3^2", "(2^(3^2))"),
        ("(2^3)^2", "((2^3)^2)"),
        ("2^(3^2)", "(2^(3^2))"),
        ("2^-x^2", "(2^(-(x^2)))"),
        ("2^-x^-y^3*z", "((2^(-(x^(-(y^3)))))*z)"),
        ("2^--x^2", "(2^(-(-(x^2))))"),
        ("(2^-x)^2", "((2^(-x))^2)"),
        ("-x^2", "(-(x^2))"),
        ("(-x)^2", "((-x)^2)"),
        ("-2^2", "(-(2^2))"),
        ("-a*b", "((-a)*b)"),
        ("a*-b*c", "((a*(-b))*c)"),
        ("a*-b^c", "(a*(-(b^c)))"),
        ("2^-x", "(2^(-x))"),
        ("2^-x*y", "((2^(-x))*y)"),
        ("a - b - c", "((a-b)-c)"),
        ("a - -b", "(a-(-b))"),
        ("a - (b - c)", "(a-(b-c))"),
        ("a/b*c", "((a/b)*c)"),
        ("a/b/c", "((a/b)/c)"),
        ("a+b*c-d/e", "((a+(b*c))-(d/e))"),
        ("!a && b", "((!a)&&b)"),
        ("!a == b", "((!a)==b)"),
        ("!(a == b)", "(!(a==b))"),
        ("a<b && c>d", "((a<b)&&(c>d))"),
        ("a || b && c || d", "((a||(b&&c))||d)"),
        ("a+1 <= b*2", "((a+1)<=(b*2))"),
        ("a >= -b && !c != d", "((a>=(-b))&&((!c)!=d))"),
        ("sin(x)^2", "(sin(x)^2)"),
        ("-sin (x) ^ 2", "(-(sin(x)^2))"),
        ("2^-f(x)^2", "(2^(-(f(x)^2)))"),
        ("f(a, -b, (c), g(d+1)*2)", "f(a,(-b),c,(g((d+1))*2))"),
        ("x(i+1) - W(i, j)", "(x((i+1))-W(i,j))"),
        ("f()", "f()"),
        ("math::sin(math::pi)", "sin(pi)"),
        ("math", "math"),
        ("e^pi", "(e^pi)"),
        ("((((x))))", "x"),
        ("(a)*((b))", "(a*b)"),
        ("---x", "(-x)"),
        ("----x", "(-(-x))"),
        ("!!!a", "(!a)"),
        ("-!-a", "(-(!(-a)))"),
        ("a--!--!!b", "(a-(-(!(-(-(!(!b)))))))"),
        ("+x", "x"),
        ("+x - y", "(x-y)"),
        ("+-x", "(-x)"),
        ("f(+x, +1)", "f(x,1)"),
        ("(+x) == +1 && +y > 0", "((x==1)&&(y>0))"),
        ("a\n + \t b\r\n", "(a+b)"),
        ("µ_1*αβ", "(µ_1*αβ)"),
        ("_0 + _1", "(_0+_1)"),
        ("true", "true"),
    ] {
        assert_eq!(written(text), expected, "{text}");
    }
}

#[test]
fn literals_are_f64() {
    for (text, expected) in [
        ("0", 0.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e5", 1e5),
        ("1E5", 1e5),
        ("1e+5", 1e5),
        ("1.e-5", 1e-5),
        ("007", 7.0),
        ("0.1", 0.1),
        ("0e999", 0.0),
        ("9007199254740993", 9007199254740992.0), // 2^53 + 1: half to even
        ("1.7976931348623157e308", f64::MAX),
        ("5e-324", f64::from_bits(1)),
    ] {
        let tree = tree(text);
        let Kind::Number(x) = tree.nodes[tree.root].kind else { panic!("{text}") };
        assert_eq!(x.to_bits(), expected.to_bits(), "{text}");
    }
    assert_eq!(written("1/2"), "(1/2)");
    assert_eq!(written("1e5-3"), "(100000-3)");
    assert_eq!(written("2-1e-1-e-1"), "(((2-0.1)-e)-1)");
}

#[test]
fn nodes_know_their_place() {
    let text = " (a + b)*math::sin (-µ^2) ";
    let tree = tree(text);
    let parts: Vec<&str> = tree.nodes.iter().map(|n| &text[n.span.range()]).collect();
    assert_eq!(parts, ["a", "b", "a + b", "µ", "2", "µ^2", "-µ^2", "math::sin (-µ^2)", "(a + b)*math::sin (-µ^2)"],);
    assert_eq!(tree.root, tree.nodes.len() - 1);
    let Kind::Call { name, name_span, args } = &tree.nodes[7].kind else { panic!() };
    assert_eq!((name.as_str(), &text[name_span.range()], args.as_slice()), ("sin", "math::sin", &[6][..]));
    // left before right whatever the parentheses: names are declared in this order
    let text = "x*((y+z)-f(a,(b)))+c";
    let tree = self::tree(text);
    let parts: Vec<&str> = tree.nodes.iter().map(|n| &text[n.span.range()]).collect();
    assert_eq!(parts, ["x", "y", "z", "y+z", "a", "b", "f(a,(b))", "(y+z)-f(a,(b))", "x*((y+z)-f(a,(b)))", "c", text]);
    // signs: from the first one on
    let tree = self::tree("1---!x");
    assert_eq!(
        tree.nodes.iter().map(|n| (n.span.start, n.span.end)).collect::<Vec<_>>(),
        [(0, 1), (5, 6), (4, 6), (3, 6), (2, 6), (0, 6)]
    );
}

/// Text, the part that the error points at, its sentence, its help.
#[rustfmt::skip]
const FAULTS: &[(&str, &str, &str, &str)] = &[
    ("", "", "the formula is empty", "write an expression, such as `x^2 + y`"),
    (" \n ", " \n ", "the formula is empty", "write an expression, such as `x^2 + y`"),
    // two operands side by side
    ("2x", "2x", "no operator stands between `2` and `x`", "to multiply, write `2*x`"),
    ("1e5x", "1e5x", "no operator stands between `1e5` and `x`", "to multiply, write `1e5*x`"),
    ("2exp(x)", "2exp", "no operator stands between `2` and `exp`", "to multiply, write `2*exp`"),
    ("0xy", "0xy", "no operator stands between `0` and `xy`", "to multiply, write `0*xy`"),
    ("sin x", "sin x", "no operator stands between `sin` and `x`", "write `sin(x)` for a function's value, `sin*x` for a product"),
    ("x y + 1", "x y", "no operator stands between `x` and `y`", "write `x(y)` for a function's value, `x*y` for a product"),
    ("1 + x 2", "x 2", "no operator stands between `x` and `2`", "write `x(2)` for a function's value, `x*2` for a product"),
    ("1 000", "1 000", "no operator stands between `1` and `000`", "write one number, or an operator such as `1*000`"),
    ("2(x)", "2(", "no operator stands between `2` and `(`", "to multiply, write `2*(...)`"),
    ("(a)(b)", ")(", "no operator stands between `)` and `(`", "to multiply, write `(...)*(...)`"),
    ("(a) b", ") b", "no operator stands between `)` and `b`", "to multiply, write `(...)*b`"),
    ("f(a)(b)", ")(", "no operator stands between `)` and `(`", "to multiply, write `(...)*(...)`"),
    ("a and b", "a and", "no operator stands between `a` and `and`", "write `&&` for and"),
    ("a or b", "a or", "no operator stands between `a` and `or`", "write `||` for or"),
    ("not a", "not a", "no operator stands between `not` and `a`", "write `!` for not, as in `!(x > 0)`"),
    ("(a) mod 2", ") mod", "no operator stands between `)` and `mod`", "write `mod(a, b)`"),
    // an operand is missing
    ("1 +", "+", "nothing follows `+`", "write a number, a name or `(` there"),
    ("(1 -", "-", "nothing follows `-`", "write a number, a name or `(` there"),
    ("!", "!", "nothing follows `!`", "write a number, a name or `(` there"),
    ("* x", "*", "nothing stands before `*`", "write a number, a name or `(` there"),
    ("x +* y", "+*", "an operand is missing between `+` and `*`", "write a number, a name or `(` there"),
    ("x * * y", "* *", "an operand is missing between `*` and `*`", "write `^` for a power"),
    ("(+)", "+)", "an operand is missing between `+` and `)`", "write a number, a name or `(` there"),
    ("(< 1)", "(<", "an operand is missing between `(` and `<`", "write a number, a name or `(` there"),
    ("f(1 -, 2)", "-,", "an operand is missing between `-` and `,`", "write a number, a name or `(` there"),
    ("1 + + x", "+ +", "an operand is missing between `+` and `+`", "write a number, a name or `(` there; a sign `+` stands only where an expression begins"),
    ("2^+x", "^+", "an operand is missing between `^` and `+`", "write a number, a name or `(` there; a sign `+` stands only where an expression begins"),
    // parentheses and commas
    ("f(x,)", ",", "argument 2 of `f` is empty", "write the argument, or leave out the comma"),
    ("f(,x)", ",", "argument 1 of `f` is empty", "write the argument, or leave out the comma"),
    ("f(g(1, 2), , x)", ",", "argument 2 of `f` is empty", "write the argument, or leave out the comma"),
    ("1 + ( )", "( )", "nothing stands between `(` and `)`", "write an expression between them"),
    ("1,5", ",", "a comma outside of a function's arguments", "the decimal sign is a point: write `1.5`; vectors are declared, not written in a formula"),
    ("f((a, b))", ",", "a comma outside of a function's arguments", "the decimal sign is a point: write `1.5`; vectors are declared, not written in a formula"),
    ("2*(x + 1", "(", "`(` is never closed", "add `)`"),
    ("f((x, ", ",", "a comma outside of a function's arguments", "the decimal sign is a point: write `1.5`; vectors are declared, not written in a formula"),
    ("f(((x)", "(", "2 parentheses `(` are never closed, this one is the innermost", "add `)`"),
    ("f(x,", "(", "`(` is never closed", "add `)`"),
    ("(x))", ")", "`)` without a `(` before it", "leave it out, or add `(`"),
    ("(x]", "]", "`]`: brackets and braces have no meaning in a formula", "write parentheses `( )`, for groups and for components of a vector"),
    ("x[1]", "x[1]", "`x[1]`: brackets and braces have no meaning in a formula", "write `x(1)`: components count from 1"),
    ("2*W [ i+1, j ] - 3", "W [ i+1, j ]", "`W [ i+1, j ]`: brackets and braces have no meaning in a formula", "write `W(i+1, j)`: components count from 1"),
    ("[1, 2]", "[", "`[`: brackets and braces have no meaning in a formula", "write parentheses `( )`, for groups and for components of a vector"),
    ("x[a[1]]", "[", "`[`: brackets and braces have no meaning in a formula", "write parentheses `( )`, for groups and for components of a vector"),
    ("{x}", "{", "`{`: brackets and braces have no meaning in a formula", "write parentheses `( )`, for groups and for components of a vector"),
    // comparisons and assignments
    ("a<b<c", "<b<", "a comparison of a comparison: `<`, then `<`", "write two comparisons: `... < b && b < ...`"),
    ("x && a < b + 1 == c", "< b + 1 ==", "a comparison of a comparison: `<`, then `==`", "write two comparisons: `... < b + 1 && b + 1 == ...`"),
    ("x = 1", "=", "`=` assigns, and a formula has no assignments", "write `==` to compare"),
    ("x += 1", "+=", "`+=` assigns, and a formula has no assignments", "a formula is one expression: write only the value"),
    ("x := 1", ":=", "`:=` assigns, and a formula has no assignments", "a formula is one expression: write only the value"),
    ("x &&= y", "&&=", "`&&=` assigns, and a formula has no assignments", "a formula is one expression: write only the value"),
    ("5!", "!", "`!` stands after an operand", "`!` stands before the condition that it negates; for the factorial of n write `exp(lgamma(n + 1))`"),
    // numbers
    ("1.5.3", "1.5.3", "`1.5.3` is not a number: it has more than one decimal point", "write one decimal point, as in `1.5`"),
    ("1..2", "1..2", "`1..2` is not a number: it has more than one decimal point", "write one decimal point, as in `1.5`"),
    ("1e", "1e", "`1e` is not a number: its exponent has no digits", "write `1e3` for an exponent, `1*e` for a product with e"),
    ("1.5e*x", "1.5e", "`1.5e` is not a number: its exponent has no digits", "write `1.5e3` for an exponent, `1.5*e` for a product with e"),
    ("1e-x", "1e-", "`1e-` is not a number: its exponent has no digits", "write `1e3` for an exponent, `1*e` for a product with e"),
    ("1e2.5", "1e2.5", "`1e2.5` is not a number: its exponent is not a whole number", "write `10^2.5` for a broken power of ten"),
    ("1_000.5 + x", "1_000", "`1_000` is not a number: it has an underscore", "write `1000`"),
    ("0x10", "0x10", "`0x10` is not a number: numbers are decimal", "write `16`"),
    ("0b101+x", "0b101", "`0b101` is not a number: numbers are decimal", "write `5`"),
    ("0xffffffffffffffffff", "0xffffffffffffffffff", "`0xffffffffffffffffff` is not a number: numbers are decimal", "write it in decimal digits"),
    ("2*1e400", "1e400", "`1e400` is out of range", "numbers go up to 1.7976931348623157e308"),
    ("1e-400", "1e-400", "`1e-400` is out of range: it would read as 0", "numbers other than 0 begin at 5e-324"),
    ("1 + inf", "inf", "`inf` is not a number that a formula can contain", "write a finite number, or choose another name for the variable"),
    ("NaN", "NaN", "`NaN` is not a number that a formula can contain", "write a finite number, or choose another name for the variable"),
    ("Infinity", "Infinity", "`Infinity` is not a number that a formula can contain", "write a finite number, or choose another name for the variable"),
    ("str::len(x)", "str::len", "`str::len` has a prefix other than `math::`", "write `len`"),
    ("math::math::sin(x)", "math::math::sin", "`math::math::sin` has a prefix other than `math::`", "write `sin`"),
    ("math::(x)", "math::", "`math::` has a prefix other than `math::`", "write the name alone"),
    ("math::2", "math::2", "`math::2` has a prefix other than `math::`", "write `2`"),
    ("::x", "::x", "`::x` has a prefix other than `math::`", "write `x`"),
    // other languages
    ("x//2", "//", "`//` has no meaning in a formula", "write `/` to divide, `floor(a/b)` for the whole part; a formula has no comments"),
    ("x /* two */", "/*", "`/*` has no meaning in a formula", "a formula has no comments: leave it out"),
    ("x # two", "#", "`#` has no meaning in a formula", "a formula has no comments: leave it out"),
    ("x**2", "**", "`**` has no meaning in a formula", "write `^` for a power"),
    ("x % 2", "%", "`%` has no meaning in a formula", "write `mod(a, b)` for the remainder"),
    ("a & b", "&", "`&` has no meaning in a formula", "write `&&` for and"),
    ("|x|", "|", "`|` has no meaning in a formula", "write `||` for or, `abs(x)` for an absolute value"),
    ("a === b", "===", "`===` has no meaning in a formula", "write `==`"),
    ("a !== b", "!==", "`!==` has no meaning in a formula", "write `!=`"),
    ("a <> b", "<>", "`<>` has no meaning in a formula", "write `!=`"),
    ("a =< b", "=<", "`=<` has no meaning in a formula", "write `<=`"),
    ("a => b", "=>", "`=>` has no meaning in a formula", "write `>=`"),
    ("a; b", ";", "`;` has no meaning in a formula", "a formula is one expression"),
    ("a ? b : c", "?", "`?` has no meaning in a formula", "to choose, write `if(condition, a, b)`"),
    ("\"x\"", "\"", "`\"` has no meaning in a formula", "a formula has no strings; a name that is no plain word stands in backquotes"),
    ("x + `y", "`", "a backquote without another has no meaning in a formula", "write a name between two: `living area`"),
    ("` `", "` `", "a name without letters has no meaning in a formula", "write a name between two: `living area`"),
    ("'x'", "'", "`'` has no meaning in a formula", "a formula has no strings, and derivatives are taken of it, not written in it"),
    ("Sepal.Length", ".", "`.` has no meaning in a formula", "a decimal point needs a digit beside it; names are made of letters, digits and `_`, or stand in backquotes"),
    ("\\sqrt{x}", "\\", "`\\` has no meaning in a formula", "write functions by their names alone, as in `sqrt(x)`"),
    ("3 − x", "−", "`−` has no meaning in a formula", "write `-`, the hyphen of the keyboard"),
    ("µ × x", "×", "`×` has no meaning in a formula", "write `*`"),
    ("3·x", "·", "`·` has no meaning in a formula", "write `*`"),
    ("x÷3", "÷", "`÷` has no meaning in a formula", "write `/`"),
    ("x²", "²", "`²` has no meaning in a formula", "write `^2`"),
    ("x⁻¹² + 1", "⁻¹²", "`⁻¹²` has no meaning in a formula", "write `^(-12)`"),
    ("xⁿ", "ⁿ", "`ⁿ` has no meaning in a formula", "write `^n`"),
    ("x₁", "₁", "`₁` has no meaning in a formula", "write `x1` for a name, `x(1)` for a component of a vector"),
    ("x ≤ 1", "≤", "`≤` has no meaning in a formula", "write `<=`"),
    ("√x", "√", "`√` has no meaning in a formula", "write `sqrt(x)`"),
    ("x\u{a0}+ 1", "\u{a0}", "the character U+00A0 has no meaning in a formula", "write a plain blank"),
    ("x\u{200b}+ 1", "\u{200b}", "the character U+200B has no meaning in a formula", "delete it"),
    ("\u{feff}x", "\u{feff}", "the character U+FEFF has no meaning in a formula", "delete it"),
    ("e\u{301}", "\u{301}", "the character U+0301 has no meaning in a formula", "delete it"),
    ("x\0", "\0", "the character U+0000 has no meaning in a formula", "delete it"),
    ("x @ y", "@", "`@` has no meaning in a formula", "formulas are made of numbers, names, `+ - * / ^`, comparisons, `&& || !`, parentheses and commas"),
    ("🙂", "🙂", "`🙂` has no meaning in a formula", "formulas are made of numbers, names, `+ - * / ^`, comparisons, `&& || !`, parentheses and commas"),
];

#[test]
fn every_error_says_what_and_where_and_what_to_write() {
    for &(text, part, sentence, help) in FAULTS {
        let error = error(text);
        assert_eq!(error.to_string(), sentence, "{text}");
        assert_eq!(error.help().as_deref(), Some(help), "{text}");
        assert_eq!(&text[error.span().unwrap().range()], part, "{text}");
        assert_eq!(error.exit(), Exit::Request);
    }
    // the one that no text brings about
    let error = ParseError::Ambiguous { at: Span::new(0, 1) };
    assert_eq!(error.to_string(), "this part was understood in two ways, which is a bug of this program");
    assert_eq!(error.help().unwrap(), "add parentheses, and please report the formula");
}

#[test]
fn the_first_fault_is_reported_and_spans_pick_the_right_occurrence() {
    assert_eq!(error("(x) + (y").span(), Some(Span::new(6, 7)));
    assert_eq!(error("f(x, y,)").span(), Some(Span::new(6, 7)));
    assert_eq!(error("f(x,, y)").span(), Some(Span::new(4, 5)));
    assert_eq!(
        error("x + 2y + 1e400"),
        ParseError::MissingOperator { left: "2".into(), right: "y".into(), at: Span::new(4, 6) }
    );
    let long = format!("{}.5.5", "1".repeat(1000));
    let ParseError::Number { found, fault, at } = error(&long) else { panic!() };
    assert_eq!((found.chars().count(), fault, at), (41, NumberFault::TwoPoints, Span::new(0, 1004)));
}

/// Runs in a thread whose stack is as small as that of any thread Rust starts.
fn with_small_stack(work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap().join().unwrap();
}

#[test]
fn long_formulas_need_no_stack_and_linear_time() {
    // anything quadratic would take minutes here
    const N: usize = 100_000;
    with_small_stack(|| {
        for op in ["+", "-", "*", "/", "^", " && ", " || ", "*-", "^-", "-!", "+ 2*x^2 - 3*"] {
            let text = vec!["x"; N].join(op);
            assert_eq!(value_of_tree::<u64>(&tree(&text)), fold(op, N), "{op}");
        }
        let conjuncts = vec!["x < 1"; N].join(" && ");
        assert_eq!(tree(&conjuncts).nodes.len(), 4 * N - 1);
        assert_eq!(tree(&format!("{}x", "-".repeat(N))).nodes.len(), 3);
        assert_eq!(tree(&format!("{}x", "-".repeat(N + 1))).nodes.len(), 2);
        assert_eq!(tree(&format!("x{}x", "-".repeat(N))).nodes.len(), 4); // N - 1 signs: odd
        assert_eq!(tree(&format!("{}x", "-!".repeat(N))).nodes.len(), 2 * N + 1);
        assert_eq!(tree(&format!("f({})", vec!["x"; N].join(","))).nodes.len(), N + 1);
        assert_eq!(tree(&"x".repeat(N)).nodes.len(), 1);
        assert_eq!(tree(&"1".repeat(300)).nodes.len(), 1);
    });
}

/// What `x op x op ... x`, n operands, is worth, by hand: grouped to the left, powers to the right.
fn fold(op: &str, n: usize) -> u64 {
    let x = u64::name("x");
    let from_the_right = |f: &dyn Fn(u64) -> u64| (1..n).fold(x, |value, _| f(value));
    match op {
        "^" => from_the_right(&|v| u64::binary("^", x, v)),
        "^-" => from_the_right(&|v| u64::binary("^", x, v.negate())),
        "*-" => from_the_right(&|v| u64::binary("*", v, x.negate())),
        "-!" => from_the_right(&|v| u64::binary("-", v, x.not())),
        "+ 2*x^2 - 3*" => {
            let square = u64::binary("*", u64::number(2.0), u64::binary("^", x, u64::number(2.0)));
            let triple = u64::binary("*", u64::number(3.0), x);
            from_the_right(&|v| u64::binary("-", u64::binary("+", v, square), triple))
        }
        op => from_the_right(&|v| u64::binary(op.trim(), v, x)),
    }
}

#[test]
fn deep_formulas_need_no_stack_and_linear_time() {
    const N: usize = 1_000_000;
    with_small_stack(|| {
        let nested = |open: &str, close: &str, n: usize| format!("{}x{}", open.repeat(n), close.repeat(n));
        assert_eq!(tree(&nested("(", ")", N)).nodes.len(), 1);
        assert_eq!(tree(&nested("(1+", ")", N / 4)).nodes.len(), N / 2 + 1);
        assert_eq!(tree(&nested("-(", ")", N / 4)).nodes.len(), N / 4 + 1);
        assert_eq!(tree(&nested("f(", ")", N / 4)).nodes.len(), N / 4 + 1);
        assert_eq!(tree(&nested("2^(", "^2)", N / 8)).nodes.len(), N / 2 + 1);
        assert_eq!(error(&"(".repeat(N)), ParseError::Unclosed { count: N, at: Span::new(N - 1, N) });
        assert_eq!(error(&nested("(", ")", N).replace('x', "")).span(), Some(Span::new(N - 1, N + 1)));
        assert_eq!(error(&nested("(", ")", N)[1..]), ParseError::Unopened { at: Span::new(2 * N - 1, 2 * N) });
    });
}

/// A small stream of random choices.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(1);
        (spread(self.0) % sides as u64) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len())]
    }
}

/// How many times the usual number of cases: `GRADUS_FUZZ=25` for half a million formulas.
fn cases(usual: usize) -> usize {
    usual * std::env::var("GRADUS_FUZZ").ok().and_then(|n| n.parse().ok()).unwrap_or(1)
}

/// A random formula that is correct by construction; `level` counts from the loosest operators to the operands.
fn formula(dice: &mut Dice, level: usize, depth: usize, out: &mut String) {
    let chain = |dice: &mut Dice, ops: &[&str], most: usize, out: &mut String| {
        formula(dice, level + 1, depth, out);
        for _ in 0..dice.roll(most + 1) * dice.roll(3) / 2 {
            for part in [dice.pick(&["", " "]), dice.pick(ops), dice.pick(&["", " ", "\n"])] {
                out.push_str(part);
            }
            formula(dice, level + 1, depth, out);
        }
    };
    match level {
        0 => chain(dice, &["||"], 2, out),
        1 => chain(dice, &["&&"], 2, out),
        2 => chain(dice, &["<", "<=", ">", ">=", "==", "!="], 1, out),
        3 => {
            // a sign stands here, and before nothing else
            if dice.roll(12) == 0 && out.trim_end().ends_with(['(', ',', '&', '|']) {
                out.push_str("+ ");
            }
            chain(dice, &["+", "-"], 3, out);
        }
        4 => chain(dice, &["*", "/"], 3, out),
        5 => {
            for _ in 0..dice.roll(4) * dice.roll(2) * dice.roll(2) {
                out.push_str(dice.pick(&["-", "-", "- ", "!"]));
            }
            formula(dice, 6, depth, out);
            if dice.roll(3) == 0 {
                out.push('^');
                formula(dice, 5, depth, out);
            }
        }
        _ => match dice.roll(if depth == 0 { 7 } else { 9 }) {
            0..5 => out.push_str(dice.pick(&["x", "y", "e", "µ", "x1", "_0", "e1", "E"])),
            5..7 => out.push_str(dice.pick(&["1", "2.", ".5", "1e-1", "3e+2", "0.75", "7", "1E1"])),
            7 => {
                out.push_str(dice.pick(&["f(", "math::sin(", "g (", "e("]));
                for i in 0..dice.roll(4) {
                    out.push_str(if i > 0 { ", " } else { "" });
                    formula(dice, 0, depth - 1, out);
                }
                out.push(')');
            }
            _ => {
                let extra = dice.roll(3) / 2;
                out.push_str(&"(".repeat(extra + 1));
                formula(dice, 0, depth - 1, out);
                out.push_str(&")".repeat(extra + 1));
            }
        },
    }
}

#[test]
fn a_second_parser_gives_the_same_values() {
    let (mut operators, mut longest) = (0, 0);
    for seed in 0..cases(20_000) {
        let mut text = String::new();
        formula(&mut Dice((seed as u64) << 32), 0, [0, 1, 1, 1, 2][seed % 5], &mut text);
        let tree = tree(&text);
        let reference = value_of_text::<u64>(&text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(value_of_tree::<u64>(&tree), reference, "{text}");
        let (ours, theirs) = (value_of_tree::<f64>(&tree), value_of_text::<f64>(&text).unwrap());
        assert!(ours.to_bits() == theirs.to_bits() || (ours.is_nan() && theirs.is_nan()), "{text}: {ours} {theirs}");
        // a node's text is a formula with the node's value; one node of each formula, as all would be quadratic
        let values = values_of_nodes::<u64>(&tree);
        let some = (spread(seed as u64) % values.len() as u64) as usize;
        let part = &text[tree.nodes[some].span.range()];
        assert_eq!(value_of_text::<u64>(part), Some(values[some]), "{text}: {part}");
        operators += tree.nodes.iter().filter(|n| matches!(n.kind, Kind::Binary(..))).count();
        longest = longest.max(text.len());
    }
    println!("{operators} operators, longest {longest}");
    assert!(operators > 3 * cases(20_000), "too small to find anything: {operators}");
}

#[test]
fn garbage_is_refused_with_a_place_or_read_as_the_second_parser_reads_it() {
    const PARTS: &[&str] = &[
        "x", "y", "f", "math", "e", "inf", "not", "1", "2.", ".5", "1e", "e5", "0x", "10", "_", "+", "-", "*", "/",
        "^", "<", ">", "=", "!", "&", "|", "&&", "||", "==", "!=", "<=", "(", ")", "(", ")", ",", ";", ":", "::", "[",
        "]", "{", "}", ".", "%", "#", "\"", "'", "\\", "?", "@", "$", " ", " ", "\n", "\t", "\r", "\0", "\u{a0}",
        "\u{feff}", "é", "µ", "×", "−", "²", "ⁿ", "₁", "½", "🙂", "e\u{301}", "日本", "“",
    ];
    let mut accepted = 0;
    for seed in 0..cases(60_000) {
        let mut dice = Dice(1 << 63 | (seed as u64) << 24);
        // every other text is of tokens only, so that some are formulas, and errors lie deep inside
        let parts = if seed % 2 == 0 {
            PARTS
        } else {
            &["x", "1", "-", "+", "*", "^", "<", "!", "(", ")", "f(", ",", "&&", " "]
        };
        let text: String = (0..1 + dice.roll(12)).map(|_| dice.pick(parts)).collect();
        let reference = value_of_text::<u64>(&text);
        match parse(&Source::new("garbage", text.as_str())) {
            Ok(tree) => {
                accepted += 1;
                assert_eq!(Some(value_of_tree::<u64>(&tree)), reference, "{text:?}");
            }
            Err(error) => {
                assert_eq!(reference, None, "{text:?}: {error}");
                let span = error.span().unwrap();
                assert!(text.get(span.range()).is_some(), "{text:?}: {error:?}");
                assert!(!text[span.range()].is_empty() || text.trim().is_empty(), "{text:?}: {error:?}");
                assert!(!matches!(error, ParseError::Ambiguous { .. }), "{text:?}");
                assert!(!error.to_string().is_empty() && error.help().is_some_and(|h| !h.is_empty()), "{text:?}");
            }
        }
    }
    assert!(accepted > cases(60_000) / 50, "{accepted}");
}
