"""What can go wrong between the bot and the engines it asks.

* BotError
  - ModelError                  the language model gave no whole answer: the answer stays in quotes
    - ModelUnavailableError     the server cannot be reached, is overloaded, failed, or is left alone for a while
    - ModelTimeoutError         no whole answer within the time that the turn allows
    - ModelRefusedError         the server answers and will not serve this request: key, model name, size
    - ModelMalformedError       the answer is not what was asked for: other shape, cut at its length, empty
    - ModelNotAllowedError      the policy does not allow this server or this model: it is never called
  - StoreError                  the lines kept of the turns cannot be read or written
  - ManifestError               what is served cannot be read whole, so that nothing can be said of it
  - ProofError                  what was given to be proved cannot be read, or is no receipt of ours
"""

from __future__ import annotations


class BotError(Exception):
    """Base of the floor; its message is French, for an operator, and never holds a word of a question."""


class ModelError(BotError):
    """The language model gave no whole answer.

    Attributes:
        blames_server: it says something of the server, rather than of this one request.
    """

    blames_server = True


class ModelUnavailableError(ModelError):
    """The server cannot be reached, is overloaded, or failed.

    Attributes:
        retry_after: seconds that the server asked to be left alone; None when it did not say.
        briefly: asking once more may help.
    """

    def __init__(self, message: str, retry_after: float | None = None, *, briefly: bool = True) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.briefly = briefly


class ModelTimeoutError(ModelError):
    """No whole answer came within the time allowed."""


class ModelRefusedError(ModelError):
    """The server will not serve this request."""

    def __init__(self, message: str, *, blames_server: bool = True) -> None:
        super().__init__(message)
        self.blames_server = blames_server


class ModelMalformedError(ModelError):
    """The answer is not in the shape that was asked for."""


class ModelNotAllowedError(ModelError):
    """The policy does not allow this server or this model."""

    blames_server = False


class StoreError(BotError):
    """The lines kept of the turns cannot be read or written; the message says what to look at."""


class ManifestError(BotError):
    """A file of what is served cannot be read, or a passage is not the one that its digest says."""


class ProofError(BotError):
    """What was given to be proved cannot be read; the message says what to give."""
