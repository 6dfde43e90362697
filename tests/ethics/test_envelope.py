"""Signatures cover exactly what is read; checked against an implementation by others (securesystemslib)."""

from __future__ import annotations

import base64
import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope as Theirs
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer._key import Key, SSlibKey
from securesystemslib.signer._signature import Signature

from ethics.canonical import canonical
from ethics.envelope import PAYLOAD_TYPE, STATEMENT_TYPE, Envelope, Statement, encoded, read_envelope
from ethics.errors import EnvelopeError
from ethics.keys import key_id
from tests.ethics.signers import key, public

STATEMENT = Statement("urn:cite:opinion:v1", {"release": "ab" * 32}, {"opinion": "favorable", "sequence": 3})
NAMES = ("alice", "bruno", "chloé")


def signed(*names: str) -> Envelope:
    envelope = STATEMENT.envelope()
    for name in names:
        envelope = envelope.signed(key(name))
    return envelope


def their_keys(*names: str) -> list[Key]:
    return [SSlibKey(key_id(public(name)), "ed25519", "ed25519", {"public": public(name)}) for name in names]


def theirs(envelope: Envelope) -> Theirs:
    # Their `from_dict` changes what it is given.
    return Theirs.from_dict(copy.deepcopy(json.loads(envelope.to_bytes())))


def test_a_signature_without_a_key_id_is_read_and_still_holds() -> None:
    said = json.loads(signed("alice").to_bytes())
    del said["signatures"][0]["keyid"]
    envelope = read_envelope(json.dumps(said).encode())

    assert [name for name, _ in envelope.signatures] == [""]
    assert envelope.signers([public("alice")]) == {public("alice")}


def test_the_encoding_is_the_one_of_the_specification() -> None:
    # The worked example of the DSSE protocol document.
    assert encoded("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


@given(st.text(st.characters(exclude_categories=["Cs"])), st.binary())
def test_the_encoding_is_the_one_of_another_implementation(payload_type: str, payload: bytes) -> None:
    assert encoded(payload_type, payload) == Theirs(payload, payload_type, {}).pae()


def test_another_implementation_accepts_our_signatures() -> None:
    envelope = signed(*NAMES)

    assert len(theirs(envelope).verify(their_keys(*NAMES), 3)) == 3
    with pytest.raises(VerificationError):
        theirs(envelope).verify(their_keys("alice", "bruno", "dora"), 3)


def test_we_accept_the_signatures_of_another_implementation() -> None:
    other = Theirs(STATEMENT.envelope().payload, PAYLOAD_TYPE, {})
    other.signatures["any"] = Signature("any", key("alice").sign(other.pae()).hex())

    envelope = read_envelope(json.dumps(other.to_dict()).encode())

    assert envelope.signers([public("alice"), public("bruno")]) == {public("alice")}
    assert envelope.statement() == STATEMENT


def test_it_is_read_back_as_it_was_written() -> None:
    envelope = signed(*NAMES)

    assert read_envelope(envelope.to_bytes()) == envelope
    assert read_envelope(envelope.to_bytes()).statement() == STATEMENT
    assert json.loads(envelope.payload)["_type"] == STATEMENT_TYPE


def test_the_digest_does_not_depend_on_who_signs() -> None:
    assert signed("alice").digest == signed("bruno", "chloé").digest
    assert signed("alice").digest != Statement("k", {}, {}).envelope().digest


def test_signers_are_those_who_signed_each_once() -> None:
    envelope = signed("alice", "bruno", "alice")

    assert len(envelope.signatures) == 2
    assert envelope.signers(map(public, NAMES)) == {public("alice"), public("bruno")}
    assert envelope.signers([public("alice"), public("alice")]) == {public("alice")}
    assert envelope.signers([]) == frozenset()


def test_a_copied_signature_counts_once() -> None:
    once = signed("alice")
    twice = Envelope(once.payload, (*once.signatures, ("other name", once.signatures[0][1])))

    assert twice.signers([public("alice"), public("bruno")]) == {public("alice")}


def test_a_key_id_is_only_a_hint() -> None:
    once = signed("alice")
    renamed = Envelope(once.payload, ((key_id(public("bruno")), once.signatures[0][1]),))

    assert renamed.signers([public("alice"), public("bruno")]) == {public("alice")}


@given(st.data())
def test_any_changed_byte_of_the_payload_voids_every_signature(data: st.DataObject) -> None:
    envelope = signed(*NAMES)
    place = data.draw(st.integers(0, len(envelope.payload) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != envelope.payload[place]))
    payload = envelope.payload[:place] + bytes([byte]) + envelope.payload[place + 1 :]

    assert Envelope(payload, envelope.signatures).signers(map(public, NAMES)) == frozenset()


def test_a_swapped_payload_or_type_voids_every_signature() -> None:
    envelope = signed(*NAMES)
    other = Statement("urn:cite:opinion:v1", {"release": "cd" * 32}, {}).envelope()

    assert Envelope(other.payload, envelope.signatures).signers(map(public, NAMES)) == frozenset()
    assert Envelope(envelope.payload, envelope.signatures, "text/plain").signers(map(public, NAMES)) == frozenset()


def written(**change: Any) -> bytes:
    return json.dumps(json.loads(signed("alice").to_bytes()) | change).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b"\xff\xfe",
        signed("alice").to_bytes()[:-30],
        signed("alice").to_bytes().replace(b'"payload"', b'"payload": "", "payload"'),
        written(payload="@@"),
        written(payload=12),
        written(payloadType=12),
        written(signatures="no"),
        written(signatures=[12]),
        written(signatures=[{"keyid": "a"}]),
        written(signatures=[{"sig": "a\n"}]),
        written(signatures=[{"sig": ""}] * 65),
        b" " * 4_000_001,
    ],
)
def test_a_damaged_envelope_is_refused(data: bytes) -> None:
    with pytest.raises(EnvelopeError, match="enveloppe"):
        read_envelope(data)


def test_the_most_signatures_are_read() -> None:
    assert len(read_envelope(written(signatures=[{"sig": ""}] * 64)).signatures) == 64


def test_a_large_envelope_is_read() -> None:
    data = signed("alice").to_bytes()

    assert read_envelope(data + b" " * (4_000_000 - len(data))) == signed("alice")
    with pytest.raises(EnvelopeError, match="trop grande"):
        read_envelope(data + b" " * (4_000_001 - len(data)))


@pytest.mark.parametrize("kind", [Envelope, Statement])
def test_what_was_read_cannot_be_changed(kind: Any) -> None:
    assert kind.__dataclass_params__.frozen
    assert "__slots__" in vars(kind)


def test_the_file_of_an_envelope_is_readable_one_key_a_line() -> None:
    assert signed("alice").to_bytes().startswith(b'{\n "payload": "')


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_fail_otherwise(data: bytes) -> None:
    with pytest.raises(EnvelopeError):
        read_envelope(data)


def a_payload(**change: Any) -> bytes:
    said = {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": "release", "digest": {"sha256": "ab" * 32}}],
        "predicateType": "urn:cite:opinion:v1",
        "predicate": {"opinion": "favorable", "sequence": 3},
    }
    return canonical({name: value for name, value in (said | change).items() if value is not None})


def test_a_statement_is_an_in_toto_statement() -> None:
    assert STATEMENT.envelope().payload == a_payload()
    assert Envelope(a_payload()).statement() == STATEMENT


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b"12",
        a_payload(_type=None),
        a_payload(_type="https://in-toto.io/Statement/v0.1"),
        a_payload(subject=None),
        a_payload(subject="release"),
        a_payload(subject=[{"name": "a"}]),
        a_payload(subject=[{"name": 1, "digest": {"sha256": "ab"}}]),
        a_payload(subject=[{"name": "a", "digest": {"sha256": 1}}]),
        a_payload(subject=[{"name": "a", "digest": {"sha256": "1"}}, {"name": "a", "digest": {"sha256": "2"}}]),
        a_payload(subject=[{"name": ["a"], "digest": {"sha256": "1"}}]),
        a_payload(predicateType=None),
        a_payload(predicateType=12),
        a_payload(predicate=None),
        a_payload(predicate=[]),
        a_payload().replace(b'"sequence":3', b'"sequence":3,"sequence":4'),
        a_payload().replace(b'"sequence":3', b'"sequence":3.0'),
    ],
)
def test_what_is_no_statement_is_refused(payload: bytes) -> None:
    with pytest.raises(EnvelopeError, match="in-toto"):
        Envelope(payload).statement()


def test_a_statement_under_another_type_is_refused() -> None:
    data = base64.b64encode(a_payload()).decode()

    with pytest.raises(EnvelopeError, match="in-toto"):
        read_envelope(json.dumps({"payload": data, "payloadType": "text/plain", "signatures": []}).encode()).statement()


def test_a_signature_leaves_the_type_of_what_is_signed() -> None:
    signed = Envelope(b"{}", (), "application/example").signed(key("alice"))

    assert signed.payload_type == "application/example"
    assert signed.signers([public("alice")]) == {public("alice")}
