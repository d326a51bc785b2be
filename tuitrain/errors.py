"""The errors that tuitrain raises on purpose.

Each message names the value, the place and what is allowed or what to do next, so that it can be shown as it
stands. Only `cli/` turns them into exit codes, and only `ui/` into notices.

    TuitrainError
        DataError
            DataOptionError
        HyperparameterError
        RunError
            StateError
        FileError
        ModelError
        SearchError
            SettingsError
"""


class TuitrainError(Exception):
    """The root of all errors that are meant for the user."""


class DataError(TuitrainError):
    """A table that cannot be read, or whose content does not fit the task."""


class DataOptionError(DataError):
    """An option of how a table is read or split that is not allowed."""


class HyperparameterError(TuitrainError):
    """One or more hyperparameters out of range; the message holds a line for each."""


class RunError(TuitrainError):
    """A training or a session that cannot go on as asked."""


class StateError(RunError):
    """The state of a training that is damaged, or does not fit the data or the network."""


class FileError(TuitrainError):
    """A file that cannot be written, or a path that names none."""


class ModelError(TuitrainError):
    """A model file that cannot be read or written, is damaged, or does not fit the rows it is given."""


class SearchError(TuitrainError):
    """A search or a study that cannot begin or go on as asked."""


class SettingsError(SearchError):
    """A setting of a search that is not allowed."""


def error_line(error: BaseException) -> str:
    """An error in words: a message raised on purpose as it is, anything else with the name of its class."""
    return str(error) if isinstance(error, TuitrainError) else f"{type(error).__name__}: {error}"
