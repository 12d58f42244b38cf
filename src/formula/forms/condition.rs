//! `if(condition, a, b)`.

use super::Form;

pub static ENTRY: Form = Form {
    name: "if",
    arity: 3,
    example: "if(x > 0, a, b)",
    doc: "a where the condition holds, else b; the branch not taken is never evaluated, nor are its derivatives.",
    lower: |g, args| {
        let condition = args[0].condition()?;
        let (a, b) = (args[1].number()?, args[2].number()?);
        Ok(g.select(condition, a, b))
    },
};
