import os
import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from turnout.database import opened, transaction
from turnout.errors import SettingsError
from turnout.secrets import Vault, vault
from turnout.state.connections import save_connection
from turnout.values.bindings import Config

OLD, NEW = Fernet.generate_key(), Fernet.generate_key()


@pytest.fixture(autouse=True)
def _no_key_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TURNOUT_KEY", raising=False)


def test_what_is_sealed_opens_again() -> None:
    assert Vault([OLD]).opened(Vault([OLD]).sealed(b"hush")) == b"hush"


def test_what_is_sealed_does_not_show() -> None:
    assert b"hush" not in Vault([OLD]).sealed(b"hush")


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(SettingsError, match="cannot be opened with this key") as caught:
        Vault([NEW]).opened(Vault([OLD]).sealed(b"hush"))
    assert caught.value.hint == "restore the key file that belongs to this database, or set TURNOUT_KEY"


def test_after_a_rotation_the_old_key_still_opens() -> None:
    assert Vault([NEW, OLD]).opened(Vault([OLD]).sealed(b"hush")) == b"hush"


def test_after_a_rotation_the_new_key_seals() -> None:
    assert Vault([NEW]).opened(Vault([NEW, OLD]).sealed(b"hush")) == b"hush"


def test_a_home_keeps_its_key(tmp_path: Path) -> None:
    assert vault(tmp_path).opened(vault(tmp_path).sealed(b"hush")) == b"hush"


def test_a_home_that_is_not_there_yet_is_made(tmp_path: Path) -> None:
    vault(tmp_path / "deep" / "home")
    assert os.listdir(tmp_path / "deep" / "home") == ["key"]


def test_the_key_file_is_its_owners_alone(tmp_path: Path) -> None:
    vault(tmp_path)
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_a_key_file_holds_several_keys_one_a_line_the_first_seals(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(NEW + b"\n" + OLD + b"\n")
    assert vault(tmp_path).opened(Vault([OLD]).sealed(b"old")) == b"old"
    assert Vault([NEW]).opened(vault(tmp_path).sealed(b"new")) == b"new"


def test_the_environments_keys_go_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TURNOUT_KEY", f"{NEW.decode()}, {OLD.decode()}")
    assert vault(tmp_path).opened(Vault([OLD]).sealed(b"hush")) == b"hush"
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("text", ["", "short", "\xff\xfe", "a" * 44])
def test_a_malformed_key_file_says_what_a_key_is(tmp_path: Path, text: str) -> None:
    (tmp_path / "key").write_text(text, encoding="latin-1")
    with pytest.raises(SettingsError, match="malformed") as caught:
        vault(tmp_path)
    assert caught.value.hint == "a key is 32 bytes in URL-safe base64, one a line"


def test_a_key_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "key").mkdir()
    with pytest.raises(SettingsError, match="cannot be read"):
        vault(tmp_path)


def test_a_key_that_was_never_whole_leaves_no_trace_in_the_way(tmp_path: Path) -> None:
    (tmp_path / ".key.killed").write_bytes(b"")
    assert vault(tmp_path).opened(vault(tmp_path).sealed(b"hush")) == b"hush"


def test_no_secret_stands_in_any_file_of_the_home(tmp_path: Path) -> None:
    engine = opened(f"sqlite:///{tmp_path / 'turnout.db'}")
    config = Config("salesforce", "crm", {"url": "https://login.example.com", "client_secret": "hush-hush-hush"})
    with transaction(engine) as connection:
        save_connection(connection, config, vault(tmp_path), secret=frozenset({"client_secret"}), now=1.0)
    written = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    engine.dispose()
    assert (b"login.example.com" in written, b"hush" in written) == (True, False)
