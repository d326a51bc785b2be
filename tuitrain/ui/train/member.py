"""How a network of an ensemble stands beside the others, in a line."""

from __future__ import annotations

import math

from tuitrain.numbers import significant
from tuitrain.session.snapshot import MembersView
from tuitrain.translation import gettext as _


def standing(members: MembersView, member: int) -> tuple[str, ...]:
    """Say which network is shown, its loss and that of all together and alone, in more words and in fewer."""
    which = _("network {number} of {count}").format(number=member + 1, count=members.count)
    epoch, loss = members.epochs[member], members.losses[member]
    if not epoch:
        return (which,)
    own = _("{network}: validation loss {loss} at epoch {epoch}").format(
        network=which, loss=significant(loss), epoch=epoch
    )
    own += _(", ended") if members.ended[member] else ""
    alone = significant(sum(members.losses) / members.count)
    if math.isnan(members.together):
        briefly = _("; all {low} to {high}").format(
            low=significant(min(members.losses)), high=significant(max(members.losses))
        )
        return own + briefly + _(", {alone} on average").format(alone=alone), own + briefly, own
    briefly = _("; together {together}").format(together=significant(members.together))
    return own + briefly + _(", {alone} alone on average").format(alone=alone), own + briefly, own
