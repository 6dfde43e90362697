"""A small town of ours: fiches and orders in the real formats, weights made by hand, and the index of them.

Every word here is ours. The fiches that branch say different figures in each branch, and each holds its own words, so
that a test can tell from a sentence alone which branch it came from.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from corpus.embed import TOKENIZER_FILE, WEIGHTS_FILE
from corpus.fetch import Clock, Fetcher, Limits
from corpus.settings import Settings
from corpus.sync import Engines, sync
from corpus.sync_report import SyncReport
from tests.corpus.builders import settings_in, zip_of
from tests.corpus.dila.build import case, cases, chapter, para, publication, remark, row
from tests.corpus.folders import HEADER

DAY = date(2026, 3, 2)
OLD_DATE = date(2020, 8, 26)

LOST_CARD = "J'ai perdu ma carte d'identité, que faire ?"
LOST_CARD_CHILD = "Mon fils de 10 ans a perdu sa carte d'identité, combien coûte la nouvelle ?"
LOST_CARD_ADULT = "Je suis majeur et j'ai perdu ma carte d'identité, combien coûte la nouvelle ?"
PASSPORT = "Combien coûte un passeport ?"
CANTEEN = "Combien coûte la cantine scolaire ?"
CRECHE = "Comment inscrire mon bébé à la crèche municipale ?"
BULKY = "Comment faire enlever mes encombrants sur le trottoir ?"
WEDDING = "Quelles pièces faut-il fournir pour publier les bans du mariage ?"
TERRACE = "Jusqu'à quand une terrasse estivale peut-elle ouvrir, quels horaires ?"
ELSEWHERE = "Quelle est la recette du boeuf bourguignon ?"
EVERY_QUESTION = (
    LOST_CARD,
    LOST_CARD_CHILD,
    LOST_CARD_ADULT,
    PASSPORT,
    CANTEEN,
    CRECHE,
    BULKY,
    WEDDING,
    TERRACE,
    "Combien coûte le stationnement résidentiel ?",
    "Sous quel délai déclarer une naissance ?",
    "Recensement citoyen de ma fille de 16 ans",
    "Comment conclure un pacs ?",
    "Demande d'acte de décès en ligne",
    "Permis de détention d'un chien catégorisé",
    "Qui peut débarrasser un nid de frelons ?",
)


def situations(*options: tuple[str, str]) -> str:
    inside = "".join(f"<Situation><Titre>{title}</Titre><Texte>{body}</Texte></Situation>" for title, body in options)
    return f"<ListeSituations>{inside}</ListeSituations>"


def bullets(*items: str) -> str:
    return f"<Liste>{''.join(f'<Item>{para(item)}</Item>' for item in items)}</Liste>"


def _opening(text: str) -> str:
    return f"<Introduction><Texte>{para(text)}</Texte></Introduction>"


def _fiche(identifier: str, title: str, body: str, updated: str = "2026-01-15", **options: str) -> str:
    return publication(
        body,
        identifier=identifier,
        title=title,
        modified=f"modified {updated}",
        attributes=f'spUrl="https://fiches.example.fr/{identifier}"',
        **options,
    )


def _text(*parts: str) -> str:
    return f"<Texte>{''.join(parts)}</Texte>"


_FRELONS = tuple(
    (label, f"Le service compétent pour ce cas est le bureau numéro {rank}, sur rendez-vous.")
    for rank, label in enumerate(["Nid en toiture", "Nid en cave", "Nid en jardin", "Nid sur balcon", "Nid enterré"], 1)
)

FICHES = {
    "F9001": _fiche(
        "F9001",
        "Carte d'identité perdue",
        _opening("La perte d'une carte d'identité se déclare au guichet avant toute nouvelle demande.")
        + situations(
            (
                "Vous êtes majeur",
                chapter("Coût", para("La nouvelle carte coûte 25 € en timbres fiscaux."))
                + chapter("Délai", para("Le délai de fabrication est de 21 jours en moyenne."))
                + chapter("Documents à fournir", bullets("La déclaration de perte", "Une photo d'identité de l'adulte"))
                + chapter(
                    "Démarche",
                    cases(
                        case("À Paris", para("Prenez rendez-vous dans la mairie de votre choix, dès 8 h 30.")),
                        case("Dans une autre commune", para("Adressez-vous à une mairie équipée, dès 9 h 15.")),
                    )
                    + remark("Attention", "Aucune carte n'est remise sans les empreintes de la personne majeure."),
                ),
            ),
            (
                "Votre enfant est mineur",
                chapter("Coût", para("La carte perdue par un enfant coûte 19 € en timbres fiscaux."))
                + chapter("Délai", para("Pour un enfant, comptez 34 jours."))
                + remark("ANoter", "La présence du mineur est exigée, sauf s'il a moins de 12 ans."),
            ),
        ),
    ),
    "F9002": _fiche(
        "F9002",
        "Passeport",
        _opening("Le passeport se demande dans une mairie équipée.")
        + _text(
            chapter(
                "Coût",
                cases(
                    case("Majeur", para("Le passeport d'un adulte coûte 87 €.")),
                    case("Mineur de 15 à 17 ans", para("Le passeport d'un adolescent coûte 43 €.")),
                    case("Mineur de moins de 15 ans", para("Le passeport d'un petit coûte 18 €.")),
                ),
            ),
            chapter("Durée de validité", para("Il est valable pendant 10 ans.") + remark("Rappel", "Signez-le.")),
        ),
    ),
    "F9003": _fiche(
        "F9003",
        "Inscription à la crèche municipale",
        _opening("L'inscription d'un bébé à la crèche municipale se fait à la mairie du domicile.")
        + _text(
            chapter("Démarche", para("Inscrivez l'enfant dès le 6e mois de grossesse. Gardez le récépissé.")),
            chapter("Documents à fournir", bullets("Un justificatif de domicile", "Le livret de famille")),
            remark("Attention", "La demande doit être confirmée chaque année, sauf pour les jumeaux."),
            '<ServiceEnLigne type="Téléservice" URL="https://creche.example.fr/demande">'
            "<Titre>Demander une place en crèche</Titre></ServiceEnLigne>",
        ),
    ),
    "F9004": _fiche(
        "F9004",
        "Stationnement résidentiel",
        _text(
            para("Le stationnement résidentiel est ouvert aux habitants dont le véhicule est assuré."),
            f"<Chapitre><Titre>Tarif</Titre><Tableau>{row('Durée', 'Prix', header=True)}{row('1 jour', '1,50 €')}"
            f"{row('7 jours', '9 €')}</Tableau></Chapitre>",
        ),
    ),
    "F9005": _fiche(
        "F9005",
        "Déclaration de naissance",
        _text(
            chapter("Délai", para("La naissance se déclare dans les 5 jours qui suivent l'accouchement.")),
            chapter("Où s'adresser", "<OuSAdresser><Titre>Mairie du lieu de naissance</Titre></OuSAdresser>"),
        ),
    ),
    "F9006": _fiche(
        "F9006",
        "Publication des bans du mariage",
        _text(
            para("Les bans du mariage sont affichés à la mairie."),
            chapter(
                "Pièces à fournir",
                cases(
                    case("Futurs époux français", bullets("Une pièce d'identité française", "2 témoins au moins")),
                    case("Futur époux étranger", bullets("Un certificat de coutume", "3 témoins au moins")),
                ),
            ),
        ),
    ),
    "F9007": _fiche(
        "F9007",
        "Cantine scolaire",
        _text(
            chapter("Tarif", para("Un repas de cantine scolaire coûte entre 0,13 € et 7 € selon les ressources.")),
            chapter("Délai", para("La cantine scolaire se réserve 3 jours avant le premier repas.")),
        ),
        updated=OLD_DATE.isoformat(),
    ),
    "F9008": _fiche(
        "F9008",
        "Enlèvement des encombrants",
        _text(
            para("Les encombrants se déposent sur le trottoir la veille du passage de la benne."),
            chapter("Démarche", para("Prenez rendez-vous. Le dépôt est permis à partir de 20 h.")),
            chapter("Coût", para("L'enlèvement est gratuit jusqu'à 3 mètres cubes.")),
        ),
        updated=OLD_DATE.isoformat(),
    ),
    "F9009": _fiche(
        "F9009",
        "Inscription sur la liste électorale",
        _text(chapter("Démarche", para("Pour voter, inscrivez-vous sur la liste électorale 6 semaines avant."))),
    ),
    "F9010": _fiche(
        "F9010",
        "Recensement citoyen",
        _text(
            para("Tout jeune Français fait la démarche du recensement citoyen à partir de 16 ans."),
            chapter(
                "Démarche",
                cases(
                    case("En ligne", para("Créez un compte, puis joignez la pièce d'identité du jeune.")),
                    case("Sur place", para("Présentez-vous au guichet avec le livret de famille.")),
                ),
            ),
        ),
    ),
    "F9011": _fiche(
        "F9011",
        "Pacs : conclure un pacte civil de solidarité",
        _text(
            para("Les futurs partenaires concluent un pacs en mairie ou chez un notaire."),
            chapter("Où s'adresser", para("Le dossier de pacs est déposé à la mairie de la résidence commune.")),
        )
        + '<DossierPere><Titre>Couple</Titre><Fiche ID="F9006">Publication des bans du mariage</Fiche></DossierPere>',
    ),
    "R9012": publication(
        '<LienWeb URL="https://services.example.fr/deces"/>',
        identifier="R9012",
        title="Demande d'acte de décès",
        kind="Téléservice",
        root="ServiceComplementaire",
        modified="modified 2026-01-15",
    ),
    "F9013": _fiche(
        "F9013",
        "Permis de détention d'un chien catégorisé",
        _text(
            para("Le propriétaire d'un chien catégorisé demande un permis de détention."),
            chapter("Coût", para("Le permis de détention du chien est gratuit.")),
            remark("ASavoir", "Sans ce permis, l'amende peut atteindre 750 €."),
        ),
    ),
    "F9014": _fiche(
        "F9014",
        "Débarrasser un nid de frelons",
        _text(cases(*(case(label, para(text)) for label, text in _FRELONS))),
    ),
}

ORDERS = {
    "terrasse-1": (
        "Arrêté des terrasses estivales",
        "2021-07-01",
        "2023-12-31",
        "# Horaires\n\nUne terrasse estivale peut ouvrir jusqu'à 22 h, du 1er avril au 31 octobre.\n",
    ),
    "terrasse-2": (
        "Arrêté des terrasses estivales",
        "2024-01-01",
        "",
        "# Horaires\n\nUne terrasse estivale peut ouvrir jusqu'à 23 h 30, avec un voisinage respecté.\n",
    ),
}


def weights_in(data: Path, texts: Sequence[str], dimension: int = 32) -> Path:
    """Put in force weights made by hand: a vector drawn for each word of `texts`, zeros for any other word."""
    words = sorted({word for text in texts for word in re.findall(r"\w+", _plain(text))})
    vocabulary = {"[UNK]": 0, **{word: rank for rank, word in enumerate(words, 1)}}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True, strip_accents=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    vectors = np.random.default_rng(11).normal(size=(len(vocabulary), dimension)).astype(np.float32)
    vectors[0] = 0
    folder = data / "weights" / "by-hand"
    folder.mkdir(parents=True)
    tokenizer.save(str(folder / TOKENIZER_FILE))
    save_file({"embedding.weight": vectors}, folder / WEIGHTS_FILE)
    (data / "weights" / "current").write_text(json.dumps({"folder": folder.name}), encoding="utf-8")
    return folder


def _plain(text: str) -> str:
    normalizer = normalizers.BertNormalizer(lowercase=True, strip_accents=True)
    return str(normalizer.normalize_str(re.sub(r"<[^>]+>", " ", text)))


def town_in(folder: Path, *, fiches: Mapping[str, str] = FICHES, orders: bool = True) -> Settings:
    """Build the weights and the index of the town under `folder`; nothing is fetched."""
    settings = settings_in(folder)
    settings.data.mkdir()
    weights_in(settings.data, [*fiches.values(), *(order[3] for order in ORDERS.values())])
    read_fiches(settings, folder / "vosdroits-part.zip", fiches)
    if orders:
        sync(settings, ["arretes"], _orders_in(folder / "arretes"), DAY, engines=_LOCAL)
    return in_scope(settings, "demo")


def read_fiches(settings: Settings, archive: Path, fiches: Mapping[str, str]) -> SyncReport:
    """Synchronise the town with these fiches, written in a new archive."""
    zip_of(archive, {f"{name}.xml": xml.encode() for name, xml in fiches.items()})
    return sync(settings, ["fiches"], archive, DAY, engines=_LOCAL)


def in_scope(settings: Settings, scope: str) -> Settings:
    """The same settings for another public."""
    return settings.model_copy(update={"scope": scope})


def _orders_in(folder: Path) -> Path:
    folder.mkdir()
    lines = [HEADER]
    for name, (title, start, end, text) in ORDERS.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
        lines.append(f"{name},{name}.md,{title},Ville de Paris,acte officiel,{start},{end},")
    (folder / "documents.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def _local_fetcher(cache: Path) -> Fetcher:
    clock = Clock(now=lambda: 0.0, sleep=lambda _: None)
    return Fetcher(cache, allow_loopback=True, limits=Limits(attempts=1), clock=clock)


_LOCAL = Engines(open_fetcher=_local_fetcher)
