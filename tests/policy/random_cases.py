"""Cases for the evaluator at random, from a seed: few names with near misses, so that parts meet and just miss.

`Dice(seed).case(number)` is one case of the batch format. Each follows a profile: one looks at conditions, one at
resources, one at principals, one at how layers meet, and one mixes everything.
"""

import random
from itertools import count

from tests.policy import random_conditions as conditions
from tests.policy.random_names import (
    ACTIONS,
    AWS_PRINCIPALS,
    CALLERS,
    ISSUERS,
    OTHER,
    OTHER_PRINCIPALS,
    OUTSIDERS,
    OWN,
    RESOURCES,
    ROOTS,
    SESSIONS,
    SHORT_ARNS,
    TAILS,
    USERS,
)  # fmt: skip

ALLOW_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
DENY_ALL = {**ALLOW_ALL, "Effect": "Deny"}
LAYERS = {  # field of the case: kind of policy
    "identityPolicies": "identity", "permissionsBoundaries": "boundary", "sessionPolicies": "session",
    "vpcEndpointPolicies": "vpce", "serviceControlPolicies": "scp", "resourceControlPolicies": "rcp",
    "resourcePolicy": "resource",
}  # fmt: skip
WITH_PRINCIPAL = {"resource", "rcp", "vpce"}


class Dice:
    """A request, and policies that nearly fit it."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def chance(self, likely):
        return self.random.random() < likely

    def pick(self, things):
        return self.random.choice(things)

    def some(self, make, most=3):
        """One value, or a list of some."""
        if self.chance(0.6):
            return make()
        return [make() for _ in range(self.pick([0, 1, 1, 2, 2, most]))]

    # Requests

    def case(self, number):
        profiles = [self.conditions, self.resources, self.principals, self.layers, self.mixed, self.owned, self.public]
        return {"id": str(number), **self.pick(profiles)()}

    def request(self, actions=ACTIONS, callers=CALLERS):
        self.action = self.pick(actions)
        self.resource = self.pick(RESOURCES[self.action.lower().split(":")[0]])
        self.caller = self.pick(callers)
        self.context = conditions.context(self)
        found = {
            "principal": self.caller, "action": self.action, "resource": self.resource, "context": self.context,
        }  # fmt: skip
        for form, issuers in ISSUERS.items():
            if form in self.caller and self.chance(0.5):
                found["sessionIssuer"] = self.pick([one for one in issuers if self.caller.split(":")[4] in one])
        if self.chance(0.3):
            found["resourceAccount"] = self.pick([OWN, OWN, OTHER])
        return found

    # Profiles

    def conditions(self):
        """One statement with a condition, of either effect."""
        found = self.request(["s3:GetObject"], USERS[:1])
        statement = {**self.pick([ALLOW_ALL, DENY_ALL]), "Condition": conditions.block(self)}
        return {
            **found,
            "identityPolicies": [self.wrapped([ALLOW_ALL] * (statement["Effect"] == "Deny") + [statement])],
        }

    def resources(self):
        """One statement with patterns of actions and resources, in one of the layers; the others allow."""
        found = self.request(callers=[*USERS, *SESSIONS])
        found["identityPolicies"] = [self.wrapped([ALLOW_ALL])]
        field = self.pick(list(LAYERS))
        statement = {**self.elements(), "Effect": self.pick(["Allow", "Allow", "Deny"])}
        if LAYERS[field] in WITH_PRINCIPAL:
            statement["Principal"] = "*"
        return {**found, field: self.placed(field, self.wrapped([statement]))}

    def principals(self):
        """A resource policy that names principals."""
        found = self.request()
        statements = [
            {**self.pick([ALLOW_ALL, ALLOW_ALL, DENY_ALL]), **self.principal_element()}
            for _ in range(self.pick([1, 1, 2]))
        ]
        found["resourcePolicy"] = self.wrapped(statements)
        for field in ("identityPolicies", "permissionsBoundaries", "sessionPolicies"):
            if self.chance(0.4) and not (field == "sessionPolicies" and self.caller in ROOTS):
                found[field] = [self.coarse(LAYERS[field])]
        return found

    def layers(self):
        """Any layers, each allowing or denying all or nothing."""
        found = self.request(callers=self.pick([USERS, SESSIONS, SESSIONS, ROOTS, OUTSIDERS]))
        for field, kind in LAYERS.items():
            if self.chance(0.45) and not (kind == "session" and self.caller in ROOTS):
                found[field] = self.placed(field, self.coarse(kind))
        if self.chance(0.3):
            found["restrictPublicBuckets"] = self.chance(0.8)
        return found

    def owned(self):
        """Roles, keys, and what belongs to AWS, where a resource policy must allow or nothing helps."""
        services = ("sts:", "kms:", "iam:")
        found = self.request([action for action in ACTIONS if action.lower().startswith(services)])
        found["identityPolicies"] = [self.coarse("identity")]
        if self.chance(0.8):
            statement = {**ALLOW_ALL, "Action": self.pick(["*", self.action]), **self.principal_element()}
            if self.action.lower().startswith("sts"):
                del statement["Resource"]
            found["resourcePolicy"] = self.wrapped([statement])
        return found

    def public(self):
        """A bucket whose policy may be public, behind Block Public Access."""
        found = self.request([action for action in ACTIONS if action.lower().startswith("s3:")])
        statements = [{**ALLOW_ALL, "Principal": self.pick(["*", {"AWS": "*"}, self.principal()])}]
        statements += [{**ALLOW_ALL, **self.principal_element()}] if self.chance(0.3) else []
        for statement in statements:
            if self.chance(0.6):
                statement["Condition"] = conditions.tie(self)
        more = {"identityPolicies": [self.wrapped([ALLOW_ALL])], "restrictPublicBuckets": True}
        return {**found, **more, "resourcePolicy": self.wrapped(statements)}

    def mixed(self):
        found = self.request()
        for field, kind in LAYERS.items():
            if self.chance(0.9 if kind == "identity" else 0.3) and not (kind == "session" and self.caller in ROOTS):
                found[field] = self.placed(field, self.document(kind))
        if self.chance(0.2):
            found["restrictPublicBuckets"] = self.pick([True, True, False])
        return found

    # Policies

    def placed(self, field, document):
        """The document as the field holds it, sometimes with a second one or at a further level."""
        kind = LAYERS[field]
        if kind == "resource":
            return document
        documents = self.pick([[document], [document], [document], [document, self.coarse(kind)]])
        if kind not in ("scp", "rcp"):
            return documents
        return self.pick([[documents], [documents], [documents, [self.coarse(kind)]], [[self.coarse(kind)], documents]])

    def wrapped(self, statements):
        version = self.pick(["2012-10-17", "2012-10-17", "2012-10-17", "2008-10-17", None, "2020-01-01"])
        found = {"Version": version} if version else {}
        return {**found, "Statement": statements[0] if len(statements) == 1 and self.chance(0.3) else statements}

    def coarse(self, kind):
        """A policy that allows, denies or leaves out the request as a whole."""
        action = self.pick([self.action, self.action, "*", "*", "ec2:*"])
        statements = [{"Effect": self.pick(["Allow"] * 5 + ["Deny"]), "Action": action, "Resource": "*"}]
        if self.chance(0.2):
            statements.append({**ALLOW_ALL, "Effect": self.pick(["Allow", "allow"])})
        for statement in statements:
            if kind == "resource":
                statement.update(self.principal_element())
                if self.chance(0.3):
                    statement["Condition"] = conditions.tie(self)
            elif kind in WITH_PRINCIPAL or self.chance(0.05):  # elsewhere misplaced, and ignored
                statement["Principal"] = "*"
        return self.wrapped(statements)

    def document(self, kind):
        return (
            self.coarse(kind)
            if self.chance(0.4)
            else self.wrapped([self.statement(kind) for _ in range(self.pick([1, 1, 2, 3]))])
        )

    def statement(self, kind):
        found = {"Effect": self.pick(["Allow", "Allow", "Allow", "Deny"]), **self.elements()}
        if kind == "resource":
            found.update(self.principal_element())
            if self.action.startswith("sts") and self.chance(0.8):
                found.pop("Resource", None)
        elif kind in WITH_PRINCIPAL:
            found["Principal"] = "*"
        if self.chance(0.35):
            found["Condition"] = conditions.block(self)
        return found

    def principal_element(self):
        name = "NotPrincipal" if self.chance(0.2) else "Principal"
        return {} if self.chance(0.03) else {name: self.principal()}

    def principal(self):
        if self.chance(0.2):
            return "*"
        found = {}
        if self.chance(0.8):
            mine = [self.caller] * 12 if isinstance(self.caller, str) and self.caller != "anonymous" else []
            found["AWS"] = self.some(lambda: self.nearly([*mine, OWN, OWN, OTHER, *AWS_PRINCIPALS]))
        for key, names in OTHER_PRINCIPALS.items():
            if self.chance(0.6 if key in self.caller else 0.1):
                found[key] = self.some(lambda names=names: self.nearly(names))
        return found

    def nearly(self, names):
        name = self.pick(names)
        return self.blur(name) if self.chance(0.08) else name

    # Patterns

    def elements(self):
        action = self.pick(["Action", "Action", "Action", "NotAction"])
        resource = self.pick(["Resource", "Resource", "Resource", "NotResource"])
        return {action: self.some(self.action_pattern), resource: self.some(self.resource_pattern)}

    def action_pattern(self):
        if self.chance(0.3):
            return "*"
        action = self.action if self.chance(0.75) else self.pick(ACTIONS)
        prefix, name = action.split(":")
        return self.pick([
            action, action, f"{prefix}:*", f"{prefix.upper()}:{name.lower()}", f"*:{name}",
            f"{prefix}:{self.blur(name)}",
            f"{prefix}:{self.blur(name)}", "*:*", f"{prefix[0]}*:{name}", f"{prefix}:{name} ", f"{prefix}:{name}?",
            f"?{prefix[1:]}:{name}", "**", prefix, "", name,
        ])  # fmt: skip

    def blur(self, text):
        """The text with a wildcard in the place of some of it, or a letter changed."""
        start = self.random.randrange(len(text) + 1)
        end = min(len(text), start + self.pick([0, 1, 1, 2, 3, len(text)]))
        return text[:start] + self.pick(["*", "*", "?", "**", "x", "", "*?", ":", "?*"]) + text[end:]

    def resource_pattern(self):
        if self.chance(0.2):
            return "*"
        resource = self.resource if self.chance(0.8) else self.pick(self.pick(list(RESOURCES.values())))
        start = resource.split(":")[: self.random.randrange(1, 6)]
        return self.pick([
            resource, resource, self.blur(resource), self.blur(resource), self.blur(self.blur(resource)),
            self.varied(resource), self.varied(resource), self.blur(self.varied(resource)), self.pick(SHORT_ARNS),
            resource.upper(), resource + "*", ":".join(start), ":".join([*start, "*"]),
            resource.replace(OWN, "*").replace("eu-west-1", "*"),
        ])  # fmt: skip

    def varied(self, resource):
        """The resource with a variable somewhere, often one that gives back what was there."""
        for key, value in self.random.sample(list(self.context.items()), len(self.context)):
            if isinstance(value, str) and value and value in resource and self.chance(0.8):
                return resource.replace(value, self.pick([f"${{{key}}}", f"${{{key.upper()}}}", f"${{{key}, 'x'}}"]), 1)
        for piece in ("mario", "bills", "*", "?", "app", "42"):
            if piece in resource and self.chance(0.5):
                form = "${%s}" if piece in "*?" else self.pick(["${aws:none, '%s'}", "${aws:none}%s", "%s${$}"])
                return resource.replace(piece, form.replace("%s", piece), 1)
        return resource + self.pick(TAILS)


def cases(seed):
    """Cases without end."""
    return (Dice(f"{seed}/{number}").case(number) for number in count())
