"""What can go wrong between an official source and the index.

* CorpusError
  - ConfigurationError       a data file or a setting of ours is wrong: says which line to mend
  - SourceUnreachableError   the source did not answer: try again, or use a snapshot
  - RefusedAddressError      the address is not on the allow-list, or leads to a private network
  - DocumentError            one document cannot be read; it is set aside and the run goes on
  - WeightsMissingError      no embedding weights are in force: train them
  - IndexMissingError        nothing has been indexed yet: run the sync
  - IndexDamagedError        an artefact does not match its digest: run the sync again
  - BusyError                another sync holds the lock
  - BatchError               a batch file cannot be read or written
"""

from __future__ import annotations


class CorpusError(Exception):
    """Base of the floor; its message tells an operator what to do next."""


class ConfigurationError(CorpusError):
    """A data file or a setting of ours is wrong."""


class SourceUnreachableError(CorpusError):
    """The source did not answer within its limits."""


class RefusedAddressError(CorpusError):
    """The address is not allowed: unlisted host, other scheme, or private network."""


class DocumentError(CorpusError):
    """One document cannot be read; the message is the reason printed in the report."""


class WeightsMissingError(CorpusError):
    """No embedding weights are in force."""


class IndexMissingError(CorpusError):
    """No index has been built in this data folder."""


class IndexDamagedError(CorpusError):
    """An artefact of the index is absent or differs from its recorded digest."""


class BusyError(CorpusError):
    """Another process is writing the index."""


class BatchError(CorpusError):
    """A batch file cannot be read or written."""
