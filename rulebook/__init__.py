"""The rules of every region: pure functions and dated, sourced parameters. No clock, no database, no framework."""
