"""Wildcards and policy variables as lists of tokens (AWS: "IAM policy elements: Variables and tags").

A token is a character of the text, or one of the wildcards below. A variable's value becomes characters, so that a star
in it is a star and nothing else.
"""

import re

RUN = object()  # "*": any run of characters
RUN_IN_SEGMENT = object()  # "*" within one of an ARN's first five segments: no colon
ONE = object()  # "?": any one character
ONE_IN_SEGMENT = object()  # "?" likewise: any one but a colon

VARIABLE = re.compile(r"\$\{([^{}]*)\}")
NAME = re.compile(r"(?P<name>[^ ,']+)(, '(?P<default>[^']*)')?")
ESCAPES = ("*", "?", "$")


def matches(tokens, text):
    """Whether the whole text is covered: the plain table over all beginnings of both."""
    reached = [True] + [False] * len(text)  # reached[n]: the tokens so far cover text[:n]
    for token in tokens:
        now = [False] * (len(text) + 1)
        runs = token is RUN or token is RUN_IN_SEGMENT
        now[0] = runs and reached[0]
        for n, character in enumerate(text, start=1):
            if token is RUN:
                now[n] = reached[n] or now[n - 1]
            elif token is RUN_IN_SEGMENT:
                now[n] = reached[n] or (now[n - 1] and character != ":")
            elif token is ONE:
                now[n] = reached[n - 1]
            elif token is ONE_IN_SEGMENT:
                now[n] = reached[n - 1] and character != ":"
            else:
                now[n] = reached[n - 1] and character == token
        reached = now
    return reached[-1]


def wildcards(text):
    """The tokens of a text that has wildcards and no variables."""
    return [{"*": RUN, "?": ONE}.get(character, character) for character in text]


def glob(pattern, text):
    return matches(wildcards(pattern), text)


def parts(text, variables):
    """The text cut into ("text", piece) and ("variable", inside): where variables are not in force, one piece."""
    if not variables:
        return [("text", text)]
    found, start = [], 0
    for match in VARIABLE.finditer(text):
        found += [("text", text[start : match.start()]), ("variable", match.group(1))]
        start = match.end()
    return [*found, ("text", text[start:])]


def value(inside, context):
    """What stands for `${inside}`, or None: the key's single value, else the default, else nothing."""
    if inside in ESCAPES:
        return inside
    match = NAME.fullmatch(inside)
    if not match:
        return None
    found = context.get(match["name"].lower())
    return found if isinstance(found, str) else match["default"]


def tokens(pieces, context, wild=True):
    """The tokens of the pieces, or None where a variable has no value."""
    found = []
    for kind, piece in pieces:
        if kind == "text":
            found += wildcards(piece) if wild else list(piece)
            continue
        text = value(piece, context)
        if text is None:
            return None
        found += list(text)
    return found


def segments(pieces):
    """The pieces split at their first five colons: a colon inside a variable's name is none."""
    found = [[]]
    for kind, piece in pieces:
        while kind == "text" and len(found) < 6 and ":" in piece:
            head, piece = piece.split(":", 1)
            found[-1].append((kind, head))
            found.append([])
        found[-1].append((kind, piece))
    return found
