"""How many examples a generated test tries."""

import os

import hypothesis

MORE = os.environ.get("PAFYLL_TEST_EXAMPLES")


def bounded(few: int) -> hypothesis.settings:
    """`few` examples, always the same; or as many new ones as PAFYLL_TEST_EXAMPLES says (`make fuzz`)."""
    return hypothesis.settings(
        max_examples=int(MORE or few),
        derandomize=MORE is None,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
