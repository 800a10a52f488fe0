"""A tracker store that forgets.

A tracker only carries a visit from one message to the next: what must last is in the product's database, and a
conversation that Rasa does not know is taken up again from the draft. So the newest few are kept, as they are.
"""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

from bot.door.speed import copied_tracker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted
from rasa.shared.core.trackers import DialogueStateTracker


class RecentTrackers(TrackerStore):
    """Keeps at most `keep` trackers, the least recently used one leaves first.

    Trackers are kept as objects: writing them as JSON and replaying them, as Rasa's own memory store does, costs more
    for every message of the visit.
    """

    def __init__(self, domain: Domain | None = None, event_broker: Any = None, keep: int = 500, **_: Any) -> None:
        self._keep = int(keep)
        self._recent: OrderedDict[str, DialogueStateTracker] = OrderedDict()
        super().__init__(domain, event_broker)

    async def save(self, tracker: DialogueStateTracker) -> None:
        await self.stream_events(tracker)
        self._recent[tracker.sender_id] = this_session(tracker)
        self._recent.move_to_end(tracker.sender_id)
        while len(self._recent) > self._keep:
            self._recent.popitem(last=False)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        tracker = self._recent.get(sender_id)
        if tracker is None:
            return None
        self._recent.move_to_end(sender_id)
        return copied_tracker(tracker)

    async def keys(self) -> Iterable[str]:
        return list(self._recent)


def this_session(tracker: DialogueStateTracker) -> DialogueStateTracker:
    """The tracker with the events of its last session only, as Rasa's stores hand it out."""
    events = list(tracker.events)
    starts = [
        index
        for index, event in enumerate(events)
        if isinstance(event, ActionExecuted) and event.action_name == ACTION_SESSION_START_NAME
    ]
    kept = copied_tracker(tracker)
    if starts and starts[-1] > 0:
        kept.events.clear()
        kept.events.extend(events[starts[-1] :])
    return kept
