"""Measures that make a turn quick, one function each. They change how Rasa works out a turn, never what it answers.

`make_quick()` applies them all when Rasa loads the channel, so plain `rasa run` has them. What each one saves is
measured by `make bench` and told in docs/performance.md.
"""

import asyncio
import copy
import functools
import json
from graphlib import TopologicalSorter
from itertools import takewhile
from typing import Any

import aiohttp
import rasa
import rasa.core.actions.action
import rasa.core.processor
import rasa.shared.core.events
import rasa.shared.utils.common
from jsonschema import Draft202012Validator, ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.core.actions.forms import FormAction
from rasa.core.policies.rule_policy import RULES, RulePolicy
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.constants import ACTION_LISTEN_NAME, REQUESTED_SLOT
from rasa.shared.core.events import ActionExecuted, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

# The gateway gives a turn eight seconds. Rasa must have let go of the conversation before that, or a second try would
# wait behind the first.
ACTION_SECONDS = 6
# Less than any action server keeps an idle connection, so a call never meets one that is being closed.
IDLE_SECONDS = 3


def validate_with_compiled_schema() -> None:
    """jsonschema checks its own schema before every check of a result: most of a stock turn.

    Here the schema is compiled once, and an event is held against the form of its own kind instead of all kinds in
    turn. What is refused is the same.
    """
    shape, kinds = _result_validators()

    def validate(self: RemoteAction, result: Any) -> bool:
        shape.validate(result)
        for event in result.get("events", []):
            kind = kinds.get(event["event"])
            if kind is None:
                raise ValidationError("an event of a kind that Rasa does not know")
            kind.validate(event)
        return True

    RemoteAction._validate_action_result = validate


def _result_validators() -> tuple[Draft202012Validator, dict[str, Draft202012Validator]]:
    """What every result must look like, and what an event of each kind must look like."""
    shape = copy.deepcopy(RemoteAction.action_response_format_spec())
    forms = shape["properties"]["events"]["items"].pop("oneOf")
    return Draft202012Validator(shape), {
        form["properties"]["event"]["const"]: Draft202012Validator(form) for form in forms
    }


def look_event_types_up_once() -> None:
    """Rasa walks all subclasses of Event for each event that it reads."""
    known = {kind.type_name: kind for kind in rasa.shared.utils.common.all_subclasses(Event)}

    def resolve(type_name: str, default: Any = None) -> Any:
        if type_name in known:
            return known[type_name]
        if default is None:
            raise ValueError(f"Unknown event name '{type_name}'.")
        return default

    Event.resolve_by_type = staticmethod(resolve)


def call_actions_with_what_they_read() -> None:
    """The whole domain and all events travel with every stock action call. Ours read only this turn's actions."""

    def action_call(self: RemoteAction, tracker: DialogueStateTracker, domain: Any) -> dict[str, Any]:
        return {
            "next_action": self._name,
            "sender_id": tracker.sender_id,
            "tracker": slim_state(tracker),
            "domain": {},
            "version": rasa.__version__,
        }

    RemoteAction._action_call_format = action_call


def slim_state(tracker: DialogueStateTracker) -> dict[str, Any]:
    """A tracker's state as rasa_sdk reads it. Of the events only the actions since the patient's last message."""
    loop = tracker.active_loop
    return {
        "sender_id": tracker.sender_id,
        "slots": tracker.current_slot_values(),
        "latest_message": tracker._latest_message_data(),
        "latest_event_time": tracker.events[-1].timestamp if tracker.events else None,
        "followup_action": tracker.followup_action,
        "paused": tracker.is_paused(),
        "events": _actions_of_this_turn(tracker),
        "latest_input_channel": tracker.get_latest_input_channel(),
        "active_loop": {} if loop is None else {"name": loop.name, "rejected": loop.rejected},
        "latest_action": tracker.latest_action,
        "latest_action_name": tracker.latest_action_name,
    }


def _actions_of_this_turn(tracker: DialogueStateTracker) -> list[dict[str, Any]]:
    since_message = takewhile(lambda event: not isinstance(event, UserUttered), reversed(tracker.events))
    return [event.as_dict() for event in since_message if isinstance(event, ActionExecuted)][::-1]


class PlainGraphRunner(DaskGraphRunner):
    """Runs the model's graph in one thread, in an order worked out once. Dask plans it anew for each prediction."""

    def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        wanted = tuple(targets or self._graph_schema.target_names)
        results = {name: (name, value) for name, value in (inputs or {}).items()}
        for name, needs in self._order(wanted):
            results[name] = self._instantiated_nodes[name](*(results.get(need, need) for need in needs))
        return {name: results[name][1] for name in wanted}

    def _order(self, targets: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
        orders: dict[tuple[str, ...], list[tuple[str, tuple[str, ...]]]] = self.__dict__.setdefault("_orders", {})
        if targets not in orders:
            nodes = self._graph_schema.minimal_graph_schema(list(targets)).nodes
            sorter = TopologicalSorter({name: set(node.needs.values()) for name, node in nodes.items()})
            orders[targets] = [
                (name, tuple(nodes[name].needs.values())) for name in sorter.static_order() if name in nodes
            ]
        return orders[targets]


def run_the_graph_plainly() -> None:
    rasa.core.processor.DaskGraphRunner = PlainGraphRunner


def ask_rules_by_intent_only() -> None:
    """Stock Rasa tries every rule twice after a message, by text and by intent. Rules that never name a text, as ours,
    can only be met by intent."""
    stock = RulePolicy._find_action_from_rules

    def find(
        self: RulePolicy, tracker: DialogueStateTracker, domain: Any, use_text_for_last_user_input: bool
    ) -> tuple[str | None, str | None, bool]:
        if use_text_for_last_user_input and not may_match_by_text(self):
            return None, None, False
        return stock(self, tracker, domain, use_text_for_last_user_input)

    RulePolicy._find_action_from_rules = find


def may_match_by_text(policy: RulePolicy) -> bool:
    """Whether a rule names a text, or acts on a message without naming its intent."""
    if not hasattr(policy, "_may_match_by_text"):
        rules = [json.loads(key) for key in policy.lookup[RULES]]
        policy._may_match_by_text = any(
            any("text" in state.get("user", {}) for state in rule) or _acts_on_any_message(rule[-1]) for rule in rules
        )
    return bool(policy._may_match_by_text)


def _acts_on_any_message(state: dict[str, Any]) -> bool:
    after_listening = state.get("prev_action", {}).get("action_name") == ACTION_LISTEN_NAME
    return after_listening and "intent" not in state.get("user", {})


def keep_connections_to_the_action_server() -> None:
    """Stock Rasa makes a new HTTP client and connection for each action call."""

    def session(self: EndpointConfig) -> Any:
        loop, kept = getattr(self, "_kept_session", (None, None))
        if kept is None or kept.closed or loop is not asyncio.get_running_loop():
            kept = new_session(self)
            self._kept_session = (asyncio.get_running_loop(), kept)
        return _LeftOpen(kept)

    EndpointConfig.session = session


def new_session(endpoint: EndpointConfig) -> aiohttp.ClientSession:
    login = endpoint.basic_auth
    return aiohttp.ClientSession(
        headers=endpoint.headers,
        auth=aiohttp.BasicAuth(login["username"], login["password"]) if login else None,
        timeout=aiohttp.ClientTimeout(total=ACTION_SECONDS),
        connector=aiohttp.TCPConnector(keepalive_timeout=IDLE_SECONDS, limit=0),
    )


class _LeftOpen:
    """`async with` over a session that stays open after it."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def __aenter__(self) -> aiohttp.ClientSession:
        return self._session

    async def __aexit__(self, *_: object) -> None:
        return None


def give_actions_six_seconds() -> None:
    """Stock Rasa waits five minutes for an action, while its lock on the conversation lasts one."""
    rasa.core.actions.action.DEFAULT_REQUEST_TIMEOUT = ACTION_SECONDS


def copied_tracker(tracker: DialogueStateTracker) -> DialogueStateTracker:
    """A tracker of its own with the same events and state. Events and messages are shared: nobody changes those."""
    twin = _bare_copy(tracker)
    twin.events = copy.copy(tracker.events)
    twin.slots = copy.copy(tracker.slots)
    for name, slot in tracker.slots.items():
        twin.slots[name] = _bare_copy(slot)
    twin.active_loop = copy.copy(tracker.active_loop)
    return twin


def _bare_copy(thing: Any) -> Any:
    """What copy.copy gives for a plain object, without asking how it wants to be copied."""
    twin = object.__new__(type(thing))
    twin.__dict__.update(thing.__dict__)
    return twin


def copy_trackers_instead_of_replaying() -> None:
    """Stock Rasa copies a tracker by replaying all its events, several times in a turn: a visit grows slower."""

    def with_form_events(
        self: FormAction, current: DialogueStateTracker, additional: list[Event], domain: Any
    ) -> DialogueStateTracker:
        twin = copied_tracker(current)
        asked = SlotSet(REQUESTED_SLOT, self.get_slot_to_fill(current))
        for event in (asked, ActionExecuted(self.name()), *additional):
            twin.update(event)
        return twin

    DialogueStateTracker.copy = copied_tracker
    FormAction._temporary_tracker = with_form_events


@functools.cache
def make_quick() -> None:
    """Apply every measure. Safe to call again."""
    validate_with_compiled_schema()
    look_event_types_up_once()
    call_actions_with_what_they_read()
    run_the_graph_plainly()
    ask_rules_by_intent_only()
    keep_connections_to_the_action_server()
    give_actions_six_seconds()
    copy_trackers_instead_of_replaying()
