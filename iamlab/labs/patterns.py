"""An author's patterns against a learner's text. RE2 takes time that grows with the text alone: none can run away."""

import re2

QUIET = re2.Options()
QUIET.log_errors = False  # a pattern that is none is raised, and the validator tells its author


def found(pattern: str, text: str) -> bool:
    """Whether the pattern is somewhere in the text. Raises BadPattern."""
    return re2.compile(pattern, QUIET).search(text) is not None


def fault(pattern: str) -> str:
    """What is wrong with a pattern; "" for a good one."""
    try:
        re2.compile(pattern, QUIET)
    except re2.error as error:
        return str(error.args[0].decode() if isinstance(error.args[0], bytes) else error)
    return ""


BadPattern = re2.error
