"""Request contexts and condition blocks at random, for `random_cases`: values of each type with odd spellings."""

TEXTS = [
    "", "a", "A", "ab", "a*", "*", "?", "mario", "Mario", "bills", "straße", "e\u0301", "\u00e9", "a b", "a\nb",
    "${aws:username}",
]  # fmt: skip
NUMBERS = [
    "0", "-0", "10", "10.0", "+10", "9.99", "-3", "010", "10abc", " 10", "1e1", "", "abc", "99999999999999999999",
    "0.1", "10.", ".5", "-", "10\n", "1_0", "0x10", "--3",
]  # fmt: skip
DATES = [
    "2024-01-01T00:00:00Z", "2024-01-01", "2024-01", "2024", "1704067200", "1704067200.0", "2024-01-01T01:00:00+01:00",
    "2023-12-31T19:00-05:00", "2024-01-01T00:00", "2024-01-01T00:00:00.000Z", "2024-01-01T00:00:00.5Z", "1704067200000",
    "2024-02-30", "2024-01-01T24:00:00Z", "2024-01-01 00:00:00", "today", "", "2024-13", "2024-01-01T00:00:00+0100",
    "0", "-3", "2024-01-01T00:00:00-00:30", "2024-01-01T00:00:00z", "2024-1-1", "2024-01-01T00Z", "2024-01-01Z",
    "2024-02-29", "2023-02-29", "2024-01-01T00:00:00.123456789Z", "2024-01-01T23:59:60Z",
    "20240101", "2024-01-01T00:00:00Z\n",
]  # fmt: skip
FLAGS = ["true", "false", "True", "FALSE", "1", "yes", ""]
ADDRESSES = [
    "203.0.113.5", "203.0.113.77", "10.1.2.3", "2001:db8::1", "2001:DB8:0:0::0001", "::ffff:203.0.113.5", "junk", "",
    "203.0.113.256", "203.0.113.5/32", "0.0.0.0", "203.0.113", "2001:db8::1%eth0", "203.0.113.05", " 203.0.113.5",
]  # fmt: skip
RANGES = [
    "203.0.113.0/24", "203.0.113.77/24", "203.0.113.5", "203.0.113.5/32", "0.0.0.0/0", "::/0", "2001:db8::/32",
    "2001:db8::1", "2001:0db8::1/128", "10.0.0.0/8", "203.0.113.0/33", "junk", "203.0.113.0/",
    "203.0.113.0/255.255.255.0", "::ffff:203.0.113.0/120", "203.0.113/24", "0.0.0.0/1", "128.0.0.0/1", "2001:DB8::/31",
]  # fmt: skip
ARNS = [
    "arn:aws:sns:us-east-1:111122223333:topic", "arn:aws:sns:eu-west-1:111122223333:topic:sub", "arn:aws:s3:::bills",
    "arn:aws:iam::111122223333:role/app", "arn:aws:sns", "topic", "", "arn:aws:s3:::bills/a/b",
]  # fmt: skip
PATTERNS = [
    "arn:aws:sns:*:111122223333:*", "arn:aws:sns:*:topic", "arn:*", "*", "arn:aws:s3:::bill?", "arn:aws:s3:::b*",
    "arn:aws:iam::${aws:PrincipalAccount}:role/*", "arn:aws:s3:::${aws:username}", "arn:aws:s3:::${aws:none, 'bills'}",
    "arn:aws:s3:::${aws:none}", "arn:aws:sns:us-*-1:*:t*c", "ARN:aws:s3:::bills", "arn:aws:sns:us-east-1:*",
]  # fmt: skip
BYTES = ["QmluYXJ5", "QmluYXJ6", "QmluYXJ5=", "junk!", ""]
LIKE = [
    "a*", "?", "*", "", "ma*o", "${aws:username}", "${aws:username}*", "${*}", "a${*}", "${aws:none}",
    "${aws:none, 'a'}", "${aws:tags}", "${aws:tags, 'a'}", "${aws:userName, 'b'}", "${",
    "${aws:username", "${$}{aws:username}", "m?rio",
    "**a", "${?}", "${aws:none, ''}", "x${aws:none, '*'}", "${aws:username}${s3:prefix}", "{aws:username}", "$", "a\n*",
]  # fmt: skip
COMPARED = ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"]
STRING = ["Equals", "NotEquals", "EqualsIgnoreCase", "NotEqualsIgnoreCase", "Like", "NotLike"]
KINDS = {  # operator's beginning: (keys, values of the request, further values of policies, endings)
    "String": (["aws:username", "aws:tags", "aws:none", "s3:prefix"], TEXTS, LIKE, STRING),
    "Numeric": (["s3:max-keys", "aws:numbers"], NUMBERS, [10, 10.0, -3, 0.1, True], COMPARED),
    "Date": (["aws:CurrentTime", "aws:dates"], DATES, [1704067200, 2024], COMPARED),
    "Bool": (["aws:SecureTransport", "aws:flags"], FLAGS, [True, False, "${aws:SecureTransport}"], [""]),
    "Ip": (["aws:SourceIp", "aws:addresses"], ADDRESSES, RANGES, ["Address"]),
    "NotIp": (["aws:SourceIp", "aws:addresses"], ADDRESSES, RANGES, ["Address"]),
    "Arn": (
        ["aws:SourceArn", "aws:arns", "aws:PrincipalArn"],
        ARNS,
        PATTERNS,
        ["Equals", "Like", "NotEquals", "NotLike"],
    ),
    "Binary": (["aws:bytes"], BYTES, [], ["Equals"]),
    "Null": (
        ["aws:username", "aws:tags", "aws:none", "aws:flags"],
        ["true"],
        ["false", True, False, "TRUE", "no"],
        [""],
    ),
}
UNKNOWN = ["StringIs", "ForSomeValues:StringEquals", "IfExists", "ForAnyValue:", "", "StringEqualsIfExistsIfExists"]
FIXING = {  # keys that may hold a public bucket policy to fixed values: what a request has, what policies ask for
    "aws:SourceIp": ("203.0.113.5", RANGES),
    "aws:PrincipalOrgID": ("o-1", ["o-1", "o-1", "o-*", "${aws:PrincipalOrgID}"]),
    "aws:PrincipalArn": (
        "arn:aws:iam::111122223333:role/app",
        ["arn:aws:iam::111122223333:role/*", "arn:aws:iam::*:role/app", "arn:aws:iam::111122223333:role/app"],
    ),
    "aws:SourceArn": (ARNS[0], [ARNS[0], "arn:aws:sns:*:*:*"]),
    "aws:userid": ("AROAEXAMPLE:s1", ["AROAEXAMPLE:*", "AROAEXAMPLE:s1", "*:s1", "A*:s1"]),
    "aws:UserAgent": ("curl", ["curl", "c*"]),
}
KEYS = {key: kind for kind, (keys, *_) in KINDS.items() if kind != "Null" for key in keys}


def context(dice):
    found = {}
    for key, kind in KEYS.items():
        if key != "aws:none" and dice.chance(0.6):
            values = KINDS[kind][1]
            many = dice.chance(0.75 if key.endswith("s") and key != "s3:max-keys" else 0.04)
            one = dice.pick([key, key, key.lower(), key.upper()])
            found[one] = [dice.pick(values) for _ in range(dice.pick([0, 1, 2, 2, 3]))] if many else dice.pick(values)
    if dice.chance(0.5):
        found[dice.pick(["aws:username", "AWS:UserName"])] = "mario"
    if isinstance(dice.caller, str) and dice.chance(0.7):
        found["aws:PrincipalArn"] = dice.caller
        found["aws:PrincipalAccount"] = (dice.caller + ":::::").split(":")[4] or "anonymous"
    if dice.chance(0.1):
        found["aws:TokenIssueTime"] = "2024-01-01T00:00:00Z"
    unique = {key.lower(): key for key in found}  # a key in two spellings would be two values
    return {key: found[key] for key in unique.values()}


def tie(dice):
    """A condition that the request is likely to meet, on a key that may make a bucket policy less public."""
    key = dice.pick(list(FIXING))
    there, asked = FIXING[key]
    for spelling in [given for given in dice.context if given.lower() == key.lower()]:
        del dice.context[spelling]
    if dice.chance(0.85):
        dice.context[key] = there
    names = ["StringEquals", "StringLike", "StringLike", "StringEqualsIgnoreCase", "StringNotEquals", "Null"]
    if key == "aws:SourceIp":
        names = ["IpAddress", "IpAddress", "NotIpAddress"]
    elif key.endswith("Arn"):
        names += ["ArnLike", "ArnLike", "ArnEquals"]
    name = dice.pick(["", "", "", "ForAnyValue:", "ForAllValues:"]) + dice.pick(names) + dice.pick(["", "", "IfExists"])
    return {name: {key: dice.some(lambda: dice.pick([there, *asked]))}}


def block(dice):
    return dict(operator(dice) for _ in range(dice.pick([1, 1, 1, 2])))


def operator(dice):
    if dice.chance(0.03):
        return dice.pick(UNKNOWN), {"aws:username": "mario"}
    kind = dice.pick(list(KINDS))
    keys, values, further, endings = KINDS[kind]
    name = kind + dice.pick(endings)
    name = dice.pick(["", "", "", "ForAllValues:", "ForAnyValue:"]) + name
    if kind != "Null" and dice.chance(0.25):
        name += "IfExists"
    if dice.chance(0.05):
        name = name.lower()
    body = {}
    for _ in range(dice.pick([0, *[1] * 20, 2, 2, 2])):
        key = dice.pick(keys)
        there = [value for given, value in dice.context.items() if given.lower() == key.lower()]
        mine = [one for value in there for one in (value if isinstance(value, list) else [value])]
        there = [*values, *further, *mine * 6]
        body[dice.pick([key, key, key.lower()])] = dice.some(lambda there=there: dice.pick(there))
    return name, body
