"""Judges the telemetry of the example service from outside: what it sends, and what it can be asked for."""
