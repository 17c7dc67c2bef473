"""Actions and resources (AWS: "IAM JSON policy elements: Action", "Resource")."""

from tests.policy.reference import text


def as_list(value):
    return value if isinstance(value, list) else [value]


def texts(value):
    return [item for item in as_list(value) if isinstance(item, str)]


# Actions


def action_covered(pattern, action):
    if pattern == "*":
        return True
    prefix, colon, name = pattern.lower().partition(":")
    wanted_prefix, _, wanted_name = action.lower().partition(":")
    if not colon or any(character.isspace() for character in name):
        return False
    return prefix in ("*", wanted_prefix) and text.glob(name, wanted_name)


def action_matches(statement, action):
    found = "Action" in statement or "NotAction" in statement
    if "Action" in statement:
        found = any(action_covered(pattern, action) for pattern in texts(statement["Action"]))
    if "NotAction" in statement:
        found = found and not any(action_covered(pattern, action) for pattern in texts(statement["NotAction"]))
    return found


# Resources

PADDED = {"identity", "boundary", "session"}
PADDED_IF_STARRED = {"resource", "vpce"}


def resource_covered(pattern, resource, variables, context, layer):
    """Whether the pattern covers the resource; None where a variable in it has no value."""
    if pattern and not pattern.strip("*"):
        return True
    if resource == "*":
        in_force = text.segments(text.parts(pattern, variables))[5:]
        return None if in_force and text.tokens(in_force[0], context) is None else False
    segments = text.segments(text.parts(pattern, variables))
    if len(segments) < 6 and not pattern.endswith("*"):
        if not (layer in PADDED or (layer in PADDED_IF_STARRED and "*" in pattern)):
            return False
        segments += [[("text", "*")] for _ in range(6 - len(segments))]
    found = []
    for number, segment in enumerate(segments):
        if number:
            found.append(":")
        if number < 5:
            found += leading(segment)
            continue
        last = text.tokens(segment, context)
        if last is None:
            return None
        found += last
    return text.matches(found, resource)


def leading(segment):
    """One of the first five segments: no variables, no wildcard that covers a colon but a star at its end."""
    plain = "".join(piece if kind == "text" else "${" + piece + "}" for kind, piece in segment)
    found = [{"*": text.RUN_IN_SEGMENT, "?": text.ONE_IN_SEGMENT}.get(character, character) for character in plain]
    if plain.endswith("*"):
        found[-1] = text.RUN
    return found


def resource_matches(statement, resource, variables, context, layer):
    def covered(element):
        return [resource_covered(pattern, resource, variables, context, layer) for pattern in texts(statement[element])]

    found = True
    if "Resource" in statement:
        found = any(covered("Resource"))
    if "NotResource" in statement:
        answers = covered("NotResource")
        found = found and None not in answers and not any(answers)
    return found
