"""Checkpoints are the notes of C2SP; the expected bytes are put together here from its text, not by our code."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ethics.checkpoint import Checkpoint, read_checkpoint
from ethics.errors import LogError
from tests.ethics.signers import key, public

ROOT = hashlib.sha256(b"root").digest()
BARE = Checkpoint("cite.example/journal", 7, ROOT)
WHEN = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)


def test_the_body_is_the_three_lines_of_the_specification() -> None:
    assert BARE.body == f"cite.example/journal\n7\n{base64.b64encode(ROOT).decode()}\n"


def test_the_signature_is_the_one_of_a_signed_note() -> None:
    body = BARE.body.encode()
    hint = hashlib.sha256(b"cite.example/journal\n\x01" + bytes.fromhex(public("log"))).digest()[:4]
    line = base64.b64encode(hint + key("log").sign(body)).decode()

    assert BARE.signed(key("log")).text() == f"{BARE.body}\n— cite.example/journal {line}\n"


def test_the_cosignature_is_the_one_of_the_specification() -> None:
    stamp = int(WHEN.timestamp())
    message = b"cosignature/v1\ntime %d\n" % stamp + BARE.body.encode()
    hint = hashlib.sha256(b"mediateur\n\x04" + bytes.fromhex(public("witness"))).digest()[:4]
    line = base64.b64encode(hint + stamp.to_bytes(8, "big") + key("witness").sign(message)).decode()

    assert BARE.cosigned("mediateur", key("witness"), WHEN).text() == f"{BARE.body}\n— mediateur {line}\n"


def test_signatures_hold_for_their_signer_and_their_text() -> None:
    note = BARE.signed(key("log")).cosigned("mediateur", key("witness"), WHEN)

    assert note.is_signed(public("log"))
    assert not note.is_signed(public("witness"))
    assert not replace(note, size=8).is_signed(public("log"))
    assert not replace(note, origin="other").is_signed(public("log"))
    assert not BARE.is_signed(public("log"))
    assert note.cosigned_at("mediateur", public("witness")) == WHEN
    assert note.cosigned_at("other", public("witness")) is None
    assert note.cosigned_at("mediateur", public("log")) is None
    assert replace(note, size=8).cosigned_at("mediateur", public("witness")) is None


def test_the_date_of_a_cosignature_cannot_be_changed() -> None:
    (name, data), *_ = BARE.cosigned("m", key("witness"), WHEN).signatures
    later = data[:4] + (int.from_bytes(data[4:12]) + 1).to_bytes(8) + data[12:]

    assert replace(BARE, signatures=((name, later),)).cosigned_at("m", public("witness")) is None


def test_the_last_of_several_cosignatures_counts() -> None:
    later = WHEN.replace(hour=11)
    note = BARE.cosigned("m", key("witness"), later).cosigned("m", key("witness"), WHEN)

    assert note.cosigned_at("m", public("witness")) == later


def test_a_date_beyond_every_calendar_is_no_date() -> None:
    seconds = 2**63
    hint = hashlib.sha256(b"m\n\x04" + bytes.fromhex(public("witness"))).digest()[:4]
    signature = key("witness").sign(f"cosignature/v1\ntime {seconds}\n{BARE.body}".encode())
    note = replace(BARE, signatures=(("m", hint + seconds.to_bytes(8) + signature),))

    assert note.cosigned_at("m", public("witness")) is None


def test_it_is_read_back_as_it_was_written() -> None:
    note = BARE.signed(key("log")).cosigned("mediateur", key("witness"), WHEN)

    assert read_checkpoint(note.text()) == note
    assert read_checkpoint(replace(BARE, size=0).text()).size == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n1\n",
        BARE.body,
        BARE.text().replace("7", "07"),
        BARE.text().replace("7", "-7"),
        BARE.text().replace("7", "seven"),
        BARE.text().replace("7", "9" * 30),
        BARE.text().replace(BARE.body, f"{BARE.body}more\n"),
        f"cite\n1\n{base64.b64encode(b'short').decode()}\n\n",
        f"{BARE.text()}no dash AAAA\n",
        f"{BARE.text()}— name\n",
        f"{BARE.text()}— name @@\n",
        f"{BARE.text()}— name AAAA",
        f"{BARE.text()}\n— name AAAA\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(LogError, match="point de contrôle"):
        read_checkpoint(text)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "a\nb"])
def test_a_witness_has_a_name_that_a_note_can_hold(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        BARE.cosigned(name, key("witness"), WHEN)
