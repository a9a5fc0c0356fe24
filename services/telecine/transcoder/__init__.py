"""The simulated encoder: a state machine driven by timers."""
