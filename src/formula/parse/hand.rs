//! The text that evalexpr gets: operand k as `_k`, signs folded.
//!
//! A chain of signs costs evalexpr quadratic time and a stack frame each, and a sign after `^` nests without end, so
//! neither reaches it: chains are folded, and `a^-b^c` is handed over as `_0^_n(_1)^_2`, to be repaired by `take`.

use std::fmt::Write;

use super::BinaryOp;
use super::error::ParseError;
use super::lex::Token;
use crate::error::Span;

/// The name of the mark on an exponent with a minus sign.
pub const MINUS: &str = "_n";

/// What was written for evalexpr, and what its identifiers stand for.
pub struct Handed {
    pub text: String,
    /// Number, name or call by the number of its identifier.
    pub operands: Vec<(Token, Span)>,
}

/// Writes the tokens. `length`: that of the user's text.
pub fn write(tokens: &[(Token, Span)], length: usize) -> Result<Handed, ParseError> {
    let mut text = String::with_capacity(2 * length);
    let mut operands: Vec<(Token, Span)> = Vec::new();
    // for each open parenthesis: the call it belongs to, and whether a mark is to be closed after it
    let mut groups: Vec<(Option<usize>, bool)> = Vec::new();
    let mut after_power = false;
    let mut marked = false;
    let mut i = 0;
    while i < tokens.len() {
        let (token, span) = &tokens[i];
        match token {
            Token::Negate | Token::Not => {
                let run = tokens[i..].iter().take_while(|t| t.0 == *token).count();
                if run % 2 == 1 {
                    match token {
                        Token::Negate if after_power => {
                            text.push_str(MINUS);
                            text.push('(');
                            marked = true;
                        }
                        Token::Negate => text.push_str(" -"),
                        _ => text.push_str(" !"),
                    }
                }
                i += run;
                continue;
            }
            Token::Number(_) | Token::Name(_) => {
                let _ = write!(text, "_{}", operands.len());
                operands.push((token.clone(), *span));
                if std::mem::take(&mut marked) {
                    text.push(')');
                }
            }
            Token::Call(_) => {
                let _ = write!(text, "_{}(", operands.len());
                groups.push((Some(operands.len()), std::mem::take(&mut marked)));
                operands.push((token.clone(), *span));
                i += 1; // its parenthesis
            }
            Token::Open => {
                text.push('(');
                groups.push((None, std::mem::take(&mut marked)));
            }
            Token::Close => {
                text.push(')');
                if let Some((call, mark)) = groups.pop() {
                    if let Some(k) = call {
                        operands[k].1 = operands[k].1.join(*span);
                    }
                    if mark {
                        text.push(')');
                    }
                }
            }
            Token::Comma => text.push(','),
            Token::Binary(op) => text.push_str(symbol(*op)),
        }
        after_power = *token == Token::Binary(BinaryOp::Pow);
        i += 1;
    }
    Ok(Handed { text, operands })
}

fn symbol(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => " + ",
        BinaryOp::Sub => " - ",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::Pow => "^",
        BinaryOp::Lt => " < ",
        BinaryOp::Le => " <= ",
        BinaryOp::Gt => " > ",
        BinaryOp::Ge => " >= ",
        BinaryOp::Eq => " == ",
        BinaryOp::Ne => " != ",
        BinaryOp::And => " && ",
        BinaryOp::Or => " || ",
    }
}
