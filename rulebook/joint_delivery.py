"""What may go in one joint delivery? (D14)"""

from collections.abc import Collection


def has_several_customers(customer_numbers: Collection[str]) -> bool:
    return len(set(customer_numbers)) > 1


def outside_joint_orders(areas: Collection[str], joint_areas: Collection[str]) -> tuple[str, ...]:
    return tuple(area for area in areas if area not in joint_areas)
