//! Rules of one's own: what their expressions may see, how they are read, and what came of them.
//!
//! An expression is an enemy's, so only a process of its own evaluates any (`commands/own_rules`): here is what that process does, and how
//! it is asked. Nothing here reads a file, a clock or a site.

mod evaluate;
mod expression;
mod facts;
mod node;
mod value;

pub use evaluate::{Asked, Request, answer};
pub use expression::Unreadable;
pub use facts::Facts;
