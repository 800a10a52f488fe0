"""Tests of the Rasa process. They run in its own environment: `bot/.venv/bin/python -m pytest tests/bot`."""
