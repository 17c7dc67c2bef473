"""Holds the place of the evaluator, which is being written: enough for the door to be built on."""


def is_public(t):
    return False
