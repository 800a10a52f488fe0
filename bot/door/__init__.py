"""The only way into Rasa: the gateway's door, its answers, and what makes a turn quick.

Loaded by `rasa run` through credentials.yml and endpoints.yml. Knows nothing of patients,
orders or providers.
"""
