"""The envelopes: every shape in which this vendor says yes or no, and a refusal that can be raised."""

from __future__ import annotations

from typing import Any, Final

import orjson

from offers_sync import contract
from offers_sync.sandbox.messages import HTML_TYPE, JSON_TYPE, Response

EMPTY_PARAMETER: Final = "Required parameter missing or the value is empty: {}"


class Refusal(Exception):  # noqa: N818  it is an answer, not an accident
    """The whole request is turned away with this answer, and nothing of it is saved."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def json_answer(content: Any, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Response:
    """A JSON answer."""
    return Response(status, (("content-type", JSON_TYPE), *headers), orjson.dumps(content))


def html_answer(status: int, title: str, headers: tuple[tuple[str, str], ...] = ()) -> Response:
    """A page of whatever stands in front of the vendor."""
    page = f"<!DOCTYPE html>\n<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n"
    return Response(status, (("content-type", HTML_TYPE), *headers), page.encode())


def refuse(status: int, content: Any) -> Refusal:
    """A refusal with a JSON body."""
    return Refusal(json_answer(content, status))


def missing_parameter(name: str) -> Refusal:
    """The documented 400 for something that is absent or empty."""
    return refuse(400, {"error": EMPTY_PARAMETER.format(name)})


def invalid_json() -> Refusal:
    """The documented 400 for a body that is no JSON."""
    return refuse(400, {"status": 400, "error": contract.INVALID_JSON})


def sign_in_first() -> Refusal:
    """The documented 401."""
    return refuse(401, {"error": contract.SIGN_IN_FIRST})


def missing_client_parameter() -> Refusal:
    """The 400 of the locations."""
    return refuse(400, {"errors": {"client": "Required parameter missing or the value is empty."}})


def base_errors(*texts: str) -> Refusal:
    """A 422 in the shape of the gifts."""
    return refuse(422, {"errors": {"base": list(texts)}})


def redirect_to_sign_in() -> Refusal:
    """How a missing permission of the role shows."""
    location = "/users/sign_in"
    page = f'<html><body>You are being <a href="{location}">redirected</a>.</body></html>\n'
    return Refusal(Response(302, (("location", location), ("content-type", HTML_TYPE)), page.encode()))


def feature_off(feature: str) -> Refusal:
    """What an endpoint says whose feature the vendor has not switched on; each has its own way."""
    match feature:
        case "ingestion":
            return refuse(403, {"error": contract.FEATURE_OFF_INGESTION})
        case "campaigns":
            return refuse(422, {"error": contract.FEATURE_OFF_CAMPAIGNS})
        case "gifting":
            return base_errors(contract.FEATURE_OFF_LOYALTY)
        case _:
            # The blank in the key is the vendor's.
            return refuse(422, {"errors": {"disabled _feature": contract.FEATURE_OFF_LOYALTY}})
