"""Stands in for the action server: answers each action by its name, and keeps what it was asked."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Call = dict[str, Any]


def slot(name: str, value: Any) -> Call:
    return {"event": "slot", "timestamp": None, "name": name, "value": value}


SEEN: set[str] = set()
CANARY = "kanariefågel 850101-2382"


def validate_count_form(call: Call) -> Call:
    """One question, kept outside Rasa's slots. A message without a number leaves the word to a rule, once: the form
    calls again to ask again."""
    message, slots = call["tracker"]["latest_message"], call["tracker"]["slots"]
    first = message["message_id"] not in SEEN
    SEEN.add(message["message_id"])
    if any(entity["entity"] == "amount" for entity in message["entities"]):
        # Rasa takes a form whose validation sets no slot but the question itself for one that understood nothing.
        return {"events": [slot("count", 10), slot("requested_slot", None)], "responses": []}
    events = [slot("requested_slot", "count")]
    if first and slots["requested_slot"]:
        events.append({"event": "action_execution_rejected", "name": "count_form", "policy": None, "confidence": None})
    return {"events": events, "responses": []}


def said(response: str, **values: Any) -> Call:
    return {"events": [], "responses": [{"response": response, **values}]}


ANSWERS: dict[str, Callable[[Call], Call | str]] = {
    "validate_count_form": validate_count_form,
    "action_counted": lambda call: said("utter_counted", number="10"),
    "action_custom": lambda call: {"events": [], "responses": [{"custom": {"need": "identity"}}]},
    "action_unknown_event": lambda call: {"events": [{"event": "no_such_event"}], "responses": []},
    "action_wrong_shape": lambda call: {"events": [{"event": "slot", "value": CANARY}], "responses": []},
    "action_missing": lambda call: said("utter_nowhere"),
    "action_hole": lambda call: said("utter_hole"),
    "action_brace_said": lambda call: said("utter_counted", number="{tio}"),
    "action_silent": lambda call: {"events": [], "responses": []},
    "action_ring": lambda call: {
        "events": [{"event": "followup", "name": "action_ring"}],
        "responses": [{"text": "igen"}],
    },
}


class ActionsDouble:
    """`calls`: what was asked, newest last. `connections`: how many were opened for it."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.connections: set[tuple[str, int]] = set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        double = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one packet, or the kernel waits 40 ms between them

            def do_POST(self) -> None:
                call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                double.calls.append(call)
                double.connections.add(self.client_address)
                answer = ANSWERS.get(call["next_action"])
                # Without a handler of one's own, the SDK tells the error's text and sends the call back.
                told = answer(call) if answer else {"error": CANARY, "request_body": call}
                body = json.dumps(told, ensure_ascii=False).encode()
                self.send_response(200 if answer else 500)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                return None

        return Handler
