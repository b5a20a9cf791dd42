"""The project file, offers.yaml: the name, the languages, the guards and the environments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Discriminator, Field, Tag, WithJsonSchema

from offers_sync import codes
from offers_sync.contract import LIST_LAG_SECONDS
from offers_sync.models.documents import Ruled
from offers_sync.models.fields import (
    LITERAL_LOCATION_PATTERN,
    SECRET_REFERENCE_PATTERN,
    FormedText,
    Integer,
    Key,
    Language,
    LocalTime,
    Name,
    Text,
    Timezone,
    Written,
    at_least,
    field,
)
from offers_sync.models.hosts import PLAIN_SERVER_PATTERN, PORT
from offers_sync.models.rules import (
    ExactlyOne,
    Fault,
    Mapped,
    NeededWhen,
    Rule,
    Said,
    SaidElsewhere,
    When,
    absent_schema,
    given_schema,
    is_given,
)

SERVER_PATTERN: Final = r"^(embedded|https?://[^\s/]+/?)$"
STATE_PATTERN: Final = r"^(local|postgresql://[^\s]+|\$\{[A-Za-z_][A-Za-z0-9_]*\})$"
_DATABASE_HOST: Final = rf"(?:\[[0-9A-Fa-f:.]+\]|[^\[\]:/?#@,]*)(?::{PORT}?)?"
DATABASE_WITHOUT_PASSWORD: Final = rf"(?:[^/?#:]*:?@)?{_DATABASE_HOST}(?:,{_DATABASE_HOST})*(?=[/?#]|$)"
"""The pattern of what follows the scheme of a database's address: a user, and one host or several, without password."""
SHARE_PATTERN: Final = r"^(100|[0-9]{1,2})%$"

LiteralLocation = Annotated[str, Field(pattern=LITERAL_LOCATION_PATTERN)]
Locations = dict[Name, LiteralLocation]

DEFAULT_CREATES_GUARD = 50
DEFAULT_UPDATES_GUARD = "30%"
UPDATES_GUARD_FROM = 10
"""A share of the live objects is guarded only where there are at least so many."""


def _count_or_share(value: Any) -> str:
    return "<share>" if isinstance(value, str) else "<count>"


CountOrShare = Annotated[
    Annotated[Integer, Field(ge=0), Tag("<count>")] | Annotated[str, Field(pattern=SHARE_PATTERN), Tag("<share>")],
    Discriminator(_count_or_share),
]


_WAIVABLE: Final = tuple(filter(codes.can_be_waived, codes.all_codes()))
WaivableCode = Annotated[
    Text,
    WithJsonSchema(
        {
            "type": "string",
            "enum": [code.name for code in _WAIVABLE],
            "enumDescriptions": [code.title for code in _WAIVABLE],
        }
    ),
]
"""The code of a finding that may be waived."""


class Defaults(Written):
    """What documents need not repeat."""

    timezone: Timezone | None = field(
        "The zone of schedules and campaigns that name none.", default=None, examples=["America/Chicago"]
    )


class Guards(Written):
    """How much one apply may do without being told so."""

    creates: Integer | None = field(
        "The most objects of all kinds that one apply creates; creation cannot be undone.",
        default=None,
        our_default=DEFAULT_CREATES_GUARD,
        bounds=at_least(0),
        examples=[50],
    )
    updates: CountOrShare | None = field(
        "The most managed objects that one apply updates: a count, or a share such as 30%, which counts from ten "
        "live objects on.",
        default=None,
        our_default=DEFAULT_UPDATES_GUARD,
        examples=["30%"],
    )
    live_edits: Integer | None = field(
        "The most edits of offers that are live now; without it they are only pointed out.",
        default=None,
        bounds=at_least(0),
        examples=[5],
    )


COUNTING_GUARDS: Final = ("creates", "updates", "live_edits")


def _needless_limit(written: Mapped) -> Iterator[Fault]:
    if not is_given(written, "limit") or is_given(written, "code") == is_given(written, "guard"):
        return
    if is_given(written, "code"):
        message = "`limit` counts nothing here: a finding is waived whole, or of one document"
        yield Fault(codes.LIMIT_WITHOUT_COUNT, ("limit",), message, "write `key` to waive it of one document")
    elif written.get("guard") == "lookalike":
        message = "`limit` counts nothing here: a look-alike is let through by its key"
        yield Fault(codes.LIMIT_WITHOUT_COUNT, ("limit",), message, "write an exception for each document")


_NEEDLESS_LIMIT_SCHEMA: Final = {
    "allOf": [
        {"if": condition, "then": absent_schema("limit", "`limit` counts nothing here.")}
        for condition in (
            given_schema("code"),
            {"required": ["guard"], "properties": {"guard": {"enum": ["lookalike"]}}},
        )
    ]
}


class Allowance(Ruled):
    """A reviewed exception: a guard that is let through, or a finding that is waived."""

    rules: ClassVar[tuple[Rule, ...]] = (
        SaidElsewhere(ExactlyOne(("guard", "code"), codes.NO_ALLOWANCE_SUBJECT).schema()),
        When(
            "guard",
            COUNTING_GUARDS,
            ExactlyOne(
                ("limit", "key"), codes.CHOOSE_ONE, "`limit` is up to how many, `key` a document that is not counted"
            ),
            unless="code",
        ),
        NeededWhen(
            "key",
            "guard",
            ("lookalike",),
            codes.FIELD_NEEDED,
            "name the document that is created although something of its name lives already",
        ),
        Said(_needless_limit, _NEEDLESS_LIMIT_SCHEMA),
    )

    guard: Literal["creates", "updates", "live_edits", "lookalike"] | None = field(
        "The guard that is let through: creates, updates and live_edits up to a limit, or without counting one "
        "document; a lookalike for one document.",
        default=None,
        examples=["creates"],
    )
    code: WaivableCode | None = field(
        "The code of the finding that is waived; an error cannot be, nor what is about keys.",
        default=None,
        examples=["deal-without-segment"],
    )
    limit: Integer | None = field(
        "Up to how many creates, updates or live_edits; nothing else is counted.",
        default=None,
        bounds=at_least(0),
        examples=[120],
    )
    key: Name | None = field(
        "The document it is for, as KEY or KIND/KEY: the look-alike, the one that a guard does not count, or the one "
        "of which the finding is waived, which without it is waived of all.",
        default=None,
        examples=["redeemable/ten-off-sandwich"],
    )
    reason: Text = field("Why, for the next reader.", examples=["The autumn menu adds a hundred offers."])
    until: LocalTime | None = field(
        "When the exception ends; one that has ended is an error.", default=None, examples=["2040-01-31T00:00:00"]
    )


_TOKEN_SCHEMA: Final = {
    "if": {"required": ["server"], "properties": {"server": {"pattern": "^https?://"}}},
    "then": given_schema("token"),
}
_REVEALING_QUERY: Final = r"[^?#]*\?([^#]*&)?[^=&#]*passw(or)?d[^=&#]*=[^&#]"
_NO_PASSWORD_SCHEMA: Final = {
    "properties": {
        "state": {
            "pattern": rf"^(?!postgresql://)|^postgresql://{DATABASE_WITHOUT_PASSWORD}(?!{_REVEALING_QUERY})",
            "patternErrorMessage": "An address that holds a password belongs into a variable.",
        }
    }
}
_PLAIN_SERVER_SCHEMA: Final = {
    "properties": {
        "server": {
            "pattern": PLAIN_SERVER_PATTERN,
            "patternErrorMessage": "A server's address is a scheme, a host and perhaps a port.",
        }
    }
}
_ALIASES_SCHEMA: Final = {
    "properties": {
        "locations": {
            "propertyNames": {
                "pattern": rf"^(?!{LITERAL_LOCATION_PATTERN.removeprefix('^')})",
                "patternErrorMessage": "An alias is not itself written like location:ID or tag:GROUP.",
            }
        }
    }
}
"""A name that is a location already stands for that one, so an alias called so could never be used."""


class Environment(Ruled):
    """A business on a server."""

    rules: ClassVar[tuple[Rule, ...]] = (
        SaidElsewhere(_TOKEN_SCHEMA),
        SaidElsewhere(_NO_PASSWORD_SCHEMA),
        SaidElsewhere(_PLAIN_SERVER_SCHEMA),
        SaidElsewhere(_ALIASES_SCHEMA),
    )

    server: FormedText = field(
        "The server's address, or `embedded` for the sandbox inside the tool.",
        pattern=SERVER_PATTERN,
        examples=["embedded", "https://marlow.punchh.com"],
    )
    token: FormedText | None = field(
        "The key, as a reference to an environment variable; never the key itself.",
        default=None,
        pattern=SECRET_REFERENCE_PATTERN,
        examples=["${MARLOW_PUNCHH_KEY}"],
    )
    brand: Name | None = field(
        "The brand's name, sent in the header that the vendor's guidelines ask for; not sent without it.",
        default=None,
        vendor="x_true_client_ip",
        examples=["Marlow Burgers"],
    )
    state: FormedText | None = field(
        "Where the tool remembers: `local` for a file under .offers/, or the URL of a PostgreSQL database.",
        default=None,
        pattern=STATE_PATTERN,
        examples=["local", "${OFFERS_STATE_URL}"],
    )
    locations: Locations | None = field(
        "Aliases of locations that differ in this environment.",
        default=None,
        examples=[{"downtown": "location:88"}],
    )
    criteria: Literal["separate", "inline"] | None = field(
        "How criteria that are written inside a redeemable are created: as objects of their own, sent first "
        "(separate, the default), or inside the create call (inline).",
        default=None,
        our_default="separate",
        examples=["separate"],
    )
    settle_seconds: Integer | None = field(
        "How long after a lost answer a complete list must be begun to prove that nothing was created; 960 by "
        "default, 0 in the embedded sandbox.",
        default=None,
        our_default=LIST_LAG_SECONDS,
        bounds=at_least(0),
        examples=[960],
    )


class Project(Ruled):
    """The folder's offers.yaml."""

    rules: ClassVar[tuple[Rule, ...]] = (SaidElsewhere(_ALIASES_SCHEMA),)

    project: Key = field("The namespace of every derived id. It never changes.", examples=["marlow-burgers"])
    locales: list[Language] | None = field(
        "The languages that every offer should be translated into.",
        default=None,
        examples=[["en-GB", "es", "fr"]],
    )
    defaults: Defaults | None = field(
        "What documents need not repeat.", default=None, examples=[{"timezone": "America/Chicago"}]
    )
    locations: Locations | None = field(
        "Aliases of locations and location groups.",
        default=None,
        examples=[{"downtown": "location:1234", "drive-thru": "tag:736"}],
    )
    guards: Guards | None = field(
        "How much one apply may do without being told so.", default=None, examples=[{"creates": 50, "updates": "30%"}]
    )
    allow: list[Allowance] | None = field(
        "Reviewed exceptions.",
        default=None,
        examples=[[{"guard": "creates", "limit": 120, "reason": "The autumn menu."}]],
    )
    environments: dict[Key, Environment] = field(
        "The businesses that the offers go to, by name; the first is the default.",
        min_length=1,
        examples=[{"sandbox": {"server": "embedded"}}],
    )


def is_waived(project: Project, code: str, kind: str, key: str) -> bool:
    """Whether a reviewed exception waives findings of a code about a document."""
    names = (None, key, f"{kind}/{key}")
    return any(allowance.code == code and allowance.key in names for allowance in project.allow or ())
