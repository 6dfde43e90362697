"""What can go wrong between a suite of cases and its report.

* EvalError
  - UnknownSuiteError   no suite of that name
  - CaseFileError       a file of cases is damaged: says which line to mend
  - RunFolderError      the folder of a run cannot be read, written or resumed
  - SuiteNotIndexedError  no document that a suite expects is in the index
  - SheetError          a sheet of an audit cannot be read: says which line to mend
"""

from __future__ import annotations


class EvalError(Exception):
    """Base of the floor; its message is French, and tells an operator what to do next."""


class UnknownSuiteError(EvalError):
    """No suite of that name."""


class CaseFileError(EvalError):
    """A file of cases cannot be read as cases."""


class RunFolderError(EvalError):
    """The folder of a run cannot be read, written or resumed."""


class SuiteNotIndexedError(EvalError):
    """No document that a suite expects is in the index: measuring it would say nothing of the bot."""


class SheetError(EvalError):
    """A sheet of an audit cannot be written or read."""
