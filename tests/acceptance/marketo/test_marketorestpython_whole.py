"""Every method of marketorestpython is exercised by these tests, or listed here with the reason why not."""

import inspect
import re
from pathlib import Path
from typing import Final

from marketorestpython.client import MarketoClient
from tests.acceptance.marketo.checked import called

CONTENT: Final = "what e-mails and web pages show: Turnout shares none of it, and the simulator answers 610"
SALES: Final = "records that a CRM owns: Turnout writes none of them, and the simulator answers 610"
ACCOUNTS: Final = "account-based marketing, another product: the simulator answers 610"
EMPTY: Final = "the client's own method does nothing at all"
OWN: Final = "what `execute` itself uses, and every test with it"

NOT_EXERCISED: Final = (
    (r"\w*_(email|emails|email_template|email_templates)(_\w+)?", CONTENT),
    (r"\w*_landing_page(s)?(_\w+)?", CONTENT),
    (r"\w*_(form|forms|form_field|form_fields|form_draft|form_id)(_\w+)?", CONTENT),
    (r"\w*_(file_by_id|file_by_name|files|files_yield|file_content)|create_file", CONTENT),
    (r"\w*_snippet(s)?(_\w+)?", CONTENT),
    (r"get_segmentations|get_segments", CONTENT),
    (r"\w*_(opportunity|opportunities)(_\w+)?", SALES),
    (r"\w*_(company|companies)", SALES),
    (r"\w*_sales_person(s)?", SALES),
    (r"(sync|delete|add|remove)_named_account\w*", EMPTY),
    (r"(get|describe)_named_account\w*", ACCOUNTS),
    (r"authenticate|execute|process_lead_activity_until_datetime", OWN),
)


def methods() -> set[str]:
    found = inspect.getmembers(MarketoClient, inspect.isfunction)
    return {name for name, _ in found if not name.startswith("_")}


def exercised() -> set[str]:
    return called(*Path(__file__).parent.glob("test_marketorestpython*.py"))


def reason(name: str) -> str:
    return next((why for pattern, why in NOT_EXERCISED if re.fullmatch(pattern, name)), "")


def test_every_method_is_exercised_or_has_a_reason() -> None:
    assert sorted(name for name in methods() - exercised() if not reason(name)) == []


def test_no_reason_is_given_for_a_method_that_is_exercised() -> None:
    assert sorted(name for name in exercised() if reason(name)) == []


def test_every_reason_is_for_some_method() -> None:
    assert [why for pattern, why in NOT_EXERCISED if not any(re.fullmatch(pattern, name) for name in methods())] == []


def test_the_methods_that_are_exercised_are_the_most() -> None:
    assert len(exercised() & methods()) >= 110
