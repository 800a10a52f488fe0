"""The tracker store that forgets."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from rasa.core.agent import Agent
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActionExecutionRejected, ActiveLoop, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.utils.endpoints import EndpointConfig

from bot.door import trackers
from bot.door.trackers import MESSAGES_KEPT, RecentTrackers, standing
from tests.bot.actions_double import ActionsDouble
from tests.bot.conftest import ASSISTANT

DOMAIN = Domain.load(str(ASSISTANT / "domain.yml"))


def a_store(keep: int = 3, silent_minutes: float = 30) -> RecentTrackers:
    return RecentTrackers(host=None, domain=DOMAIN, keep=keep, silent_minutes=silent_minutes)


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


async def test_a_visit_that_fell_silent_is_forgotten_whole_and_by_itself() -> None:
    store = a_store(silent_minutes=0)
    await save(store, "a", UserUttered("hej", {"name": "greet"}))
    await save(store, "b")
    assert list(await store.keys()) == ["a", "b"]
    for _ in range(3):  # rounds of the event loop
        await asyncio.sleep(0)
    assert await store.retrieve("a") is None


async def test_a_visit_that_goes_on_is_not_forgotten_by_an_earlier_message() -> None:
    store = a_store()
    await save(store, "a")
    earlier = store._recent["a"]
    await save(store, "a", UserUttered("hej", {"name": "greet"}))
    store._forget(earlier)
    assert list(await store.keys()) == ["a"]


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


async def test_only_the_last_messages_are_kept_but_all_of_the_state() -> None:
    store = a_store()
    await save(store, "a", ActionExecuted("count_form"), ActiveLoop("count_form"), SlotSet("language", "en"))
    for number in range(40):
        said = UserUttered(f"nummer {number}", {"name": "count"})
        asked = SlotSet("requested_slot", "count")
        saved = await save(store, "a", said, ActionExecuted("count_form"), asked, ActionExecuted("action_listen"))
        found = await store.retrieve("a")
        assert found is not None
        assert sum(isinstance(event, UserUttered) for event in found.events) < MESSAGES_KEPT
        assert len(found.events) < 30
        assert (found.active_loop_name, found.latest_action_name) == ("count_form", "action_listen")
        assert found.current_slot_values() == saved.current_slot_values()


@pytest.mark.parametrize("rejected", [False, True])
async def test_where_a_tracker_stands_can_be_replayed(rejected: bool) -> None:
    tracker = DialogueStateTracker("a", DOMAIN.slots)
    for event in (
        ActionExecuted("count_form"),
        ActiveLoop("count_form"),
        SlotSet("requested_slot", "count"),
        SlotSet("language", "en"),
        SlotSet("count", [1, 2]),
        *([ActionExecutionRejected("count_form")] if rejected else []),
    ):
        tracker.update(event, DOMAIN)
    again = DialogueStateTracker.from_events("a", standing(tracker), slots=DOMAIN.slots)
    assert again.current_slot_values() == tracker.current_slot_values()
    assert (again.active_loop_name, again.is_active_loop_rejected) == ("count_form", rejected)
    assert again.latest_action_name == "action_listen"


@pytest.mark.parametrize("kept", [1, 2, MESSAGES_KEPT])
async def test_a_visit_is_the_same_however_little_is_remembered(
    model: Path, actions: ActionsDouble, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    """Forms, digressions, a finished form, a fallback and a new form, in a visit of thirty messages."""
    visit = ["hej", "jag vill beställa", "hjälp mig", "qqq", "hejsan", "12 stycken", "hjälp", "10 st", "tjena"] * 4
    endpoint = EndpointConfig(url=f"http://127.0.0.1:{actions.port}/webhook")
    said = []
    for messages_kept in (kept, 1_000_000):
        monkeypatch.setattr(trackers, "MESSAGES_KEPT", messages_kept)
        agent = Agent.load(str(model), action_endpoint=endpoint, tracker_store=RecentTrackers(domain=DOMAIN))
        said.append([[part.get("text") for part in await agent.handle_text(text, sender_id="v")] for text in visit])
    assert said[0] == said[1]
    assert all(said[0])


async def test_a_conversation_that_was_forgotten_begins_anew() -> None:
    store = a_store(keep=1)
    await save(store, "a", SlotSet("language", "en"))
    await save(store, "b")
    begun = await store.get_or_create_tracker("a", append_action_listen=False)
    assert (list(begun.events), begun.get_slot("language")) == ([], "sv")
