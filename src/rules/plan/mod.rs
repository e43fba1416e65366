//! Rules about the plan itself: decisions that it must name, and what it covers.
