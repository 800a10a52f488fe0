"""What follows from who someone is? (I5, D31, F6)"""

from datetime import date

from rulebook.facts import Person


def age_on(born: date | None, day: date) -> int | None:
    """Whole years. Someone born on 29 February is a year older on 1 March in other years."""
    if born is None:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def is_hidden(person: Person) -> bool:
    """I5, I7: nothing about a person with protected identity may be told, not even that there is something."""
    return person.protected
