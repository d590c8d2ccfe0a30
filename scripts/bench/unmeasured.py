"""The one failure that the bench expects."""


class Unmeasured(Exception):
    """Why a figure could not be measured."""
