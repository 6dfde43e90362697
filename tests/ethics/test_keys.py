"""Private keys stay with their owner; a public key names one signer."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from ethics.errors import KeyFileError
from ethics.keys import holds, is_public_key, key_id, new_key_file, public_of, read_key_file
from tests.ethics.signers import key, public

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
IDENTITY = (0, 1)


def added(one: tuple[int, int], two: tuple[int, int]) -> tuple[int, int]:
    """The sum of two points of the curve, from the definition of RFC 8032."""
    (x1, y1), (x2, y2) = one, two
    cross = D * x1 * x2 * y1 * y2
    return (
        (x1 * y2 + x2 * y1) * pow(1 + cross, -1, P) % P,
        (y1 * y2 + x1 * x2) * pow(1 - cross, -1, P) % P,
    )


def a_point_of_order_eight() -> tuple[int, int]:
    """Multiply points by the large prime order until what is left has order eight."""
    order = 2**252 + 27742317777372353535851937790883648493
    root = pow(2, (P - 1) // 4, P)
    for y in range(2, 200):
        square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
        x = pow(square, (P + 3) // 8, P)
        x = x if x * x % P == square else x * root % P
        if x * x % P != square:
            continue
        total, base = IDENTITY, (x, y)
        for bit in f"{order:b}":
            total = added(total, total)
            total = added(total, base) if bit == "1" else total
        if added(added(total, total), added(total, total)) != IDENTITY:
            return total
    raise AssertionError


def test_every_point_of_small_order_is_refused_in_each_of_its_writings() -> None:
    start = a_point_of_order_eight()
    points, point = set(), IDENTITY
    for _ in range(8):
        points.add(point)
        point = added(point, start)

    assert len(points) == 8
    assert point == IDENTITY
    for _, y in points:
        for written in (y, y + P):
            for sign in (0, 1):
                if written < 2**255:
                    assert not is_public_key((written | sign << 255).to_bytes(32, "little").hex())


def test_no_signature_holds_under_a_key_of_small_order() -> None:
    identity = (1).to_bytes(32, "little")

    assert not holds(identity.hex(), identity + bytes(32), b"any message")


@pytest.mark.parametrize("text", ["", "ab", "A" * 64, "0" * 63, "g" * 64, None, 12, "0" * 64 + "\n"])
def test_what_is_no_public_key_is_refused(text: object) -> None:
    assert not is_public_key(text)
    assert not isinstance(text, str) or not holds(text, bytes(64), b"m")


def test_a_signature_holds_for_its_message_its_key_and_no_other() -> None:
    signature = key("a").sign(b"message")

    assert holds(public("a"), signature, b"message")
    assert not holds(public("a"), signature, b"messages")
    assert not holds(public("b"), signature, b"message")
    assert not holds(public("a"), signature[:-1], b"message")
    assert not holds(public("a"), b"", b"message")


def test_a_key_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "me.key"
    written = new_key_file(path)

    assert path.stat().st_mode & 0o777 == 0o600
    assert public_of(read_key_file(path)) == written
    assert key_id(written) == written[:16]


def test_a_key_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "me.key"
    written = new_key_file(path)

    with pytest.raises(KeyFileError, match="existe"):
        new_key_file(path)
    assert public_of(read_key_file(path)) == written


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_key_that_others_can_touch_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "me.key"
    new_key_file(path)
    path.chmod(mode)

    with pytest.raises(KeyFileError, match="chmod 600"):
        read_key_file(path)


@pytest.mark.parametrize(
    "content", [b"", b"not a key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_what_is_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "me.key"
    path.write_bytes(content)
    path.chmod(0o600)

    with pytest.raises(KeyFileError, match="Ed25519"):
        read_key_file(path)


def test_a_missing_key_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="chemin"):
        read_key_file(tmp_path / "absent.key")


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "me.key"
    path.write_bytes(generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o600)

    with pytest.raises(KeyFileError, match="Ed25519"):
        read_key_file(path)
