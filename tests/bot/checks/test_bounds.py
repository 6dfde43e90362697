"""A number is bounded alike however it is said, and what bounds it may not change."""

from __future__ import annotations

import pytest

from bot.checks.bounds import Bounds, bounded_alike, bounds_of, placed_figures


def bounds(text: str) -> Bounds:
    figure = placed_figures(text)[0]
    return bounds_of(text, figure.start, figure.end)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("La cuve contient 3 litres.", ""),
        ("La cuve contient plus de 3 litres.", "over"),
        ("Elle ne dépasse pas 3 litres.", "atmost"),
        ("Elle n’excède pas 3 litres.", "atmost"),
        ("Jusqu'à 3 litres.", "atmost"),
        ("Elle contient 3 litres au plus.", "atmost"),
        ("À partir de 3 litres.", "atleast"),
        ("Au moins 3 litres.", "atleast"),
        ("Un volume supérieur ou égal à 3 litres.", "atleast"),
        ("Moins de 3 litres.", "under"),
        ("Plus de bruit, 3 litres.", ""),
    ],
)
def test_a_bound_is_read(text: str, value: str) -> None:
    assert bounds(text).value == value


@pytest.mark.parametrize(
    ("said", "quoted", "alike"),
    [
        ("Répondez dans les 8 jours.", "Vous avez 8 jours pour répondre.", True),
        ("Répondez 8 jours au plus après l'envoi.", "Répondez dans les 8 jours qui suivent l'envoi.", True),
        ("Comptez 8 jours au plus.", "La réponse ne peut pas dépasser 8 jours.", True),
        ("Comptez 8 jours après l'envoi.", "Comptez 8 jours avant l'envoi.", False),
        ("Comptez plus de 8 jours.", "Comptez moins de 8 jours.", False),
        ("Au-delà de 8 jours, payez.", "À partir de 8 jours, payez.", False),
        ("Comptez 8 jours.", "Comptez au moins 8 jours.", False),
    ],
)
def test_a_bound_may_be_said_otherwise_and_not_changed(said: str, quoted: str, alike: bool) -> None:
    assert bounded_alike(bounds(said), bounds(quoted)) is alike
