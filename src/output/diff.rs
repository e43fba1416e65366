//! Before and after of every change, in three forms.
