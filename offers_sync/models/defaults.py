"""What counts on the server while a field has no value, read off the models.

Such a field is cleared by sending that value, since what null does to it is not documented.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType, NoneType
from typing import Any, Final, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from offers_sync.models.criterion import Criterion
from offers_sync.models.redeemable import Redeemable
from offers_sync.models.schedule import InlineSchedule
from offers_sync.models.selector import Selector
from offers_sync.models.values import ObjectKind

_MODELS: Final[Mapping[ObjectKind, type[BaseModel]]] = MappingProxyType(
    {"selector": Selector, "criterion": Criterion, "redeemable": Redeemable}
)


@cache
def defaults_of(kind: ObjectKind) -> Mapping[str, Any]:
    """By field; those of the schedule's members as ``schedule/MEMBER``."""
    found = {name: default_of(info) for name, info in _MODELS[kind].model_fields.items()}
    if kind == "redeemable":
        found |= {f"schedule/{name}": default_of(info) for name, info in InlineSchedule.model_fields.items()}
    return MappingProxyType({name: default for name, default in found.items() if default is not None})


def default_of(info: FieldInfo) -> Any:
    """What the server takes for a missing value: false for what is true or false, and whatever the field states."""
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    is_flag = {part for part in get_args(info.annotation) if part is not NoneType} == {bool}
    return False if is_flag else extra.get("x-server-default")
