"""XML along a service model's shapes: written as a list of strings, read from elements. Writers are made once."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from botocore.model import ListShape, MapShape, Shape, StructureShape

from iamlab.services.operations import AwsError
from iamlab.wire import values

Write = Callable[[Any, list[str], str], None]  # value, out, tag
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
        return _structure(shape, time)
    if isinstance(shape, ListShape):
        return _list(shape, time)
    if isinstance(shape, MapShape):
        return _map(shape, time)
    return _scalar(shape, time)


def _structure(shape: StructureShape, time: Callable[[Any], str]) -> Write:
    members: list[tuple[str, str, Write]] = []
    attributes: list[tuple[str, str]] = []
    ready = False

    def write(value: Any, out: list[str], tag: str) -> None:
        nonlocal ready
        if not ready:
            for name, member in shape.members.items():
                if member.serialization.get("xmlAttribute"):
                    attributes.append((name, member.serialization["name"]))
                else:
                    members.append((name, member_tag(member, name), writer(member, time)))
            ready = True
        out.append(f"<{tag}{_attributes(shape, attributes, value)}>" if attributes else f"<{tag}>")
        for name, inner, write_member in members:
            item = value.get(name)
            if item is not None:
                write_member(item, out, inner)
        out.append(f"</{tag}>")

    return write


def _attributes(shape: Shape, attributes: list[tuple[str, str]], value: dict[str, Any]) -> str:
    """Attributes with the namespace that they need: only S3's Grantee has one, xsi:type."""
    space = shape.serialization.get("xmlNamespace")
    text = f' xmlns:{space["prefix"]}="{escape(space["uri"])}"' if space else ""
    return text + "".join(f' {tag}="{escape(str(value[name]))}"' for name, tag in attributes if name in value)


def _list(shape: ListShape, time: Callable[[Any], str]) -> Write:
    write_item = writer(shape.member, time)
    if shape.serialization.get("flattened"):

        def write_flat(value: Any, out: list[str], tag: str) -> None:
            for item in value:
                write_item(item, out, tag)

        return write_flat
    inner = item_tag(shape, "")

    def write(value: Any, out: list[str], tag: str) -> None:
        out.append(f"<{tag}>")
        for item in value:
            write_item(item, out, inner)
        out.append(f"</{tag}>")

    return write


def _map(shape: MapShape, time: Callable[[Any], str]) -> Write:
    write_key, write_value = writer(shape.key, time), writer(shape.value, time)
    key_tag = shape.key.serialization.get("name", "key")
    value_tag = shape.value.serialization.get("name", "value")
    flat = shape.serialization.get("flattened")

    def write(value: Any, out: list[str], tag: str) -> None:
        entry = tag if flat else "entry"
        if not flat:
            out.append(f"<{tag}>")
        for key, item in value.items():
            out.append(f"<{entry}>")
            write_key(key, out, key_tag)
            write_value(item, out, value_tag)
            out.append(f"</{entry}>")
        if not flat:
            out.append(f"</{tag}>")

    return write


def _scalar(shape: Shape, time: Callable[[Any], str]) -> Write:
    if shape.name == "policyDocumentType":  # IAM's policy documents in answers are URL-encoded JSON

        def write_document(value: Any, out: list[str], tag: str) -> None:
            out.append(f"<{tag}>{quote(value, safe='')}</{tag}>")

        return write_document
    if shape.type_name in ("string", "character"):

        def write_text(value: Any, out: list[str], tag: str) -> None:
            out.append(f"<{tag}>{escape(value)}</{tag}>")

        return write_text
    if shape.type_name == "timestamp":
        write_time = values.TIMES.get(shape.serialization.get("timestampFormat", ""), time)

        def write_moment(value: Any, out: list[str], tag: str) -> None:
            out.append(f"<{tag}>{write_time(value)}</{tag}>")

        return write_moment

    def write(value: Any, out: list[str], tag: str) -> None:
        out.append(f"<{tag}>{values.text_of(shape, 'iso8601', value)}</{tag}>")

    return write


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
