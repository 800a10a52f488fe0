"""Whole dialogues with the running service: real processes, model, rules and database, only by the public doors."""

import pytest

pytest.register_assert_rewrite("tests.conversations.patients", "tests.conversations.service")
