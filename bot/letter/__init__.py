"""The draft of a reply to a resident's letter, for an agent: its questions, each answered by the same steps as a chat.

Not to be mixed up with `bot.turn.Draft`, which is one sentence of a model. Nothing here sends anything, and nothing
here keeps who wrote: a letter is masked first, and what was masked is returned once to whoever gave it.
"""

from bot.letter.compose import Composer
from bot.letter.masking import Hidden, HiddenWord, hide
from bot.letter.precedents import Precedents
from bot.letter.reading import LetterError, read_letter
from bot.letter.reply import Gap, Line, Offer, Part, Reading, Reply, Source, State
from bot.letter.split import Ask, split_letter

__all__ = [
    "Ask",
    "Composer",
    "Gap",
    "Hidden",
    "HiddenWord",
    "LetterError",
    "Line",
    "Offer",
    "Part",
    "Precedents",
    "Reading",
    "Reply",
    "Source",
    "State",
    "hide",
    "read_letter",
    "split_letter",
]
