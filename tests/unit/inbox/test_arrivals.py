from turnout.database import transaction
from turnout.inbox.arrivals import Piece, body_of, keep, quarantined


def kept(engine, *pieces: Piece, kind: str = "polls", source: str = "kaltura") -> list[str]:
    with transaction(engine) as connection:
        return [piece.body for piece in keep(connection, kind, pieces, source=source, now=5.0)]


def test_a_piece_is_kept_once(engine):
    assert kept(engine, Piece("a", "f:1"), Piece("b", "f:2"), Piece("a", "f:3")) == ["a", "b"]
    assert kept(engine, Piece("b", "g:1"), Piece("c", "g:2")) == ["c"]


def test_pieces_of_another_kind_or_source_are_others(engine):
    kept(engine, Piece("a", "f:1"))
    assert kept(engine, Piece("a", "f:1"), kind="registrations") == ["a"]
    assert kept(engine, Piece("a", "f:1"), source="other") == ["a"]


def test_more_pieces_than_one_look_up_takes_are_known(engine):
    many = [Piece(str(number), "f") for number in range(1_200)]
    assert len(kept(engine, *many)) == 1_200
    assert kept(engine, *many) == []


def test_rows_that_say_the_same_are_the_same_text():
    assert body_of({"b": "é", "a": 1}) == body_of({"a": 1, "b": "é"}) == '{"a":1,"b":"é"}'


def test_the_quarantine_names_what_and_why(engine):
    kept(engine, Piece("a", "f:1"), Piece("b", "f:2", "it is bad"))
    with transaction(engine) as connection:
        assert quarantined(connection) == [("polls", "f:2", "it is bad", "b")]
