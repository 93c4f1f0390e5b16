"""What is not acceptable as JSON, as an HTTP body or as a frame."""

from json import dumps

# Texts that are valid UTF-8.
TEXTS = {
    "nothing": "",
    "white space": " \n",
    "not JSON": "hello",
    "half an object": "{",
    "two objects": "{}{}",
    "text after the object": "{} x",
    "an array": "[]",
    "a string": '"hi"',
    "a number": "7",
    "null": "null",
    "single quotes": "{'a':1}",
    "a trailing comma": '{"a":1,}',
    "no colon": '{"a" 1}',
    "a name without quotes": "{a:1}",
    "a comment": '{"a":1/**/}',
    "a leading zero": '{"a":01}',
    "a bare fraction": '{"a":.5}',
    "a plus sign": '{"a":+1}',
    "NaN": '{"a":NaN}',
    "Infinity": '{"a":Infinity}',
    "hexadecimal": '{"a":0x10}',
    "an unknown word": '{"a":nil}',
    "a raw control character": '{"a":"\x01"}',
    "a raw NUL": '{"a":"\x00"}',
    "an unknown escape": '{"a":"\\x41"}',
    "a short escape": '{"a":"\\u12"}',
    "a string without end": '{"a":"b',
    "a lone high surrogate": '{"a":"\\ud83d"}',
    "a lone low surrogate": '{"a":"\\ude00"}',
    "surrogates in the wrong order": '{"a":"\\ude00\\ud83d"}',
    "a member twice": '{"a":1,"a":1}',
    "a member twice, once escaped": '{"a":1,"\\u0061":2}',
    "a member twice, deep inside": '{"x":{"a":1,"a":2}}',
    "17 levels": '{"a":' + "[" * 16 + "1" + "]" * 16 + "}",
    "30,000 levels": '{"a":' + "[" * 30_000,
    "65 members": "{" + ",".join(f'"m{n}":1' for n in range(65)) + "}",
    "a byte order mark": '\ufeff{"a":1}',
}

# Bytes that are not UTF-8.
BYTES = {
    "a byte that UTF-8 never has": b'{"a":"\xff"}',
    "a continuation byte alone": b'{"a":"\x80"}',
    "an overlong slash": b'{"a":"\xc0\xaf"}',
    "an encoded surrogate": b'{"a":"\xed\xa0\x80"}',
    "a code point past U+10FFFF": b'{"a":"\xf4\x90\x80\x80"}',
    "a cut sequence": b'{"a":"\xe9\x9b"}',
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "Shift_JIS": '{"a":"電話"}'.encode("shift_jis"),
}

# Values, as JSON texts, that no string member takes.
NOT_STRINGS = {
    "a number": "7",
    "a huge number": "1e999",
    "a long number": "9" * 400,
    "true": "true",
    "an array": "[]",
    "an object": '{"a":1}',
}

# Values, as JSON texts, that no position or count takes.
NOT_COUNTS = {
    "a string": '"1"',
    "true": "true",
    "an array": "[1]",
    "negative": "-1",
    "a fraction": "1.5",
    "past 2^53-1": "9007199254740992",
    "past 64 bits": "18446744073709551616",
    "a huge number": "1e999",
    "a long number": "9" * 400,
}

HANDLES = ["", "ab", "a" * 33, "has space", "花子さん", "a/b", "hana\n", "ha\u0000na", "ｈａｎａ", "hana@example"]
PASSWORDS = ["", "fourteen chars", "x" * 257]
DISPLAY_NAMES = ["", " \t ", "x" * 65, "be\u0007ll", "nu\u0000ll", "two\nlines", "c1\u0085c1"]
DELIVERIES = ["", "jwt", "Bearer", "cookie "]
ROOM_NAMES = ["", "-tea", "a" * 65, "Tea", "tea time", "お茶", "tea_time", "te\u0000a", "tea\n", "../tea"]
TITLES = ["", "   ", "x" * 81, "two\nlines", "nu\u0000ll"]
CLIENT_IDS = ["", "x" * 65, "a b", "é", "a/b", "a\u0000", "a\n"]
BODIES = ["", " ", " \n\t\u3000", "x" * 8_001, "電" * 8_001, "nu\u0000ll"]


def with_raw(members, name, text):
    """A JSON object of `members`, but with the JSON text `text` as the value of `name`."""
    others = {key: value for key, value in members.items() if key != name}
    return "{" + ",".join([f"{dumps(name)}:{text}"] + [f"{dumps(key)}:{dumps(value)}" for key, value in others.items()]) + "}"
