"""Every kind of finding: its stable code, its weight, what it means and what to do.

The names are promises: pipelines waive findings by them.  ``offers explain CODE`` shows these texts.
Where findings arise is not said here.
"""

from __future__ import annotations

from offers_sync.findings import Code, Severity

_ALL: dict[str, Code] = {}


def _code(name: str, severity: Severity, title: str, meaning: str, remedy: str) -> Code:
    code = Code(name, severity, title, meaning, remedy)
    if name in _ALL:
        raise ValueError(name)
    _ALL[name] = code
    return code


def _error(name: str, title: str, meaning: str, remedy: str) -> Code:
    return _code(name, Severity.ERROR, title, meaning, remedy)


def _warning(name: str, title: str, meaning: str, remedy: str) -> Code:
    return _code(name, Severity.WARNING, title, meaning, remedy)


def _notice(name: str, title: str, meaning: str, remedy: str) -> Code:
    return _code(name, Severity.NOTICE, title, meaning, remedy)


# ------------------------------------------------------------------------------------------------ reading files

FILE_UNREADABLE = _error(
    "file-unreadable",
    "The file cannot be read",
    "It is missing, hidden, no YAML, not a regular file, or its permissions do not let us in.",
    "Check the path and its permissions.",
)
FILE_OUTSIDE = _error(
    "file-outside",
    "The file lies outside the project",
    "A symbolic link leads out of the project's folder, or another project's file is asked about. What is planned must "
    "be what was reviewed.",
    "Put the file itself into the project.",
)
FILE_TOO_LARGE = _error(
    "file-too-large",
    "The file is larger than 1 MiB",
    "A file of offers is small; a larger one is refused before it is parsed.",
    "Split it: one document per file reads best.",
)
FILE_EMPTY = _error(
    "file-empty",
    "The file holds no document",
    "It is empty, or holds comments only.",
    "Write a document, or remove the file.",
)
NOT_UTF8 = _error(
    "not-utf8",
    "The file is not UTF-8",
    "Offers are read as UTF-8 text, with or without a byte order mark.",
    "Save it as UTF-8.",
)
YAML_SYNTAX = _error(
    "yaml-syntax",
    "The file is not YAML",
    "The parser does not understand the text from this place on. Faults further down are not seen before this one "
    "is mended.",
    "Look at this line and the one before it: indentation, a missing colon, a quote that is not closed.",
)
YAML_HIDDEN_LINE_BREAK = _error(
    "yaml-hidden-line-break",
    "A line ends where no editor shows it",
    "U+0085, U+2028 and U+2029 end a line for YAML 1.1 and for no editor, so a comment could hide a field that counts.",
    'Remove the character, or write it as an escape inside double quotes, such as "\\u2028".',
)
YAML_TOO_DEEP = _error(
    "yaml-too-deep",
    "The file is nested too deeply",
    "More than 50 levels are refused.",
    "Write it flatter.",
)
YAML_TOO_MANY_DOCUMENTS = _error(
    "yaml-too-many-documents",
    "The file holds too many documents",
    "More than 10,000 documents in one file are refused.",
    "Split the file.",
)
YAML_TOO_MANY_ALIASES = _error(
    "yaml-too-many-aliases",
    "The file repeats itself too often",
    "More than 1,000 aliases, or aliases that unfold to more than a file may hold, are refused.",
    "Write a shared criterion or schedule and refer to it by key.",
)
YAML_RECURSIVE = _error(
    "yaml-recursive",
    "A value contains itself",
    "An alias stands inside the value that it names.",
    "Remove the alias.",
)
YAML_DUPLICATE_KEY = _error(
    "yaml-duplicate-key",
    "A field is written twice in one mapping",
    "Which of the two counts would be left to the reader.",
    "Keep one of them.",
)
YAML_TAG = _error(
    "yaml-tag",
    "A tag is not understood here",
    "Tags could construct objects, so all but !!str, !!map and !!seq are refused. An unquoted != is read as a tag.",
    "Remove the tag, or quote the operator: '!='.",
)
YAML_KEY = _error(
    "yaml-key",
    "A field's name is not text",
    "Names of fields are plain words.",
    "Write a word, or quote it.",
)
YAML_AMBIGUOUS = _error(
    "yaml-ambiguous",
    "YAML readers disagree about this value",
    "Numbers with leading zeros, in hexadecimal or octal, infinities, and True or NULL in capitals are read "
    "differently by different tools.",
    "Quote it if it is text; otherwise write it plainly.",
)
YAML_MERGE = _error(
    "yaml-merge",
    "A merge key needs a mapping",
    "`<<` takes an alias of a mapping, or a list of them.",
    "Merge a mapping, or quote the key.",
)

# ------------------------------------------------------------------------------------------------- one document

NOT_A_MAPPING = _error(
    "not-a-mapping",
    "A mapping is expected here",
    "A document is a mapping of fields.",
    "Write `field: value` lines.",
)
UNKNOWN_KIND = _error(
    "unknown-kind",
    "The document's kind is missing or unknown",
    "Every document says what it is by `kind`.",
    "Write one of selector, criterion, redeemable, schedule, locale, campaign.",
)
UNKNOWN_FIELD = _error(
    "unknown-field",
    "There is no such field",
    "A field that we do not know would be dropped in silence, so it is refused.",
    "Look at the spelling; `offers explain KIND` lists the fields.",
)
MISSING_FIELD = _error(
    "missing-field",
    "A required field is missing",
    "The document makes no sense without it.",
    "Add it; `offers explain KIND.FIELD` says what it is.",
)
WRONG_TYPE = _error(
    "wrong-type",
    "The value has the wrong type",
    "Nothing is converted in silence: text is text, numbers are numbers, true and false are the only booleans.",
    "Write a value of the type that is named; quote text that looks like a number.",
)
WRONG_VALUE = _error(
    "wrong-value",
    "The value is not one of those allowed",
    "The vendor takes a fixed set of words here.",
    "Take one of the words that are named.",
)
OUT_OF_RANGE = _error(
    "out-of-range",
    "The value is out of its bounds",
    "The vendor refuses it, or stores something else.",
    "Stay within the bounds that are named.",
)
WRONG_FORM = _error(
    "wrong-form",
    "The value does not have the form it needs",
    "Keys, names, languages, locations, addresses and references to secrets have a form of their own.",
    "Follow the form that is named.",
)
UNKNOWN_TIMEZONE = _error(
    "unknown-timezone",
    "The vendor does not know this time zone",
    "It takes 134 named zones, not the whole database.",
    "Take a zone from the list with the same clock; `offers explain redeemable.schedule.timezone` shows it.",
)
WRONG_TIME = _error(
    "wrong-time",
    "This is not a local date and time",
    "Times are written as 2026-07-01T09:00:00, without offset: `timezone` says whose clock is meant.",
    "Remove the Z or the offset and name the zone.",
)
CHOOSE_ONE = _error(
    "choose-one",
    "Exactly one form is needed",
    "A receipt rule is a criterion or a flat discount, and an exception to a guard that counts has a limit or is for "
    "one document: not both and not neither.",
    "Write exactly one of them.",
)
FIELD_NEEDED = _error(
    "field-needed",
    "Another field makes this one necessary",
    "The vendor refuses the offer, or drops this part of it, when the field is missing.",
    "Add the field.",
)
REPEATED_ATTRIBUTE = _error(
    "repeated-attribute",
    "An attribute stands twice in one list",
    "The server keeps the first condition and drops the others, which makes the offer more generous than written.",
    "Join the conditions into one entry, with `in` or `in_range`.",
)
RECURRENCE_TOO_LONG = _error(
    "recurrence-too-long",
    "The recurrence spans more than 395 days",
    "The span is (occurrences - 1) x days_distance.",
    "Take fewer occurrences, or a shorter distance.",
)
EXPIRY_CONFLICT = _error(
    "expiry-conflict",
    "The offer both ends and never ends",
    "`indefinitely: true` excludes `end` and `expiry_days`.",
    "Keep one of them.",
)
LITERAL_SECRET = _error(
    "literal-secret",
    "A secret is written into the file",
    "Keys and passwords are only ever named, as ${VARIABLE}; what is in git is no longer secret.",
    "Put the secret into the environment, name it here, and replace the one that was committed.",
)
SERVER_NOT_ALLOWED = _error(
    "server-not-allowed",
    "The key would be sent to a strange server",
    "Hosts are *.punchh.com over https, this machine, or those that the variable OFFERS_HOSTS lists; so no change of "
    "a file can send the key elsewhere.",
    "Check the address; to trust another host, list it in OFFERS_HOSTS.",
)
TIME_DOES_NOT_EXIST = _error(
    "time-does-not-exist",
    "This local time does not exist",
    "The clocks of that zone jump over it when they go forward.",
    "Take a time before or after the jump.",
)
TIME_EXISTS_TWICE = _warning(
    "time-exists-twice",
    "This local time exists twice",
    "The clocks of that zone pass it twice when they go back; which one the server takes is not documented.",
    "Take a time before or after that hour.",
)

# ---------------------------------------------------------------------------------------------- across documents

NO_PROJECT = _error(
    "no-project",
    "There is no offers.yaml",
    "A project is a folder with an offers.yaml; everything else is found below it.",
    "Run `offers init`, or choose the folder with -C.",
)
DUPLICATE_KEY = _error(
    "duplicate-key",
    "Two documents have one kind and key",
    "A key is the identity of a document within its kind.",
    "Rename one of them.",
)
DUPLICATE_IDENTITY = _error(
    "duplicate-identity",
    "Two documents claim one id on the server",
    "Applying them would overwrite each with the other, for ever.",
    "Give one of them another key or external_id.",
)
UNKNOWN_REFERENCE = _error(
    "unknown-reference",
    "The document that is named does not exist",
    "References are by key, within the project.",
    "Look at the spelling, or write {external_id: ...} for what git does not manage.",
)
REFERENCE_NOT_HERE = _error(
    "reference-not-here",
    "The document that is named is not for this environment",
    "Its `only` leaves out an environment in which it is referred to.",
    "Widen its `only`, or narrow that of the document that refers to it.",
)
UNKNOWN_LOCATION = _error(
    "unknown-location",
    "There is no such location alias",
    "Locations are written by alias from offers.yaml, or literally as location:ID or tag:GROUP.",
    "Add the alias under `locations` in offers.yaml.",
)
UNKNOWN_ENVIRONMENT = _error(
    "unknown-environment",
    "There is no such environment",
    "Environments are named in offers.yaml.",
    "Look at the spelling.",
)
MISSING_FOR_ENVIRONMENT = _error(
    "missing-for-environment",
    "The external_id names no id for an environment",
    "A map by environment must name every environment that the document is for.",
    "Add the environment, or limit the document with `only`.",
)
FORMERLY_EXISTS = _error(
    "formerly-exists",
    "The former key still exists",
    "`formerly` derives the id from the old key, so both documents would claim one object.",
    "Remove the old document, or this line.",
)
REFERENCE_TO_RETIRED = _warning(
    "reference-to-retired",
    "The offer that is named is retired",
    "A retired offer has ended and is no longer distributed; the server refuses to gift it.",
    "Name another offer, or remove this document once it is no longer needed.",
)
TEXT_TWICE = _error(
    "text-twice",
    "A text has two sources",
    "The offer and a catalogue, or two catalogues, both translate it.",
    "Keep one of them.",
)
ALLOWANCE_EXPIRED = _error(
    "allowance-expired",
    "An exception has ended",
    "Its `until` is in the past.",
    "Remove it, or have it reviewed anew.",
)
LIMIT_WITHOUT_COUNT = _error(
    "limit-without-count",
    "A limit counts nothing in this exception",
    "Creations, updates and edits of live offers are counted. A look-alike is let through by its key, and a finding is "
    "waived whole, or of one document; a limit there would only look like one.",
    "Remove the limit, and write `key` where one document is meant.",
)
NO_ALLOWANCE_SUBJECT = _error(
    "allowance-without-subject",
    "An exception names neither a guard nor a code",
    "It lets exactly one guard through, or waives exactly one code.",
    "Write `guard:` or `code:`, one of them.",
)

# -------------------------------------------------------------------------------- what the vendor leaves to us

FIELD_IGNORED = _notice(
    "field-ignored",
    "The field has no effect here",
    "The server stores it, or drops it, and it changes nothing.",
    "Remove it, or set what makes it count.",
)
NO_CLAUSES = _warning(
    "no-clauses",
    "A selector does not say which lines are meant",
    "It has no clause about base items. Which lines such a selector finds is not documented: perhaps none, perhaps "
    "every one.",
    "Write the clauses of `base_items`, or `filter_item_set: modifiers_only` with both sides.",
)
MODIFIERS_IN_RECEIPT_ORDER = _notice(
    "modifiers-in-receipt-order",
    "Which modifiers count first is left to the receipt",
    "A selector counts some modifiers at most and does not say which of them, so those count that come first on the "
    "receipt. The vendor advises a `processing_method` whenever there is a maximum.",
    "Write `processing_method: max_price` or `min_price`, or null where the receipt's order is meant.",
)
EXPIRY_TWICE = _warning(
    "expiry-twice",
    "The offer expires in two ways",
    "It has an end and a number of days; which one counts is not documented.",
    "Keep one of them.",
)
DEAL_WITHOUT_SEGMENT = _warning(
    "deal-without-segment",
    "A deal reaches nobody",
    "It is distributable, not to all guests, and names no segment.",
    "Name a segment, or set distributable_to_all_users.",
)
CODE_EXPIRY_WITHOUT_MINUTES = _warning(
    "code-expiry-without-minutes",
    "The code's expiry flag has no effect",
    "It works only with redemption_code_expiry_mins.",
    "Set the minutes.",
)
UNKNOWN_LANGUAGE = _warning(
    "unknown-language",
    "The vendor's documents do not name this language",
    "It is sent as it is; whether the server takes it shows after applying.",
    "Check it with the vendor.",
)
MISSING_TRANSLATION = _notice(
    "missing-translation",
    "A translation is missing",
    "offers.yaml asks for the language, and the offer has no text in it.",
    "Add the text to the catalogue of that language.",
)
END_BEFORE_START = _warning(
    "end-before-start",
    "The offer ends before it begins",
    "No guest will ever be able to use it.",
    "Check the two times.",
)
CAMPAIGN_OUTSIDE_OFFER = _warning(
    "campaign-outside-offer",
    "The campaign gifts an offer that is not there yet, or no longer",
    "The server refuses a campaign whose offer is still ahead, or has ended by then.",
    "Move the campaign's start into the time of its offer.",
)
NO_FILTER = _warning(
    "no-filter",
    "Every item is discounted",
    "A criterion without an inclusive filter works on all items of the receipt.",
    "Add a line item filter, or waive this finding where it is meant.",
)
PERCENT_OVER_100 = _warning(
    "percent-over-100",
    "More than the whole amount is taken off",
    "The vendor takes up to 99,999 percent. Above 100 the discount is more than what the items cost.",
    "Write 100 or less, or waive this finding where it is meant.",
)
DISCOUNT_LINE_COUNTS = _notice(
    "discount-line-counts",
    "The offer's own discount may count against its minimum",
    "Some ordering vendors send a discount back as a line of type D, and the offer is judged once more. One that is "
    "just above its minimum then fails.",
    "Leave those lines out: a filter with `processing_method: exclude` and a selector of `line_item_type` D.",
)
ROUNDS_DOLLARS = _notice(
    "rounds-dollars",
    "The discount is rounded to whole dollars",
    "A rounding rule rounds to a whole number, not to cents.",
    "Remove the rounding rule, or waive this finding where it is meant.",
)
EXCLUSION_AS_QUALIFIER = _warning(
    "exclusion-as-qualifier",
    "An exclusion is written as a qualifier",
    "A qualifier asks for an item. One that is *not* something stands on nearly every receipt, so nothing is left out.",
    "To leave items out, write a line item filter with `processing_method: exclude`; to refuse receipts that hold "
    "them, use line_item_does_not_exist with a selector of those items.",
)
BLANKS_IN_LIST = _warning(
    "blanks-in-list",
    "A list of values holds blanks",
    "A stray character makes an item never match, without any error.",
    "Write commas without blanks around them.",
)
VALUE_NEVER_MATCHES = _warning(
    "value-never-matches",
    "A value that no line of a receipt can have",
    "Lines are of the types M, D, S, X, T and P. A list of item ids holds ids between commas and nothing else: ranges "
    "are not understood, and a stray character makes an entry never match, without any error.",
    "Write a type that there is, or each item id by itself.",
)
HOUR_COUNTS_WHOLE = _notice(
    "hour-counts-whole",
    "The last hour counts to its end",
    "A range of hours such as 14..18 covers until 18:59, and no text of the offer says that it ends with the hour "
    "after; or the range ends with 24, which no clock shows. A plan says of every range until when it is.",
    "Write 14..17 for an offer that ends at six o'clock; where all of the last hour is meant, say so in a text, or "
    "waive the finding.",
)

# -------------------------------------------------------------------------------------- against the live side

NO_PLAN = _error(
    "no-plan",
    "There is no plan",
    "Something that a plan is made from could not be read; the message says what.",
    "Follow the hint and plan again; nothing was written.",
)
GUARD_REFUSED = _error(
    "guard-refused",
    "A guard refuses the plan",
    "It would do more at once than offers.yaml lets one apply do. Creation cannot be undone, so somebody has to agree.",
    "Pass the flag that the message names, or raise the limit in offers.yaml by a reviewed line.",
)
KEPT_BACK = _warning(
    "kept-back",
    "A step is kept back",
    "Something that it needs is missing, in doubt or left out, so it is not carried out; nor is what depends on it.",
    "Do what the reason says and plan again.",
)
KEPT_BY_SERVER = _notice(
    "kept-by-server",
    "The server keeps another value than was written",
    "It showed this value right after the last apply and still does, so it is neither sent again nor called changed.",
    "Write what the server keeps, or ask the vendor why it does.",
)
CANNOT_BE_VERIFIED = _notice(
    "cannot-be-verified",
    "The value cannot be verified",
    "No answer of the server shows this field, so nobody can tell whether it is there as written.",
    "Check it in the vendor's dashboard where it matters.",
)
UNMANAGED_FIELD = _notice(
    "unmanaged-field",
    "The field is not managed",
    "It has a value on the server, and the document says nothing about it. It is never sent.",
    "Write it to manage it; write null to clear it.",
)
RETIRED_NEVER_LIVE = _notice(
    "retired-never-live",
    "What never lived cannot be retired",
    "The document is retired and nothing lives under its id, so nothing is created and nothing is withdrawn.",
    "Remove the file, or take `retired` out to create the offer.",
)
ORPHANED = _notice(
    "orphaned",
    "A document has left git and its object lives on",
    "Nothing can be deleted on the server, so what is no longer written is reported and never touched.",
    "Bring the document back with `retired: true` to withdraw the offer, or be told no more by `offers state forget`.",
)
NOTHING_REMEMBERED = _notice(
    "nothing-remembered",
    "Nothing is remembered of live objects",
    "Without what was last applied, a change made outside git cannot be told from an edit, a field that left a "
    "document is not cleared, and what the server does not show cannot be compared.",
    "Keep the state between runs; after the next apply of these documents everything is known again.",
)
SEVERAL_UNDER_ONE_ID = _warning(
    "several-under-one-id",
    "Several objects live under one id",
    "The server does not refuse a second object with an id that exists. Which of them an update reaches is not "
    "documented; the first that the list shows is compared.",
    "Ask PAR Punchh support to remove all but one.",
)
LIST_INCOMPLETE = _warning(
    "list-incomplete",
    "The list of what lives may be incomplete",
    "It changed while it was read, or gives no proof of its end. What is not in it may exist all the same, so nothing "
    "of its kind is created.",
    "Plan again when nobody else is editing; where it stays so, show this to PAR Punchh support.",
)
LIVE_EDIT = _notice(
    "live-edit",
    "Guests have this offer now",
    "Its time has come and is not over, so the change reaches guests as soon as it is applied.",
    "Where such edits should need a second look, set `guards: {live_edits: 0}` in offers.yaml.",
)
ENVIRONMENTS_CHANGED = _warning(
    "environments-changed",
    "This change touches where offers are sent",
    "Servers, keys and stores are taken from the base, so that a change under review cannot send the key elsewhere.",
    "Merge the change of `environments` by itself; it counts from then on.",
)
BASE_UNREADABLE = _warning(
    "base-unreadable",
    "The files of the base have faults",
    "What the commit wanted from which this branch left cannot be read, so what this change does cannot be told from "
    "what was pending before, and all of it is of unknown cause.",
    "Mend the file where the branch left, on the main branch, and take that up into this one.",
)

ENDED_ALREADY = _warning(
    "ended-already",
    "The offer has ended before it is written",
    "Its end lies in the past on the clock of its zone, so no guest will get it.",
    "Move the end, or write `retired: true` to withdraw the offer for good.",
)
UNKNOWN_PLACE = _warning(
    "unknown-place",
    "The server does not list this location",
    "The lists of locations and groups were read, and it is in neither. What the server makes of such a place is not "
    "documented; at best the offer holds nowhere.",
    "Look at the alias in offers.yaml; `offers list locations` shows what there is.",
)
AUTO_OFFERS_OVERLAP = _warning(
    "auto-offers-overlap",
    "Offers that apply by themselves compete for the same items",
    "Both are auto_applicable and discount lines of the same selector at the same time and place. Which of them a "
    "receipt gets is not documented.",
    "Narrow one of them, let both share their items by `stack_discounting: true`, or waive this finding where it is "
    "meant.",
)

# ------------------------------------------------------------------------------------------------------ campaigns

CAMPAIGN_GIFTS = _notice(
    "campaign-gifts",
    "Applying gifts a whole segment, which cannot be undone",
    "The campaign is scheduled on the server, where it can be neither seen, changed nor cancelled by this tool. It is "
    "sent once and never again.",
    "Look at the offer, the segment and the start before you agree; both forms of the start are one moment.",
)
CAMPAIGN_NEEDS_MEMORY = _warning(
    "campaign-needs-memory",
    "Campaigns are sent only with a memory that was made on purpose",
    "The server has no list of campaigns, so only our memory tells what was sent. A fresh runner's empty file must not "
    "be taken for a memory of nothing sent.",
    "Run `offers state init --env ENVIRONMENT` once, with the state that everybody who applies shares.",
)
CAMPAIGN_OFFER_UNCLEAR = _warning(
    "campaign-offer-unclear",
    "It is not clear which offer the server would gift",
    "Campaigns name an offer as the distribution list shows it. It is the entry with the offer's id, else the only one "
    "of its name; here neither gives exactly one.",
    "Look at `offers list redeemables`; give the offer a name of its own, or ask PAR Punchh support for its uuid.",
)
CAMPAIGN_SEGMENT_UNCLEAR = _warning(
    "campaign-segment-unclear",
    "It is not clear which segment is meant",
    "Segments are named, and exactly one segment of the environment has to bear the name.",
    "Look at `offers list segments`; mend the name, or make or rename segments in the dashboard.",
)
CAMPAIGN_TOO_SOON = _warning(
    "campaign-too-soon",
    "The campaign's start is too near, or over",
    "The server takes a campaign only if it begins fifteen minutes ahead or later, by the time when it is sent.",
    "Move the start, or remove the document if it is no longer meant.",
)
CAMPAIGN_OFFER_NOT_THERE = _warning(
    "campaign-offer-not-there",
    "The offer is not there to be gifted",
    "The server refuses a campaign of an offer whose own start is still ahead, that has ended when the campaign "
    "begins, or that is withdrawn.",
    "Wait until the offer has begun, move the campaign's start, or name another offer.",
)
CAMPAIGN_REPEATED = _warning(
    "campaign-repeated",
    "Another campaign gifts the same, to the same guests, at the same moment",
    "A campaign is known by its key. Under another key it would be sent as a second one, and every guest of the "
    "segment would get the offer twice.",
    "Give the document its former key back, or write its former id as `external_campaign_id`; where two gifts are "
    "meant, allow this code for it in offers.yaml.",
)
CAMPAIGN_UNKNOWN = _warning(
    "campaign-unknown",
    "Nobody knows whether the campaign was scheduled",
    "It was sent, and no answer came. There is no list of campaigns to look at, and sending it again may gift the "
    "segment twice, so it is never sent again by itself.",
    "Look for it in the vendor's dashboard, then say what you saw by `offers runs settle campaign/KEY`, "
    "`--as sent` or `--as not-sent`.",
)
CAMPAIGN_CHANGED = _warning(
    "campaign-changed",
    "The file of a campaign changed after it was sent",
    "A campaign is sent once. What was scheduled stays as it was sent, whatever the file says now.",
    "Bring the file back to what was sent, and change or stop the campaign in the vendor's dashboard; for another "
    "campaign write a document with a key of its own.",
)
CAMPAIGN_REFUSED_BEFORE = _notice(
    "campaign-refused-before",
    "The server refused this campaign before",
    "It said no, so nothing was sent to anybody, and the campaign may be sent again.",
    "Mend what the server named, unless it has passed since.",
)
CAMPAIGN_SCHEDULED = _notice(
    "campaign-scheduled",
    "The campaign is scheduled",
    "The server took it and gave it a number, by which its dashboard and its support know it.",
    "Nothing is left to do; the campaign is remembered and never sent again.",
)
CAMPAIGN_ALTERED = _warning(
    "campaign-altered",
    "The server scheduled the campaign otherwise than it was sent",
    "Its answer names another start, offer or id, or none that can be read. The campaign is scheduled all the same.",
    "Look at the campaign in the vendor's dashboard, and stop it there if it is wrong.",
)

# ------------------------------------------------------------------------------- what the server makes of a write

PART_WOULD_BE_DROPPED = _warning(
    "part-would-be-dropped",
    "The server would drop this part and save the rest",
    "A write succeeds while clauses, filters, qualifiers or operators that the server does not understand are left out "
    "of it. What is left may be more generous than what is written.",
    "Mend the part; the message names its faulty fields in the server's own words.",
)
WOULD_BE_REFUSED = _error(
    "would-be-refused",
    "The server would refuse this object",
    "By the vendor's documents a value of it cannot be taken, and then nothing of the object is saved.",
    "Mend the value that is named, or what it refers to.",
)
PART_WAS_DROPPED = _warning(
    "part-was-dropped",
    "The server dropped this part when it was applied",
    "It said so after the last apply, and the part is still written. The offer works without it, which may be more "
    "generous than what is written.",
    "Mend the part; the message holds the server's own words.",
)

# ------------------------------------------------------------------------------------------------ after a write

SERVER_DROPPED = _warning(
    "server-dropped",
    "The server does not show what was sent",
    "It confirmed the write and said nothing, and its list does not show this value.",
    "Look at it in the vendor's dashboard; mend the value, or ask the vendor why it is dropped.",
)
SERVER_ALTERED = _warning(
    "server-altered",
    "The server shows another value than was sent",
    "It confirmed the write and said nothing, and its list shows something else.",
    "Write what the server keeps, or ask the vendor why it does.",
)
NOT_CLEARED = _warning(
    "not-cleared",
    "The value could not be cleared",
    "It was sent as nothing, and the list still shows it. Whether a field can be cleared is not documented.",
    "Clear it in the vendor's dashboard, or write the value that is there.",
)
NOT_SHOWN_YET = _notice(
    "not-shown-yet",
    "The server confirmed it, and its list does not show it yet",
    "Lists may lag by up to fifteen minutes. What the server made of it could not be verified.",
    "Plan again later: what was changed or dropped shows then.",
)


_NEVER_WAIVED: frozenset[str] = frozenset({ENVIRONMENTS_CHANGED.name, LIST_INCOMPLETE.name, KEPT_BACK.name})
"""Where keys go, which a change under review must not be able to silence, and why a plan does less than was asked."""


def can_be_waived(code: Code) -> bool:
    """Whether a reviewed line in offers.yaml may waive findings of a code."""
    return code.severity is not Severity.ERROR and code.name not in _NEVER_WAIVED


def find_code(name: str) -> Code | None:
    """The code of that name."""
    return _ALL.get(name)


def all_codes() -> tuple[Code, ...]:
    """Every code, in the order of this page."""
    return tuple(_ALL.values())
