"""Orders under fire: the whole service in several processes, killed at random, and what must hold all the same."""
