"""How Kaltura says no: HTTP 200 with a code and a message, in the words of its public list of errors."""

from collections.abc import Mapping
from typing import Any, Final

TEXTS: Final[Mapping[str, str]] = {
    "ACTION_DOES_NOT_EXISTS": 'Action "{}" does not exists for service "{}"',
    "APP_TOKEN_EXPIRED": 'Application token id "{}" expired',
    "APP_TOKEN_ID_NOT_FOUND": 'Application token id "{}" not found',
    "APP_TOKEN_NOT_ACTIVE": 'Application token id "{}" not active',
    "CANNOT_RETRIEVE_ANOTHER_USER_USING_NON_ADMIN_SESSION": (
        'cannot retrieve another user "{}" using non-admin session'
    ),
    "CATEGORY_NOT_FOUND": 'Category id "{}" not found',
    "ENTRY_ID_NOT_FOUND": 'Entry id "{}" not found',
    "INTERNAL_SERVERL_ERROR": "Internal server error occurred",
    "INVALID_APP_TOKEN_HASH": "Invalid application token hash",
    "INVALID_KS": 'Invalid KS "{}", Error "{},{}"',
    "INVALID_OBJECT_TYPE": 'Invalid object type "{}"',
    "INVALID_PARAMS": "Invalid parameters: {}",
    "INVALID_USER_ID": "Invalid user id",
    "INVALID_WIDGET_ID": 'Invalid widget id "{}"',
    "MISSING_KS": "Missing KS, session not established",
    "MISSING_MANDATORY_PARAMETER": 'Missing parameter "{}"',
    "OBJECT_NOT_FOUND": "Object not found",
    "PROPERTY_VALIDATION_NUMERIC_VALUE": 'The property "{}" must be numeric',
    "RateLimitReached": "Too many requests",
    "REPORT_NOT_FOUND": "Report [{}] not found",
    "REPORT_PARAMETER_MISSING": 'Report parameter "{}" is missing',
    "SERVICE_DOES_NOT_EXISTS": 'Service "{}" does not exists',
    "SERVICE_FORBIDDEN": "The access to service [{}] is forbidden",
    "START_SESSION_ERROR": "Error while starting session for partner [{}]",
    "UNKNOWN_PARAMETER": 'The simulator does not know the parameter "{}"',
    "USER_PROFILE_NOT_FOUND": "User profile {} not found",
    "VALIDATION_ERROR": "{}",
    "VIRTUAL_EVENT_NOT_FOUND": "virtual event {} not found",
}

KS_ERRORS: Final[Mapping[int, str]] = {
    -1: "INVALID_STR",
    -2: "INVALID_PARTNER",
    -5: "EXPIRED",
    -6: "LOGOUT",
    -8: "EXCEEDED_ACTIONS_LIMIT",
}
"""What is wrong with a KS, by the number that the message carries."""


class Refused(Exception):
    """A call is refused: Kaltura's code and message; `status` other than 200 only beside api_v3."""

    def __init__(self, code: str, *values: object, text: str = "", status: int = 200) -> None:
        self.code = code
        self.text = text or TEXTS[code].format(*values)
        self.args_told = [str(value) for value in values]
        self.status = status
        super().__init__(f"{code} {self.text}")

    def body(self) -> dict[str, Any]:
        """Return the error as an object of the API."""
        return {"code": self.code, "message": self.text, "objectType": "KalturaAPIException"}


def bad_ks(text: str, number: int, *, code: str = "INVALID_KS") -> Refused:
    """Return the refusal of a KS, with the number and word that say why."""
    message = TEXTS["INVALID_KS"].format(text, number, KS_ERRORS[number])
    return Refused(code, text, number, KS_ERRORS[number], text=message)
