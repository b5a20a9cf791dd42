"""The pure middle: canonical form, difference, plan and checks; no I/O, no clock, no logging."""
