"""Who the patients are, who speaks for them, and what is prescribed to them. See tables.py."""

from sqlalchemy import JSON, Boolean, Column, Date, ForeignKey, ForeignKeyConstraint, Index, Integer, String, false

from ordering.store.columns import Moment, id_column, table

people = table(
    "people",
    id_column(),
    Column("region", String(20), nullable=False),
    Column("identity_number", String(12), nullable=False),
    Column("given_name", String(100), nullable=False),
    Column("family_name", String(100), nullable=False),
    Column("born", Date),
    Column("asylum_seeker", Boolean, nullable=False, default=False),
    Column("protected", Boolean, nullable=False, default=False),
    # set by staff; a new import leaves it alone
    Column("marked_protected", Boolean, nullable=False, default=False, server_default=false()),
    Column("street", String(200)),
    Column("postal_code", String(5)),
    Column("city", String(100)),
    # W12: an address the patient has saved; a new import of the population register leaves it alone.
    Column("own_street", String(200)),
    Column("own_postal_code", String(5)),
    Column("own_city", String(100)),
    Column("co_name", String(200)),
    Column("door_code", String(20)),
    Column("mobile", String(20)),
    Column("email", String(254)),
    Column("language", String(5), nullable=False, default="sv"),
    Column("own_language", String(5)),  # asked for by the person; a new import leaves it alone
    Column("sms_detail", String(10)),
    Column("own_sms_detail", String(10)),  # set by staff; a new import leaves it alone
    Index("uq_people_identity", "region", "identity_number", unique=True),
    Index("ix_people_mobile", "region", "mobile"),
)

representatives = table(
    "representatives",
    Column("patient_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("representative_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("kind", String(20), nullable=False, default="relative", server_default="relative"),
    Column("may", String(40), nullable=False, server_default="order,read,complain"),
    Column("until", Date),
    Column("registered_by", String(100)),  # None: by import
    Column("registered_at", Moment),
)

articles = table(
    "articles",
    id_column(),
    Column("region", String(20), nullable=False),
    Column("number", String(20), nullable=False),
    Column("name", String(200), nullable=False),
    Column("product", String(100), nullable=False),
    Column("area", String(20), nullable=False),
    Column("kind", String(20), nullable=False, default="ordinary"),
    Column("subgroup", String(100)),
    Column("supplier", String(100)),
    Column("supplier_contact", String(200)),
    Column("pieces_per_package", Integer, nullable=False, default=1),
    Column("price_kr", Integer),
    Column("supplier_number", String(40)),
    Column("warn_above", Integer),
    Column("stocked", Boolean),
    Column("variants", JSON, nullable=False, default=list),  # [[code, name, in_stock], ...] in the order to read them
    Index("uq_articles_number", "region", "number", unique=True),
)

units = table(
    "units",
    Column("customer_number", String(6), primary_key=True),
    Column("region", String(20), nullable=False),
    Column("name", String(200), nullable=False),
)

payers = table(
    "payers",
    Column("unit", ForeignKey("units.customer_number"), primary_key=True),
    Column("area", String(20), primary_key=True),
    Column("payer", String(100), nullable=False),
)

lines = table(
    "lines",
    id_column(),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("article_id", ForeignKey("articles.id"), nullable=False),
    Column("unit", String(6), nullable=False),
    Column("area", String(20), nullable=False),  # the article's, so that the key below proves that there is a payer
    Column("written", Date, nullable=False),
    Column("days_per_withdrawal", Integer, nullable=False),
    Column("withdrawals", Integer, nullable=False),
    Column("packages_per_withdrawal", Integer, nullable=False),
    Column("prescription_type", String(40)),
    Column("voided", Date),
    ForeignKeyConstraint(["unit", "area"], ["payers.unit", "payers.area"]),
    Index("uq_lines_number", "person_id", "number", unique=True),
)

# W6: for one withdrawal of the line; `order_id` is the order that took it.
lifted_blocks = table(
    "lifted_blocks",
    id_column(),
    Column("line_id", ForeignKey("lines.id"), nullable=False, index=True),
    Column("reason", String(200), nullable=False),
    Column("lifted_by", String(100), nullable=False),
    Column("lifted_at", Moment, nullable=False),
    Column("order_id", ForeignKey("orders.id", ondelete="SET NULL"), index=True),
)

pins = table(
    "pins",
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("salt", String(32), nullable=False),
    Column("digest", String(128), nullable=False),
    Column("set_at", Moment, nullable=False),
    Column("set_by", String(100), nullable=False),
    Column("wrong", Integer, nullable=False),
    Column("wrong_at", Moment),
)
