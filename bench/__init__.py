"""How quick the service is beside a stock Rasa server. Nothing of the product may import this."""
