"""Promise 4: a sentence of a model is read as it is when every check says yes; else its quotes stand in its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from bot.turn import Citation, Energy, Origin, Role, Sentence, Status, Turn
from bot.verify import Verify
from corpus.document import Block, BlockKind, Passage
from tests.bot.turns import aged, quoted
from tests.corpus.trees import TODAY, cut, text, trail

BLOCKS = (
    text("La carte est délivrée en mairie, sauf le dimanche. Présentez une photo récente. Signez le formulaire.", "Où"),
    text("La carte coûte 86 €.", "Coût"),
    Block(BlockKind.TABLE, "Carte : Majeur | Prix : 25 €\nCarte : Mineur | Prix : 17 €", trail("Tarif")),
)
DELIVERED = "La carte est délivrée en mairie, sauf le dimanche."
PHOTO = "Présentez une photo récente."
FORM = "Signez le formulaire."
TRUE = "La carte est délivrée en mairie sauf le dimanche."
FALSE = "La carte est délivrée en préfecture, sauf le dimanche."
STRANGER = cut([text("Le passeport coûte 96 €.", "Coût")], "F2")[0]


@pytest.fixture
def turn() -> Turn:
    """An answer that was found and settled, before any sentence of a model."""
    return quoted(BLOCKS, "Où retirer la carte ?")


def passage_with(turn: Turn, quote: str) -> Passage:
    return next(passage for passage in (*turn.passages, STRANGER) if quote in passage.text)


def cited(turn: Turn, quote: str) -> Citation:
    passage = passage_with(turn, quote)
    return Citation(passage.ref, passage.document, quote, None, "", "", None)


def worded(turn: Turn, words: str, *quotes: str, role: Role = Role.LEAD) -> Sentence:
    return Sentence(words, role, tuple(cited(turn, quote) for quote in quotes), origin=Origin.MODEL)


def quote_of(turn: Turn, quote: str, role: Role = Role.LEAD) -> Sentence:
    return Sentence(quote, role, (cited(turn, quote),))


def guard(turn: Turn, *, withhold: bool = False, second: Callable[[str, Sequence[str]], bool] | None = None) -> Verify:
    stored = {passage.ref: passage for passage in (*turn.passages, STRANGER)}
    return Verify(stored.get, withhold_old_figures=withhold, second_check=second)


def checked(turn: Turn, *sentences: Sentence) -> Turn:
    return guard(turn)(replace(turn, sentences=sentences))


def test_a_proved_sentence_is_read_as_the_model_wrote_it(turn: Turn) -> None:
    sentence = worded(turn, TRUE, DELIVERED)

    read = checked(turn, sentence)

    assert read.sentences == (sentence,)
    assert (read.rejected, read.notices) == (turn.rejected, turn.notices)


def test_a_false_sentence_is_replaced_by_what_it_quotes_and_its_reason_is_kept(turn: Turn) -> None:
    earlier = replace(turn, rejected=(("plus tôt", "empty"),))

    read = checked(earlier, worded(turn, FALSE, DELIVERED, role=Role.WHERE))

    assert [(s.text, s.origin, s.role) for s in read.sentences] == [(DELIVERED, Origin.QUOTE, Role.WHERE)]
    assert read.sentences[0].citations == (cited(turn, DELIVERED),)
    assert [text for text, _ in read.rejected] == ["plus tôt", FALSE]
    assert read.rejected[1][1] not in {"", "empty"}
    assert ("model_unverified", "") in read.notices
    assert read.status is Status.ANSWERED


def test_the_reader_is_not_told_that_nothing_was_proved_when_something_was(turn: Turn) -> None:
    read = checked(turn, worded(turn, TRUE, DELIVERED), worded(turn, FALSE, DELIVERED))

    assert "model_unverified" not in dict(read.notices)
    assert [s.text for s in read.sentences] == [TRUE, DELIVERED]
    assert len(read.rejected) == 1


def test_notices_given_before_are_kept(turn: Turn) -> None:
    told = replace(turn, notices=(("rewritten", "la carte"),))

    assert checked(told, worded(turn, FALSE, DELIVERED)).notices == (
        ("rewritten", "la carte"),
        ("model_unverified", ""),
    )


def test_a_quote_that_is_already_read_is_not_read_twice(turn: Turn) -> None:
    read = checked(turn, worded(turn, FALSE, DELIVERED), quote_of(turn, DELIVERED))
    twice = checked(turn, worded(turn, FALSE, DELIVERED), worded(turn, FALSE.replace("sauf", "hors"), DELIVERED))

    assert [s.text for s in read.sentences] == [DELIVERED]
    assert [s.text for s in twice.sentences] == [DELIVERED]
    assert len(twice.rejected) == 2


def test_a_quoted_answer_is_not_asked_to_prove_a_wording(turn: Turn) -> None:
    def never(_: str, __: Sequence[str]) -> bool:
        raise AssertionError

    read = guard(turn, second=never)(replace(turn, sentences=(quote_of(turn, DELIVERED),)))

    assert (read.sentences, read.rejected, read.notices) == ((quote_of(turn, DELIVERED),), (), turn.notices)


def test_each_piece_of_a_long_quote_is_a_sentence_of_its_own(turn: Turn) -> None:
    long = f"{DELIVERED} {PHOTO}"

    read = checked(turn, worded(turn, FALSE, long))

    assert [s.text for s in read.sentences] == [DELIVERED, PHOTO]
    assert [s.citations[0].quote for s in read.sentences] == [DELIVERED, PHOTO]


def test_a_part_of_a_sentence_is_replaced_by_the_whole_sentence(turn: Turn) -> None:
    assert [s.text for s in checked(turn, worded(turn, FALSE, "délivrée en mairie")).sentences] == [DELIVERED]


def test_of_several_places_that_hold_a_quote_the_one_nearest_the_sentence_is_read() -> None:
    twice = "Pour un majeur, présentez une photo ici. Pour un mineur, présentez une photo là."
    made = quoted([text(twice, "Où")], "Où ?")
    for words, kept in (
        ("Le majeur apporte un film.", "Pour un majeur"),
        ("Le mineur apporte un film.", "Pour un mineur"),
    ):
        lie = worded(made, words, "présentez une photo")

        assert [s.text.startswith(kept) for s in guard(made).quotes_of(lie, made)] == [True]


def test_a_sentence_that_another_one_repeats_at_its_end_still_stands_in_the_place_of_a_lie() -> None:
    made = quoted([text("Présentez une photo. Le guichet vous dira : Présentez une photo.", "Où")], "Où ?")
    lie = worded(made, "Présentez un film.", "Présentez une photo.")

    assert [s.text for s in guard(made).quotes_of(lie, made)] == ["Présentez une photo."]


def test_a_translation_of_what_is_no_longer_said_is_dropped(turn: Turn) -> None:
    lie = replace(worded(turn, FALSE, DELIVERED), translation="The card is issued by the prefecture.")

    (sentence,) = guard(turn).quotes_of(lie, turn)

    assert (sentence.text, sentence.translation) == (DELIVERED, "")


def reason(turn: Turn, sentence: Sentence) -> str:
    return guard(turn).refusal(sentence, turn)


def test_each_reason_is_named(turn: Turn) -> None:
    lost = replace(cited(turn, DELIVERED), passage="F1#00000000")
    unfound = replace(cited(turn, DELIVERED), quote="La carte est délivrée partout.")

    assert reason(turn, worded(turn, TRUE, DELIVERED)) == ""
    assert reason(turn, worded(turn, TRUE)) == "no_citation"
    assert reason(turn, replace(worded(turn, TRUE), citations=(lost,))) == "unknown_passage"
    assert reason(turn, replace(worded(turn, TRUE), citations=(unfound,))) == "quote_not_found"
    assert reason(turn, worded(turn, "Le passeport coûte 96 €.", "Le passeport coûte 96 €.")) == "other_document"


def test_one_good_citation_does_not_hide_a_bad_one(turn: Turn) -> None:
    good = cited(turn, DELIVERED)
    bad = [
        (replace(good, passage="F1#00000000"), "unknown_passage"),
        (replace(good, quote="La carte est délivrée partout."), "quote_not_found"),
        (cited(turn, "Le passeport coûte 96 €."), "other_document"),
    ]

    for citation, why in bad:
        assert reason(turn, replace(worded(turn, TRUE), citations=(good, citation))) == why
        assert reason(turn, replace(worded(turn, TRUE), citations=(citation, good))) == why


def test_a_passage_that_is_no_longer_in_force_proves_nothing(turn: Turn) -> None:
    sentence = worded(turn, TRUE, DELIVERED)
    old = tuple(replace(passage, valid_until=TODAY - timedelta(days=1)) for passage in turn.passages)
    past = replace(turn, passages=old)

    assert reason(past, sentence) == "not_in_force"
    assert guard(past).quotes_of(sentence, past) == ()


def test_figures_are_the_publishers_as_far_as_their_clause_goes(turn: Turn) -> None:
    assert reason(turn, worded(turn, "La carte coûte 86 €.", "La carte coûte 86 €.")) == ""
    assert reason(turn, worded(turn, "Le prix de la carte est de 86 €.", "La carte coûte 86 €.")) == "figures"


def test_a_row_of_a_table_is_compared_cell_by_cell_and_may_be_said_in_other_words(turn: Turn) -> None:
    row = "Carte : Mineur | Prix : 17 €"
    sentence = worded(turn, "Pour un mineur, la carte a un prix de 17 €.", row)

    assert reason(turn, sentence) == ""
    assert checked(turn, sentence).sentences == (sentence,)
    assert reason(turn, worded(turn, "Pour un mineur, la carte a un prix de 25 €.", row)) != ""
    assert not guard(turn).supported(replace(sentence, origin=Origin.QUOTE), turn)


def test_the_checks_read_every_whole_quote_once_and_what_all_of_them_stand_under(
    turn: Turn, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[object, ...]] = []

    def refuse(*asked: object) -> str:
        heard.append(asked)
        return "negation"

    monkeypatch.setattr("bot.verify.refusal", refuse)
    asked = replace(turn, text="Où, et combien ?")
    sentence = worded(asked, "Autre chose.", "délivrée en mairie", "La carte coûte", PHOTO, DELIVERED)

    assert guard(asked).refusal(sentence, asked) == "negation"
    # Each stands under a heading of its own, "Où" or "Coût": only the title is shared.
    quotes = (DELIVERED, "La carte coûte 86 €.", PHOTO)
    assert heard == [("Autre chose.", quotes, ["Carte"], asked.query)]
    assert asked.query != ""


def test_of_several_places_that_hold_a_quote_the_nearest_proves_the_sentence() -> None:
    twice = "Pour un majeur, présentez une photo ici. Pour un mineur, présentez une photo là."
    made, second = quoted([text(twice, "Où")], "Où ?"), Asked()
    for words in ("Pour un majeur, présentez une photo ici.", "Pour un mineur, présentez une photo là."):
        assert guard(made, second=second).refusal(worded(made, words, "présentez une photo"), made) == ""

    assert [quotes for _, quotes in second.heard] == [(words,) for words, _ in second.heard]


def test_a_figure_may_stand_in_the_rest_of_the_sentence_that_is_quoted_in_part(turn: Turn) -> None:
    assert reason(turn, worded(turn, "La carte coûte 86 €.", "La carte coûte")) == ""


def test_beside_a_model_what_is_quoted_is_not_asked_to_prove_a_wording(turn: Turn) -> None:
    second = Timed()
    sentences = (quote_of(turn, PHOTO), worded(turn, TRUE, DELIVERED), quote_of(turn, FORM))

    read = guard(turn, second=second)(replace(turn, sentences=sentences))

    assert (read.sentences, read.rejected) == (sentences, ())
    assert [words for words, _ in second.heard] == [TRUE]
    assert read.energy == Energy(1.0, 2.0, "m")


def test_a_quote_of_another_document_is_never_put_in_the_place_of_a_sentence(turn: Turn) -> None:
    lie = worded(turn, "Le passeport coûte 96 €.", "Le passeport coûte 96 €.")
    beside = worded(turn, FALSE, "Le passeport coûte 96 €.", DELIVERED)

    refused = checked(turn, lie)

    assert guard(turn).quotes_of(lie, turn) == ()
    assert (refused.status, refused.sentences) == (Status.UNANSWERABLE_NO_CITATION, ())
    assert refused.rejected == ((lie.text, "other_document"),)
    assert [s.text for s in guard(turn).quotes_of(beside, turn)] == [DELIVERED]


def test_a_quote_of_a_passage_that_does_not_exist_is_never_put_in_the_place_of_a_sentence(turn: Turn) -> None:
    lost = replace(cited(turn, DELIVERED), passage="F1#00000000")
    sentence = replace(worded(turn, FALSE), citations=(lost, cited(turn, PHOTO)))

    assert [s.text for s in guard(turn).quotes_of(sentence, turn)] == [PHOTO]


@dataclass
class Asked:
    """A second check that notes what it is asked."""

    says: object = True
    heard: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def __call__(self, words: str, quotes: Sequence[str]) -> bool:
        self.heard.append((words, tuple(quotes)))
        if isinstance(self.says, Exception):
            raise self.says
        return self.says  # type: ignore[return-value]  # what a broken check may say


@dataclass
class Timed(Asked):
    """The same, asked within a time, that tells what it took."""

    until: list[float] = field(default_factory=list)
    spent: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def within(self, words: str, quotes: Sequence[str], until: float) -> bool:
        self.until.append(until)
        return self(words, quotes)

    def take_energy(self, words: str, quotes: Sequence[str]) -> Energy | None:
        self.spent.append((words, tuple(quotes)))
        return Energy(1.0, 2.0, "m")


def test_the_second_check_reads_the_sentence_and_its_whole_quotes(turn: Turn) -> None:
    second = Asked()

    read = guard(turn, second=second)(replace(turn, sentences=(worded(turn, TRUE, "délivrée en mairie"),)))

    assert second.heard == [(TRUE, (DELIVERED,))]
    assert [s.text for s in read.sentences] == [TRUE]


@pytest.mark.parametrize("says", [False, None, "yes", 1, RuntimeError("down")])
def test_a_second_check_that_does_not_say_yes_says_no(turn: Turn, says: object) -> None:
    for second in (Asked(says), Timed(says)):
        check = guard(turn, second=second)
        sentence = worded(turn, TRUE, DELIVERED)

        assert check.refusal(sentence, turn) == "second_check"
        assert not check.may_say(sentence, turn)
        read = check(replace(turn, sentences=(sentence,)))
        assert [(s.text, s.origin) for s in read.sentences] == [(DELIVERED, Origin.QUOTE)]
        assert read.rejected == ((TRUE, "second_check"),)


def test_a_second_check_is_not_asked_about_what_is_already_refused(turn: Turn) -> None:
    second = Timed()

    read = guard(turn, second=second)(replace(turn, sentences=(worded(turn, FALSE, DELIVERED),)))

    assert (second.heard, second.spent, read.energy) == ([], [], turn.energy)
    assert read.rejected[0][1] != "second_check"


def test_a_timed_check_is_told_until_when_and_what_it_took_is_counted(turn: Turn) -> None:
    second = Timed()
    sentences = (worded(turn, TRUE, DELIVERED), worded(turn, "Signez le formulaire.", FORM))
    asked = replace(turn, until=12.5, energy=Energy(0.5, 0.5, "m"), sentences=sentences)

    read = guard(turn, second=second)(asked)

    assert second.until == [12.5, 12.5]
    assert second.spent == [(TRUE, (DELIVERED,)), ("Signez le formulaire.", (FORM,))]
    assert read.energy == Energy(2.5, 4.5, "m")


def test_what_a_refusal_took_is_counted_too(turn: Turn) -> None:
    asked = replace(turn, sentences=(worded(turn, TRUE, DELIVERED),))

    assert guard(turn, second=Timed(says=False))(asked).energy == Energy(1.0, 2.0, "m")
    assert guard(turn, second=Asked())(asked).energy is None


def test_a_sentence_may_be_said_early_only_when_it_will_be_kept(turn: Turn) -> None:
    second = Timed()
    timed = replace(turn, until=7.0)

    assert guard(turn, second=second).may_say(worded(turn, TRUE, DELIVERED), timed)
    assert (second.heard, second.until) == ([(TRUE, (DELIVERED,))], [7.0])
    assert guard(turn).may_say(worded(turn, TRUE, DELIVERED), turn)
    assert not guard(turn).may_say(worded(turn, FALSE, DELIVERED), turn)


def test_an_old_figure_is_not_said_early_beyond_the_demonstration(turn: Turn) -> None:
    old = aged(turn, TODAY - timedelta(days=1))
    price, place = worded(old, "La carte coûte 86 €.", "La carte coûte 86 €."), worded(old, TRUE, DELIVERED)

    assert guard(old).may_say(price, old)
    assert not guard(old, withhold=True).may_say(price, old)
    assert guard(old, withhold=True).may_say(place, old)


def test_two_documents_that_disagree_are_told_once(turn: Turn) -> None:
    other = quote_of(turn, "Le passeport coûte 96 €.", Role.COST)
    prices = replace(turn, card=None, sentences=(quote_of(turn, "La carte coûte 86 €.", Role.COST), other))
    told = guard(turn)(prices)

    assert told.notices == (*turn.notices, ("contradiction", ""))
    assert guard(turn)(replace(told, sentences=prices.sentences)).notices == told.notices
