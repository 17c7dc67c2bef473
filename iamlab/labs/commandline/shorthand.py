"""The AWS CLI's shorthand syntax: `Key=team,Value=ops`, read into values of a shape and written back.

The grammar is that of the AWS CLI User Guide's page "Using shorthand syntax in the AWS CLI".
"""

import re
from collections.abc import Callable
from typing import Any

from botocore.model import Shape

KEY = re.compile(r"[A-Za-z0-9\-_.#/:]*")
# A word after "=" may hold "=" itself; one after a comma may not, for there "=" tells that a new key began.
FIRST_WORD = re.compile(r"""(?:\\,|[^\s"',=\[{])(?:\\,|[^"',\]}])*""")
LATER_WORD = re.compile(r"""(?:\\,|[^\s"',=\[{])(?:\\,|[^"',=])*""")
QUOTED = {"'": re.compile(r"'((?:\\'|[^'])*)'"), '"': re.compile(r'"((?:\\"|[^"])*)"')}
BARE = re.compile(r"[A-Za-z0-9\-_.#/:@+*]+(?: [A-Za-z0-9\-_.#/:@+*]+)*")
BARE_KEY = re.compile(r"[A-Za-z0-9\-_.#/:]+")
MAX_DEPTH = 20


class ShorthandError(ValueError):
    """A text that is not shorthand; the message shows where."""


class Reader:
    """Reads one shorthand text. `load` turns the value of `key@=file://name` into the file's content."""

    def __init__(self, text: str, load: Callable[[str], Any] = str) -> None:
        self.text, self.at, self.load, self.depth = text, 0, load, 0

    def read(self) -> dict[str, Any]:
        """`key=value[,key=value...]` to the end of the text."""
        found: dict[str, Any] = {}
        began = 0
        while True:
            key, value = self.pair(self.value_or_list)
            if key in found:
                raise ShorthandError(
                    f'Second instance of key "{key}" encountered for input:\n{self.marked(began)}\n'
                    'This is often because there is a preceding "," instead of a space.'
                )
            found[key] = value
            began = self.at + 1
            if self.at >= len(self.text):
                return found
            self.expect(",", spaces=True)

    def pair(self, read_value: Callable[[], Any]) -> tuple[str, Any]:
        match = KEY.match(self.text, self.at)
        key = match.group() if match else ""
        self.at += len(key)
        self.spaces()
        from_file = self.peek() == "@"
        if from_file:
            self.at += 1
        self.expect("=", spaces=True)
        value = read_value()
        return key, self.load(value) if from_file and isinstance(value, str) else value

    def value_or_list(self) -> Any:
        """After a top-level "=": a value, `a,b,c`, `[...]` or `{...}`."""
        if self.peek() in ("[", "{"):
            return self.nested()
        values = [self.word(FIRST_WORD, required=False)]
        self.spaces()
        while self.peek() == ",":
            self.at += 1
            self.spaces()
            if self.at >= len(self.text):
                raise self.unexpected("<second>", "<none>")
            word = self.word(LATER_WORD, required=True)
            self.spaces()
            if word is None or self.peek() not in (",", ""):
                self.at = self.text.rfind(",", 0, self.at + 1)  # a new key began
                break
            values.append(word)
        return values[0] if len(values) == 1 else values

    def nested(self) -> Any:
        """Inside brackets: a word, `[a,b]` or `{key=a,key=b}`."""
        opening = self.peek()
        if opening not in ("[", "{"):
            return self.word(FIRST_WORD, required=False)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ShorthandError("The value is nested too deeply.")
        self.expect(opening, spaces=True)
        result = self.items() if opening == "[" else self.pairs()
        self.depth -= 1
        return result

    def items(self) -> list[Any]:
        values = []
        while self.peek() != "]":
            values.append(self.nested())
            self.separator("]")
        self.at += 1
        return values

    def pairs(self) -> dict[str, Any]:
        found = {}
        while self.peek() != "}":
            key, found_value = self.pair(self.nested)
            found[key] = found_value
            self.separator("}")
        self.at += 1
        return found

    def separator(self, closing: str) -> None:
        self.spaces()
        if self.peek() != closing:
            self.expect(",")
            self.spaces()

    def word(self, pattern: re.Pattern[str], required: bool) -> str | None:
        """A bare or quoted word; an empty one (None when `required`) if none begins here."""
        quote = self.peek()
        match = QUOTED.get(quote, pattern).match(self.text, self.at)
        if match is None:
            if quote in QUOTED:
                raise self.unexpected(f"<{'singled' if quote == chr(39) else 'double'} quoted>", "<none>")
            return None if required else ""
        self.at = match.end()
        if quote in QUOTED:
            return match.group(1).replace(f"\\{quote}", quote).replace("\\\\", "\\")
        return match.group().replace("\\,", ",").rstrip()

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def spaces(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in " \t\n\r\x0b\x0c":
            self.at += 1

    def expect(self, char: str, spaces: bool = False) -> None:
        if spaces:
            self.spaces()
        if self.peek() != char:
            raise self.unexpected(char, self.peek() or "EOF")
        self.at += 1
        if spaces:
            self.spaces()

    def unexpected(self, expected: str, received: str) -> ShorthandError:
        return ShorthandError(f"Expected: '{expected}', received: '{received}' for input:\n{self.marked(self.at)}")

    def marked(self, at: int) -> str:
        """The text with a caret under the character at `at`."""
        end = self.text.find("\n", at)
        end = len(self.text) if end < 0 else end
        column = at - (self.text.rfind("\n", 0, at) + 1)
        return f"{self.text[:end]}\n{' ' * column}^{self.text[end:]}"


def read(text: str, shape: Shape, load: Callable[[str], Any] = str) -> Any:
    """The value of a shape written in shorthand. Raises ShorthandError, or ValueError for a word that is no number."""
    return coerce(shape, Reader(text, load).read())


def coerce(shape: Shape, value: Any) -> Any:
    """Words turned into the types of the shape; a lone value where the shape has a list becomes a list of one."""
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        return {
            name: coerce(shape.members[name], item) if name in shape.members else item for name, item in value.items()
        }
    if kind == "map" and isinstance(value, dict):
        return {name: coerce(shape.value, item) for name, item in value.items()}
    if kind == "list":
        return [coerce(shape.member, item) for item in value] if isinstance(value, list) else [value]
    if kind in ("integer", "long"):
        return int(value)
    if kind in ("float", "double"):
        return float(value)
    if kind == "boolean" and isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower(), value)
    return value


def write(value: Any, shape: Shape) -> str | None:
    """The shorthand for a structure or map, None where JSON is the safer way to write it."""
    if not isinstance(value, dict) or not value or not all(BARE_KEY.fullmatch(key) for key in value):
        return None
    members = [_member(key, item, _child(shape, key)) for key, item in value.items()]
    return None if None in members else ",".join(f"{member}" for member in members)


def _child(shape: Shape, key: str) -> Shape | None:
    if shape.type_name == "structure":
        return shape.members.get(key)
    return shape.value if shape.type_name == "map" else None


def _member(key: str, value: Any, shape: Shape | None) -> str | None:
    if shape is None:
        return None
    if shape.type_name == "list" and isinstance(value, list):
        words = [_word(item, shape.member) for item in value]
        if not words or None in words:
            return None
        # A lone word becomes a list of one, but stays a string.
        lone = len(words) == 1 and shape.member.type_name == "string"
        return f"{key}={words[0]}" if lone else f"{key}=[{','.join(f'{word}' for word in words)}]"
    word = _word(value, shape)
    return None if word is None else f"{key}={word}"


def _word(value: Any, shape: Shape) -> str | None:
    if shape.type_name == "boolean" and isinstance(value, bool):
        return "true" if value else "false"
    if shape.type_name in ("integer", "long") and isinstance(value, int):
        return str(value)
    if shape.type_name == "string" and isinstance(value, str) and BARE.fullmatch(value):
        return value
    return None
