//! What can be wrong with a request for `grad`: the whole text of each message.

mod common;

use common::run;

#[test]
fn every_wrong_request_has_its_message() {
    let cases: &[(&[&str], &str)] = &[
        (&["grad"], "error: there is no formula\nhelp: give one: -f 'x^2 + y^2', or a spec with the key `formula`\n"),
        (
            &["grad", "-f", "2"],
            "error: the formula has no variable to differentiate by\nhelp: use a name in it: -f 'x^2'\n",
        ),
        (
            &["grad", "-f", "x*y", "--at", "x=1"],
            "error: unknown name `y`\n --> --formula:1:3\n  |\n1 | x*y\n  |   ^\nhelp: declare it under [variables] or [constants], or give it a value with --at y=...\n",
        ),
        (&["grad", "-f", "x*y"], "error: `x` has no value\nhelp: give it one: --at x=..., or under [variables]\n"),
        (
            &["grad", "-f", "x*y", "--at", "x=1,y=2", "--at", "x=3"],
            "error: `y` has no value\n --> --at:1:1\n  |\n1 | x=3\n  | ^^^\nhelp: give it one: --at y=..., or under [variables]\n",
        ),
        (
            &["grad", "-f", "x", "--at", "x=1,x=2"],
            "error: `x` is given twice\n --> --at:1:5\n  |\n1 | x=1,x=2\n  |     ^\nhelp: take one of them away; several points are several --at\n",
        ),
        (
            &["grad", "-f", "x", "--at", "1"],
            "error: this value has no name\n --> --at:1:1\n  |\n1 | 1\n  | ^\nhelp: write --at x=1,y=2\n",
        ),
        (
            &["grad", "-f", "x", "--at", "x=1/0"],
            "error: this is not a finite number\n --> --at:1:3\n  |\n1 | x=1/0\n  |   ^^^\nhelp: write a number such as 1.5, 1e-3 or pi/4\n",
        ),
        (
            &["grad", "-f", "rate*2", "--at", "rate=1", "--wrt", "rat"],
            "error: unknown variable `rat`\n --> --wrt:1:1\n  |\n1 | rat\n  | ^^^\nhelp: did you mean `rate`?\n",
        ),
        (
            &["grad", "-f", "x*y", "--at", "x=1,y=2", "--direction", "1"],
            "error: the direction has 1 component, not 2\n --> --direction:1:1\n  |\n1 | 1\n  | ^\nhelp: one for each of x, y\n",
        ),
        (
            &["grad", "-f", "x*y", "--at", "x=1,y=2", "--direction", "0,0"],
            "error: a direction of length 0 points nowhere\n --> --direction:1:1\n  |\n1 | 0,0\n  | ^^^\nhelp: write a direction such as 1,1\n",
        ),
        (
            &["grad", "-f", "x*y", "--at", "x=1,y=2", "--direction", "a=1,b=1"],
            "error: only the first component of a direction may have a name before it: the direction's\n --> --direction:1:5\n  |\n1 | a=1,b=1\n  |     ^\nhelp: write --direction northeast=1,1\n",
        ),
        (
            &["grad", "-f", "x*y*z", "--at", "x=1,y=2,z=3", "--directions", "8"],
            "error: a fan of directions lies in a plane: there are 3 variables\n --> --directions:1:1\n  |\n1 | 8\n  | ^\nhelp: choose two: --wrt x,y\n",
        ),
        (
            &["grad", "-f", "x", "--grid", "x=0:1"],
            "error: an axis of the grid needs both ends and a count\n --> --grid:1:3\n  |\n1 | x=0:1\n  |   ^^^\nhelp: write --grid x=-2:2:41,y=0:1:11\n",
        ),
        (
            &["grad", "-f", "x", "--grid", "x=0:1:2.5"],
            "error: `2.5` is not a count of points\n --> --grid:1:7\n  |\n1 | x=0:1:2.5\n  |       ^^^\nhelp: a whole number, 1 or more\n",
        ),
        (
            &["grad", "-f", "sum(i,1,5,v(i)^2)", "--at", "v=[1,2]"],
            "error: `v` has 2 components, and the index is 5 where i = 5\n --> --formula:1:13\n  |\n1 | sum(i,1,5,v(i)^2)\n  |             ^\nhelp: indices run from 1 to 2\n",
        ),
        (
            &["grad", "-f", "v + v(1)", "--at", "v=[1,2]"],
            "error: `v` is a vector\n --> --formula:1:1\n  |\n1 | v + v(1)\n  | ^\nhelp: write a component, `v(1)`, or reduce it: `sum(v)`, `norm(v)`, `dot(v, v)`\n",
        ),
        (
            &["grad", "-f", "sum(i,1,n,v(i))", "--at", "v=[1,2],n=2"],
            "error: the ends of an index may not depend on variables\n --> --formula:1:9\n  |\n1 | sum(i,1,n,v(i))\n  |         ^\nhelp: make it of numbers, [constants] and the indices around it\n",
        ),
        (
            &["grad", "-f", "sum(i,1,3/2,v(i))", "--at", "v=[1,2]"],
            "error: an end of an index must be a whole number, and is 1.5\n --> --formula:1:9\n  |\n1 | sum(i,1,3/2,v(i))\n  |         ^^^\nhelp: use floor, ceil or round\n",
        ),
        (
            &["grad", "-f", "sum(v,1,2,v)", "--at", "v=1"],
            "error: the index `v` has a meaning already\n --> --formula:1:5\n  |\n1 | sum(v,1,2,v)\n  |     ^\nhelp: choose another name for the index\n",
        ),
        (
            &["grad", "-f", "dot(u,v)", "--at", "u=[1,2],v=[1,2,3]"],
            "error: `u` and `v` have different sizes: 2 and 3\n --> --formula:1:1\n  |\n1 | dot(u,v)\n  | ^^^\n",
        ),
        (
            &["grad", "-f", "W(1)", "--at", "W=[[1,2],[3,4]]"],
            "error: `W` takes 2 indices, not 1\n --> --formula:1:1\n  |\n1 | W(1)\n  | ^\nhelp: write `W(i, j)`\n",
        ),
        (
            &["grad", "-f", "sum(W)", "--at", "W=[[1,2],[3]]"],
            "error: rows of different lengths make no matrix\n --> --at:1:3\n  |\n1 | W=[[1,2],[3]]\n  |   ^^^^^^^^^^^\nhelp: write [[1,2],[3,4]]\n",
        ),
        (
            &["grad", "-f", "sin", "--at", "x=1"],
            "error: `sin` is a function: it needs its arguments in parentheses\n --> --formula:1:1\n  |\n1 | sin\n  | ^^^\nhelp: write `sin(x)`\n",
        ),
        (
            &["grad", "-f", "x(2)", "--at", "x=1"],
            "error: `x` is a number, not a function or a vector\n --> --formula:1:1\n  |\n1 | x(2)\n  | ^\nhelp: to multiply, write `x*(...)`\n",
        ),
        (
            &["grad", "-f", "atan2(x)", "--at", "x=1"],
            "error: `atan2` takes 2 arguments, not 1\n --> --formula:1:1\n  |\n1 | atan2(x)\n  | ^^^^^\n",
        ),
        (
            &["grad", "-f", "x + (x > 1)", "--at", "x=1"],
            "error: a number is needed here, not a condition\n --> --formula:1:6\n  |\n1 | x + (x > 1)\n  |      ^^^^^\nhelp: conditions choose: `if(x > 0, a, b)`\n",
        ),
        (
            &["grad", "-f", "if(x, 1, 2)", "--at", "x=1"],
            "error: a condition is needed here, not a number\n --> --formula:1:4\n  |\n1 | if(x, 1, 2)\n  |    ^\nhelp: compare with something, as in `x > 0`\n",
        ),
        (
            &["grad", "-f", "polygamma(x, 2)", "--at", "x=1"],
            "error: the order of `polygamma` must be a whole number from 0 to 50, written as a number\n --> --formula:1:11\n  |\n1 | polygamma(x, 2)\n  |           ^\nhelp: write `polygamma(2, x)`\n",
        ),
    ];
    for (args, want) in cases {
        let (exit, result, out) = run(args, &[]);
        assert_eq!(String::from_utf8_lossy(&out.stderr), *want, "{args:?}");
        assert_eq!((exit, result), (2, None), "{args:?}");
    }
}

#[test]
fn what_only_a_spec_can_get_wrong() {
    let spec = |more: &str| format!("formula = \"x^2*y\"\n[variables]\nx = 1\ny = 2\n{more}");
    for (more, want) in [
        ("[grad]\ndirections = 0\n", "error: a fan of 0 directions has none\n"),
        ("[grad]\npoints = \"p.csv\"\ngrid = \"x=0:1:2\"\n", "error: points are given twice: by rows and by a grid\n"),
        ("[data]\nfile = \"d.csv\"\n", "error: cannot read `d.csv`"),
        ("v = { size = 3, value = [1, 2] }\n", "error: `variables.v`: the size is 3, the value's is 2\n"),
        ("v = { size = 3, value = \"1/(i - 2)\" }\n", "error: `v` at v(2) is no finite number\n --> spec.toml:5:"),
        ("[let]\nr = \"x + q\"\n", "error: unknown name `q`\n --> spec.toml:6:10\n"),
    ] {
        let (exit, result, out) = run(&["grad", "spec.toml"], &[("spec.toml", &spec(more))]);
        let err = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(err.starts_with(want), "{err}");
        assert_eq!((exit, result), (if more.contains("d.csv") { 3 } else { 2 }, None));
    }
}
