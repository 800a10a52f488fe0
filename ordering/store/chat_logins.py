"""Logins to the chat by electronic ID, from when the browser is sent away until the chat has asked how it went."""

from dataclasses import asdict, fields
from datetime import datetime

from sqlalchemy import bindparam, select, update

from ordering.model import ChatLogin
from ordering.store.connection import Work
from ordering.store.tables import chat_logins

_LOGIN = select(*(chat_logins.c[field.name] for field in fields(ChatLogin)))
_BY_STATE = _LOGIN.where(chat_logins.c.state == bindparam("known_state"))
_BY_MESSAGE = _LOGIN.where(chat_logins.c.message == bindparam("asked_by"))
# Compare and swap: whoever is second changes nothing.
_MOVE = (
    update(chat_logins)
    .where(chat_logins.c.id == bindparam("login"), chat_logins.c.outcome == bindparam("before"))
    .values(outcome=bindparam("after"), person_id=bindparam("whose"))
)


class SqlChatLogins:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def begin(self, login: ChatLogin) -> bool:
        values = asdict(login)
        del values["id"]
        return await self._work.insert_new(chat_logins, values, unless="message") is not None

    async def by_state(self, state: str) -> ChatLogin | None:
        row = (await self._work.read(_BY_STATE, {"known_state": state})).first()
        return None if row is None else ChatLogin(**row._mapping)

    async def finish(self, login_id: int, *, person_id: int | None) -> bool:
        outcome = "failed" if person_id is None else "passed"
        return await self._move(login_id, "begun", outcome, person_id)

    async def take(self, message: str, *, begun_after: datetime) -> int | None:
        row = (await self._work.read(_BY_MESSAGE, {"asked_by": message})).first()
        if row is None:
            return None
        taken = await self._move(row.id, row.outcome, "taken", row.person_id)
        return row.person_id if taken and row.outcome == "passed" and row.begun_at >= begun_after else None

    async def _move(self, login_id: int, before: str, after: str, person_id: int | None) -> bool:
        parameters = {"login": login_id, "before": before, "after": after, "whose": person_id}
        return (await self._work.write(_MOVE, parameters)).rowcount == 1
