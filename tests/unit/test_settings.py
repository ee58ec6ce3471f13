from pathlib import Path

import pytest

from turnout.errors import SettingsError
from turnout.settings import Settings, settings


def written(home: Path, text: str) -> Settings:
    (home / "settings.toml").write_text(text, encoding="utf-8")
    return settings(home)


def test_a_home_without_a_file_has_the_defaults(tmp_path: Path) -> None:
    assert settings(tmp_path) == Settings()


def test_the_defaults_are_these(tmp_path: Path) -> None:
    found = settings(tmp_path)
    assert (found.user_id_as_email, found.derive_statuses, found.keep_attended, found.winner, found.database) == (
        *(True, True, True),
        *("ended", ""),
    )
    assert (found.patience, found.unsure, found.target_life) == (300.0, 0.0, 3600.0)


def test_an_empty_file_has_the_defaults(tmp_path: Path) -> None:
    assert written(tmp_path, "") == Settings()


def test_what_a_file_says_goes_before_the_defaults(tmp_path: Path) -> None:
    assert written(tmp_path, 'winner = "beacons"\npatience = 5\n') == Settings(winner="beacons", patience=5.0)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("patiense = 5", "unknown field `patiense`"),
        ('winner = "nobody"', "Invalid enum value 'nobody'"),
        ("keep_attended = 1", "Expected `bool`, got `int`"),
        ("winner = ", "Invalid value"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(SettingsError, match="settings") as caught:
        written(tmp_path, text)
    assert told in caught.value.message


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="settings") as caught:
        settings(tmp_path)
    assert caught.value.hint == "mend the line, or remove the file to have the defaults"


def test_a_file_that_is_no_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").mkdir()
    with pytest.raises(SettingsError, match="settings"):
        settings(tmp_path)
