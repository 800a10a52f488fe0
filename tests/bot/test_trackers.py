"""The tracker store that forgets."""

from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity

from bot.door.trackers import RecentTrackers
from tests.bot.conftest import ASSISTANT

DOMAIN = Domain.load(str(ASSISTANT / "domain.yml"))


def a_store(keep: int = 3) -> RecentTrackers:
    return RecentTrackers(host=None, domain=DOMAIN, keep=keep)


async def save(store: RecentTrackers, name: str, *events: Any) -> DialogueStateTracker:
    tracker = await store.get_or_create_tracker(name)
    for event in events:
        tracker.update(event, DOMAIN)
    await store.save(tracker)
    return tracker


async def test_a_saved_tracker_comes_back_as_it_was() -> None:
    store = a_store()
    saved = await save(store, "a", UserUttered("hej", {"name": "greet"}), SlotSet("language", "en"))
    found = await store.retrieve("a")
    assert found is not None
    assert found.current_state(EventVerbosity.ALL) == saved.current_state(EventVerbosity.ALL)


async def test_what_is_not_saved_is_not_kept() -> None:
    store = a_store()
    await save(store, "a")
    found = await store.retrieve("a")
    assert found is not None
    found.update(SlotSet("language", "en"), DOMAIN)
    again = await store.retrieve("a")
    assert again is not None
    assert again.get_slot("language") == "sv"


async def test_the_least_recently_used_tracker_is_forgotten() -> None:
    store = a_store(keep=3)
    for name in ("a", "b", "c"):
        await save(store, name)
    await store.retrieve("a")
    await save(store, "d")
    assert list(await store.keys()) == ["c", "a", "d"]
    assert await store.retrieve("b") is None


async def test_a_thousand_conversations_leave_only_the_newest() -> None:
    store = a_store(keep=50)
    for number in range(1000):
        await save(store, str(number))
    assert len(list(await store.keys())) == 50


async def test_only_the_last_session_is_kept() -> None:
    store = a_store()
    start = ActionExecuted("action_session_start")
    await save(store, "a", start, SessionStarted(), UserUttered("hej"), SlotSet("language", "en"))
    await save(store, "a", ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen"))
    found = await store.retrieve("a")
    assert found is not None
    assert [event.type_name for event in found.events] == ["action", "session_started", "action"]
    assert found.get_slot("language") == "sv"


async def test_a_conversation_that_was_forgotten_begins_anew() -> None:
    store = a_store(keep=1)
    await save(store, "a", SlotSet("language", "en"))
    await save(store, "b")
    begun = await store.get_or_create_tracker("a", append_action_listen=False)
    assert (list(begun.events), begun.get_slot("language")) == ([], "sv")
