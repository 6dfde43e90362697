"""What `complete` lists, certifies and announces, case by case on small documents."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.complete import complete
from bot.turn import Also, Citation, Role, Sentence, Turn
from corpus.document import Block, DocumentKind
from tests.bot.town import OLD_DATE
from tests.bot.turns import aged, answered, quoted, verified
from tests.corpus.trees import TODAY, note, text

LATER = TODAY + timedelta(days=1)
PRICE = text("Comptez 86 €.", "Coût")
PHOTO = text("Présentez une photo.", "Démarche")
AGES = (text("Une personne majeure paie 86 €.", "c1/Majeur"), text("Une personne mineure paie 17 €.", "c1/Mineur"))


def ready(*blocks: Block, question: str = "Combien ça coûte ?") -> Turn:
    return verified(quoted(blocks, question))


def test_the_first_words_of_several_documents_are_dated_and_nothing_is_listed() -> None:
    turn = replace(aged(ready(PRICE), TODAY), day=LATER, warnings=(("as_of", "x"),))
    for undecided in (replace(turn, graph=None), replace(turn, settled=None)):
        told = complete(undecided)

        assert [key for key, _ in told.warnings] == ["as_of", "old_figures"]
        assert (told.also, told.certificate) == ((), None)


def test_warnings_given_before_are_kept() -> None:
    assert complete(replace(ready(PRICE), warnings=(("withheld", ""),), language="en")).warnings == (
        ("withheld", ""),
        ("language", ""),
    )


def test_an_answer_without_a_sentence_is_left_alone() -> None:
    turn = replace(ready(PRICE), sentences=())

    assert complete(turn) is turn


@pytest.mark.parametrize(
    ("dates", "told"),
    [
        ({"updated": OLD_DATE, "valid_from": TODAY}, OLD_DATE.isoformat()),
        ({"updated": None, "valid_from": OLD_DATE}, OLD_DATE.isoformat()),
        ({"updated": None, "valid_from": None}, ""),
    ],
)
def test_old_figures_are_announced_with_the_date_of_their_document(dates: dict[str, object], told: str) -> None:
    turn = aged(ready(PRICE), TODAY)
    dated = tuple(replace(passage, **dates) for passage in turn.passages)  # type: ignore[arg-type]

    warnings = complete(replace(turn, day=LATER, passages=dated)).warnings

    assert warnings[0] == ("old_figures", told)


def test_an_old_text_without_a_printed_date_is_announced_without_one() -> None:
    turn = ready(PHOTO, question="Que faire ?")
    old = tuple(replace(passage, text_until=TODAY) for passage in turn.passages)

    assert complete(replace(turn, day=LATER, passages=old)).warnings == (("old_text", ""),)


def test_old_figures_say_more_than_an_old_text() -> None:
    turn = aged(ready(PRICE), TODAY)
    old = tuple(replace(passage, text_until=TODAY) for passage in turn.passages)

    assert [key for key, _ in complete(replace(turn, day=LATER, passages=old)).warnings] == ["old_figures"]


def test_a_figure_that_is_not_said_is_not_announced_as_old() -> None:
    turn = aged(ready(PHOTO, PRICE, question="Quelle photo présenter ?"), TODAY)
    photo = tuple(sentence for sentence in turn.sentences if "photo" in sentence.text)

    assert photo
    assert complete(replace(turn, day=LATER, sentences=photo)).warnings == ()


@pytest.mark.parametrize("bound", ["valid_from", "valid_until"])
def test_a_text_bounded_on_one_side_says_its_day(bound: str) -> None:
    turn = ready(PHOTO, question="Que faire ?")
    bounded = tuple(replace(passage, **{bound: TODAY}) for passage in turn.passages)  # type: ignore[arg-type]

    assert complete(replace(turn, passages=bounded)).warnings == (("as_of", TODAY.isoformat()),)


def test_a_sentence_whose_passage_is_of_another_document_is_passed_over() -> None:
    turn = ready(PHOTO, question="Que faire ?")
    elsewhere = Citation("F2#00000000", "F2", "Signez.", None, "", "", None)
    more = (*turn.sentences, Sentence("Signez.", Role.LEAD, (elsewhere,)))

    assert complete(replace(turn, sentences=more)).warnings == ()


def test_six_neighbouring_documents_at_most_are_listed_last_by_title_and_id() -> None:
    turn = ready(*AGES, question="Je suis majeur, combien ?")
    assert turn.card is not None
    family = tuple((f"F{n}", f"Titre {n}") for n in range(9))

    also = complete(replace(turn, card=replace(turn.card, family=family))).also

    assert also[0] == Also("branch", "Mineur", also[0].ref, also[0].choice)
    assert also[1:] == tuple(Also("document", f"Titre {n}", f"F{n}") for n in range(6))


def test_a_branch_is_listed_with_its_choice_under_the_heading_it_stands_under() -> None:
    blocks = (
        text("Comptez 2 mois à Paris.", "Délai", "c1/À Paris"),
        text("Comptez 3 mois en Guyane.", "Délai", "c1/En Guyane"),
    )

    turn = answered(blocks, "J'habite à Paris, quel délai ?")

    (also,) = [item for item in turn.also if item.kind == "branch"]
    assert turn.graph is not None
    assert (also.label, also.choice) == ("Délai : En Guyane", turn.graph.choices[0].id)
    assert also.ref == next(b.id for b in turn.graph.choices[0].branches if b.label == "En Guyane")


def test_a_long_exception_is_shortened_and_refers_to_its_passage() -> None:
    long = "Sauf " + " et ".join(f"le jour numéro {n} de la semaine" for n in range(20)) + "."
    turn = ready(PRICE, note(long, "Coût"))
    said = tuple(sentence for sentence in turn.sentences if sentence.role is not Role.CAUTION)

    (also,) = [item for item in complete(replace(turn, sentences=said)).also if item.kind == "exception"]

    assert len(also.label) <= 160
    assert also.label.endswith(" …")
    assert also.label.startswith("Sauf le jour numéro 0")
    assert also.ref == next(p.ref for p in turn.passages if p.text.startswith("Sauf"))


def test_the_certificate_says_what_was_shown_listed_and_why() -> None:
    turn = answered((*AGES, note("Sauf le lundi.", "c1/Majeur")), "Je suis majeur, combien ça coûte ?")

    assert turn.certificate is not None
    assert turn.settled is not None
    why = {choice: taken.why for choice, taken in turn.settled.taken.items()}
    (chosen,) = turn.certificate.chosen
    assert chosen.why
    assert (chosen.label, chosen.why) == ("Majeur", why[chosen.choice])
    assert [step.title for step in turn.certificate.path] == ["Majeur"]
    assert [item.label for item in turn.also] == ["Mineur"]


def test_the_certificate_tells_what_was_asked_about_from_what_was_listed() -> None:
    vague = ready(*AGES, question="Combien ?")
    major = tuple(sentence for sentence in vague.sentences if "majeure" in sentence.text)
    hows = {}
    for name, question in (("asked", vague.question), ("listed", None)):
        certificate = complete(replace(vague, sentences=major, question=question)).certificate
        assert certificate is not None
        hows[name] = {entry.label: entry.how for entry in certificate.siblings}

    assert vague.question is not None
    assert hows == {name: {"Majeur": "shown", "Mineur": name} for name in ("asked", "listed")}


def test_the_certificate_tells_an_exception_that_is_said_from_one_that_is_listed() -> None:
    blocks = (text("Comptez 86 €. Sauf le lundi, c'est gratuit. Le guichet ferme tôt.", "Coût"),)
    turn = ready(*blocks)
    hows = {}
    for name, kept in (("said", turn.sentences), ("left", tuple(s for s in turn.sentences if "lundi" not in s.text))):
        certificate = complete(replace(turn, sentences=kept)).certificate
        assert certificate is not None
        hows[name] = {entry.how for entry in certificate.exceptions}

    assert hows == {"said": {"shown"}, "left": {"listed"}}


def test_an_answer_from_a_file_is_bounded_by_the_chapter_it_is_quoted_from() -> None:
    turn = ready(*AGES, question="Combien ?")
    assert turn.card is not None
    minor = next(passage for passage in turn.passages if passage.path[-1].title == "Mineur")
    said = Sentence(minor.text, Role.LEAD, (Citation(minor.ref, minor.document, minor.text, None, "", "", None),))
    of_a_file = replace(turn, card=replace(turn.card, kind=DocumentKind.FILE), sentences=(said,), question=None)

    certificate = complete(of_a_file).certificate

    assert certificate is not None
    assert certificate.path == minor.path
    lost = replace(said, text="Payez.", citations=(replace(said.citations[0], passage="F9#00000000"),))
    nowhere = complete(replace(of_a_file, sentences=(lost,))).certificate
    assert nowhere is not None
    assert nowhere.path == ()


def test_a_list_is_shown_once_each_of_its_items_is_whatever_its_dashes() -> None:
    turn = ready(PRICE, note("- Sauf le lundi.\n\n-- Sauf le mardi.", "Coût"))
    bare = tuple(replace(s, text=s.text.lstrip("- ").strip()) for s in turn.sentences)

    assert [item for item in complete(replace(turn, sentences=bare)).also if item.kind == "exception"] == []


def test_of_a_line_that_is_shown_only_the_dashes_are_left_aside() -> None:
    turn = ready(PRICE, note("XVIe arrondissement : sauf le lundi.", "Coût"))

    assert [item for item in complete(turn).also if item.kind == "exception"] == []


def test_an_exception_that_is_said_alone_of_its_passage_is_not_listed_again() -> None:
    turn = ready(text("Comptez 86 €. Sauf le lundi, c'est gratuit. Le guichet ferme tôt.", "Coût"))
    alone = tuple(sentence for sentence in turn.sentences if "lundi" in sentence.text)

    assert alone
    assert [item for item in complete(replace(turn, sentences=alone)).also if item.kind == "exception"] == []


def test_an_answer_without_the_card_of_its_document_is_certified_and_lists_no_neighbour() -> None:
    told = complete(replace(ready(*AGES, question="Combien ?"), card=None))

    assert told.certificate is not None
    assert [item for item in told.also if item.kind == "document"] == []
