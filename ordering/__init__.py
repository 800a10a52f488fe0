"""Withdrawals, drafts, orders and complaints: use cases, and the ports that adapters fill. No web, no Rasa."""
