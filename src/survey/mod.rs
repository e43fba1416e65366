//! What no reading of a site gives, and somebody has to look at: which screens, which fields on each, what stands beside them, and
//! what is recorded of the answers. No input or output.

mod answer;
mod asked;
mod cell;
mod earlier;
mod screen;
mod sheet;
mod typed;
mod wanted;

pub use answer::{Answers, evidence};
pub use asked::{Asked, asked};
pub(crate) use cell::{meant, written};
pub use earlier::{Earlier, Said};
pub use screen::{Again, Beside, Listed, Question, Screen, Whose, screens};
pub use sheet::{Cell, Filled, Wrong, read_sheet, sheet};
pub use typed::{NOTHING, how_to_write, is_switch, name_in_plan, shown, typed};
pub use wanted::own_names;
