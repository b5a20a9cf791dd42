"""Who else has something to say of a plan: the server, by what its payloads come to, and a careful colleague.

Payloads are known to ``applying`` and ``wire``, and what is said of them to ``planning``; here they meet.
"""

from __future__ import annotations

from offers_sync.applying.payloads import CriteriaSetting, payloads_of
from offers_sync.planning.annotating import Annotator
from offers_sync.planning.foretelling import foretelling, recalling
from offers_sync.planning.judging import judge
from offers_sync.wire import codec


def annotators_for(criteria: CriteriaSetting) -> tuple[Annotator, ...]:
    """Everybody who is asked, for an environment that makes criteria one way or the other."""
    return (
        foretelling(lambda steps: payloads_of(steps, criteria), codec.encode),
        recalling(codec.encode),
        judge,
    )
