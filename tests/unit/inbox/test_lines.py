from pathlib import Path

from turnout.inbox.lines import LINE_BYTES, chunks


def read(folder: Path, raw: bytes, chunk_bytes: int = 1_000):
    """Return of each chunk: its first line's number, its lines, and the copy."""
    file, aside = folder / "in.jsonl", folder / "aside"
    file.write_bytes(raw)
    return [(chunk.first, chunk.lines, aside.read_bytes()) for chunk in chunks(file, aside, chunk_bytes=chunk_bytes)]


def test_lines_are_copied_without_marks_and_carriage_returns(tmp_path):
    assert read(tmp_path, b"\xef\xbb\xbfa\r\nb\n\nc") == [(1, 4, b"a\nb\n\nc\n")]


def test_a_carriage_return_within_a_line_is_a_blank(tmp_path):
    assert read(tmp_path, b'{"a":\r1}\n') == [(1, 1, b'{"a": 1}\n')]


def test_a_chunk_ends_with_the_line_that_fills_it(tmp_path):
    assert read(tmp_path, b"aaaa\nbbbb\ncccc\n", chunk_bytes=6) == [(1, 2, b"aaaa\nbbbb\n"), (3, 1, b"cccc\n")]


def test_a_bad_line_leaves_an_empty_one(tmp_path):
    assert read(tmp_path, b"a\n\xff\nb\n") == [(1, 3, b"a\n\nb\n")]


def test_a_line_without_end_is_cut_and_refused(tmp_path):
    file, aside = tmp_path / "in.jsonl", tmp_path / "aside"
    file.write_bytes(b"x" * (LINE_BYTES * 2 + 5) + b"\nok\n")
    (chunk,) = chunks(file, aside)
    assert (chunk.lines, chunk.unreadable[0].reason) == (2, f"the line is longer than {LINE_BYTES} bytes")


def test_the_digest_is_that_of_the_lines_and_not_of_their_ends(tmp_path):
    unix, windows = tmp_path / "unix", tmp_path / "windows"
    unix.write_bytes(b"a\nb\n")
    windows.write_bytes(b"a\r\nb\r\n")
    (one,), (two,) = chunks(unix, tmp_path / "aside"), chunks(windows, tmp_path / "aside")
    assert one.digest == two.digest


def test_the_copy_is_gone_in_the_end(tmp_path):
    read(tmp_path, b"a\n")
    assert not (tmp_path / "aside").exists()
