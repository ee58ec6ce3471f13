from msgspec.structs import replace
from tests.unit.plan.planning import LABELS, target

from turnout.plan.shapes import Shape, digests, shape
from turnout.values.records import Key, Kind, Record, Value
from turnout.values.rows import LedgerRow
from turnout.values.sightings import FieldSeen, Target

ROW = Key("b1", Kind.ENGAGEMENT, "ada", "1_live0001", 7)
OLD = Shape("old", ("plays",))
NEW = Shape("new", ("plays", "raise_hand"))
KNOWN = {"old": OLD, "new": NEW}
PLAYED = {"plays": 2}


def wish(values: dict[str, Value], row: LedgerRow | None = None, now: Shape = NEW) -> str:
    rows = {ROW: row} if row else {}
    return digests({ROW: Record(ROW, values)}, rows, {("b1", Kind.ENGAGEMENT): now}, known=KNOWN)[ROW]


def accepted(values: dict[str, Value], within: Shape) -> LedgerRow:
    """Return the row of values that were accepted in a shape."""
    return LedgerRow(ROW, accepted=wish(values, now=within), shape=within.id)


def without(seen: Target, name: str) -> Target:
    found = seen.objects[Kind.ENGAGEMENT]
    fields = {field: place for field, place in found.fields.items() if field != name}
    return replace(seen, objects={Kind.ENGAGEMENT: replace(found, fields=fields)})


def test_a_shape_has_the_fields_that_the_account_lets_us_write() -> None:
    seen = target(LABELS)
    locked = {**seen.objects[Kind.ENGAGEMENT].fields, "plays": FieldSeen("plays", "plays__c", writable=False)}
    engagement = replace(seen.objects[Kind.ENGAGEMENT], fields=locked)
    found = shape(replace(seen, objects={Kind.ENGAGEMENT: engagement}), Kind.ENGAGEMENT, 1)
    assert found.fields == ("channel_id", "entry_id", "raise_hand")


def test_a_person_writes_nothing_on_a_match_so_nothing_is_compared() -> None:
    assert shape(None, Kind.PERSON, 1).fields == ()


def test_of_a_person_what_may_be_written_is_compared() -> None:
    assert shape(None, Kind.PERSON, 1, person_fields=frozenset({"title", "first_name"})).fields == (
        "first_name",
        "title",
    )


def test_a_member_is_compared_by_its_status_and_the_one_before() -> None:
    assert shape(target(LABELS), Kind.MEMBER, 1).fields == ("status", "code", "label", "before", "before_label")


def test_an_object_that_the_account_lacks_has_no_fields() -> None:
    assert shape(target(LABELS), Kind.POLLS, 1).fields == ()


def test_a_vanished_field_makes_another_shape() -> None:
    seen = target(LABELS)
    assert shape(seen, Kind.ENGAGEMENT, 1).id != shape(without(seen, "plays"), Kind.ENGAGEMENT, 1).id


def test_another_mapping_version_makes_another_shape() -> None:
    assert shape(target(LABELS), Kind.ENGAGEMENT, 1).id != shape(target(LABELS), Kind.ENGAGEMENT, 2).id


def test_what_was_never_accepted_is_compared_in_the_current_shape() -> None:
    assert wish({"plays": 2, "raise_hand": 1}) != wish({"plays": 2, "raise_hand": 3})


def test_a_difference_outside_the_shape_is_not_owed() -> None:
    assert wish({"plays": 2, "mic_on": 1.0}) == wish({"plays": 2, "mic_on": 9.0})


def test_a_change_of_shape_alone_is_not_owed() -> None:
    row = accepted(PLAYED, OLD)
    assert wish({"plays": 2, "raise_hand": 1}, row) == row.accepted


def test_a_change_of_value_is_owed_whatever_the_shape() -> None:
    row = accepted(PLAYED, OLD)
    assert wish({"plays": 3, "raise_hand": 1}, row) != row.accepted


def test_a_value_changed_under_a_new_shape_is_owed_once() -> None:
    changed = {"plays": 3, "raise_hand": 1}
    owed = wish(changed, accepted(PLAYED, OLD))
    assert wish(changed, LedgerRow(ROW, accepted=owed, shape="new")) == owed


def test_a_shape_that_nobody_kept_is_taken_for_the_current_one() -> None:
    lost = LedgerRow(ROW, accepted=wish(PLAYED), shape="lost")
    assert wish(PLAYED, lost) == lost.accepted


def test_a_later_status_before_a_visit_after_the_event_is_owed() -> None:
    member = Key("b1", Kind.MEMBER, "ada")
    current = {("b1", Kind.MEMBER): shape(target(LABELS), Kind.MEMBER, 1)}
    early = Record(member, {"status": "participatedPostEvent", "before": "registered"})
    late = Record(member, {"status": "participatedPostEvent", "before": "attended"})
    assert digests({member: early}, {}, current, known={}) != digests({member: late}, {}, current, known={})
