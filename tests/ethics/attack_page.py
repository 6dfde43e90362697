"""The words of docs/attaques.md: each attack in French, and those that other tests play."""

from __future__ import annotations

from collections.abc import Iterable

from ethics.words import say
from tests.house.tree import ROOT

PAGE = ROOT / "docs" / "attaques.md"
REFRESH = "run `python -m tests.ethics.test_attacks`"

FRENCH = {
    "signature by a removed member": "Un membre retiré du comité signe encore",
    "the same member twice": "Le même membre signe deux fois",
    "two keys of one person": "Une personne siège avec deux clés, sous deux orthographes",
    "k-1 signatures": "Il manque une signature",
    "a missing college": "Il y a assez de signatures, mais un collège manque",
    "another fingerprint": "Ce qui est servi n’est pas ce qui a été signé",
    "records of a demonstration in public": "Les registres d’une démonstration sont copiés sur un service public",
    "a demonstration bound to a public address": "Une démonstration est ouverte sur une adresse publique",
    "an expired approval": "L’approbation est échue",
    "an old decision filed again": "Une ancienne décision est déposée de nouveau",
    "two decisions under one number": "Deux décisions portent le même numéro",
    "a payload swapped after signing": "Le contenu d’un avis est changé après la signature",
    "a payload swapped in the file": "Le fichier d’une décision est modifié sur le disque",
    "a builder on the roster": "Quelqu’un qui construit le service siège au comité",
    "a line of the log altered": "Une ligne du journal est modifiée",
    "a line altered and sealed anew": "Une ligne du journal est modifiée, et son sceau refait",
    "a line removed": "Une ligne du journal est retirée",
    "two lines in another order": "Deux lignes du journal sont échangées",
    "the log truncated": "Le journal est coupé après un arrêt, un état signé existe",
    "the log truncated before any checkpoint": "Le journal est coupé, sans état signé, pendant que le service tourne",
    "the whole log rewritten": "L’exploitant réécrit tout le journal et ses états signés",
    "the whole log rewritten, the witness thrown away": "L’exploitant réécrit tout, et jette ce que le témoin a signé",
    "a forked checkpoint": "Deux histoires du journal sont signées",
    "the clock set back": "L’horloge de la machine est reculée",
    "the policy edited after signing": "Les règles sont modifiées après la signature",
    "the contacts edited after signing": "Les contacts sont modifiés après la signature",
    "the lexicon edited while running": "Le lexique est modifié pendant que le service tourne",
    "one phone number poisoned in an allowed page": "Un numéro de téléphone est changé dans une page autorisée",
    "the same number written so as not to be seen": "Le même numéro, écrit pour échapper à la comparaison",
    "a poisoned number signed without its list": "La mise à jour est signée, sans la liste de ce qui a changé",
    "an update signed by the server": "Le serveur signe lui-même une mise à jour du corpus",
    "the index swapped beside an accepted update": "L’index est changé à la faveur d’une mise à jour acceptée",
    "the weights swapped beside an accepted update": "Les poids sont changés à la faveur d’une mise à jour acceptée",
    "unreadable records": "Les registres sont illisibles",
    "a missing file": "Un fichier des registres manque",
    "a half-written line": "La dernière ligne du journal est à moitié écrite",
    "a file outside the folder": "Le journal nomme un fichier hors de son dossier",
    "service brought up by one person": "Une personne seule remet le service en marche",
    "a return prepared before the last suspension": "Une reprise préparée avant le dernier arrêt est déposée",
    "an old return to service filed again": "Une reprise du mois dernier est déposée de nouveau",
    "a roster signed by itself alone": "Un comité se nomme lui-même, sans les membres sortants",
    "a whole committee forged": "Un comité entier est inventé, avec ses propres registres",
}
"""Each attack of `test_attacks.ATTACKS`, as a reader would say it."""

ELSEWHERE = (
    (
        "Un passage est changé sur le disque entre deux vérifications, ou en mémoire",
        "tests/ethics/test_attacks.py::test_a_passage_swapped_on_the_disk_or_in_memory_is_not_shown",
        say("gate.passage", digest="0f3a"),
    ),
    (
        "La liste des passages approuvés est changée en mémoire",
        "tests/ethics/test_attacks.py::test_the_list_of_digests_swapped_in_memory_does_not_help",
        say("gate.passage", digest="0f3a"),
    ),
    (
        "Le programme est tué (kill -9) pendant qu’il écrit",
        "tests/ethics/test_log.py::test_kill_nine_while_writing_loses_nothing_that_was_acknowledged",
        say("log.half_written", line=12),
    ),
    (
        "Plusieurs personnes signent au même instant",
        "tests/ethics/test_attacks.py::test_signatures_filed_at_the_same_time_are_all_kept",
        "(rien : toutes les signatures sont gardées)",
    ),
    (
        "Deux montants sont échangés dans une page autorisée",
        "tests/ethics/test_update.py::test_two_values_exchanged_wait",
        say("snapshot.values", count=1, kind=say("snapshot.kind_amount")),
    ),
    (
        "La clé du corpus signe une mise à jour qui ne dit pas ce qui a changé",
        "tests/corpus/test_review.py::test_a_statement_that_does_not_say_what_changed_is_not_to_be_signed",
        "snapshot.json ne dit pas ce qui a changé entre ces deux états (values) : ne le signez pas…",
    ),
    (
        "Un index qui n’est pas celui de ses passages est présenté à la clé du corpus",
        "tests/corpus/test_review.py::test_an_index_that_does_not_follow_from_its_passages_is_not_to_be_signed",
        "L’index… n’est pas celui que donnent ses passages (vectors.npz) : ne le signez pas…",
    ),
)
"""Attacks that other tests play: what it is, the test, what is read."""

_HEAD = """# Les attaques, et ce que lit leur auteur

Chacune est jouée par un essai ; le service y répond par la page fixe (L3), et ne sert jamais l’état altéré. Cette page
est écrite par `python -m tests.ethics.test_attacks` et vérifiée par les essais : elle ne peut vieillir sans qu’ils
échouent.

Celles-ci sont jouées par `tests/ethics/test_attacks.py`, sous le nom donné dans la deuxième colonne.

| Attaque | Jouée par | Servi | Ce que lit son auteur |
|---|---|---|---|
"""
_SECOND = """
Celles-là sont jouées par d’autres essais.

| Attaque | Essai | Ce que lit son auteur |
|---|---|---|
"""


def beside(what: str, test: str, told: str) -> str:
    """Write the line of an attack that another test plays."""
    return f"| {what} | `{test}` | {told} |"


def page(rows: Iterable[str]) -> str:
    """Write the whole page."""
    return _HEAD + "".join(f"{row}\n" for row in rows) + _SECOND + "".join(f"{beside(*one)}\n" for one in ELSEWHERE)
