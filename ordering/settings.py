"""Every setting of the service, read from `PAFYLL_*` environment variables and checked before anything starts.

`get_settings()` is what processes use; tests build `Settings(...)` themselves.
Relative paths are relative to the folder the process is started in.
"""

import os
import re
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args
from urllib.parse import urlsplit

import phonenumbers
from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic.functional_validators import AfterValidator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ordering.demo_settings import DEMO_ACCOUNT_SID, DEMO_AUTH_TOKEN, demo_secret, demo_values
from ordering.model import SmsDetail

PREFIX = "PAFYLL_"
SHORTEST_SECRET = 32
# No quotes, comments, line ends or encoded words, so an address means the same in a header and to a mail server.
MAIL_ADDRESS = re.compile(r"[a-z0-9.!#$%&'*+/^_{|}~-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+", re.ASCII | re.IGNORECASE)


class SettingsError(Exception):
    """A setting is missing or does not fit the others. The text names the variable and is meant for the operator."""


def _url(value: str) -> str:
    TypeAdapter(AnyHttpUrl).validate_python(value)
    return value.rstrip("/")


def _mail_address(value: str) -> str:
    if value and not MAIL_ADDRESS.fullmatch(value):
        raise ValueError("this is no e-mail address")
    return value


Role = Literal["customer_service", "prescriber", "orderer", "distributor", "auditor"]
ROLES: tuple[Role, ...] = get_args(Role)


class ApiKey(BaseModel):
    """A key of the REST interface: what its holder is there for, and for which regions (None: all)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str = Field(min_length=1, repr=False)
    roles: tuple[Role, ...] = Field(min_length=1)
    regions: tuple[str, ...] | None = None


Locale = Annotated[str, Field(pattern="^[a-z]{2,3}-[A-Z]{2}$")]
Url = Annotated[str, AfterValidator(_url)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]


class Settings(BaseSettings):
    """Fields left empty are filled in demo mode only; outside it a missing secret stops the start."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    demo: bool = Field(False, description="Demo people, demo phone and a clock that can be moved; loopback only.")
    database_url: str = Field(
        "sqlite+aiosqlite:///var/pafyll.sqlite3",
        description="SQLAlchemy URL: sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER:PASSWORD@HOST/NAME.",
    )
    var_folder: Path = Field(Path("var"), description="Folder for what the service itself writes: demo secret, logs.")
    host: str = Field("127.0.0.1", description="Address that the public door listens on.")
    port: int = Field(8000, ge=1, le=65535, description="Port of the public door.")
    rasa_url: Url = Field("http://127.0.0.1:5005", description="Where the Rasa process answers.")
    actions_port: int = Field(5055, ge=1, le=65535, description="Port of the action server, on loopback.")
    public_url: Url = Field(
        "http://127.0.0.1:8000", description="Address Twilio calls us on: base of signatures and status callbacks."
    )
    secret_key: str = Field(
        "", repr=False, description="At least 32 characters; encrypts waiting messages. Demo: made once in var_folder."
    )
    other_secret_keys: list[str] = Field(
        default_factory=list,
        repr=False,
        description='Secrets before the present one, and the next: what they have sealed is read. JSON: ["..."].',
    )
    twilio_account_sid: str = Field("", description="Account SID at Twilio.")
    twilio_auth_token: str = Field("", repr=False, description="Auth token at Twilio: sends SMS, checks webhooks.")
    twilio_base_url: Url = Field("https://api.twilio.com", description="Base address of Twilio's REST API.")
    inbound_numbers: dict[str, str] = Field(
        default_factory=dict, description='Our own numbers and their regions, JSON: {"+46...": "vg"}.'
    )
    transfer_numbers: dict[str, str] = Field(
        default_factory=dict,
        description="Number of customer service that calls go on to in its opening hours, by region: "
        '{"vg": "+46..."}; never one of inbound_numbers.',
    )
    voices: dict[str, str] = Field(
        {"sv": "Polly.Elin-Neural", "en": "Polly.Joanna-Neural"},
        description='Voices at Twilio that the phone line speaks with, by language: {"sv": ..., "en": ...}.',
    )
    speech_locales: dict[str, Locale] = Field(
        {"sv": "sv-SE", "en": "en-US"},
        description='Kinds of the languages that the phone line speaks and hears: {"sv": "sv-SE", "en": "en-GB"}.',
    )
    sms_detail: SmsDetail = Field(
        "short",
        description="How much an SMS may tell of what is ordered: full (articles), short (everyday kinds) or neutral "
        "(line numbers of the prescription receipt). A person's own wish goes first.",
    )
    sms_detail_by_region: dict[str, SmsDetail] = Field(
        default_factory=dict, description='The same for regions that decide otherwise, JSON: {"skane": "neutral"}.'
    )
    undo_minutes: int = Field(15, ge=0, description="Minutes in which a patient can take back a confirmed order.")
    visit_silence_minutes: int = Field(30, ge=1, description="Minutes of silence that end a visit.")
    visit_hours: int = Field(8, ge=1, le=24, description="Hours that a visit lasts at most: then login is done again.")
    turn_timeout_seconds: float = Field(8.0, gt=0, description="Longest wait for Rasa's answer to one message.")
    api_keys: dict[str, ApiKey] = Field(
        default_factory=dict,
        repr=False,
        description='Keys of the REST interface, JSON: {"name of the caller": {"key": ..., "roles": [...], "regions": '
        f'["vg"] or null for all}}}}. Roles: {", ".join(ROLES)}.',
    )
    distributor_folder: Path = Field(
        Path("var/distributor"), description="Folder that orders are written to when distributor_url is empty."
    )
    distributor_url: Url | None = Field(None, description="Address that orders are posted to, in place of the folder.")
    distributor_secret: str = Field("", repr=False, description="Shared secret that posted orders are signed with.")
    smtp_host: str = Field(
        "", description="Mail server that mails go to. Empty: the demo writes them to var_folder/mail, else they wait."
    )
    smtp_port: int = Field(587, ge=1, le=65535, description="Port of the mail server.")
    smtp_user: str = Field("", description="User at the mail server; empty: no login.")
    smtp_password: str = Field("", repr=False, description="Password at the mail server.")
    smtp_starttls: bool | None = Field(
        None, description="Whether mails go by STARTTLS or not at all; empty: yes, unless smtp_host is on loopback."
    )
    mail_sender: MailAddress = Field("", description="Address that mails come from; bounces go there too.")
    mail_tls_domains: list[str] = Field(
        default_factory=list,
        description="Domains to whose mailboxes the mail server delivers by verified TLS or not at all, JSON list: a "
        "mail about a complaint tells its kind there, and elsewhere the case number alone.",
    )
    pickup_points_file: Path | None = Field(
        None, description="JSON file of pickup points; empty: the one that comes with the product."
    )
    chat_allowed_origins: list[str] = Field(
        default_factory=list, description="Web sites that may carry the chat widget, JSON list of origins."
    )
    oidc_issuer: str = Field(
        "",
        description="OpenID provider of the electronic ID that the chat can be logged in to with: its issuer, as it "
        "stands in the provider's own metadata. Empty: no such login.",
    )
    oidc_client_id: str = Field("", description="What the provider knows the service by.")
    oidc_client_secret: str = Field("", repr=False, description="Secret at the provider; empty: PKCE alone.")
    oidc_scopes: str = Field(
        "openid https://id.oidc.se/scope/naturalPersonNumber", description="Scopes that the provider is asked for."
    )
    oidc_number_claims: list[str] = Field(
        ["https://id.oidc.se/claim/personalIdentityNumber", "https://id.oidc.se/claim/coordinationNumber"],
        min_length=1,
        description="Claims that may hold the personal number, the first that is there counts, JSON list.",
    )
    oidc_acr_values: list[str] = Field(
        default_factory=list,
        description="Levels of assurance that are asked for, of which the ID token must name one, JSON list; "
        "empty: the provider's own.",
    )
    worker_interval_seconds: float = Field(1.0, gt=0, description="Pause between two rounds of the worker.")
    # How long each kind of data is kept; docs/operations.md tells why. `pafyll purge` and the worker remove the rest.
    keep_messages_days: int = Field(30, ge=2, description="Days that handled and sent messages are kept.")
    keep_failed_days: int = Field(30, ge=2, description="Days that messages which were given up can be replayed.")
    keep_codes_days: int = Field(7, ge=1, description="Days that used and expired login codes are kept, as digests.")
    keep_visits_days: int = Field(30, ge=2, description="Days that visits and what was offered in them are kept.")
    keep_callbacks_days: int = Field(90, ge=1, description="Days that calls which came to an end are kept.")
    keep_calls_days: int = Field(
        1096, ge=1, description="Days that it is kept when calls came and how soon they were answered; three years."
    )
    keep_access_log_days: int = Field(
        1826, ge=366, description="Days that it is kept who has read or changed what about whom; five years."
    )
    keep_drafts_days: int | None = Field(
        None, ge=30, description="Days that an order nobody finished is kept; empty: until the patient drops it."
    )
    keep_complaints_days: int | None = Field(
        None, ge=365, description="Days that complaints are kept; empty: for good."
    )
    keep_orders_days: int | None = Field(
        None, ge=1096, description="Days that delivered and cancelled orders are kept; empty: for good."
    )
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="Least severe log line shown.")
    log_format: Literal["json", "text"] | None = Field(
        None, description="One JSON object a line, or text for a terminal; empty: text in the demo, else JSON."
    )

    @property
    def public_origin(self) -> str:
        """Origin of our own pages."""
        address = urlsplit(self.public_url)
        return f"{address.scheme}://{address.netloc}"

    def sms_detail_in(self, region: str) -> SmsDetail:
        return self.sms_detail_by_region.get(region, self.sms_detail)

    @property
    def logs_as_json(self) -> bool:
        return not self.demo if self.log_format is None else self.log_format == "json"

    @property
    def rasa_port(self) -> int:
        return urlsplit(self.rasa_url).port or 80

    @property
    def worker_heartbeat(self) -> Path:
        """File that the worker touches after each round that succeeded."""
        return self.var_folder / "worker.heartbeat"

    @property
    def mail_folder(self) -> Path:
        """Where the demo writes mails when it has no mail server."""
        return self.var_folder / "mail"

    @property
    def kept_days(self) -> dict[str, int | None]:
        """Days that each kind of data is kept (ordering.use_cases.purge), None for good."""
        names = [name for name in type(self).model_fields if name.startswith("keep_")]
        return {name.removeprefix("keep_").removesuffix("_days"): getattr(self, name) for name in names}

    @property
    def starttls_required(self) -> bool:
        return not _is_loopback(self.smtp_host) if self.smtp_starttls is None else self.smtp_starttls

    @property
    def twilio_configured(self) -> bool:
        return bool(self.twilio_account_sid and self.twilio_auth_token)

    @model_validator(mode="before")
    @classmethod
    def _fill_in_the_demo(cls, given: Any) -> Any:
        if not isinstance(given, dict) or not TypeAdapter(bool).validate_python(given.get("demo", False)):
            return given
        base = f"http://127.0.0.1:{given.get('port', 8000)}"
        return demo_values(base) | given

    @model_validator(mode="after")
    def _fence_the_demo(self) -> Self:
        if not self.demo:
            return self
        if not _is_loopback(self.host):
            raise ValueError(f"{PREFIX}HOST is {self.host}: the demo listens on loopback only (127.0.0.1)")
        real = self.twilio_account_sid != DEMO_ACCOUNT_SID or self.twilio_auth_token != DEMO_AUTH_TOKEN
        if real or not _is_loopback(urlsplit(self.twilio_base_url).hostname or ""):
            raise ValueError(
                f"{PREFIX}TWILIO_ACCOUNT_SID, {PREFIX}TWILIO_AUTH_TOKEN and {PREFIX}TWILIO_BASE_URL may not be set "
                "in the demo, which signs as anyone"
            )
        if self.smtp_host and not _is_loopback(self.smtp_host):
            raise ValueError(f"{PREFIX}SMTP_HOST is {self.smtp_host}: the demo sends mails to loopback only")
        return self

    @model_validator(mode="after")
    def _every_language_has_a_voice(self) -> Self:
        for name, given in (("VOICES", self.voices), ("SPEECH_LOCALES", self.speech_locales)):
            if missing := {"sv", "en"} - set(given):
                raise ValueError(f"{PREFIX}{name} says nothing for {', '.join(sorted(missing))}")
        return self

    @model_validator(mode="after")
    def _no_call_comes_back_to_us(self) -> Self:
        ours = {_e164(number) for number in self.inbound_numbers}
        for region, number in self.transfer_numbers.items():
            if _e164(number) != number:
                raise ValueError(f"{PREFIX}TRANSFER_NUMBERS: {number} ({region}) is not a number written as +46...")
            if number in ours:
                raise ValueError(
                    f"{PREFIX}TRANSFER_NUMBERS: {number} ({region}) is one of our own {PREFIX}INBOUND_NUMBERS, "
                    "so a transferred call would come back to us"
                )
        return self

    @model_validator(mode="after")
    def _one_caller_for_each_key(self) -> Self:
        if len({known.key for known in self.api_keys.values()}) != len(self.api_keys):
            raise ValueError(f"{PREFIX}API_KEYS: two callers have the same key")
        return self

    @model_validator(mode="after")
    def _secrets_are_there(self) -> Self:
        if not self.secret_key and self.demo:
            object.__setattr__(self, "secret_key", demo_secret(self.var_folder / "secret.key"))
        if len(self.secret_key) < SHORTEST_SECRET:
            raise ValueError(f"{PREFIX}SECRET_KEY must be set, to at least {SHORTEST_SECRET} random characters")
        if any(len(key) < SHORTEST_SECRET for key in self.other_secret_keys):
            raise ValueError(f"{PREFIX}OTHER_SECRET_KEYS: each has at least {SHORTEST_SECRET} characters")
        if self.inbound_numbers and not self.twilio_configured:
            raise ValueError(
                f"{PREFIX}TWILIO_ACCOUNT_SID and {PREFIX}TWILIO_AUTH_TOKEN must be set when {PREFIX}INBOUND_NUMBERS is"
            )
        if self.distributor_url and not self.distributor_secret:
            raise ValueError(f"{PREFIX}DISTRIBUTOR_SECRET must be set when {PREFIX}DISTRIBUTOR_URL is")
        return self

    @model_validator(mode="after")
    def _electronic_id_is_whole(self) -> Self:
        if not self.oidc_issuer:
            return self
        if not self.oidc_client_id:
            raise ValueError(f"{PREFIX}OIDC_CLIENT_ID must be set when {PREFIX}OIDC_ISSUER is")
        issuer = urlsplit(_url(self.oidc_issuer))
        if issuer.scheme != "https" and not _is_loopback(issuer.hostname or ""):
            raise ValueError(f"{PREFIX}OIDC_ISSUER must be an https address")
        if "openid" not in self.oidc_scopes.split():
            raise ValueError(f"{PREFIX}OIDC_SCOPES must name openid")
        return self

    @model_validator(mode="after")
    def _mail_is_whole(self) -> Self:
        if self.smtp_host and not self.mail_sender:
            raise ValueError(f"{PREFIX}MAIL_SENDER must be set when {PREFIX}SMTP_HOST is")
        if bool(self.smtp_user) != bool(self.smtp_password):
            raise ValueError(f"{PREFIX}SMTP_USER and {PREFIX}SMTP_PASSWORD must be set together")
        if self.smtp_password and not self.starttls_required and not _is_loopback(self.smtp_host):
            raise ValueError(f"{PREFIX}SMTP_STARTTLS may not be off when {PREFIX}SMTP_PASSWORD is set")
        if self.smtp_host and self.mail_tls_domains and not (self.starttls_required or _is_loopback(self.smtp_host)):
            raise ValueError(f"{PREFIX}SMTP_STARTTLS may not be off when {PREFIX}MAIL_TLS_DOMAINS is set")
        return self


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process. SettingsError says in one sentence what is wrong."""
    return load_settings()


def load_settings(**overrides: Any) -> Settings:
    """Settings from the environment with `overrides` on top, and SettingsError in place of pydantic's report."""
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and not _is_known(name))
    if unknown:
        raise SettingsError(f"There is no setting named {', '.join(unknown)}; `pafyll settings` lists them all.")
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise SettingsError("; ".join(_sentence(one) for one in error.errors(include_input=False))) from None


def _is_known(name: str) -> bool:
    # PAFYLL_PYTHON and PAFYLL_BOT_PYTHON are read by tools/bootstrap.py, before there is an environment to read us.
    return name.removeprefix(PREFIX).lower() in Settings.model_fields or name.endswith("PYTHON") or "_TEST_" in name


def _sentence(error: Any) -> str:
    message = str(error["msg"]).removeprefix("Value error, ")
    where = ".".join(str(part) for part in error["loc"])
    return f"{PREFIX}{where.upper()}: {message}" if where else message


def _e164(number: str) -> str | None:
    """However it is written. None: it is no telephone number."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(number, "SE"), phonenumbers.PhoneNumberFormat.E164)
    except phonenumbers.NumberParseException:
        return None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
