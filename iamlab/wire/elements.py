"""XML along a service model's shapes: written by writers that are made once, read from elements."""

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from botocore.model import ListShape, MapShape, Shape, StructureShape

from iamlab.services.operations import AwsError
from iamlab.wire import values

Write = Callable[[Any, str], str]  # value and tag -> the element
WriteAll = Callable[[Sequence[Any], str], str]  # values and their tag -> the elements
Template = tuple[str, list[tuple[str, Callable[[Any], str]]]]  # a structure's text behind its tag, what fills it
MOST = 256  # templates of one structure
FEW = 4  # structures that are written one by one
# Characters that have a meaning in XML, and those that a parser would change or refuse as they are.
SPECIAL = re.compile(r'[&<>"\x00-\x08\x0b-\x1f\x7f]')
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def escape(text: str) -> str:
    return SPECIAL.sub(_reference, text) if SPECIAL.search(text) else text


def _reference(match: re.Match[str]) -> str:
    character = match.group()
    return {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}.get(character, f"&#x{ord(character):X};")


def item_tag(shape: ListShape, tag: str) -> str:
    """The element of a list's members; a flattened list has none round it."""
    name = shape.member.serialization.get("name")
    return name or (tag if shape.serialization.get("flattened") else "member")


def member_tag(shape: Shape, name: str) -> str:
    """The element of a structure's member; a flattened list is named as its members are."""
    tag = shape.serialization.get("name", name)
    if isinstance(shape, ListShape) and shape.serialization.get("flattened"):
        return item_tag(shape, tag)
    return tag


def writer(shape: Shape, time: Callable[[Any], str] = values.iso) -> Write:
    """A function that writes values of a shape. Writers of structures find those of their members when first used."""
    if isinstance(shape, StructureShape):
        return _structure(shape, time)[0]
    if isinstance(shape, ListShape):
        return _list(shape, time)
    if isinstance(shape, MapShape):
        return _map(shape, time)
    text = _scalar(shape, time)
    return lambda value, tag: f"<{tag}>{text(value)}</{tag}>"


def _structure(shape: StructureShape, time: Callable[[Any], str]) -> tuple[Write, WriteAll]:
    """Writers of one and of many. Long lists hold the same members again and again, so those that are there choose a
    template made once.
    """
    elements: dict[str, tuple[str, Callable[[Any], str]]] = {}  # member -> its part of a template, what fills it
    attributes: list[tuple[str, str]] = []
    templates: dict[tuple[str, ...], Template] = {}

    def prepare() -> None:
        attributes.clear()
        for name, member in shape.members.items():
            if member.serialization.get("xmlAttribute"):
                attributes.append((name, member.serialization["name"]))
            else:
                elements[name] = _element(member, member_tag(member, name), time)

    def template_of(there: tuple[str, ...]) -> Template:
        """The template of a tag with those members."""
        if not templates:
            prepare()
        found = templates.get(there)
        if found is None:
            tag, *members = there
            names = [name for name in elements if name in members]
            if len(templates) > MOST:
                templates.popitem()
            text = "".join(elements[name][0] for name in names)
            found = templates[there] = (f"{text}</{tag}>", [(name, elements[name][1]) for name in names])
        return found

    def write(value: Any, tag: str) -> str:
        there = (tag, *value) if None not in value.values() else (tag, *(n for n in value if value[n] is not None))
        template, parts = template_of(there)
        opening = f"<{tag}{_attributes(shape, attributes, value)}>" if attributes else f"<{tag}>"
        return opening + template % tuple([fill(value[name]) for name, fill in parts])

    def write_all(items: Sequence[Any], tag: str) -> str:
        """Members of a list; where all have the same members, member by member."""
        there = tuple(items[0]) if items else ()
        if len(items) < FEW or any(tuple(item) != there or None in item.values() for item in items):
            return "".join([write(item, tag) for item in items])
        template, parts = template_of((tag, *there))
        if attributes:
            return "".join([write(item, tag) for item in items])
        columns = [_filled([item[name] for item in items], fill) for name, fill in parts]
        template = f"<{tag}>{template}"
        return "".join([template % row for row in zip(*columns, strict=True)])

    return write, write_all


def _filled(column: list[Any], fill: Callable[[Any], str]) -> list[str]:
    """The texts of one member of many structures.

    A line's end needs no escape: one look finds whether any does. Times that are one object are written once.
    """
    if fill is not escape:
        texts: dict[int, str] = {}
        return [texts.get(id(value)) or texts.setdefault(id(value), fill(value)) for value in column]
    return [escape(value) for value in column] if SPECIAL.search("\n".join(column)) else column


def _element(shape: Shape, tag: str, time: Callable[[Any], str]) -> tuple[str, Callable[[Any], str]]:
    if isinstance(shape, StructureShape | ListShape | MapShape):
        write = writer(shape, time)
        return "%s", lambda value: write(value, tag)
    return f"<{tag}>%s</{tag}>", _scalar(shape, time)


def _attributes(shape: Shape, attributes: list[tuple[str, str]], value: dict[str, Any]) -> str:
    """Attributes with the namespace that they need: only S3's Grantee has one, xsi:type."""
    space = shape.serialization.get("xmlNamespace")
    text = f' xmlns:{space["prefix"]}="{escape(space["uri"])}"' if space else ""
    return text + "".join(f' {tag}="{escape(str(value[name]))}"' for name, tag in attributes if name in value)


def _list(shape: ListShape, time: Callable[[Any], str]) -> Write:
    write_all = _all_of(shape.member, time)
    if shape.serialization.get("flattened"):
        return write_all
    inner = item_tag(shape, "")
    return lambda value, tag: f"<{tag}>{write_all(value, inner)}</{tag}>"


def _all_of(shape: Shape, time: Callable[[Any], str]) -> WriteAll:
    if isinstance(shape, StructureShape):
        return _structure(shape, time)[1]
    write = writer(shape, time)
    return lambda items, tag: "".join([write(item, tag) for item in items])


def _map(shape: MapShape, time: Callable[[Any], str]) -> Write:
    write_key, write_value = writer(shape.key, time), writer(shape.value, time)
    key_tag = shape.key.serialization.get("name", "key")
    value_tag = shape.value.serialization.get("name", "value")
    flat = shape.serialization.get("flattened")

    def write(value: Any, tag: str) -> str:
        entry = tag if flat else "entry"
        text = "".join(
            f"<{entry}>{write_key(key, key_tag)}{write_value(item, value_tag)}</{entry}>" for key, item in value.items()
        )
        return text if flat else f"<{tag}>{text}</{tag}>"

    return write


def _scalar(shape: Shape, time: Callable[[Any], str]) -> Callable[[Any], str]:
    """What makes the text within an element of a single value."""
    if shape.name == "policyDocumentType":  # IAM's policy documents in answers are URL-encoded JSON
        return lambda value: quote(value, safe="")
    if shape.type_name in ("string", "character"):
        return escape
    if shape.type_name == "timestamp":
        return values.TIMES.get(shape.serialization.get("timestampFormat", ""), time)
    return partial(values.text_of, shape, "iso8601")


def malformed() -> AwsError:
    message = "The XML you provided was not well-formed or did not validate against our published schema"
    return AwsError("MalformedXML", message, 400)


def parse(body: bytes) -> Element:
    """The root element, names without their namespaces. Raises MalformedXML, for DOCTYPE and ENTITY too."""
    builder = TreeBuilder()
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def start(tag: str, attributes: dict[str, str]) -> None:
        builder.start(tag.rpartition(":")[2], attributes)

    def refuse(*_: Any) -> None:
        raise malformed()

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda tag: builder.end(tag.rpartition(":")[2])
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, LookupError, ValueError) as error:  # LookupError: an encoding that nobody knows
        raise malformed() from error
    return builder.close()


def read(shape: Shape, element: Element) -> Any:
    """An element's value along a shape. What the shape does not know is left out. Raises MalformedXML."""
    if isinstance(shape, StructureShape):
        return _read_structure(shape, element)
    if isinstance(shape, ListShape):
        tag = item_tag(shape, "")
        return [read(shape.member, child) for child in element if child.tag == tag]
    if isinstance(shape, MapShape):
        return dict(_entry(shape, child) for child in element)
    try:
        return values.value_of(shape, element.text or "")
    except ValueError as error:
        raise malformed() from error


def _read_structure(shape: StructureShape, element: Element) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, member in shape.members.items():
        tag = member_tag(member, name)
        if member.serialization.get("xmlAttribute"):
            if tag in element.attrib:
                found[name] = element.attrib[tag]
        elif isinstance(member, ListShape) and member.serialization.get("flattened"):
            items = [read(member.member, child) for child in element if child.tag == tag]
            if items:
                found[name] = items
        elif (child := element.find(tag)) is not None:
            found[name] = read(member, child)
    return found


def _entry(shape: MapShape, element: Element) -> tuple[Any, Any]:
    key = element.find(shape.key.serialization.get("name", "key"))
    value = element.find(shape.value.serialization.get("name", "value"))
    if key is None or value is None:
        raise malformed()
    return read(shape.key, key), read(shape.value, value)
