"""What every service shares: facts, the event log, timers, time, and the wire between them."""
