from pathlib import Path

import pytest

from turnout.facts.parts import Parts


def written(text: str):
    return lambda path: path.write_text(text)


def test_a_sealed_file_has_its_name_digest_and_size(tmp_path):
    sealed = Parts(tmp_path / "store").seal("a.txt", written("abc"))
    assert (sealed.name, sealed.sha256, sealed.size_bytes) == (
        "a.txt",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        3,
    )
    assert Path(Parts(tmp_path / "store").locate("a.txt")).read_text() == "abc"


def test_a_file_that_could_not_be_filled_leaves_nothing(tmp_path):
    def broken(path: Path) -> None:
        path.write_text("half")
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        Parts(tmp_path).seal("a.txt", broken)
    assert list(tmp_path.iterdir()) == []


def test_a_repeated_try_replaces_the_file(tmp_path):
    store = Parts(tmp_path)
    store.seal("a.txt", written("one"))
    store.seal("a.txt", written("two"))
    assert (store.names(), Path(store.locate("a.txt")).read_text()) == ({"a.txt"}, "two")


def test_dropped_files_are_gone_and_missing_ones_do_not_matter(tmp_path):
    store = Parts(tmp_path)
    store.seal("a.txt", written("one"))
    store.drop(["a.txt", "b.txt"])
    assert store.names() == set()


def test_a_store_that_was_never_used_is_empty(tmp_path):
    assert Parts(tmp_path / "none").names() == set()
