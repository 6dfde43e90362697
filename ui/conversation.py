"""The conversation between two questions: it travels in the page, and the server keeps none of it.

What comes back from a page is not trusted: it is bounded, checked field by field, and anything wrong is an empty
conversation. Changing it changes one's own answer only, which is still quoted, checked and bounded as any other.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace

from pydantic import TypeAdapter, ValidationError

from bot.turn import NO_CONVERSATION, Conversation

_CONVERSATION = TypeAdapter(Conversation)
_EXCHANGES = 6
_LONGEST = 40_000
_TEXT = 4000


def packed(conversation: Conversation) -> str:
    """Return a conversation as one field of a form; its oldest turns are left out."""
    kept = tuple(
        replace(exchange, text=exchange.text[-_TEXT // _EXCHANGES :])
        for exchange in conversation.exchanges[-_EXCHANGES:]
    )
    data = _CONVERSATION.dump_json(replace(conversation, exchanges=kept))
    return base64.urlsafe_b64encode(data).decode("ascii")


def unpacked(field: str) -> Conversation:
    """Return the conversation of a form field; an empty one when the field is absent, too long or not one."""
    if not field or len(field) > _LONGEST:
        return NO_CONVERSATION
    try:
        found = _CONVERSATION.validate_json(base64.b64decode(field, altchars=b"-_", validate=True))
    except (binascii.Error, ValidationError, ValueError, RecursionError):
        return NO_CONVERSATION
    return replace(found, exchanges=found.exchanges[-_EXCHANGES:])
