"""What "could not" means in the rulebook. A refusal is never an exception: it is a verdict."""


class RulebookError(Exception):
    """A parameter file cannot be trusted. `path` is where in the file, such as `parameters.fees.values[0].source`."""

    def __init__(self, file: str, path: str, reason: str) -> None:
        super().__init__(f"{file}: {path}: {reason}" if path else f"{file}: {reason}")
        self.file, self.path, self.reason = file, path, reason


class UnknownRegion(LookupError):
    """Asked about a region that has no parameter file."""


class UnknownParameter(LookupError):
    """Asked for a parameter that no region has."""
