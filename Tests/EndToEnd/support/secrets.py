"""Secrets that are used once and looked for everywhere."""

import base64
import re
import secrets
from binascii import hexlify
from urllib.parse import quote_plus


class Canaries:
    """What nobody may find: passwords that we chose, and tokens that the server gave out."""

    def __init__(self):
        self.secrets = {}

    def password(self, what="password"):
        """A new one, which no rule refuses."""
        return self.add(what, f"canary {secrets.token_hex(12)} 電話")

    def token(self, what="token nobody has"):
        """One of the form of the server's, which it does not know."""
        return self.add(what, secrets.token_urlsafe(32))

    def add(self, what, text):
        self.secrets[text] = what
        return text

    def hits(self, text):
        """What is found in a text, in whichever form, and where."""
        text = text.lower()
        return [(what, text[max(0, place - 60):place + 60])
                for secret, what in self.secrets.items() for form in forms(secret)
                if (place := text.find(form.lower())) >= 0]


def forms(secret):
    """A secret as it may be written down: as it is, within JSON or an address, in base64, and its bytes in hexadecimal."""
    # The middle of a password is its own; and the dashes of a recovery code mean nothing.
    yield secret.split()[1] if " " in secret else secret
    yield secret.replace("-", "")
    yield quote_plus(secret)
    for data in [secret.encode(), *decoded(secret)]:
        yield hexlify(data).decode()
        yield base64.b64encode(data).decode().rstrip("=")
        yield base64.urlsafe_b64encode(data).decode().rstrip("=")


def decoded(secret):
    """The bytes that it stands for: a token in base64, or an authenticator's secret in base32."""
    if re.fullmatch("[A-Za-z0-9_-]{43}", secret):
        yield base64.urlsafe_b64decode(secret + "=")
    if re.fullmatch("[A-Z2-7]{32}", secret):
        yield base64.b32decode(secret)
