"""What a reader may act on to the digit is found whole, as written, and no digit of a text escapes."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.figures import find_figures, has_figures


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("Le passeport coûte 86 €.", ("86 €",)),
        ("Il coûte 1\u202f500\u00a0€ au plus, soit 12,50 € par mois.", ("1\u202f500\u00a0€", "12,50 €")),
        ("Le taux est de 5,5 % ou de 20%.", ("5,5 %", "20%")),
        ("Comptez 25 euros, ou quinze pour cent.", ("25 euros", "quinze pour cent")),
        ("Avant le 16/03/2024.", ("16/03/2024",)),
        ("Le 1er janvier 2024 ou le 3 mars.", ("1er janvier 2024", "3 mars")),
        ("De 9h à 17h30, puis à 20 h 15, ou à 12:30.", ("9h", "17h30", "20 h 15", "12:30")),
        ("Appelez le 01 42 76 40 40 ou le 3975.", ("01 42 76 40 40", "3975")),
        ("Écrivez à accueil.mairie@paris.fr.", ("accueil.mairie@paris.fr",)),
        ("Voir https://www.paris.fr/demarches?id=4#haut.", ("https://www.paris.fr/demarches?id=4#haut",)),
        ("Voir www.paris.fr, puis signez.", ("www.paris.fr",)),
        ("Sous deux mois, à dix-huit ans.", ("deux mois", "dix-huit ans")),
        ("Vingt et un jours et quatre-vingts euros.", ("Vingt et un jours", "quatre-vingts euros")),
        ("Pas plus de deux cents euros.", ("deux cents euros",)),
        ("L'article L. 313-10 et l'article R*123-4.", ("313-10", "123-4")),
        ("Le cerfa n° 12100*02, à Paris (75004).", ("12100*02", "75004")),
        ("Moins de 18 ans\n2 photos", ("18 ans", "2")),
        ("Coût : 10\n20 jours", ("10", "20 jours")),
    ],
)
def test_a_figure_is_found_whole_with_its_unit_and_without_the_stop_of_its_sentence(
    text: str, figures: tuple[str, ...]
) -> None:
    assert find_figures(text) == figures
    assert has_figures(text)


@pytest.mark.parametrize("text", ["", "Venez à la mairie.", "Un acte est demandé.", "Les deux parents signent."])
def test_a_text_without_figure_has_none(text: str) -> None:
    assert find_figures(text) == ()
    assert not has_figures(text)


@given(st.text(alphabet=st.sampled_from("019٣ aàhm.,:/*-@%€\n\u00a0'")) | st.text())
def test_every_digit_is_inside_a_figure(text: str) -> None:
    assert re.findall(r"\d", "".join(find_figures(text))) == re.findall(r"\d", text)


@given(
    st.lists(st.sampled_from(["86 €", "deux mois", "9h30", "a@b.fr", "3 mars", "mairie", "\n", ", ", " "])).map("".join)
)
def test_figures_are_verbatim_and_in_reading_order(text: str) -> None:
    at = 0
    for figure in find_figures(text):
        at = text.index(figure, at) + len(figure)
    assert has_figures(text) == bool(find_figures(text))


@pytest.mark.parametrize("piece", ["a", "a.", "1 ", "un ", "vingt-", "http://", "a@"])
def test_a_long_text_made_to_slow_the_search_does_not(piece: str) -> None:
    started = time.process_time()
    find_figures(piece * (10_000 // len(piece)))

    assert time.process_time() - started < 20  # measured: well under a second; a search that goes back takes hours
