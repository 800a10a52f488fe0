"""Rasa custom actions: slots in, one use case, utterances out. Nothing is decided here."""
