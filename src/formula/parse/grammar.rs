//! Operands and operators alternate, parentheses match, arguments are not empty: what is left are flat pieces for
//! `operators`. One pass over the tokens with a stack of open parentheses. Uses `error`.

use super::error::{ParseError, shorten};
use super::lex::{Lexer, Token};
use super::{BinaryOp, Kind, Node, Tree, operators, order};
use crate::error::Span;

/// A part of a flat piece: neither parentheses nor commas.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Item {
    /// A literal, name, call, or a whole group; `at` includes the group's parentheses.
    Operand { node: usize, at: Span },
    /// An operator between two operands.
    Infix(BinaryOp, Span),
    /// `-` before an operand.
    Minus(Span),
    /// `!` before an operand.
    Not(Span),
}

/// An open parenthesis.
struct Frame {
    /// The parenthesis.
    open: Span,
    /// The name before it, if it holds arguments.
    call: Option<Call>,
    /// Where its current piece begins in `items`.
    first: usize,
}

struct Call {
    name: String,
    name_span: Span,
    /// Where its arguments begin in `args`.
    first_arg: usize,
}

/// The state of one pass. The stacks are shared by all open parentheses, so that 10^6 of them stay small.
struct Reader<'a> {
    text: &'a str,
    nodes: Vec<Node>,
    items: Vec<Item>,
    args: Vec<usize>,
    frames: Vec<Frame>,
    /// The token before the present one.
    last: Option<(Token<'a>, Span)>,
}

/// The tree of a text.
pub(super) fn read(text: &str) -> Result<Tree, ParseError> {
    let mut lexer = Lexer::new(text);
    let mut reader =
        Reader { text, nodes: Vec::new(), items: Vec::new(), args: Vec::new(), frames: Vec::new(), last: None };
    while let Some((token, at)) = lexer.next()? {
        reader.take(token, at)?;
        reader.last = Some((token, at));
    }
    reader.finish()
}

impl<'a> Reader<'a> {
    fn take(&mut self, token: Token<'a>, at: Span) -> Result<(), ParseError> {
        let complete = matches!(self.items.last(), Some(Item::Operand { .. })) && self.items.len() > self.first();
        match token {
            Token::Number(_) | Token::Name(_) if complete => Err(self.missing_operator(at)),
            Token::Number(value) => {
                self.leaf(Kind::Number(value), at);
                Ok(())
            }
            Token::Name(name) => {
                self.leaf(Kind::Name(name.into()), at);
                Ok(())
            }
            Token::Operator(op) if complete => self.infix(op, at),
            Token::Operator(BinaryOp::Sub) => {
                self.prefix(Item::Minus(at));
                Ok(())
            }
            Token::Operator(BinaryOp::Add) if self.begins_expression() => Ok(()), // a sign without effect
            Token::Operator(_) => Err(self.missing_operand(Some((token, at)))),
            Token::Not if complete => Err(ParseError::Postfix { at }),
            Token::Not => {
                self.prefix(Item::Not(at));
                Ok(())
            }
            Token::Open => self.open(complete, at),
            Token::Close => self.close(complete, at),
            Token::Comma => self.comma(complete, at),
        }
    }

    /// Where the present piece begins in `items`.
    fn first(&self) -> usize {
        self.frames.last().map_or(0, |f| f.first)
    }

    fn leaf(&mut self, kind: Kind, at: Span) {
        self.items.push(Item::Operand { node: self.nodes.len(), at });
        self.nodes.push(Node { kind, span: at });
    }

    fn infix(&mut self, op: BinaryOp, at: Span) -> Result<(), ParseError> {
        if op.is_comparison() {
            // back to the last && or ||: every comparison looks at its own conjunct only, so the whole stays linear
            let conjunct = self.items[self.first()..].iter().rev();
            let conjunct = conjunct.take_while(|i| !matches!(i, Item::Infix(o, _) if o.is_logical()));
            for item in conjunct {
                if let Item::Infix(first, start) = item
                    && first.is_comparison()
                {
                    return Err(ParseError::ChainedComparison {
                        first: first.symbol(),
                        second: op.symbol(),
                        middle: shorten(self.text[start.end..at.start].trim()),
                        at: start.join(at),
                    });
                }
            }
        }
        self.items.push(Item::Infix(op, at));
        Ok(())
    }

    /// Adds a sign, three equal ones in a row being one: 10^5 of them would cost evalexpr 11.3.1 a minute. Two remain two,
    /// so that lowering sees `!!x` and `--(a < b)` for what they are.
    fn prefix(&mut self, sign: Item) {
        let same = |i: &Item| std::mem::discriminant(i) == std::mem::discriminant(&sign);
        if let [.., a, b] = &self.items[self.first()..]
            && same(a)
            && same(b)
        {
            self.items.pop();
        } else {
            self.items.push(sign);
        }
    }

    /// Whether a sign `+` may stand here.
    fn begins_expression(&self) -> bool {
        match self.last {
            None | Some((Token::Open | Token::Comma, _)) => true,
            Some((Token::Operator(op), _)) => op.is_comparison() || op.is_logical(),
            _ => false,
        }
    }

    fn open(&mut self, complete: bool, at: Span) -> Result<(), ParseError> {
        let mut call = None;
        if complete {
            // the name was taken for an operand, and is the last node and item
            let Some((Token::Name(name), name_span)) = self.last else { return Err(self.missing_operator(at)) };
            self.nodes.pop();
            self.items.pop();
            call = Some(Call { name: name.into(), name_span, first_arg: self.args.len() });
        }
        self.frames.push(Frame { open: at, call, first: self.items.len() });
        Ok(())
    }

    fn close(&mut self, complete: bool, at: Span) -> Result<(), ParseError> {
        if self.frames.is_empty() {
            return Err(ParseError::Unopened { at });
        }
        let empty = self.items.len() == self.first();
        let after_open = matches!(self.last, Some((Token::Open, _)));
        if !complete {
            match self.frames.last() {
                Some(Frame { call: Some(_), .. }) if after_open => {}
                Some(Frame { call: Some(call), .. }) if empty && self.follows_comma() => {
                    return Err(self.empty_argument(call, self.last.map_or(at, |l| l.1)));
                }
                Some(Frame { call: None, open, .. }) if after_open => {
                    return Err(ParseError::EmptyParentheses { at: open.join(at) });
                }
                _ => return Err(self.missing_operand(Some((Token::Close, at)))),
            }
        }
        let operand = if complete { Some(self.piece()?) } else { None };
        let Some(frame) = self.frames.pop() else { return Err(ParseError::Unopened { at }) };
        match (frame.call, operand) {
            (Some(call), operand) => {
                self.args.extend(operand.map(|(node, _)| node));
                let args = self.args.split_off(call.first_arg);
                let span = call.name_span.join(at);
                self.leaf(Kind::Call { name: call.name, name_span: call.name_span, args }, span);
            }
            (None, Some((node, _))) => self.items.push(Item::Operand { node, at: frame.open.join(at) }),
            (None, None) => return Err(ParseError::EmptyParentheses { at: frame.open.join(at) }),
        }
        Ok(())
    }

    fn comma(&mut self, complete: bool, at: Span) -> Result<(), ParseError> {
        let Some(Frame { call: Some(call), first, .. }) = self.frames.last() else {
            return Err(ParseError::Comma { at });
        };
        if !complete {
            let empty =
                self.items.len() == *first && (self.follows_comma() || matches!(self.last, Some((Token::Open, _))));
            let error =
                if empty { self.empty_argument(call, at) } else { self.missing_operand(Some((Token::Comma, at))) };
            return Err(error);
        }
        let (node, _) = self.piece()?;
        self.args.push(node);
        Ok(())
    }

    fn follows_comma(&self) -> bool {
        matches!(self.last, Some((Token::Comma, _)))
    }

    /// Takes the present piece off `items`: its node and its place.
    fn piece(&mut self) -> Result<(usize, Span), ParseError> {
        let first = self.first();
        let result = operators::build(&self.items[first..], &mut self.nodes)?;
        self.items.truncate(first);
        Ok(result)
    }

    fn finish(mut self) -> Result<Tree, ParseError> {
        let Some((token, _)) = self.last else {
            return Err(ParseError::Empty { at: Span::new(0, self.text.len()) });
        };
        if matches!(token, Token::Operator(_) | Token::Not) {
            return Err(self.missing_operand(None));
        }
        if let Some(frame) = self.frames.last() {
            return Err(ParseError::Unclosed { count: self.frames.len(), at: frame.open });
        }
        let (root, _) = self.piece()?;
        Ok(order::post_order(self.nodes, root))
    }

    fn missing_operator(&self, at: Span) -> ParseError {
        let last = self.last.map_or(at, |l| l.1);
        let word = |span: Span| shorten(&self.text[span.range()]);
        ParseError::MissingOperator { left: word(last), right: word(at), at: last.join(at) }
    }

    fn missing_operand(&self, next: Option<(Token<'a>, Span)>) -> ParseError {
        let (after, before) = (self.last.map(|l| l.0.symbol()), next.map(|n| n.0.symbol()));
        let at = match (self.last, next) {
            (Some((_, a)), Some((_, b))) => a.join(b),
            (Some((_, at)), None) | (None, Some((_, at))) => at,
            (None, None) => Span::new(0, self.text.len()),
        };
        ParseError::MissingOperand { after, before, at }
    }

    fn empty_argument(&self, call: &Call, at: Span) -> ParseError {
        ParseError::EmptyArgument { function: shorten(&call.name), index: self.args.len() - call.first_arg + 1, at }
    }
}
