"""Drafts of the two impact assessments, filled with what the rules and the register say: `python -m ethics.impact`.

What only the City can say stays marked "à compléter par la Ville". The drafts are in docs/, for people to finish and
sign; nothing here stands for their judgement.

Sources: Regulation (EU) 2024/1689, article 27(1), (a) to (f); Regulation (EU) 2016/679, article 35(7), (a) to (d).
"""

from ethics.impact.drafts import DRAFTS, draft, named_tests

__all__ = ["DRAFTS", "draft", "named_tests"]
