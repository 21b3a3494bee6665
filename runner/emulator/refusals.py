"""What the local Discord says no with: to a program, a status and a code; to a person, a sentence."""

from collections.abc import Mapping

from runner.emulator.forms.errors import FormFault
from runner.emulator.world import JsonObject
from runner.lifecycle.limits import HTTP_STATUS_BY_CODE, ErrorCode

_TEXTS = {
    ErrorCode.UNKNOWN_CHANNEL: "Unknown Channel",
    ErrorCode.UNKNOWN_GUILD: "Unknown Guild",
    ErrorCode.UNKNOWN_MEMBER: "Unknown Member",
    ErrorCode.UNKNOWN_MESSAGE: "Unknown Message",
    ErrorCode.UNKNOWN_ROLE: "Unknown Role",
    ErrorCode.UNKNOWN_USER: "Unknown User",
    ErrorCode.UNKNOWN_WEBHOOK: "Unknown Webhook",
    ErrorCode.UNKNOWN_BAN: "Unknown Ban",
    ErrorCode.UNKNOWN_INTERACTION: "Unknown interaction",
    ErrorCode.ALREADY_ACKNOWLEDGED: "Interaction has already been acknowledged.",
    ErrorCode.INVALID_WEBHOOK_TOKEN: "Invalid Webhook Token",
    ErrorCode.MISSING_ACCESS: "Missing Access",
    ErrorCode.MISSING_PERMISSIONS: "Missing Permissions",
    ErrorCode.NOT_THE_AUTHOR: "Cannot edit a message authored by another user",
    ErrorCode.CANNOT_MESSAGE_USER: "Cannot send messages to this user",
    ErrorCode.INVALID_FORM_BODY: "Invalid Form Body",
    ErrorCode.INVALID_JSON: "The request body contains invalid JSON.",
}


class Refused(Exception):
    """A call that Discord refuses, with its HTTP status, its body (JSON, or a plain text) and its headers."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        body: JsonObject | str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.body: JsonObject | str = body if body is not None else {"message": message, "code": code}
        self.headers: Mapping[str, str] = headers or {}


class LocalDiscordError(Exception):
    """Something that Discord's own client would not let a person do."""


def refusal(code: ErrorCode) -> Refused:
    """Return the refusal with a JSON error code, under the status that goes with it."""
    text = _TEXTS.get(code, code.name.replace("_", " ").capitalize())
    return Refused(HTTP_STATUS_BY_CODE[code], int(code), text)


def bare(status: int, text: str) -> Refused:
    """Return a refusal that has a status but no code of its own, as `404: Not Found`."""
    return Refused(status, 0, f"{status}: {text}")


def require(fault: FormFault | None) -> None:
    """Raise the refusal for a body that a form check found at fault; do nothing for None."""
    if fault is not None:
        raise Refused(fault.status, fault.code, fault.message, dict(fault.as_json()))


def invalid_field(path: str, code: str, message: str) -> Refused:
    """Return the refusal of one field of a body that no form check covers."""
    errors = {path: {"_errors": [{"code": code, "message": message}]}}
    body: JsonObject = {"code": int(ErrorCode.INVALID_FORM_BODY), "message": "Invalid Form Body", "errors": errors}
    return Refused(400, int(ErrorCode.INVALID_FORM_BODY), "Invalid Form Body", body)
