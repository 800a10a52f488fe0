"""Each measure does what stock Rasa does, only quicker."""

import asyncio
import copy
import dataclasses
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest
import rasa.core.actions.action
import rasa.core.processor
import rasa.shared.utils.common
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.core.actions.forms import FormAction
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.utils.endpoints import EndpointConfig

from bot.door import channel, speed
from tests.bot.conftest import ASSISTANT

STOCK_REPLAY = DialogueStateTracker.travel_back_in_time


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(ASSISTANT / "domain.yml"))


def a_tracker(domain: Domain, *more: Event) -> DialogueStateTracker:
    tracker = DialogueStateTracker("c1", domain.slots)
    said = {"intent": {"name": "order", "confidence": 0.9}, "entities": [], "text": "beställa"}
    for event in (
        ActionExecuted("action_session_start"),
        SessionStarted(),
        ActionExecuted("action_listen"),
        UserUttered("beställa", said["intent"], [], said, input_channel="sms", message_id="m1"),
        SlotSet("language", "en"),
        ActionExecuted("count_form"),
        ActiveLoop("count_form"),
        SlotSet("requested_slot", "count"),
        BotUttered("Hur många?"),
        *more,
    ):
        tracker.update(event, domain)
    return tracker


REMOTE = RemoteAction("action_x", None)


@pytest.mark.parametrize(
    "result",
    [
        {"events": [{"event": "slot", "name": "count", "value": 1}], "responses": []},
        {"events": [], "responses": [{"text": "hej"}]},
        {"events": [{"event": "active_loop", "name": None}]},
        {},
    ],
)
def test_a_right_result_passes_the_compiled_check(result: dict[str, Any]) -> None:
    assert REMOTE._validate_action_result(result) is True


@pytest.mark.parametrize(
    "result",
    [
        [],
        "ja",
        None,
        {"events": {}},
        {"events": [{"name": "count"}]},
        {"events": [{"event": "slot", "value": 1}]},
        {"events": [{"event": "no_such_event"}]},
        {"events": [{"event": 7}]},
        {"events": [{"event": ["slot"]}]},
        {"events": [{"event": "slot", "name": 7, "value": 1}]},
        {"events": [{"event": "slot", "name": "count", "value": 1, "timestamp": "now"}]},
        {"events": [{"event": "action", "hide_rule_turn": "no"}]},
        {"events": [{"event": "entities", "entities": [{"value": 1}]}]},
        {"events": [{"event": "user", "parse_data": {"intent": "greet"}}]},
        {"events": [{"event": "active_loop", "name": None}, {"event": "slot"}]},
        {"events": ["slot"]},
        {"responses": ["hej"]},
        {"responses": {}},
    ],
)
def test_a_result_of_the_wrong_shape_is_still_refused(result: Any) -> None:
    with pytest.raises(ValidationError):
        jsonschema.validate(result, RemoteAction.action_response_format_spec())
    with pytest.raises(ValidationError):
        REMOTE._validate_action_result(result)


def test_every_kind_of_event_is_still_known_by_its_name() -> None:
    for kind in rasa.shared.utils.common.all_subclasses(Event):
        assert Event.resolve_by_type(kind.type_name).type_name == kind.type_name
    with pytest.raises(ValueError, match="no_such"):
        Event.resolve_by_type("no_such")
    assert Event.resolve_by_type("no_such", SlotSet) is SlotSet


def test_the_slim_state_has_everything_that_an_action_reads(domain: Domain) -> None:
    tracker = a_tracker(domain)
    stock, slim = tracker.current_state(EventVerbosity.ALL), speed.slim_state(tracker)
    assert slim.keys() == stock.keys()
    actions = [event for event in stock["events"] if event["event"] == "action"]
    assert slim["events"] == [event for event in actions if event["name"] == "count_form"]
    assert slim["active_loop"]["name"] == stock["active_loop"]["name"]
    for key in stock.keys() - {"events", "active_loop"}:
        assert slim[key] == stock[key]


def test_the_action_call_has_no_domain_and_only_this_turns_actions(domain: Domain) -> None:
    tracker = a_tracker(domain, ActionExecuted("action_listen"), UserUttered("hej"), ActionExecuted("utter_help"))
    call = REMOTE._action_call_format(tracker, domain)
    assert (call["next_action"], call["domain"]) == ("action_x", {})
    assert [event["name"] for event in call["tracker"]["events"]] == ["utter_help"]


@pytest.mark.parametrize(
    "more",
    [
        [],
        [ActionExecuted("action_listen"), SlotSet("count", [1, 2])],
        [ActionExecutionRejected("count_form")],
        [ActionExecuted("count_form"), ActiveLoop(None), SlotSet("requested_slot", None)],
        [UserUtteranceReverted()],
        [Restarted()],
        [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")],
    ],
)
def test_a_copied_tracker_is_what_replaying_its_events_gives(domain: Domain, more: list[Event]) -> None:
    tracker = a_tracker(domain, *more)
    copied, replayed = tracker.copy(), STOCK_REPLAY(tracker, float("inf"))
    assert list(copied.events) == list(replayed.events)
    assert copied.current_state(EventVerbosity.ALL) == replayed.current_state(EventVerbosity.ALL)
    copied_slots, replayed_slots = (
        {name: vars(slot) for name, slot in one.slots.items()} for one in (copied, replayed)
    )
    assert copied_slots == replayed_slots
    assert copied.is_active_loop_rejected == replayed.is_active_loop_rejected


def test_a_copied_tracker_goes_its_own_way(domain: Domain) -> None:
    tracker = a_tracker(domain)
    before = copy.deepcopy(tracker.current_state(EventVerbosity.ALL))
    twin = tracker.copy()
    for event in (SlotSet("language", "sv"), ActionExecutionRejected("count_form"), ActiveLoop(None)):
        twin.update(event, domain)
    assert tracker.current_state(EventVerbosity.ALL) == before
    assert tracker.is_active_loop_rejected is False


def test_a_forms_temporary_tracker_is_the_stock_one(domain: Domain) -> None:
    tracker, form = a_tracker(domain), FormAction("count_form", None)
    quick = form._temporary_tracker(tracker, [SlotSet("count", 3)], domain)
    events = [SlotSet("requested_slot", "count"), ActionExecuted("count_form"), SlotSet("count", 3)]
    stock = DialogueStateTracker.from_events("c1", [*tracker.events, *events], slots=domain.slots)
    quick_state, stock_state = (dataclasses.asdict(one.active_loop) for one in (quick, stock))
    assert quick_state == stock_state
    assert quick.current_slot_values() == stock.current_slot_values()
    assert [event.type_name for event in quick.events] == [event.type_name for event in stock.events]
    assert quick.latest_action_name == stock.latest_action_name


def a_policy(*rules: list[dict[str, Any]]) -> SimpleNamespace:
    return SimpleNamespace(lookup={"rules": {json.dumps(rule): "utter_x" for rule in rules}})


def test_rules_are_asked_by_text_only_when_one_of_them_could_answer() -> None:
    listening = {"prev_action": {"action_name": "action_listen"}}
    by_intent = [{**listening, "user": {"intent": "greet"}}]
    follow_up = [{**listening, "user": {"intent": "greet"}}, {"prev_action": {"action_name": "utter_greet"}}]
    by_text = [{**listening, "user": {"text": "hej"}}]
    by_anything = [listening]
    assert not speed.may_match_by_text(a_policy(by_intent, follow_up))
    assert speed.may_match_by_text(a_policy(by_intent, by_text))
    assert speed.may_match_by_text(a_policy(by_intent, by_anything))


def test_the_plain_runner_answers_what_dask_answers(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert rasa.core.processor.DaskGraphRunner is speed.PlainGraphRunner
    plain = Agent.load(str(model))
    monkeypatch.setattr(rasa.core.processor, "DaskGraphRunner", DaskGraphRunner)
    dask = Agent.load(str(model))
    assert type(dask.processor.graph_runner) is DaskGraphRunner
    tracker = a_tracker(plain.domain)
    for text in ("hej", "12 stycken", "jag vill beställa", "xyz"):
        answers = [asyncio.run(agent.processor.parse_message(UserMessage(text))) for agent in (plain, dask)]
        assert answers[0] == answers[1]
    predictions = [agent.processor._predict_next_with_tracker(tracker.copy()) for agent in (plain, dask)]
    assert predictions[0].probabilities == predictions[1].probabilities
    assert predictions[0].policy_name == predictions[1].policy_name


def test_a_kept_session_is_one_per_endpoint_and_loop() -> None:
    endpoint, other = EndpointConfig("http://127.0.0.1:1"), EndpointConfig("http://127.0.0.1:2")

    async def sessions() -> list[Any]:
        found = []
        for one in (endpoint, endpoint, other):
            async with one.session() as session:
                found.append(session)
        assert not found[0].closed
        return found

    async def use_and_close() -> list[Any]:
        found = await sessions()
        for session in found:
            await session.close()
        return found

    first, second = asyncio.run(use_and_close()), asyncio.run(use_and_close())
    assert first[0] is first[1]
    assert first[0] is not first[2]
    assert first[0] is not second[0]


def test_an_action_is_given_up_before_the_gateway_gives_the_turn_up() -> None:
    assert rasa.core.actions.action.DEFAULT_REQUEST_TIMEOUT == speed.ACTION_SECONDS < 8


def test_the_measures_come_with_the_channel_and_only_once() -> None:
    assert channel.Door.name() == "gateway"
    before = (RemoteAction._validate_action_result, RemoteAction.run)
    speed.make_quick()
    channel.tell_failures()
    assert (RemoteAction._validate_action_result, RemoteAction.run) == before
