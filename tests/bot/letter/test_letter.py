"""What a letter is made of: its questions, what is masked, what a file holds, and what stands behind a sentence."""

from __future__ import annotations

import io
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import docx
import pytest

from bot.assembly import assemble
from bot.letter import Composer, LetterError, State, hide, read_letter, split_letter
from bot.letter.lines import Ids, addressee_of, is_courtesy, lines_of
from bot.letter.masking import tokens_in, without_tokens
from bot.letter.reply import from_text, to_text
from bot.letter.split import sentences_of
from bot.turn import Citation, Role, Sentence, Turn
from corpus.settings import Settings
from tests.bot.town import DAY, town_in


def nothing_known(_: str) -> tuple[float, tuple[str, ...]]:
    return 0.0, ()


def sure(text: str) -> tuple[float, tuple[str, ...]]:
    return 0.9, (text[-10:],)


@pytest.fixture(scope="module")
def composer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composer]:
    settings: Settings = town_in(tmp_path_factory.mktemp("town"))
    bot = assemble(settings)
    yield Composer(bot)
    bot.opened.store.close()


def test_the_questions_of_a_letter_are_heard_and_nothing_else() -> None:
    letter = (
        "Madame, Monsieur,\nJe vous écris car je suis très en colère. C'est une honte !\n"
        "Combien coûte un passeport ? Par ailleurs je voudrais savoir comment inscrire ma fille à l'école. "
        "Pouvez-vous m'indiquer les pièces à fournir ?\nJe vous remercie par avance.\nCordialement,\nPaul"
    )

    assert [ask.text for ask in split_letter(letter, sure)] == [
        "Combien coûte un passeport ?",
        "Par ailleurs je voudrais savoir comment inscrire ma fille à l'école.",
        "Pouvez-vous m'indiquer les pièces à fournir ?",
    ]


def test_a_letter_typed_without_capitals_nor_question_marks_is_heard() -> None:
    letter = "bonjour jai perdu mon permi. je ne sais pas ou le declarer. et combien sa coute pour en refaire un"

    assert [ask.text for ask in split_letter(letter, nothing_known)][-1].startswith("et combien sa coute")
    assert len(split_letter(letter, nothing_known)) == 2


def test_two_questions_of_one_sentence_are_two() -> None:
    found = split_letter("Où dois-je déclarer le vol de mon vélo et combien coûte un antivol ?", sure)

    assert len(found) == 2


def test_a_question_that_means_nothing_alone_is_searched_with_what_was_just_told() -> None:
    letter = "J'ai perdu mon passeport hier. Combien ça coûte ? Mon chien aboie. Que dois-je faire ?"
    first, second = split_letter(letter, nothing_known)

    assert first.searched == "J'ai perdu mon passeport hier. Combien ça coûte ?"
    assert first.alone == ""
    assert "passeport" not in second.searched
    assert "chien" in second.searched


def test_a_letter_without_a_question_is_one_request() -> None:
    (found,) = split_letter("Bonjour, je voudrais un rendez-vous pour ma carte d'identité. Merci.", sure)

    assert "carte d'identité" in found.searched


@pytest.mark.parametrize("letter", ["?", "Bonjour", "a" * 3000, "? ! ? !", "Merci.\n\n\nMerci."])
def test_any_text_gives_at_least_one_question(letter: str) -> None:
    assert split_letter(letter, nothing_known)


def test_sentences_lose_no_word() -> None:
    text = "M. Paul vit à Paris.il a 10 ans!Que faire ? L'art. 3 dit : « oui ». Fin"

    assert "".join("".join(sentences_of(text)).split()).replace("-", "") == "".join(text.split())


def test_the_same_person_has_one_token_and_the_words_are_given_back_once() -> None:
    text = "Je suis Mme Jeanne Martin, 06 12 34 56 78. Signé : Mme Jeanne Martin, jeanne@exemple.fr"
    hidden = hide(text)

    assert hidden.text.count("[téléphone 1]") == 1
    assert len({word.token for word in hidden.words}) == len(hidden.words)
    assert all(word.words in text and word.words not in hidden.text for word in hidden.words)
    restored = hidden.text
    for word in hidden.words:
        restored = restored.replace(word.token, word.words)
    assert restored == text


def test_brackets_that_look_like_a_token_are_not_one() -> None:
    hidden = hide("Voir [nom 1] et [note 12].")

    assert tokens_in(hidden.text) == ()
    assert hide("Bonjour [nom 1].", ("[nom 1]",)).text == "Bonjour [nom 1]."


def test_new_tokens_are_numbered_after_those_of_the_letter() -> None:
    hidden = hide("Appelez le 06 12 34 56 78.", ("[téléphone 3]",))

    assert [word.token for word in hidden.words] == ["[téléphone 4]"]
    assert without_tokens(hidden.text) == "Appelez le ."


def letter_docx(text: str) -> bytes:
    document = docx.Document()
    document.add_paragraph(text)
    packed = io.BytesIO()
    document.save(packed)
    return packed.getvalue()


def letter_mail() -> bytes:
    message = EmailMessage()
    message["Subject"] = "Carte perdue"
    message.set_content("Bonjour, combien coûte une carte ?\n\nLe 3 mars 2026, la mairie a écrit :\n> Secret ancien\n")
    message.add_alternative("<p>en <b>HTML</b></p>", subtype="html")
    message.add_attachment(b"MZ", maintype="application", subtype="octet-stream", filename="virus.exe")
    return message.as_bytes()


def test_each_kind_of_file_is_read() -> None:
    assert read_letter("a.TXT", "Où ça ? Été".encode("cp1252")) == "Où ça ? Été"
    assert "Combien ?" in read_letter("a.docx", letter_docx("Combien ?"))
    mail = read_letter("a.eml", letter_mail())
    assert "Carte perdue" in mail
    assert "combien coûte" in mail
    assert "Secret ancien" not in mail
    assert "virus" not in mail


def test_an_html_mail_is_read_without_its_scripts() -> None:
    message = EmailMessage()
    message.set_content("<p>Combien ?</p><script>alert(1)</script>", subtype="html")

    assert read_letter("a.eml", message.as_bytes()) == "Combien ?"


def test_a_hostile_docx_is_refused_in_a_sentence(tmp_path: Path) -> None:
    import zipfile  # noqa: PLC0415

    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("word/document.xml", b"a" * 40_000_000)

    with pytest.raises(LetterError, match="Collez le texte"):
        read_letter("a.docx", bomb.getvalue())


def test_a_draft_says_nothing_that_its_sources_do_not(composer: Composer) -> None:
    reply = composer.draft("Mon fils de 10 ans a perdu sa carte d'identité. Combien coûte la nouvelle ?", DAY)

    (part,) = reply.parts
    assert part.title == "Carte d'identité perdue"
    assert "19 €" in " ".join(line.text for line in part.lines)
    assert all(line.sources[0].quote in line.text for line in part.lines if line.state is State.QUOTE)
    assert from_text(to_text(reply)) == reply


def test_what_the_letter_lacks_is_asked_and_answering_it_answers_the_letter(composer: Composer) -> None:
    reply = composer.draft("J'ai perdu ma carte d'identité. Combien coûte la nouvelle carte ?", DAY)
    missing = reply.parts[0].missing
    assert missing is not None
    value = next(value for value, label in missing.options if "majeur" in label)

    again = composer.answer_again(reply, 0, pick=value)

    told = " ".join(line.text for line in again.parts[0].lines)
    assert "25 €" in told
    assert "19 €" not in told
    assert all(not line.validated for line in again.lines())


def test_an_unanswerable_part_is_a_gap_with_whom_to_ask_never_filler(composer: Composer) -> None:
    reply = composer.draft("Quelle est la recette du boeuf bourguignon ?", DAY)

    (part,) = reply.parts
    assert part.gap is not None
    assert part.gap.service
    assert [line.contact for line in part.lines] == [True]
    assert part.open


@pytest.mark.parametrize(
    ("text", "courtesy"),
    [
        ("Nous vous remercions de votre lettre.", True),
        ("Nous vous remercions de payer 25 €.", False),
        ("Vous devez venir avec votre enfant.", False),
        ("Nous restons à votre disposition.", True),
    ],
)
def test_courtesy_states_nothing(text: str, *, courtesy: bool) -> None:
    assert is_courtesy(text) is courtesy


def test_a_sentence_of_the_agent_is_proved_by_the_sources_of_its_question_or_is_to_be_checked(
    composer: Composer,
) -> None:
    reply = composer.draft("Mon fils de 10 ans a perdu sa carte d'identité. Combien coûte la nouvelle ?", DAY)
    part, line = reply.parts[0], reply.parts[0].lines[0]

    assert composer.rechecked(part, line, line.text, DAY).state is State.QUOTE
    wrong = composer.rechecked(part, line, line.text.replace("19", "91"), DAY)
    assert (wrong.state, bool(wrong.why)) == (State.TO_CHECK, True)


def test_what_was_said_is_not_said_again_and_the_letter_says_so(composer: Composer) -> None:
    question = "Mon fils de 10 ans a perdu sa carte d'identité, que faire ?"
    reply = composer.draft(f"{question} Merci. {question}", DAY)

    first, second = reply.parts
    assert any(line.sources for line in first.lines)
    assert [line.text for line in second.lines] == [
        "Sur ce point, nous n’avons pas d’autre texte officiel que ceux cités plus haut."
    ]
    assert second.title == first.title
    assert not second.lines[0].settled


def test_whom_to_turn_to_is_said_again(composer: Composer) -> None:
    question = "Quelle est la recette du boeuf bourguignon ?"
    reply = composer.draft(f"{question} Merci. {question}", DAY)

    assert all(part.gap is not None and any(line.contact for line in part.lines) for part in reply.parts)


@pytest.mark.parametrize(
    ("letter", "addressee"),
    [
        ("Bonjour.\nJeanne [nom 1], [adresse 1], 75011 Paris", "[nom 1]\n[adresse 1]\n75011 Paris"),
        ("Bonjour.\n[nom 1]\n[adresse 1]\n75011 Paris", "[nom 1]\n[adresse 1]\n75011 Paris"),
        ("Bonjour.\n[nom 2] [adresse 1] - [adresse e-mail 1]", "[nom 2]\n[adresse 1]"),
        ("Bonjour, [adresse e-mail 1]", ""),
    ],
)
def test_the_addressee_is_who_signed_and_where_they_live(letter: str, addressee: str) -> None:
    assert addressee_of(letter) == addressee


def test_a_list_that_would_be_cut_is_left_out_whole() -> None:
    def sentence(text: str, passage: str) -> Sentence:
        cited = Citation(passage, "F1", text, None, "Titre", "", None)
        return Sentence(text, Role.CAUTION, (cited,))

    told = ("Une précaution.", "Cela vaut pour :", "les mineurs", "les majeurs")
    turn = Turn("?", DAY, sentences=tuple(sentence(text, "p1") for text in told))

    assert [line.text for line in lines_of(turn, "?", Ids())] == ["Une précaution."]
