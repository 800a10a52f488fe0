"""Who is speaking, in which order, and what the numbered choices meant: everything before and after Rasa."""
