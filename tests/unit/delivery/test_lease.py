import subprocess
import sys

import pytest

from turnout.delivery.lease import leased
from turnout.errors import Later, SettingsError

HOLDER = """
import sys
from pathlib import Path
from turnout.delivery.lease import leased
with leased(Path(sys.argv[1]), "salesforce"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_process_is_told_to_come_back_later(tmp_path):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout.readline() == "held\n"
        with (
            pytest.raises(Later, match="another process is delivering to 'salesforce' now"),
            leased(tmp_path, "salesforce"),
        ):
            pass
        holder.communicate("")


def test_a_lease_goes_with_its_process(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        holder.stdout.readline()
        holder.kill()
        holder.wait()

    with leased(tmp_path, "salesforce"):
        pass


def test_a_second_holder_in_one_process_is_told_to_come_back_later(tmp_path):
    with leased(tmp_path, "salesforce"), pytest.raises(Later) as told, leased(tmp_path, "salesforce"):
        pass

    assert told.value.exit_code == 75


def test_a_lease_is_free_after_its_use(tmp_path):
    with leased(tmp_path, "salesforce"):
        pass

    with leased(tmp_path, "salesforce"):
        pass


def test_accounts_are_leased_one_by_one(tmp_path):
    with leased(tmp_path, "salesforce"), leased(tmp_path, "marketo"):
        assert sorted(file.name for file in (tmp_path / "leases").iterdir()) == ["marketo.lock", "salesforce.lock"]


def test_a_name_with_a_slash_is_leased_inside_the_home(tmp_path):
    with leased(tmp_path, "../emea/north"):
        assert [file.name for file in (tmp_path / "leases").iterdir()] == ["..%2Femea%2Fnorth.lock"]


def test_a_lease_that_cannot_be_written_says_so(tmp_path):
    with pytest.raises(SettingsError, match="File name too long") as refusal, leased(tmp_path, "x" * 300):
        pass

    assert refusal.value.hint == "see that the home can be written to, and that the connection has a short name"
