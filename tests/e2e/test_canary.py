"""Everything that points at a person is driven down every path of the real processes, as they run in production, and
must turn up in no log, no metric, nothing that is printed, and nowhere in Rasa's memory."""

import json
import os
import re
import secrets
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from twilio.request_validator import RequestValidator

from api.commands.bot import ROOT
from api.commands.processes import environment
from api.commands.stack import Stack, free_ports
from api.supervisor import without_settings
from ordering.settings import Settings, load_settings
from tests.channels.live import served
from tests.outbox.twilio_service import TwilioService

NUMBER, SHORT_NUMBER = "198501012382", "850101-2382"
GIVEN, FAMILY, STREET, DOOR_CODE = "Kanariella", "Fågelström", "Kanariegatan", "77K13Q"
MOBILE, MOBILE_AS_WRITTEN, OUR_NUMBER = "+46701740688", "070-174 06 88", "+46313900600"
FLAVOUR, MAIL, STRANGER, SESSION_MARK = "kanarievanilj", "kanarie@example.org", "+46701740699", "kanariemärke"
# As they would stand in a log, whoever wrote it. What a patient orders is no secret from Rasa, who they are is.
OF_THE_PERSON = (
    *(NUMBER, SHORT_NUMBER, SHORT_NUMBER.replace("-", ""), GIVEN, FAMILY, STREET, DOOR_CODE, MAIL),
    *(MOBILE, MOBILE.removeprefix("+46"), MOBILE_AS_WRITTEN, STRANGER.removeprefix("+46")),
)
OF_THE_MESSAGES = (FLAVOUR, SESSION_MARK)
PATIENCE_SECONDS = 90.0
KEYS = {
    "desk": {"key": "desk-key", "roles": ["customer_service"]},
    "auditor": {"key": "auditor-key", "roles": ["auditor"]},
    "distributor": {"key": "carrier-key", "roles": ["distributor"]},
}


@dataclass
class House:
    """The service in production's form, with a stand-in for Twilio at the other end."""

    settings: Settings
    stack: Stack
    twilio: TwilioService
    http: httpx.Client
    printed: list[str] = field(default_factory=list)
    codes: set[str] = field(default_factory=set)

    def post(self, path: str, fields: dict[str, str], *, signed: bool = True) -> httpx.Response:
        signature = RequestValidator(self.settings.twilio_auth_token).compute_signature(
            f"{self.settings.public_url}{path}", fields
        )
        return self.http.post(path, data=fields, headers={"X-Twilio-Signature": signature if signed else "no"})

    def sms(self, text: str, *, sender: str = MOBILE, answered: bool = True, **more: str) -> str:
        """The answer that comes to the sender; "" when none is waited for."""
        before = len(self.sent_to(sender))
        numbers = {"From": sender, "To": OUR_NUMBER}
        self.post("/twilio/sms", {"MessageSid": sid("SM"), "Body": text, "NumMedia": "0"} | numbers | more)
        return self.next_sms(before, sender) if answered else ""

    def sent_to(self, number: str) -> list[str]:
        return [one["body"] for one in self.twilio.accepted if one["to"] == number]

    def next_sms(self, before: int, number: str = MOBILE) -> str:
        until(lambda: len(self.sent_to(number)) > before)
        text = "\n".join(self.sent_to(number)[before:])
        self.codes |= set(re.findall(r"\b\d{6}\b", text)) | {f"JA {code}" for code in re.findall(r"JA (\d{4})", text)}
        return text

    def chat(self, session: str, text: str) -> str:
        body = {"session": session, "id": secrets.token_hex(8), "text": text}
        answer = self.http.post("/chat/message", json=body).json()
        self.session = answer.get("session", session)
        return " ".join(answer.get("texts", []))

    def call(self, call: str, step: int, **said: str) -> str:
        fields = {"CallSid": call, "From": MOBILE, "To": OUR_NUMBER, "CallStatus": "in-progress"} | said
        answer = self.post("/twilio/voice" if step == 0 else f"/twilio/voice/step/{step}", fields)
        while wait := re.search(r"<Redirect[^>]*>([^<]*/wait/\d+[^<]*)</Redirect>", answer.text):
            path = wait[1].replace("&amp;", "&").removeprefix(self.settings.public_url)
            answer = self.post(path, {"CallSid": call, "From": MOBILE, "To": OUR_NUMBER, "CallStatus": "in-progress"})
        return answer.text

    def command(self, *arguments: str, keyed: str = "") -> str:
        done = subprocess.run(
            [sys.executable, "-m", "api.commands", *arguments],
            cwd=ROOT, env=without_settings(os.environ) | environment(self.settings), input=keyed, text=True,
            capture_output=True, check=False,
        )  # fmt: skip
        self.printed.append(done.stdout + done.stderr)
        return done.stdout + done.stderr

    def process(self, part: str) -> psutil.Process:
        found = [one for one in psutil.Process(self.stack.pid).children(recursive=True) if part in one.cmdline()]
        return found[-1]

    @property
    def database(self) -> Path:
        return Path(self.settings.database_url.partition("///")[2])

    @contextmanager
    def without_table(self, table: str) -> Iterator[None]:
        """Every statement about it fails, and its error quotes the statement."""
        self._rename(table, f"{table}_gone")
        try:
            yield
        finally:
            self._rename(f"{table}_gone", table)

    def _rename(self, table: str, to: str) -> None:
        with sqlite3.connect(self.database, timeout=PATIENCE_SECONDS) as database:
            database.execute("PRAGMA legacy_alter_table = ON")
            database.execute(f'ALTER TABLE "{table}" RENAME TO "{to}"')


def sid(kind: str) -> str:
    return kind + secrets.token_hex(16)


def until(look: Callable[[], Any]) -> Any:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not (found := look()):
        assert time.monotonic() < give_up, "it did not happen"
        time.sleep(0.1)
    return found


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("canary")
    api, rasa, actions, port = free_ports(4)
    with pytest.MonkeyPatch.context() as patched:
        for name in [name for name in os.environ if name.startswith("PAFYLL_")]:
            patched.delenv(name)
        settings = load_settings(
            demo=False, secret_key="canary" * 8, port=api, rasa_url=f"http://127.0.0.1:{rasa}", actions_port=actions,
            public_url=f"http://127.0.0.1:{api}", twilio_account_sid="AC" + "7" * 32, twilio_auth_token="token" * 5,
            twilio_base_url=f"http://127.0.0.1:{port}/base", inbound_numbers={OUR_NUMBER: "vg"}, api_keys=KEYS,
            var_folder=folder, database_url=f"sqlite+aiosqlite:///{folder / 'pafyll.sqlite3'}",
            distributor_folder=folder / "distributor", undo_minutes=0, turn_timeout_seconds=10, log_level="DEBUG",
            worker_interval_seconds=0.2,
        )  # fmt: skip
    twilio = TwilioService()
    with served(twilio.app(), port), Stack(settings) as stack, httpx.Client(base_url=stack.url, timeout=60) as http:
        house = House(settings, stack, twilio, http)
        house.command("import", str(people(folder)))
        yield house


def people(folder: Path) -> Path:
    """The demo's people of one region, with somebody marked in place of the first."""
    document = json.loads((ROOT / "ordering/demo_data/vg.json").read_text(encoding="utf-8"))
    document["people"][0] |= {
        "given_name": GIVEN, "family_name": FAMILY, "mobile": MOBILE_AS_WRITTEN, "email": MAIL,
        "door_code": DOOR_CODE, "address": {"street": f"{STREET} 77", "postal_code": "41319", "city": "Göteborg"},
    }  # fmt: skip
    file = folder / "people.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def driven(house: House) -> House:
    """After everything has been driven through."""
    for part in (by_sms, by_phone, by_chat, by_rest, by_commands, by_malformed_webhooks, with_faults):
        part(house)
    return house


def by_sms(house: House) -> None:
    house.sms(f"hej jag heter {GIVEN} {FAMILY}, {SHORT_NUMBER}, jag bor på {STREET} 77, 413 19 Göteborg")
    house.sms(f"jag vill ha 3 {FLAVOUR} och 2 choklad näringsdryck, portkoden är {DOOR_CODE}")
    house.sms("börja om")
    house.sms("samma som sist")
    order(house)
    told = house.sms(f"flaskan med {FLAVOUR} var trasig, ring {MOBILE_AS_WRITTEN} eller {MAIL}")
    told = house.sms(found[0]) if (found := re.search(r"\b\d{6}\b", told)) else told
    answer_on(house, told, "ärendenummer", "Ärende", {})
    told = house.sms("jag vill prata med en människa")
    answer_on(house, told, "ringer dig", "blir uppringd", {"Vilket nummer": MOBILE_AS_WRITTEN})
    picture = f"{house.settings.twilio_base_url}/2010-04-01/Accounts/{FLAVOUR}/Messages/x/Media/y"
    house.sms(f"bild på {FLAVOUR}", NumMedia="1", MediaUrl0=picture, MediaContentType0="image/jpeg")
    house.sms(f"vad har ni sparat om {GIVEN}")
    house.twilio.faults = ["400"]
    house.sms(f"vad kostar {FLAVOUR}", answered=False)
    until(lambda: not house.twilio.faults)
    house.sms(f"jag heter {GIVEN} och mitt nummer är {NUMBER}", sender=STRANGER)
    house.sms("STOPP")
    house.sms("START")


def order(house: House) -> None:
    """Outside the door of a flat at another address, and a yes with a wrong code before the right one."""
    told = house.sms("utanför dörren")
    told = house.sms(f"{STREET} 77, 413 19 Göteborg")
    answers = {"utanför din region": "nej", "portkod": DOOR_CODE, "hus eller": "lägenhet"}
    read_back = answer_on(house, told, "JA ", "JA ", answers)
    code = re.search(r"JA (\d{4})", read_back)
    assert code, read_back
    house.sms("JA 0000" if code[1] != "0000" else "JA 1111")
    house.sms(f"JA {code[1]}")


def answer_on(house: House, told: str, end: str, or_end: str, answers: dict[str, str]) -> str:
    """Answers what is asked, by words in the question or else with the first choice, until the end is told."""
    for _ in range(12):
        if end in told or or_end in told:
            break
        told = house.sms(next((answer for asked, answer in answers.items() if asked in told), "1"))
    return told


def by_phone(house: House) -> None:
    call, before = sid("CA"), len(house.sent_to(MOBILE))
    house.call(call, 0)
    house.call(call, 1, SpeechResult="jag vill veta när jag kan beställa")
    house.call(call, 2, Digits=NUMBER)
    house.call(call, 3, Digits="1")
    code = re.search(r"\b\d{6}\b", house.next_sms(before))
    assert code, "no login code came"
    house.call(call, 4, Digits="000000")
    house.call(call, 5, Digits=code[0])
    for step, words in enumerate(
        (f"jag heter {GIVEN} {FAMILY}", f"{FLAVOUR} tack", "nitton åttiofem noll ett noll ett"), 6
    ):
        house.call(call, step, SpeechResult=words)
    status = {"CallSid": call, "From": MOBILE, "To": OUR_NUMBER, "CallStatus": "completed", "CallDuration": "60"}
    house.post("/twilio/voice/status", status)


def by_chat(house: House) -> None:
    for right in (False, True):
        session = house.http.post("/chat/session", json={"region": "vg"}).json()["session"]
        before = len(house.sent_to(MOBILE))
        house.session = session
        house.chat(house.session, f"var är min beställning, jag heter {GIVEN} {FAMILY}")
        house.chat(house.session, NUMBER)
        code = re.search(r"\b\d{6}\b", house.next_sms(before))
        assert code, "no login code came"
        house.chat(house.session, code[0] if right else "000000")
        house.chat(house.session, f"jag har fått fel smak, {FLAVOUR}, skicka till {STREET} 77, kod {DOOR_CODE}")
        house.chat(house.session, f"ring mig på {MOBILE_AS_WRITTEN}")
    for body in (
        b"{",
        json.dumps({"session": SESSION_MARK, "id": NUMBER, "text": [FLAVOUR]}).encode(),
        b"\xff" + NUMBER.encode(),
    ):
        house.http.post("/chat/message", content=body, headers={"Content-Type": "application/json"})


def by_rest(house: House) -> None:
    desk, auditor = ({"X-API-Key": KEYS[name]["key"]} for name in ("desk", "auditor"))
    named: dict[str, Any] = {"region": "vg", "person": NUMBER}
    assert house.http.put("/api/v1/pin", json=named | {"pin": "305172"}, headers=desk).is_success
    house.codes.add("305172")
    assert FAMILY in house.http.get("/api/v1/callbacks", params={"region": "vg"}, headers=desk).text
    assert FLAVOUR in house.http.get("/api/v1/complaints", params={"region": "vg"}, headers=desk).text
    assert house.http.post("/api/v1/access-log", json=named, headers=auditor).is_success
    for path in ("pin", "sms-detail"):
        for body in (named | {GIVEN: FAMILY}, {"region": FAMILY, "person": NUMBER}, [NUMBER], NUMBER):
            assert house.http.put(f"/api/v1/{path}", json=body, headers=desk).status_code in (403, 422)
    house.http.put("/api/v1/pin", content=f'{{"person": "{NUMBER}'.encode(), headers=desk)
    house.http.get(f"/api/v1/orders/{NUMBER}", headers={"X-API-Key": NUMBER})
    house.http.get(f"/api/v1/{FAMILY}/{NUMBER}", params={"q": MOBILE})
    house.http.post("/api/v1/orders/1234567/status", json={"status": FLAVOUR}, headers={"X-API-Key": "carrier-key"})


def by_commands(house: House) -> None:
    bad = json.loads((house.settings.var_folder / "people.json").read_text(encoding="utf-8"))
    bad["people"][0] |= {"identity_number": "198501012383", "mobile": f"{FLAVOUR} {MOBILE}", GIVEN: FAMILY}
    bad["people"].append(bad["people"][1] | {"identity_number": NUMBER, "address": {"street": STREET}})
    file = house.settings.var_folder / "bad.json"
    file.write_text(json.dumps(bad), encoding="utf-8")
    assert "bad.json" in house.command("import", str(file))
    file.write_text(f'{{"people": [{{"given_name": "{GIVEN}", ', encoding="utf-8")
    house.command("import", str(file))
    for arguments in (["dead-letters"], ["purge", "--dry-run"], ["settings"]):
        house.command(*arguments)
    assert "order" in house.command("erase-person", "vg", "--by", "Test", "--dry-run", keyed=f"{NUMBER}\n")


def by_malformed_webhooks(house: House) -> None:
    whole = {"MessageSid": sid("SM"), "From": MOBILE, "To": OUR_NUMBER, "Body": f"jag heter {GIVEN}, {FLAVOUR}"}
    assert house.post("/twilio/sms", whole, signed=False).status_code == 403
    for path in ("/twilio/sms", "/twilio/voice", "/twilio/sms/status", "/twilio/voice/status"):
        for changed in ({"To": STRANGER}, {"To": ""}, {"MessageSid": NUMBER, "CallSid": NUMBER}, {"From": FAMILY}):
            told = {"MessageStatus": FLAVOUR, "CallStatus": FLAVOUR, "CallSid": sid("CA"), "ErrorCode": NUMBER}
            house.post(path, whole | told | changed)
    house.post("/twilio/sms", whole | {"MessageSid": sid("SM"), "Body": f"{NUMBER} " * 5000})


def with_faults(house: House) -> None:
    """Rasa that does not answer, and a database that fails before, in and after the turn."""
    rasa = house.process("bot.door")
    rasa.suspend()
    try:
        house.sms(f"jag vill ha {FLAVOUR}, jag heter {GIVEN}")
        session = house.http.post("/chat/session", json={"region": "vg"}).json()["session"]
        house.chat(session, f"{FLAVOUR} till {FAMILY}, {NUMBER}")
    finally:
        rasa.resume()
    for table in ("inbox", "visits", "orders", "lines", "complaints", "access_log", "outbox"):
        with house.without_table(table):
            house.sms(f"{FLAVOUR} till {GIVEN} {FAMILY}, {SHORT_NUMBER}", answered=False)
            session = house.http.post("/chat/session", json={"region": "vg"}).json().get("session", SESSION_MARK)
            house.http.post("/chat/message", json={"session": session, "id": sid("m"), "text": f"{FLAVOUR} {NUMBER}"})
            house.http.get("/readyz")
            house.http.get("/metrics")
            time.sleep(0.5)  # a round of the worker


def searched(house: House) -> tuple[str, ...]:
    return (*OF_THE_PERSON, *OF_THE_MESSAGES, *house.codes)


def found_in(text: str, house: House) -> list[str]:
    """Codes are figures, which moments have too, so they count only where they stand alone."""
    without_moments = re.sub(r'"timestamp": "[^"]*"', "", text)
    return [one for one in searched(house) if re.search(rf"(?<![\d.]){re.escape(one)}(?![\d.])", without_moments)]


def test_the_canaries_were_sent_everywhere(driven: House) -> None:
    """Else nothing would be proved by their absence."""
    rows = sqlite3.connect(driven.database).execute
    assert rows("SELECT count(*) FROM orders WHERE channel = 'sms'").fetchone()[0] >= 1
    assert rows("SELECT count(*) FROM complaints WHERE text LIKE ?", [f"%{FLAVOUR}%"]).fetchone()[0] >= 1
    assert rows("SELECT count(*) FROM callbacks WHERE number IS NOT NULL").fetchone()[0] >= 1
    assert rows("SELECT count(*) FROM visits WHERE proof = 'code'").fetchone()[0] >= 2
    assert len(driven.codes) >= 5


@pytest.mark.parametrize("name", ["api", "actions", "worker", "rasa"])
def test_no_log_holds_any(driven: House, name: str) -> None:
    log = (driven.settings.var_folder / "logs" / f"{name}.log").read_text(encoding="utf-8")
    assert found_in(log, driven) == []
    if name != "rasa":
        lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
        assert all({"event", "level", "logger", "timestamp"} <= line.keys() for line in lines)
    if name == "api":
        told = {line["event"] for line in lines}
        assert {"message failed", "a message was not kept", "refused a webhook without a valid signature"} <= told


def test_nothing_that_is_printed_holds_any(driven: House) -> None:
    assert found_in("\n".join([*driven.stack.output, *driven.printed]), driven) == []


def test_no_metric_holds_any(driven: House) -> None:
    metrics = driven.http.get("/metrics").text
    assert "pafyll_messages_in" in metrics
    assert found_in(metrics, driven) == []


def test_the_inbox_and_the_complaints_name_nobody(driven: House) -> None:
    """What a patient wrote is kept, and masked of who they are."""
    with sqlite3.connect(driven.database) as database:
        for sql in (
            "SELECT text, error FROM inbox",
            "SELECT text, product FROM complaints",
            "SELECT error FROM outbox",
            "SELECT who, what, why, channel FROM access_log",
        ):
            kept = json.dumps(database.execute(sql).fetchall(), ensure_ascii=False)
            assert [one for one in OF_THE_PERSON if one in kept] == [], sql


def test_rasa_has_never_heard_of_the_person(driven: House) -> None:
    """Its trackers are in its memory, so that is searched, whole: this finds what a table would hold, and more."""
    rasa = driven.process("bot.door")
    found = set()
    looked_at = 0
    try:
        with open(f"/proc/{rasa.pid}/mem", "rb") as memory:
            for region in rasa.memory_maps(grouped=False):
                if "rw" not in region.perms or region.path.startswith(("[v", "/dev")):
                    continue
                start, end = (int(edge, 16) for edge in region.addr.split("-"))
                memory.seek(start)
                held = memory.read(end - start)
                looked_at += len(held)
                found |= {one for one in OF_THE_PERSON if one.encode() in held or one.encode("latin-1") in held}
    except PermissionError:
        pytest.skip("this system lets nobody look into another process")
    assert looked_at > 10_000_000
    assert found == set()
