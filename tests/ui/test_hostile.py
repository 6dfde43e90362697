"""What is done to the service on purpose: a hostile source, a wrong name, a flood; and what others see of it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from bot.assembly import Assembly, assemble
from tests.bot.town import FICHES, LOST_CARD_CHILD, _fiche, _text, town_in
from tests.corpus.dila.build import chapter, para
from tests.ui.conftest import serving
from tests.ui.hostile import attempts
from tests.ui.reading import asked, text_of
from ui import door
from ui.admission import Limits
from ui.records import Records

SCRIPT = "&lt;script&gt;alert(1)&lt;/script&gt;"
WASPS = _fiche(
    "F9099",
    f"Nid de guêpes {SCRIPT}",
    _text(
        para(f"Le nid de guêpes est retiré sous 6 jours {SCRIPT} &lt;img src=x onerror=alert(1)&gt;."),
        chapter("Coût", para("Le retrait du nid de guêpes est gratuit.")),
    ),
)


def test_a_script_in_a_title_or_in_a_passage_is_shown_as_text(tmp_path: Path) -> None:
    hostile = assemble(town_in(tmp_path, fiches={**FICHES, "F9099": WASPS}, orders=False))
    passages = [one for one in hostile.opened.store.all_passages() if one.document == "F9099"]
    with serving(hostile) as address, httpx.Client(base_url=address, timeout=60) as client:
        pages = [client.get(f"/passage/{quote(one.ref, safe='')}").text for one in passages]
        pages.append(asked(client, "Combien coûte le retrait d'un nid de guêpes ?").text)
    hostile.opened.store.close()

    assert any("<script>alert(1)" in one.text for one in passages)
    assert sum("alert(1)" in text_of(page) for page in pages) >= len(passages)
    for tree in map(HTMLParser, pages):
        assert [node.text() for node in tree.css("script")] == [""]
        assert tree.css("img, [onerror]") == []


def test_another_name_than_the_service_s_own_is_refused(bot: Assembly) -> None:
    with serving(bot, hosts=["127.0.0.1"]) as address:
        assert httpx.get(address).status_code == 200
        assert httpx.get(address, headers={"host": "evil.example"}).status_code == 400


def test_a_flood_from_one_address_leaves_the_others_served(bot: Assembly) -> None:
    with serving(bot, Limits(per_address="5/minute", overall="1000/minute")) as address:
        with httpx.Client(base_url=address, timeout=60) as flood:
            codes = {asked(flood, "x").status_code for _ in range(20)}
        other = httpx.HTTPTransport(local_address="127.0.0.2")
        with httpx.Client(base_url=address, transport=other, timeout=60) as client:
            assert asked(client, LOST_CARD_CHILD).status_code == 200

    assert codes == {200, 429}


def test_nothing_of_what_is_tried_on_purpose_happens(
    bot: Assembly, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "SECONDS", 0.3)
    with serving(bot, records=records, hosts=["127.0.0.1"]) as address:
        tried = list(attempts(address))

    assert len(tried) > 30
    assert [one for one in tried if not one.held] == []
