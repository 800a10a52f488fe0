"""Puts the gateway together from settings."""

import secrets
from datetime import datetime

import httpx

from api.gateway.context import OrderDialogue, Tools
from api.gateway.gateway import Gateway
from api.gateway.rasa_client import RasaClient
from api.gateway.turn import Handler
from api.texts import load_texts
from ordering import wiring
from ordering.ports import Stores, Transaction
from ordering.settings import Settings


def build_gateway(
    settings: Settings, stores: Stores, *, rasa_transport: httpx.AsyncBaseTransport | None = None
) -> Gateway:
    """The gateway of this process; its token is what its leases are held under.

    rasa_transport: another way to Rasa than straight, for the demo to watch it.
    """
    book = wiring.build_book(settings)
    tools = Tools(
        settings=settings,
        sealer=wiring.build_sealer(settings),
        texts=load_texts(),
        book=book,
        dialogue=OrderDialogue(book, settings.sms_detail_in),
        media=wiring.build_media(settings),
    )

    async def moment(tx: Transaction) -> datetime:
        return await wiring.now(tx, settings)

    rasa = RasaClient(settings.rasa_url, timeout_seconds=settings.turn_timeout_seconds, transport=rasa_transport)
    handler = Handler(stores, tools, rasa, moment, secrets.token_urlsafe(16))
    return Gateway(handler, wiring.build_dispatcher(settings, stores))
