"""The language model: asked under the rules of the City, within the time of a turn. Owns mistralai.

Nothing here imports the client of Mistral, nor opens a connection, before a model is configured and allowed.
"""

from bot.model.opening import Generation, open_generation
from bot.model.port import LanguageModel, Message, Used, read_json, used_by

__all__ = ["Generation", "LanguageModel", "Message", "Used", "open_generation", "read_json", "used_by"]
