"""files -> rows as they came: CSV and JSON Lines, where a bad row never stops the file."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from turnout.errors import InputError
from turnout.facts.events import EventPlan
from turnout.sources.csv_rows import csv_rows
from turnout.sources.given import Given, checked, refused
from turnout.sources.schemas import Schema

JSON_LINES: Final = (".jsonl", ".ndjson", ".json")
UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")


def rows(file: Path, schema: Schema) -> Iterator[Given]:
    """Yield the rows of a file: JSON Lines by its ending, else CSV.

    Raises InputError where the file cannot be opened, or its header lacks a required column.
    """
    lines = _lines(file)
    if file.suffix.lower() in JSON_LINES:
        return _json_rows(lines, file.name)
    return csv_rows(lines, file.name, schema)


def read_event(file: Path) -> EventPlan:
    """Return the event that a JSON file describes, with its sessions and channels; InputError where it is none."""
    try:
        plan = msgspec.json.decode(file.read_bytes(), type=EventPlan)
        assert plan.starts <= plan.ends, f"{plan.id} ends before it starts"
    except OSError as failure:
        raise InputError(
            f"{file} cannot be read: {failure.strerror}", "check the path and its permissions"
        ) from failure
    except (msgspec.DecodeError, ValueError, AssertionError) as failure:
        hint = "see examples/winter-summit/event.json for the form"
        raise InputError(f"{file} describes no event: {failure}", hint) from failure
    return plan


def _lines(file: Path) -> Iterator[str]:
    """Yield lines with their ends; bytes that are no text in the file's encoding stand as lone surrogates."""
    try:
        with file.open("rb") as source:
            utf16 = source.read(2) in UTF16_MARKS
        with file.open(encoding="utf-16" if utf16 else "utf-8-sig", errors="surrogateescape", newline="\n") as text:
            yield from text
    except OSError as failure:
        raise InputError(
            f"{file} cannot be read: {failure.strerror}", "check the path and its permissions"
        ) from failure
    except UnicodeError as failure:
        raise InputError(f"{file} is no text: {failure}", "save the file as UTF-8") from failure


def _json_rows(lines: Iterator[str], name: str) -> Iterator[Given]:
    for number, line in enumerate(lines, 1):
        if text := line.strip():
            yield _json_row(text, f"{name}:{number}")


def _json_row(text: str, origin: str) -> Given:
    try:
        row = json.loads(text)
    except (ValueError, RecursionError) as failure:
        return refused(origin, text, f"the line is no JSON ({failure})")
    if not isinstance(row, dict):
        return refused(origin, text, "the line is no JSON object")
    return checked(Given(origin, row, text))
