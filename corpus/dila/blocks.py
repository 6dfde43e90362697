"""From the tree of a fiche to its blocks, each with its path of headings and of options chosen."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from datetime import date

from corpus.dila.tables import table_lines
from corpus.dila.text import inline, item_lines, lines, title_of
from corpus.dila.tree import Node, plain
from corpus.document import Block, BlockKind, Link, Step, Trail

_REMARKS = {
    "Attention": BlockKind.ATTENTION,
    "ANoter": BlockKind.NOTE,
    "ASavoir": BlockKind.KNOW,
    "Rappel": BlockKind.REMINDER,
}
_CONTACTS = frozenset({"OuSAdresser", "OuSAdresserSupport"})
_SERVICES = frozenset({"ServiceEnLigne", "ServiceEnLigneAlternatif", "ServiceEnLigneAnnexe"})
_CHOICES = {"ListeSituations": "Situation", "BlocCas": "Cas"}
# Metadata, glossary and navigation, read by corpus.dila.document or left to the publisher's site; the guided-search
# trees (Problematiques, Questionnaire) hold questions to the reader and no rule.
_SKIPPED_NAMES = """
    Titre TitreAlternatif Condition Image Illustration Reference Definition Abreviation QuestionReponse VoirAussi
    PourEnSavoirPlus FilDAriane Theme SousThemePere DossierPere SousDossierPere Audience Canal SurTitre Cible
    CommentFaireSi RechercheGuidee Problematiques Questionnaire FicheLiee Partenaire NoticeLiee LienWeb NumeroCerfa
    AutreNumero InformationComplementaire SousTheme Actualite Source PivotLocal RessourceWeb Dossier
    Resume Colonne TitreRiche QuiPeutMAider FicheConnexe RechercheGuideePere ServiceNoeud FranceConnect Connexion
    Video Infographie ImageIllustration VideoIllustration Fiche
"""
_SKIPPED = frozenset(_SKIPPED_NAMES.split())
_HEADED = frozenset({"Chapitre", "SousChapitre", "SousDossier", "Complement", "Conclusion", "Exemple"})
"""Sections whose title is a heading; the last three are of schemas 3.4 and 3.5."""

_ROOTS = frozenset({"Publication", "ServiceComplementaire"})
_WAYS = re.compile(
    r"(en ligne|sur internet|par internet|sur place|au guichet|en personne|par courrier|par correspondance|"
    r"par téléphone|par e-?mail|par courriel|par fax|en mairie|auprès d|sur rendez-vous|via )",
    re.IGNORECASE,
)


class Walk:
    """One pass over a fiche; `blocks` holds what was found, `labels` names its questionnaire variables."""

    def __init__(self, labels: dict[str, str]) -> None:
        self.blocks: list[Block] = []
        self._labels = labels
        self._choices: Counter[str] = Counter()
        self._condition = ""

    def children(self, node: Node, path: Trail) -> None:
        """Read every child of `node` under `path`."""
        question, here = "", path
        for child in node.elements():
            if child.name in _CHOICES:
                self._choice(child, here, question)
            elif child.name == "TitreFlottant":
                # A heading of schema 3.4 without a section of its own: it holds for what follows it.
                here = (*path, Step(inline(child)))
            else:
                self._element(child, here)
            text = self.blocks[-1].text if self.blocks and child.name in {"Paragraphe", "Introduction"} else ""
            question = text if text.endswith("?") else ""
        if node.name in _ROOTS:
            self._add(BlockKind.LIST, "\n".join(f"- {plain(fiche)}" for fiche in node.elements("Fiche")), path)

    def _element(self, node: Node, path: Trail) -> None:
        if node.name in _SKIPPED or node.name.startswith("dc:"):
            return
        if node.name in _CHOICES:
            self._choice(node, path, "")
        elif node.name == "Paragraphe":
            self._add(BlockKind.TEXT, inline(node), path)
        elif node.name == "Liste":
            self._list(node, path)
        elif node.name == "Tableau":
            self._add(BlockKind.TABLE, "\n".join(table_lines(node)), path)
        elif node.name in _REMARKS:
            self._remark(node, path)
        elif node.name in _CONTACTS:
            self._contact(node, path)
        elif node.name in _SERVICES:
            self._service(node, path)
        elif node.name == "Avertissement":
            self._banner(node, path)
        else:
            self._section(node, path)

    def _section(self, node: Node, path: Trail) -> None:
        """A heading, or any container the format may gain: what is inside it is read, never lost."""
        title = title_of(node) if node.name in _HEADED else ""
        outer = self._condition
        self._condition = self._under(node)
        if node.name == "SousDossier":
            entries = [f"- {plain(fiche)}" for fiche in node.elements("Fiche")]
            self._add(BlockKind.LIST, "\n".join(entries), (*path, Step(title)))
        elif node.name == "LienExterneCommente":
            self._external(node, path)
        elif _has_words(node):
            # An element of a later schema that holds words of its own, not sections: its words are kept.
            self._add(BlockKind.TEXT, inline(node), path)
        else:
            self.children(node, (*path, Step(title)) if title else path)
        self._condition = outer

    def _choice(self, node: Node, path: Trail, question: str) -> None:
        options = list(node.elements(_CHOICES[node.name]))
        titles = [title_of(option) for option in options]
        ways = node.attributes.get("type") == "modalite" or (titles and all(map(_WAYS.match, titles)))
        choice = f"{'m' if ways else 'c'}{self._place(path)}"
        for option, title in zip(options, titles, strict=True):
            # An option alone is a heading: there is nothing to choose.
            step = Step(title, choice, question) if len(options) > 1 else Step(title)
            self.children(option, (*path, step) if title else path)

    def _place(self, path: Trail) -> str:
        """Name a choice after the headings above it and its rank under them: it keeps its id when another leaves."""
        above = "\x1f".join(step.title for step in path)
        self._choices[above] += 1
        return hashlib.sha256(f"{above}\x1e{self._choices[above]}".encode()).hexdigest()[:6]

    def _list(self, node: Node, path: Trail) -> None:
        self._add(BlockKind.LIST, "\n".join(lines(node)), path)
        for item in node.elements("Item"):
            if item.first("Condition"):
                outer, self._condition = self._condition, self._under(item)
                self._add(BlockKind.LIST, "\n".join(item_lines(item)), path)
                self._condition = outer

    def _remark(self, node: Node, path: Trail) -> None:
        self._add(_REMARKS[node.name], "\n".join(_remark_lines(node)), path)
        for child in node.elements():
            if child.name in _CONTACTS | _SERVICES:
                self._element(child, path)

    def _contact(self, node: Node, path: Trail) -> None:
        """Only the name: numbers and addresses come from contacts.toml, where each is dated and sourced."""
        url = next((link.attributes.get("URL", "") for link in node.elements("RessourceWeb")), "")
        name = title_of(node)
        pivots = [plain(pivot) for pivot in node.elements("PivotLocal")]
        links = (Link(name, url, pivots[0] if pivots else ""),) if url or pivots else ()
        self._add(BlockKind.CONTACT, name, path, links)

    def _service(self, node: Node, path: Trail) -> None:
        name, kind = title_of(node), node.attributes.get("type", "")
        links = [Link(name, url, kind)] if (url := node.attributes.get("URL", "")) else []
        links += [
            Link(name, target.attributes["URL"], kind)
            for target in node.elements("LienWeb")
            if target.attributes.get("URL")
        ]
        cerfa = node.attributes.get("numerocerfa", "")
        label = f"{kind} : {name}" if kind else name
        self._add(BlockKind.SERVICE, f"{label} (cerfa n° {cerfa})" if cerfa else label, path, tuple(links))

    def _external(self, node: Node, path: Trail) -> None:
        links = tuple(
            Link(inline(link), link.attributes.get("URL", ""), "Lien") for link in node.elements("LienExterne")
        )
        comment = next((inline(text) for text in node.descendants("Paragraphe")), "")
        text = " : ".join(part for part in (", ".join(link.label for link in links), comment) if part)
        self._add(BlockKind.SERVICE, text, path, links)

    def _banner(self, node: Node, path: Trail) -> None:
        texts = [title_of(node), *(inline(paragraph) for paragraph in node.descendants("Paragraphe"))]
        dated = iso_day(node.attributes.get("date", ""))
        if text := "\n".join(text for text in dict.fromkeys(texts) if text):
            self.blocks.append(Block(BlockKind.BANNER, text, path, (), self._condition, dated=dated))

    def _add(self, kind: BlockKind, text: str, path: Trail, links: tuple[Link, ...] = ()) -> None:
        if text:
            self.blocks.append(Block(kind, text, path, links, self._condition))

    def _under(self, node: Node) -> str:
        """The condition in force inside `node`: its own, on top of the one around it."""
        condition = node.first("Condition")
        return _both(self._condition, self._expression(condition) or "?") if condition else self._condition

    def _expression(self, condition: Node) -> str:
        """Word a questionnaire condition with the labels of its answers; an unknown variable keeps its opaque name."""
        parts: list[str] = []
        for test in condition.elements():
            label = self._labels.get(name := test.attributes.get("var", "?"), name)
            if test.name == "estVrai":
                parts.append(label)
            elif test.name == "estFaux":
                parts.append(f"sauf « {label} »")
            elif test.name in {"ou", "et"} and (inner := self._expression(test)):
                parts += inner.split(" ou ") if condition.name == "ou" and " et " not in inner else [inner]
        found = list(dict.fromkeys(parts))
        if condition.name == "ou" or len(found) < 2:
            return " ou ".join(found)
        return " et ".join(f"({part})" if " ou " in part else part for part in found)


def _both(outer: str, inner: str) -> str:
    """Join two conditions that hold together; the outer one is dropped where the inner one implies it."""
    if not outer or set(inner.split(" ou ")) <= set(outer.split(" ou ")):
        return inner
    return " et ".join(f"({part})" if " ou " in part else part for part in (outer, inner))


def _has_words(node: Node) -> bool:
    return any(isinstance(child, str) and child.strip() for child in node.children)


def _remark_lines(node: Node) -> list[str]:
    found: list[str] = []
    for child in node.elements():
        if child.name == "Liste":
            found += lines(child)
        elif child.name == "Tableau":
            found += table_lines(child)
        elif child.name == "Paragraphe" or _has_words(child):
            found += [text] if child.name not in _SKIPPED and (text := inline(child)) else []
        elif child.name not in _SKIPPED | _CONTACTS | _SERVICES:
            found += _remark_lines(child)
    return found


def variable_labels(root: Node) -> dict[str, str]:
    """Name the questionnaire variables after the options that set or test exactly one of them."""
    labels: dict[str, str] = {}
    for name in ("Cas", "Situation"):
        for option in root.descendants(name):
            condition = option.first("Condition")
            tests = list(condition.descendants("estVrai")) if condition else []
            if len(tests) == 1:
                labels.setdefault(tests[0].attributes.get("var", ""), title_of(option))
    for name in ("Branche", "Choix"):
        for option in root.descendants(name):
            for chosen in option.elements("SiSelectionne"):
                for effect in chosen.elements("affecteVrai"):
                    labels.setdefault(effect.attributes.get("var", ""), title_of(option))
    return labels


def iso_day(text: str) -> date | None:
    """Read the first ISO day in `text` (`modified 2019-08-28`, `2018-01-04T00:00:00`); None when there is none."""
    found = re.search(r"\d{4}-\d{2}-\d{2}", text)
    try:
        return date.fromisoformat(found.group()) if found else None
    except ValueError:
        return None
