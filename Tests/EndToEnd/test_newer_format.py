"""A log of a newer format version is no damage: one line says so, and nothing is touched."""

import pytest

import log_format
from ledger import hashes


def test_the_checksum_is_crc32c():
    assert log_format.crc32c(b"123456789") == 0xE3069283


@pytest.mark.parametrize("question", [
    ["keys", "list", "--as-of", "5"], ["events"], ["replay"], ["export", "usage"],
    ["organizations", "create", "acme"],
    ["verify"]])
def test_a_newer_format_version_is_refused_and_nothing_changed(shipped, question):
    log_format.make_newer(shipped.segments()[-1])
    before = hashes(shipped.log)
    answer = shipped.fails(1, *question)
    assert len(answer.lines) == 1 and "version" in answer.err and "2" in answer.err
    assert shipped.segments()[-1].name in answer.err
    assert hashes(shipped.log) == before
