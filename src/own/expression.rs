//! An expression as it was read: a part of CEL, in which unknown stays unknown.
//!
//! What is left out, of the language or of what a later version of the library adds, is refused by name: an optional value makes nothing of
//! an error, and with it of what is unknown.

use cel::common::ast::{EntryExpr, Expr, IdedExpr, LiteralValue, operators};
use cel::parser::PrattParser;

/// Deepest nesting of an expression.
const DEEPEST: u16 = 32;

/// Most parts of an expression, those that a macro stands for among them.
const PARTS: usize = 2_000;

/// Longest chain of parts, as of a sum: each is evaluated inside the one before it.
const CHAIN: usize = 200;

/// How much of an expression was looked at.
#[derive(Default)]
struct Bounds {
    parts: usize,
    depth: usize,
}

/// Longest words of the parser, in characters.
const LONGEST: usize = 160;

/// The function by which values are compared.
pub(super) const EQUAL: &str = "@equal";

/// The function by which something is looked for in others.
pub(super) const CONTAINS: &str = "@contains";

/// The operators that mean what they mean everywhere.
const OPERATORS: [&str; 18] = [
    operators::CONDITIONAL,
    operators::LOGICAL_AND,
    operators::LOGICAL_OR,
    operators::LOGICAL_NOT,
    operators::SUBSTRACT,
    operators::ADD,
    operators::MULTIPLY,
    operators::DIVIDE,
    operators::MODULO,
    operators::GREATER_EQUALS,
    operators::LESS_EQUALS,
    operators::GREATER,
    operators::LESS,
    operators::NEGATE,
    operators::INDEX,
    operators::NOT_STRICTLY_FALSE,
    EQUAL,
    CONTAINS,
];

/// The functions that there are.
const FUNCTIONS: [&str; 8] = ["size", "contains", "startsWith", "endsWith", "matches", "int", "double", "string"];

/// Why an expression cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable(pub String);

/// An expression that was read.
#[derive(Clone, Debug)]
pub(super) struct Expression(pub(super) IdedExpr);

impl Expression {
    /// Reads a text.
    pub(super) fn read(text: &str) -> Result<Self, Unreadable> {
        let parser = PrattParser::new().max_recursion_depth(DEEPEST).max_expression_node_count(PARTS);
        let mut expression = parser.parse(text).map_err(|errors| {
            let first = errors.errors.first();
            let said = first.map_or_else(String::new, |error| match error.pos {
                // Of what is nested too deep no place is said.
                (line, column) if line > 0 => format!("at line {line}, column {column}: {}", words(&error.msg)),
                _ => words(&error.msg),
            });
            Unreadable(said)
        })?;
        prepare(&mut expression, &mut Bounds::default())?;
        Ok(Self(expression))
    }
}

/// What the parser says, without the list of all that could stand there.
fn words(said: &str) -> String {
    if said.contains("recursion limit") {
        return format!("it is nested deeper than {DEEPEST} levels");
    }
    let said = said.split(" expecting ").next().unwrap_or_default();
    said.strip_prefix("Syntax error: ").unwrap_or(said).chars().take(LONGEST).collect()
}

/// Refuses what is not of the part of the language that is known here, and puts our own comparisons in the place of the library's.
fn prepare(part: &mut IdedExpr, bounds: &mut Bounds) -> Result<(), Unreadable> {
    bounds.parts += 1;
    bounds.depth += 1;
    if bounds.parts > PARTS || bounds.depth > CHAIN {
        return Err(Unreadable(format!("it has more than {PARTS} parts, or a chain of more than {CHAIN}")));
    }
    let prepared = prepared(part, bounds);
    bounds.depth -= 1;
    prepared
}

fn prepared(part: &mut IdedExpr, bounds: &mut Bounds) -> Result<(), Unreadable> {
    let refused = |what: &str| Err(Unreadable(format!("{what} is not of the language of these rules")));
    match &mut part.expr {
        Expr::Unspecified => refused("an empty expression"),
        Expr::Struct(_) => refused("a value of a named type (`Name{…}`)"),
        Expr::Ident(_) | Expr::Literal(_) => Ok(()),
        Expr::Select(select) => {
            prepare(&mut select.operand, bounds)?;
            if select.test {
                select.test = false;
                let field = std::mem::take(part);
                let null = IdedExpr { id: field.id, expr: Expr::Literal(LiteralValue::Null) };
                *part = not(call(EQUAL, Vec::from([field, null])));
            }
            Ok(())
        }
        Expr::List(list) if !list.optional_indices.is_empty() => refused("an optional item (`?`)"),
        Expr::List(list) => list.elements.iter_mut().try_for_each(|item| prepare(item, bounds)),
        Expr::Map(map) => map.entries.iter_mut().try_for_each(|entry| match &mut entry.expr {
            EntryExpr::MapEntry(entry) if !entry.optional => {
                prepare(&mut entry.key, bounds)?;
                prepare(&mut entry.value, bounds)
            }
            EntryExpr::MapEntry(_) | EntryExpr::StructField(_) => refused("an optional entry (`?`)"),
        }),
        Expr::Comprehension(all) => {
            let all = &mut **all;
            let inside =
                [&mut all.iter_range, &mut all.accu_init, &mut all.loop_cond, &mut all.loop_step, &mut all.result];
            inside.into_iter().try_for_each(|inside| prepare(inside, bounds))
        }
        Expr::Call(called) => {
            let inside = called.target.as_deref_mut().into_iter().chain(&mut called.args);
            inside.into_iter().try_for_each(|inside| prepare(inside, bounds))?;
            let (name, args) = (called.func_name.as_str(), called.args.len());
            match (name, args, called.target.is_some()) {
                (operators::EQUALS, 2, false) => called.func_name = EQUAL.to_owned(),
                (operators::IN, 2, false) => called.func_name = CONTAINS.to_owned(),
                (operators::NOT_EQUALS, 2, false) => {
                    let args = std::mem::take(&mut called.args);
                    *part = not(call(EQUAL, args));
                }
                (name, _, false) if OPERATORS.contains(&name) || FUNCTIONS.contains(&name) => {}
                (name, _, true) if FUNCTIONS.contains(&name) => {}
                (name, ..) => return refused(&format!("`{name}(…)`")),
            }
            Ok(())
        }
    }
}

fn call(name: &str, args: Vec<IdedExpr>) -> IdedExpr {
    let call = cel::common::ast::CallExpr { func_name: name.to_owned(), target: None, args };
    IdedExpr { id: 0, expr: Expr::Call(call) }
}

fn not(part: IdedExpr) -> IdedExpr {
    call(operators::LOGICAL_NOT, Vec::from([part]))
}
