"""Contacts, authorities and lexicon: our own data files, sourced, dated and readable by a machine."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.analyse import LEXICON, folded_words, stop_words, terms
from corpus.contacts import Authorities, Authority, Contact, Contacts, load_authorities, load_contacts
from corpus.errors import ConfigurationError

CONTACTS = load_contacts()
AUTHORITIES = load_authorities(contacts=CONTACTS)

LINE = """
[[contact]]
id = "accueil"
name = "Accueil"
phone = "01 76 49 12 34"
url = "https://www.paris.fr"
what_for = "Pour essayer."
topics = ["essai"]
pivots = ["mairie"]
sources = [{ publisher = "Ville", url = "https://www.paris.fr/a", dated = 2024-01-02, facts = ["phone", "url"] }]
"""

WHO = """
[[authority]]
id = "mairie"
name = "Mairie"
decides = ["inscription école"]
contact = "accueil"
misasked = [{ matter = "carte de séjour mairie", instead = "police" }]
sources = [{ publisher = "Ville", url = "https://www.paris.fr/a", dated = 2024-01-02, facts = ["decides"] }]

[[authority]]
id = "police"
name = "Police"
decides = ["titre de séjour"]
sources = [{ publisher = "Ville", url = "https://www.paris.fr/a", dated = 2024-01-02, facts = ["decides"] }]
"""


def contacts_from(folder: Path, text: str) -> Contacts:
    path = folder / "contacts.toml"
    path.write_text(text, encoding="utf-8")
    return load_contacts(path)


def authorities_from(folder: Path, text: str) -> Authorities:
    path = folder / "authorities.toml"
    path.write_text(text, encoding="utf-8")
    return load_authorities(path, contacts_from(folder, LINE))


def rows(name: str) -> list[list[str]]:
    lines = (LEXICON / name).read_text(encoding="utf-8").splitlines()
    assert lines[0] == "said\tadministrative_french"
    return [line.split("\t") for line in lines[1:]]


@pytest.mark.parametrize(
    ("found", "written", "expected"),
    [
        ('what_for = "Pour essayer."', "", "what_for"),
        ('topics = ["essai"]', 'topics = ["essai"]\nfax = "01"', "fax"),
        ('topics = ["essai"]', 'topics = "essai"', "topics"),
        ("dated = 2024-01-02", 'dated = "un jour"', "dated"),
        ("dated = 2024-01-02, ", "", "dated"),
        ('"01 76 49 12 34"', '"01 76 49 12 3"', "phone number"),
        ('"01 76 49 12 34"', '"39 75 00"', "phone number"),
        ('"01 76 49 12 34"', '"appelez-nous"', "phone number"),
        ('url = "https://www.paris.fr"\n', 'url = "http://www.paris.fr"\n', "https://"),
        ('facts = ["phone", "url"]', 'facts = ["url"]', "no source covers 'phone'"),
        ('facts = ["phone", "url"]', 'facts = ["fax"]', "facts"),
        (LINE[LINE.index("sources") :], "sources = []", "no source"),
        ("[[contact]]", "[contact]", "brackets"),
        ("[[contact]]", "[[kontakt]]", "kontakt"),
        ("[[contact]]", "[[contact", "TOML"),
        ('phone = "01 76 49 12 34"\nurl = "https://www.paris.fr"\n', "", "at least"),
    ],
)
def test_a_wrong_contact_line_is_refused_in_one_sentence(
    tmp_path: Path, found: str, written: str, expected: str
) -> None:
    assert found in LINE

    with pytest.raises(ConfigurationError) as refusal:
        contacts_from(tmp_path, LINE.replace(found, written))

    message = str(refusal.value)
    assert expected in message
    assert message.endswith(".")
    assert "\n" not in message


def test_an_id_or_a_pivot_given_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="id 'accueil' is given twice"):
        contacts_from(tmp_path, LINE + LINE.replace('pivots = ["mairie"]', ""))
    with pytest.raises(ConfigurationError, match="pivot 'mairie' is given twice"):
        contacts_from(tmp_path, LINE + LINE.replace('"accueil"', '"autre"'))


def test_a_missing_file_is_said_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"absent\.toml cannot be read"):
        load_contacts(tmp_path / "absent.toml")


@pytest.mark.parametrize(
    ("found", "written", "expected"),
    [
        ('instead = "police"', 'instead = "prefet"', "prefet"),
        ('contact = "accueil"', 'contact = "guichet"', "guichet"),
        ('decides = ["titre de séjour"]', "", "decides"),
        ('id = "police"', 'id = "mairie"', "given twice"),
    ],
)
def test_a_wrong_authority_line_is_refused(tmp_path: Path, found: str, written: str, expected: str) -> None:
    with pytest.raises(ConfigurationError, match=expected):
        authorities_from(tmp_path, WHO.replace(found, written))


def test_a_matter_asked_of_the_wrong_authority_leads_to_the_right_one(tmp_path: Path) -> None:
    authorities = authorities_from(tmp_path, WHO)

    found = authorities.deciding("Je veux refaire ma carte de séjour à la mairie")

    assert found is not None
    assert found.id == "police"


def test_every_contact_is_sourced_and_dated_before_today() -> None:
    for contact in CONTACTS:
        assert contact.sources
        assert all(date(2000, 1, 1) < source.dated <= date.today() for source in contact.sources)  # noqa: DTZ011
        assert all(source.url.startswith(("https://", "http://")) for source in contact.sources)
        assert contact.checked == min(source.dated for source in contact.sources)


def test_every_authority_is_sourced_and_sends_somewhere_known() -> None:
    assert all(authority.sources and authority.decides for authority in AUTHORITIES)
    assert all(not authority.contact or CONTACTS.get(authority.contact) for authority in AUTHORITIES)


def test_a_deduced_date_is_explained() -> None:
    silent = [
        contact.id
        for contact in CONTACTS
        if not contact.note and any(source.dated_by == "inferred" for source in contact.sources)
    ]

    assert not silent


def test_no_topic_is_left_to_a_single_word_too_short_to_mean_anything() -> None:
    phrases = [(c.id, topic) for c in CONTACTS for topic in c.topics]
    phrases += [(a.id, matter) for a in AUTHORITIES for matter in a.decides]

    assert [found for found in phrases if not any(len(term) >= 3 for term in terms(found[1]))] == []


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("il y a un incendie dans mon immeuble", "pompiers"),
        ("mon mari est violent avec moi", "violences-femmes"),
        ("je suis victime de violences conjugales", "violences-femmes"),
        ("mon fils est victime de harcèlement scolaire", "harcelement"),
        ("renouveler ma carte de séjour", "titres-de-sejour-paris"),
        ("ma carte bancaire a été volée", "carte-bancaire-opposition"),
        ("je veux résilier mon abonnement Vélib’", "velib"),
        ("la mairie du 12e est ouverte ?", "mairie-12"),
        ("un justificatif de domicile", None),
        ("mon mari travaille", None),
        ("le feu rouge est en panne", None),
        ("maison de retraite", None),
    ],
)
def test_a_topic_leads_to_its_contact_or_to_none(question: str, expected: str | None) -> None:
    found = CONTACTS.for_topic(question.split())

    assert (found.id if found else None) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("refaire mon titre de séjour", "prefecture-de-police"),
        ("organiser une manifestation dans ma rue", "prefecture-de-police"),
        ("refaire mon passeport à la préfecture", "mairie-arrondissement"),
        ("inscrire ma fille à l’école, inscription école", "mairie-arrondissement"),
        ("demander un permis de construire", "ville-de-paris"),
        ("ma voiture est à la fourrière", "ville-de-paris"),
        ("dossier pour l’AAH", "mdph-paris"),
        ("demander l’APL", "caf"),
        ("bonjour", None),
    ],
)
def test_the_authority_that_decides_in_paris_is_found_or_none(question: str, expected: str | None) -> None:
    found = AUTHORITIES.deciding(question)

    assert (found.id if found else None) == expected


def test_two_authorities_that_fit_equally_give_none(tmp_path: Path) -> None:
    authorities = authorities_from(tmp_path, WHO)

    assert authorities.deciding("inscription école et titre de séjour") is None


@pytest.mark.parametrize(
    ("pivot", "expected"),
    [
        ("mairie", "ville-de-paris"),
        ("cg", "ville-de-paris"),
        ("maison_handicapees", "mdph-paris"),
        ("caf", "caf"),
        ("cpam", "assurance-maladie"),
        ("paris_ppp_titre_sejour", "titres-de-sejour-paris"),
        ("paris_prefecture", "prefecture-de-paris"),
        ("prefecture", None),
        ("mjd", None),
        ("msa", None),
        ("", None),
    ],
)
def test_a_local_pivot_resolves_for_paris_or_stays_unresolved(pivot: str, expected: str | None) -> None:
    found = CONTACTS.resolve_pivot(pivot)

    assert (found.id if found else None) == expected


def test_one_town_hall_serves_the_first_four_arrondissements() -> None:
    halls = {CONTACTS.town_hall(number) for number in (1, 2, 3, 4)}

    assert len(halls) == 1
    assert None not in halls
    assert CONTACTS.town_hall(21) is None


def test_the_newest_source_of_a_fact_is_the_one_shown() -> None:
    listening = CONTACTS.get("violences-femmes")

    assert listening is not None
    hours, phone = listening.origin("hours"), listening.origin("phone")
    assert hours is not None
    assert phone is not None
    assert hours.dated > phone.dated
    assert listening.origin("address") is None


@given(st.text(max_size=60))
def test_any_words_give_a_line_of_ours_or_none(text: str) -> None:
    assert isinstance(CONTACTS.for_topic([text]), Contact | None)
    assert isinstance(AUTHORITIES.deciding(text), Authority | None)


@pytest.mark.parametrize("name", ["everyday_fr.tsv", "other_languages.tsv"])
def test_a_lexicon_is_sorted_unique_and_folded(name: str) -> None:
    pairs = rows(name)
    said = [pair[0] for pair in pairs]

    assert all(len(pair) == 2 and pair[1].strip() == pair[1] != "" for pair in pairs)
    assert said == sorted(said)
    assert [key for key, count in Counter(said).items() if count > 1] == []
    assert [key for key in said if " ".join(folded_words(key)) != key] == []


@pytest.mark.parametrize("name", ["everyday_fr.tsv", "other_languages.tsv"])
def test_no_lexicon_entry_is_a_word_of_grammar(name: str) -> None:
    assert [pair[0] for pair in rows(name) if pair[0] in stop_words()] == []


def test_every_expansion_brings_a_term_that_the_words_did_not_have() -> None:
    idle = [said for said, expansion in rows("everyday_fr.tsv") if set(terms(expansion)) <= set(terms(said))]

    assert idle == []


def test_homonyms_that_misled_the_first_lexicon_stay_out() -> None:
    said = {pair[0] for pair in rows("everyday_fr.tsv")}

    assert said.isdisjoint(
        {"ne", "meme", "sous", "caisse", "gare", "bac", "livret", "quartier", "petit", "tombe", "marche"}
    )


def test_conversational_words_are_folded_single_words() -> None:
    lines = (LEXICON / "conversational_words.txt").read_text(encoding="utf-8").splitlines()
    listed = [line for line in lines if not line.startswith("#")]

    assert listed == sorted(set(listed))
    assert [word for word in listed if folded_words(word) != [word]] == []
