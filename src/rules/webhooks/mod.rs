//! Rules about the webhooks that stop with the switch.
