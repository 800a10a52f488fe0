"""Sums of money, exact to the öre."""

from decimal import Decimal


def times(price_kr: float, number: int) -> float:
    """19.90 three times is 59.70; whole kronor come back as whole numbers."""
    product = Decimal(str(price_kr)) * number
    return int(product) if product == product.to_integral_value() else float(product)
