"""What the ordering rooms talk about: plain values, no behaviour that needs a database or a clock.

Days are local days in Europe/Stockholm; moments are timezone-aware UTC datetimes.
Codes (areas, options, statuses, reasons) are those of the rule catalogue in rulebook/parameters.
"""

from ordering.model.cases import Callback, Complaint
from ordering.model.messages import (
    Channel,
    ChatLogin,
    InboxRow,
    LoginOutcome,
    OneTimeCode,
    OutboxRow,
    PhoneCall,
    Thread,
    Visit,
)
from ordering.model.orders import Article, DraftRow, Line, NewOrder, Order, OrderLine, OrderStatus, Variant
from ordering.model.people import RIGHTS, Access, Address, Kinship, Person, Pin, Representation, Right, SmsDetail

__all__ = [
    "RIGHTS",
    "Access",
    "Address",
    "Article",
    "Callback",
    "Channel",
    "ChatLogin",
    "Complaint",
    "DraftRow",
    "InboxRow",
    "Kinship",
    "Line",
    "LoginOutcome",
    "NewOrder",
    "OneTimeCode",
    "Order",
    "OrderLine",
    "OrderStatus",
    "OutboxRow",
    "Person",
    "PhoneCall",
    "Pin",
    "Representation",
    "Right",
    "SmsDetail",
    "Thread",
    "Variant",
    "Visit",
]
