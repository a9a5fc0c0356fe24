"""The event log: how a fact travels, who appends it, and the kinds of aggregate that have one."""
