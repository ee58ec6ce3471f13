"""A person: matched, chosen, made, or left to people."""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from turnout.plan.view import Park, Plan, Settled, View
from turnout.values.changes import Change, Op
from turnout.values.records import Key, Kind, Parking, Record
from turnout.values.rows import LedgerRow, Stand, stand
from turnout.values.sightings import Candidate, Seeking

DOMAIN: Final = "domain"
NOBODY: Final = "nobody"
"""The rules that keep people out, as the codes of what they park."""


def plan_person(view: View, plan: Plan, record: Record, *, binding: str, owners: dict[str, str]) -> None:
    """Plan for a person who is owed: `owners` maps remote ids to the persons who hold them."""
    row = view.row(record.key)
    person = record.key.person
    if domain := _excluded(view, str(record.values.get("email") or "")):
        plan.parks[record.key] = Park(Parking.EXCLUDED, f"people of {domain} are kept out by a rule", code=DOMAIN)
        return
    match = view.matches.get(person)
    if match is None:
        seeking = Seeking(person, str(record.values["email"]), row.remote_id)
        plan.look_people.setdefault(binding, []).append(seeking)
        return
    change = _change(record, row)
    if not match.candidates:
        _missing(view, plan, change)
        return
    found = choice(match.candidates, view.policy.several_matches)
    if found is None:
        ids = ", ".join(candidate.remote_id for candidate in match.candidates)
        reason = f"several people in the account share the e-mail address ({ids}): choose one"
        plan.parks[record.key] = Park(Parking.HELD, reason)
        return
    owner = owners.setdefault(found.remote_id, person)
    if owner != person:
        plan.aliases[person] = (owner, found.remote_id)
        return
    if values := {name: value for name, value in change.values.items() if name in view.policy.person_fields}:
        plan.changes.append(replace(change, op=Op.UPDATE, values=values, remote_id=found.remote_id))
    else:
        plan.settled.append(Settled(change, found.remote_id, _told(found, match.candidates)))


def left_out(view: View, record: Record) -> bool:
    """Return whether a record that was excluded still is: the rule that its person came under still holds."""
    row = view.row(record.key)
    if stand(row) is not Stand.EXCLUDED:
        return False
    if record.key.kind is not Kind.PERSON:
        return stand(view.row(Key("", Kind.PERSON, record.key.person))) is Stand.EXCLUDED
    if row.code == NOBODY:
        return not view.policy.create_people
    return bool(_excluded(view, str(record.values.get("email") or "")))


def waits_for_person(view: View, plan: Plan, key: Key, *, reason: str) -> None:
    """Let what refers to a person wait for them, or be left out with them."""
    person = view.row(Key("", Kind.PERSON, key.person))
    if stand(person) is Stand.EXCLUDED and not view.row(key).claimed:
        plan.parks[key] = Park(Parking.EXCLUDED, person.reason)
    else:
        plan.wait(key, reason)


def choice(candidates: Sequence[Candidate], policy: str) -> Candidate | None:
    """Return the candidate to take: best rank, then in the program, then by policy; None for a person to choose."""
    best = min(candidate.rank for candidate in candidates)
    pool = [candidate for candidate in candidates if candidate.rank == best]
    pool = [candidate for candidate in pool if candidate.in_program] or pool
    if len(pool) > 1 and policy == "hold":
        return None
    ordered = sorted(pool, key=lambda candidate: (candidate.modified, candidate.remote_id))
    return ordered[0] if policy == "oldest" else ordered[-1]


def _excluded(view: View, email: str) -> str:
    domain = email.rpartition("@")[2].lower()
    rules = view.policy.excluded_domains
    return next((rule for rule in rules if domain == rule or domain.endswith(f".{rule}")), "")


def _missing(view: View, plan: Plan, change: Change) -> None:
    if view.policy.create_people:
        plan.changes.append(change)
    else:
        reason = "the person is not in the account, and a setting says that Turnout makes nobody"
        plan.parks[change.key] = Park(Parking.EXCLUDED, reason, code=NOBODY)


def _change(record: Record, row: LedgerRow) -> Change:
    values = {name: value for name, value in record.values.items() if value not in (None, "")}
    return Change(record.key, Op.CREATE, values, row.wanted)


def _told(found: Candidate, candidates: Sequence[Candidate]) -> str:
    several = f", chosen of {len(candidates)}" if len(candidates) > 1 else ""
    return f"matched {found.remote_id}{several}" + (f" ({found.note})" if found.note else "")
