"""What is sealed, and the digests of codes and PINs, also while the secret is changed."""

import pytest

from ordering.ports import SealBroken
from ordering.sealer import SHORTEST_DIGEST, SecretKeySealer

OLD, NEW = "o" * 40, "n" * 40
PAYLOAD = {"text": "å" * 9, "number": 7}
# The steps of a change: every process knows the new one before any of them uses it.
BEFORE, KNOWN, CHANGED, AFTER = (
    SecretKeySealer(OLD),
    SecretKeySealer(OLD, [NEW]),
    SecretKeySealer(NEW, [OLD]),
    SecretKeySealer(NEW),
)


@pytest.mark.parametrize(
    ("one", "other"), [(BEFORE, BEFORE), (BEFORE, KNOWN), (KNOWN, CHANGED), (CHANGED, KNOWN), (CHANGED, AFTER)]
)
def test_each_step_of_a_change_reads_what_the_one_beside_it_makes(one, other):
    assert other.open(one.seal(PAYLOAD)) == PAYLOAD
    assert other.open_bytes(one.seal_bytes(b"jpeg")) == b"jpeg"
    digest = one.digest("login", "7", "482119")
    assert other.is_digest(digest, "login", "7", "482119")
    assert other.is_digest(digest[:SHORTEST_DIGEST], "login", "7", "482119")


def test_once_the_old_one_is_gone_nothing_of_it_holds():
    with pytest.raises(SealBroken):
        AFTER.open(BEFORE.seal(PAYLOAD))
    with pytest.raises(SealBroken):
        AFTER.open_bytes(BEFORE.seal_bytes(b"jpeg"))
    assert not AFTER.is_digest(BEFORE.digest("pin", "1"), "pin", "1")
    assert AFTER.digest("pin", "1") == CHANGED.digest("pin", "1") != BEFORE.digest("pin", "1")


@pytest.mark.parametrize("length", [0, 1, SHORTEST_DIGEST - 1])
def test_too_few_figures_are_no_digest(length):
    assert not BEFORE.is_digest(BEFORE.digest("a")[:length], "a")


@pytest.mark.parametrize("given", ["å" * 64, "0" * 64, BEFORE.digest("ab", "c"), BEFORE.digest("a", "bc") + "0"])
def test_what_is_no_digest_of_these_parts(given):
    assert not BEFORE.is_digest(given, "a", "bc")
