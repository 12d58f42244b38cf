//! `if(condition, a, b)`.

use super::Form;

pub static ENTRY: Form = Form {
    name: "if",
    example: "if(x > 0, a, b)",
    doc: "a where the condition holds, else b; the branch not taken is never evaluated, nor are its derivatives.",
    plain: Some((3, |g, args| {
        let condition = args[0].condition()?;
        let (a, b) = (args[1].number(g)?, args[2].number(g)?);
        Ok(g.select(condition, a, b))
    })),
    over: None,
    arrays: None,
};
