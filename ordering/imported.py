"""What an import file holds, as values with natural keys and no database ids.

A person is (region, identity number), an article (region, number), a line (region, identity number, line number).
`where` is the JSON path in the file, for errors.
"""

from dataclasses import dataclass, field
from datetime import date

from ordering.model import RIGHTS, Address, Article, Kinship, OrderStatus, Right, SmsDetail

PersonKey = tuple[str, str]
ArticleKey = tuple[str, str]
LineKey = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Represents:
    """A patient within the region whom somebody may speak for (W11)."""

    patient: str
    kind: Kinship = "relative"
    may: frozenset[Right] = frozenset(RIGHTS)
    until: date | None = None


@dataclass(frozen=True, slots=True)
class ImportedPerson:
    """`represents` None leaves what is registered as it is."""

    region: str
    identity_number: str
    given_name: str
    family_name: str
    born: date | None
    asylum_seeker: bool
    protected: bool
    address: Address | None
    co_name: str | None
    door_code: str | None
    mobile: str | None
    email: str | None
    language: str
    sms_detail: SmsDetail | None
    represents: tuple[Represents, ...] | None
    where: str = ""

    @property
    def key(self) -> PersonKey:
        return self.region, self.identity_number


@dataclass(frozen=True, slots=True)
class ImportedUnit:
    customer_number: str
    region: str
    name: str
    payers: dict[str, str]  # product area -> payer


@dataclass(frozen=True, slots=True)
class ImportedLine:
    region: str
    identity_number: str
    number: int
    article: str
    unit: str
    written: date
    days_per_withdrawal: int
    withdrawals: int
    packages_per_withdrawal: int
    prescription_type: str | None
    voided: date | None
    where: str = ""

    @property
    def key(self) -> LineKey:
        return self.region, self.identity_number, self.number


@dataclass(frozen=True, slots=True)
class ImportedPart:
    """What was taken on one line. `variants`: code -> packages. `article` is known once references are checked."""

    number: int
    packages: int
    variants: dict[str, int]
    article: str = ""


@dataclass(frozen=True, slots=True)
class ImportedWithdrawal:
    """An order made elsewhere (W13). `reference` is the other system's own name for it.

    `payer` is known once references are checked.
    """

    reference: str
    region: str
    identity_number: str
    day: date
    status: OrderStatus
    option: str
    parts: tuple[ImportedPart, ...]
    delivered_on: date | None
    expected_earliest: date | None
    expected_latest: date | None
    fee_kr: int | None
    payer: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class ImportBatch:
    articles: tuple[Article, ...] = ()
    units: tuple[ImportedUnit, ...] = ()
    people: tuple[ImportedPerson, ...] = ()
    lines: tuple[ImportedLine, ...] = ()
    withdrawals: tuple[ImportedWithdrawal, ...] = ()


@dataclass(frozen=True, slots=True)
class References:
    """Natural keys that a file points at without holding them itself."""

    people: frozenset[PersonKey] = frozenset()
    articles: frozenset[ArticleKey] = frozenset()
    units: frozenset[str] = frozenset()
    lines: frozenset[LineKey] = frozenset()


@dataclass(frozen=True, slots=True)
class KnownLine:
    article: str
    unit: str
    written: date
    days_per_withdrawal: int
    withdrawals: int
    packages_per_withdrawal: int
    voided: date | None


@dataclass(frozen=True, slots=True)
class Known:
    """Those of the References that the store has already, and the articles and payers of the lines among them."""

    people: dict[PersonKey, date | None] = field(default_factory=dict)  # when they were born
    articles: dict[ArticleKey, Article] = field(default_factory=dict)
    payers: dict[tuple[str, str], str] = field(default_factory=dict)  # (unit, area) -> payer
    lines: dict[LineKey, KnownLine] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Counts:
    added: int = 0
    changed: int = 0
    unchanged: int = 0
