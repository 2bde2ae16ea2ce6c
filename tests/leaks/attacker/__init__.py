"""A hostile reader: nothing but the published files, whole-number programs, and every sum that the numbers suggest."""

from attacker.attack import Attack, Pinned, attack
from attacker.reading import Rules, Table, read_edition

__all__ = ["Attack", "Pinned", "Rules", "Table", "attack", "read_edition"]
