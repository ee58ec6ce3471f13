"""What Salesforce answers when it refuses: code, words, fields, HTTP status."""

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn


class Refusal(Exception):
    """One error: REST answers a list of one; in the results of collections `errorCode` is named `statusCode`.

    `whole` refusals concern how a request was read, so they refuse all of its records.
    """

    def __init__(
        self,
        code: str,
        message: str,
        fields: Sequence[str] | None = (),
        *,
        status: int = 400,
        whole: bool = False,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.fields = fields
        self.status = status
        self.whole = whole
        self.more = dict(more or {})

    def body(self) -> list[dict[str, Any]]:
        """Return the error as the body of an answer; `fields` None leaves them out."""
        listed = {} if self.fields is None else {"fields": list(self.fields)}
        return [{**self.more, "message": self.message, "errorCode": self.code, **listed}]

    def row(self) -> dict[str, Any]:
        """Return the error as it stands in a record's result."""
        return {"statusCode": self.code, "message": self.message, "fields": list(self.fields or ()), **self.more}


def no_such_column(name: str, sobject: str) -> Refusal:
    """Return what an unknown or invisible field in a record gets."""
    return Refusal("INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject}", None, whole=True)


def not_writable(names: Sequence[str]) -> Refusal:
    """Return what fields get that may be seen but not written."""
    return Refusal(
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        f"Unable to create/update fields: {', '.join(names)}. Please check the security settings of this field and"
        " verify that it is read/write for your profile or permission set.",
        names,
    )


def not_found(message: str = "The requested resource does not exist") -> Refusal:
    """Return what a path gets that leads nowhere."""
    return Refusal("NOT_FOUND", message, None, status=404)


def no_external_id(name: str) -> Refusal:
    """Return what a GET of a missing record or an unknown external-id field gets (sic, for plain ids too)."""
    return not_found(f"Provided external ID field does not exist or is not accessible: {name}")


def converted() -> Refusal:
    """Return what writing or naming a converted lead gets."""
    return Refusal("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")


def deleted(status: int = 400) -> Refusal:
    """Return what naming a deleted or merged record gets."""
    return Refusal("ENTITY_IS_DELETED", "entity is deleted", status=status)


def unread(message: str) -> Refusal:
    """Return what a body gets that cannot be read as the records it should be."""
    return Refusal("JSON_PARSER_ERROR", message, None, whole=True)


def refuse(code: str, message: str, fields: Sequence[str] = ()) -> NoReturn:
    """Raise a plain refusal of one record."""
    raise Refusal(code, message, fields)
