"""Personal data in French text: find it, mask it, set aside a document that is mostly made of it.

What identifies a person directly or says something of their health. Dates, towns, ages and amounts stay: a question
about a right cannot do without them. Detection is by rules and check digits, so it explains itself and runs anywhere;
it misses what only a reader would understand, and a text is stored or sent no further than the policy says.
"""

from corpus.personal_data.density import density, mostly_personal
from corpus.personal_data.kinds import Finding, Masked, PersonalDataKind
from corpus.personal_data.masking import find, label, mask, token, without_tokens

__all__ = [
    "Finding",
    "Masked",
    "PersonalDataKind",
    "density",
    "find",
    "label",
    "mask",
    "mostly_personal",
    "token",
    "without_tokens",
]
