"""Headers of columns that name schools and boards, or where they are: of files that are read, and of tables of rows."""

from __future__ import annotations

import re

NAME_COLUMN = re.compile(
    r"(?:instellings|vestigings|school|bestuurs)naam(?!.*(?:adres|plaats|gemeente))\w*|naam|name"
    r"|naam_(?:school|bestuur|instelling|vestiging|bevoegd_gezag)|bevoegd_gezag_naam|(?:school|board)_name",
    re.IGNORECASE,
)
PLACE_COLUMN = re.compile(r"(?:gemeente|plaats|wijk|buurt|stadsdeel|provincie)(?:naam)?\w*", re.IGNORECASE)
