"""A tracker store that forgets.

A tracker only carries a visit from one message to the next: what must last is in the product's database, and a
conversation that Rasa does not know is taken up again from the draft. So the newest few are kept, and of each of them
only where it stands and what was said last.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

from bot.door.speed import copied_tracker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

MESSAGES_KEPT = 4


class RecentTrackers(TrackerStore):
    """Keeps at most `keep` trackers, the least recently used one leaves first, and none longer than `silent_minutes`
    after its last message: the visit is over by then, or goes on from the draft.

    Trackers are kept as objects: writing them as JSON and replaying them, as Rasa's own memory store does, costs more
    for every message of the visit.
    """

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: Any = None,
        keep: int = 500,
        silent_minutes: float = 30,
        **_: Any,
    ) -> None:
        self._keep = int(keep)
        self._silent_seconds = float(silent_minutes) * 60
        self._recent: OrderedDict[str, DialogueStateTracker] = OrderedDict()
        super().__init__(domain, event_broker)

    async def save(self, tracker: DialogueStateTracker) -> None:
        await self.stream_events(tracker)
        kept = self._recent[tracker.sender_id] = remembered(tracker)
        self._recent.move_to_end(tracker.sender_id)
        asyncio.get_running_loop().call_later(self._silent_seconds, self._forget, kept)
        while len(self._recent) > self._keep:
            self._recent.popitem(last=False)

    def _forget(self, tracker: DialogueStateTracker) -> None:
        """Unless a newer message has come."""
        if self._recent.get(tracker.sender_id) is tracker:
            del self._recent[tracker.sender_id]

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        tracker = self._recent.get(sender_id)
        if tracker is None:
            return None
        self._recent.move_to_end(sender_id)
        return copied_tracker(tracker)

    async def keys(self) -> Iterable[str]:
        return list(self._recent)


def remembered(tracker: DialogueStateTracker) -> DialogueStateTracker:
    """The tracker as the next message needs it: where the dialogue stands, and no more than the last few messages.

    Rules look back to the patient's message and no further, so older ones would only make every turn slower.
    """
    kept = copied_tracker(tracker)
    messages = sum(isinstance(event, UserUttered) for event in tracker.events)
    if tracker.latest_action_name == ACTION_LISTEN_NAME and messages >= MESSAGES_KEPT:
        kept.events.clear()
        kept.events.extend(standing(tracker))
    return kept


def standing(tracker: DialogueStateTracker) -> list[Event]:
    """The events of a session that begins where this tracker stands, listening."""
    slots = [SlotSet(name, slot.value) for name, slot in tracker.slots.items() if slot.value != slot.initial_value]
    loop = tracker.active_loop
    events: list[Event] = [ActionExecuted(ACTION_SESSION_START_NAME), SessionStarted()]
    if loop is not None:
        events += [ActionExecuted(loop.name), ActiveLoop(loop.name)]
        events += [ActionExecutionRejected(loop.name)] if loop.rejected else []
    return [*events, *slots, ActionExecuted(ACTION_LISTEN_NAME)]
