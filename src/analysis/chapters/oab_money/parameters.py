"""Parameters of the chapter on real money against disadvantage."""

from __future__ import annotations

from analysis.declare import Block, key


class OabMoneyBlock(Block):
    """Real scores, money and accounts against educational disadvantage (notebook 06_oab_money)."""

    proxy_share: float = key(
        "share of the locations that would have received the arbeidsmarkttoelage on these scores",
        unit="share",
        default=0.15,
        gt=0,
        lt=0.5,
    )
    bins: int = key("bins of schools in the picture of the money", unit="bins", default=40, ge=10, le=100)
