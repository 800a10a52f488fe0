"""The rules of every region: pure functions and dated, sourced parameters. No clock, no database, no framework."""

from rulebook.book import Rulebook, load_rulebook
from rulebook.errors import RulebookError, UnknownParameter, UnknownRegion

__all__ = ["Rulebook", "RulebookError", "UnknownParameter", "UnknownRegion", "load_rulebook"]
