from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.unit.delivery.stage import row, writer

from turnout.delivery.batches import batches, halves
from turnout.destinations.kit import Row, Writer


def people(made: list[list[Row]]) -> list[list[str]]:
    return [[one.change.key.person for one in batch] for batch in made]


def test_a_batch_holds_no_more_rows_than_the_vendor_takes():
    assert people(batches(writer(rows=2), [row("a"), row("b"), row("c")])) == [["a", "b"], ["c"]]


def test_a_batch_holds_no_more_bytes_than_the_vendor_takes():
    rows = [row("a", size=400), row("b", size=400), row("c", size=400)]

    assert people(batches(writer(rows=10, size=1000), rows)) == [["a", "b"], ["c"]]


def test_a_persons_rows_share_a_call_where_they_fit():
    rows = [row("a"), row("b"), row("a"), row("b"), row("a")]

    assert people(batches(writer(rows=3), rows)) == [["a", "a", "a"], ["b", "b"]]


def test_a_person_with_more_rows_than_a_batch_takes_fills_several():
    assert people(batches(writer(rows=2), [row("a")] * 5)) == [["a", "a"], ["a", "a"], ["a"]]


def test_a_row_larger_than_a_batch_stands_alone():
    rows = [row("a", size=10), row("b", size=5000), row("c", size=10)]

    assert people(batches(writer(rows=10, size=1000), rows)) == [["a"], ["b"], ["c"]]


def test_groups_go_in_sorted_order_and_are_never_mixed():
    by_size = Writer(10, 10_000, writer().render, lambda change: (change.step,), writer().talk, writer().read_back)
    rows = [_stepped("a", 50), _stepped("b", 10), _stepped("c", 50)]

    assert people(batches(by_size, rows)) == [["b"], ["a", "c"]]


def _stepped(person: str, step: int) -> Row:
    plain = row(person)
    return Row(replace(plain.change, step=step), plain.payload, plain.size_bytes)


def test_halves_of_an_odd_batch_are_all_of_it():
    assert people(list(halves([row("a"), row("b"), row("c")]))) == [["a"], ["b", "c"]]


@given(
    st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(1, 1500)), max_size=60),
    st.integers(1, 7),
)
def test_nothing_is_lost_or_doubled_and_no_batch_is_too_large(wishes, most):
    rows = [row(person, size=size) for person, size in wishes]

    made = batches(writer(rows=most, size=1000), rows)

    assert sorted(id(one) for batch in made for one in batch) == sorted(map(id, rows))
    assert all(1 <= len(batch) <= most for batch in made)
    assert all(sum(one.size_bytes for one in batch) <= 1000 or len(batch) == 1 for batch in made)
