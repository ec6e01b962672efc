"""Why a start cannot go on."""


class LaunchError(Exception):
    """A start that cannot go on. The message says what is wrong and what to do."""
