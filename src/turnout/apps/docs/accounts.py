"""The destinations' tables -> what is written to an account, how it answers, and what can be set."""

import inspect
import json
import re
from collections.abc import Sequence

from turnout.apps.docs.markdown import code, remarks, table
from turnout.destinations.kit import POLICIES, Setting
from turnout.destinations.marketo import fields as marketo_fields
from turnout.destinations.salesforce import fields as salesforce_fields
from turnout.metrics.catalogue import METRIC
from turnout.records.statuses import LABEL_STEPS, SSO_LABEL, STATUSES, successful
from turnout.settings import Settings
from turnout.values import verdicts
from turnout.values.records import Kind
from turnout.values.verdicts import Rules, Verdict


def rules_of(rules: Rules) -> str:
    """Return a vendor's table of codes."""
    return table(
        ("code", "verdict", "what it means", "what to do", "wait"),
        [
            (code(rule.code), rule.verdict.name, rule.meaning, rule.fix, f"{rule.seconds:g} s" if rule.seconds else "")
            for rule in rules.table.values()
        ],
    )


def settings_of(settings: Sequence[Setting]) -> str:
    """Return a vendor's own settings, those that all destinations share left out."""
    return setting_table([one for one in settings if one not in POLICIES])


def setting_table(settings: Sequence[Setting]) -> str:
    """Return settings as a table: what each is, its default, its choices."""
    return table(
        ("setting", "what it is", "default", "choices"),
        [
            (
                code(one.name) + (" (secret)" if one.secret else ""),
                one.help,
                "must be given" if one.default is None else code(one.default),
                ", ".join(code(choice) for choice in one.choices),
            )
            for one in settings
        ],
    )


def home_settings() -> str:
    """Return the settings of a home as they stand in its file, with their defaults."""
    parts = re.split(r"`(\w+)`: ", " ".join((Settings.__doc__ or "").split()))[1:]
    inline = dict(re.findall(r"^ +(\w+): .*# (.*)$", inspect.getsource(Settings), re.MULTILINE))
    told = {**dict(zip(parts[::2], parts[1::2], strict=True)), **inline}
    defaults = zip(Settings.__struct_fields__, Settings.__struct_defaults__, strict=True)
    return table(
        ("setting", "default", "what it is"),
        [(code(name), code(json.dumps(value)), told.get(name, "").strip(" .")) for name, value in defaults],
    )


def verdict_table() -> str:
    """Return the verdicts with what each means."""
    told = remarks(verdicts.Verdict)
    return table(("verdict", "the account says"), [(one.name, told[one.name]) for one in Verdict])


def statuses() -> str:
    """Return the table of attendance statuses in both vocabularies."""
    return table(
        ("Kaltura", "code", "step", "rank", "success", "label", "on the ladder", "Kaltura's page shows"),
        [
            (
                code(one.word),
                one.code,
                one.step,
                one.rank,
                _yes(one.success),
                f"{SSO_LABEL} if it came by SSO, else {one.label}" if one.word == "created" else one.label,
                _yes(one.ladder),
                one.shown,
            )
            for one in STATUSES
        ],
    )


def labels() -> str:
    """Return the labels that are provisioned, with their steps."""
    steps = sorted(LABEL_STEPS.items(), key=lambda item: item[1])
    return table(("label", "step", "success"), [(name, step, _yes(successful(step))) for name, step in steps])


def _yes(fact: bool) -> str:
    return "yes" if fact else ""


def fields_of(kind: Kind) -> str:
    """Return the columns of one object in both destinations, in the order in which they are made."""
    ours = {column.name: column for column in salesforce_fields.COLUMNS[kind]}
    theirs = {field.name: field for field in marketo_fields.OBJECTS[kind].fields}
    return table(
        ("column", "Salesforce", "Marketo", "unit", "what it is"),
        [
            (
                code(name),
                _salesforce(ours[name]) if name in ours else "",
                _marketo(theirs[name]) if name in theirs else "",
                METRIC[name].unit if name in METRIC else "",
                (ours[name] if name in ours else theirs[name]).help,
            )
            for name in dict.fromkeys((*ours, *theirs))
        ],
    )


def _salesforce(column: salesforce_fields.Column) -> str:
    size = f"({column.width},{column.scale})" if column.type == "number" else f"({column.width})"
    return f"{code(column.api_name)} {column.type.capitalize()}{size if column.type in ('number', 'text') else ''}"


def _marketo(field: marketo_fields.Field) -> str:
    return f"{code(field.name)} {field.type}" + (f" ({field.width})" if field.width else "")


def people() -> str:
    """Return what a registration tells of a person, and where it goes."""
    names = dict.fromkeys((*salesforce_fields.PERSON, *marketo_fields.PERSON_FIELDS))
    return table(
        ("of the person", "Salesforce", "Marketo"),
        [
            (
                code(name),
                code(salesforce_fields.PERSON.get(name, "")),
                code(marketo_fields.PERSON_FIELDS.get(name, "")),
            )
            for name in names
        ],
    )
