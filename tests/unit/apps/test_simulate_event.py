"""The event that `turnout simulate kaltura` holds: from a seed, moved in time, with so many more people."""

from pathlib import Path
from typing import Any

import pytest

from turnout.apps.simulate import event_seed, made_from, secrets_of
from turnout.clock import VirtualClock
from turnout.errors import InputError

NOW = 1_795_000_000.0


def test_a_seed_gets_more_people_and_another_start() -> None:
    made = event_seed({"polls": []}, NOW, attendees=7, starts_in=5.0)

    assert made == {"polls": [], "attendees": 7, "starts_at": "2026-11-18T11:11:40.000Z"}


def test_a_seed_stays_as_it_is_unless_asked() -> None:
    assert event_seed({"polls": []}, NOW, attendees=0, starts_in=None) == {"polls": []}


def test_without_a_seed_it_is_the_example_event_where_that_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(__file__).parents[3])
    here = event_seed(None, NOW, attendees=0, starts_in=None)
    monkeypatch.chdir(tmp_path)

    assert len(here["people"]) == 28
    assert event_seed(None, NOW, attendees=0, starts_in=None) == {}


def test_fewer_than_no_people_are_refused() -> None:
    with pytest.raises(InputError, match="-1 people cannot be made"):
        event_seed({}, NOW, attendees=-1, starts_in=None)


@pytest.mark.parametrize(
    "seed",
    [{"shoes": 1}, {"events": [{"id": 1}]}, {"settings": {"partner_id": "x"}}, {"starts_at": "soon"}],
)
def test_a_seed_that_cannot_be_read_is_told(seed: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="the seed cannot be read"):
        made_from("kaltura", seed, VirtualClock())


def test_each_kind_tells_what_a_connection_needs() -> None:
    assert set(secrets_of("kaltura", None)) == {"partner_id", "admin_secret", "app_token_id", "app_token"}
    assert set(secrets_of("marketo", None)) == {"client_id", "client_secret"}
