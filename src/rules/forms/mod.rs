//! Rules about order forms and opt-in forms.

pub(super) mod order_form_missing;
