"""The files of a new project: offers.yaml, one document of each kind, and what editors need.

The texts stand in the folder ``scaffold`` as they will be written.  Writing them is the command's business.
"""

from __future__ import annotations

import re
import unicodedata
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from offers_sync.reporting.published import schema_text

SCHEMAS_FOLDER: Final = ".schemas"
FALLBACK_NAME: Final = "my-offers"

_PLACEHOLDER: Final = re.compile("PROJECT +")
_TEMPLATES: Final = MappingProxyType(
    {
        "selectors/sandwiches.yaml": "selectors/sandwiches.yaml",
        "criteria/ten-percent-sandwiches.yaml": "criteria/ten-percent-sandwiches.yaml",
        "schedules/gift-thirty-days.yaml": "schedules/gift-thirty-days.yaml",
        "redeemables/ten-off-sandwich.yaml": "redeemables/ten-off-sandwich.yaml",
        "locales/es.yaml": "locales/es.yaml",
        ".vscode/settings.json": "vscode/settings.json",
        ".vscode/extensions.json": "vscode/extensions.json",
        ".editorconfig": "editorconfig",
        ".gitignore": "gitignore",
        "offers.yaml": "offers.yaml",
    }
)
"""The file that is written, and the template that it is written from; names with a dot would hide in the package.

The project's own file comes last, so that what was interrupted can be begun again."""
_NAME_LENGTH_LIMIT: Final = 100
_SCHEMAS: Final = ("any", "project")


def scaffold(project: str) -> dict[str, str]:
    """Every file of a new project of that name, by its path."""
    folder = files("offers_sync.reporting") / "scaffold"
    texts = {path: (folder / template).read_text(encoding="utf-8") for path, template in _TEMPLATES.items()}
    schemas = {f"{SCHEMAS_FOLDER}/{name}.json": schema_text(name) for name in _SCHEMAS}
    return {**schemas, **texts, "offers.yaml": _named(texts["offers.yaml"], project)}


def _named(text: str, project: str) -> str:
    """With the project's name, the comment after it where it was if that can be."""
    return _PLACEHOLDER.sub(lambda found: project.ljust(len(found[0]) - 1) + " ", text, count=1)


def project_name(folder: str) -> str:
    """The folder's name as a key: lower-case letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", folder).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_NAME_LENGTH_LIMIT].rstrip("-") or FALLBACK_NAME
