"""An authenticator app (RFC 6238)."""

import base64
import hmac
from time import sleep, time
from urllib.parse import parse_qs, urlsplit


class Authenticator:
    def __init__(self, uri):
        parts = urlsplit(uri)
        assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
        self.secret = base64.b32decode(parse_qs(parts.query)["secret"][0])
        self.last = 0

    def code(self):
        """A code that was not used before; the app's next one if this one was."""
        while (step := int(time()) // 30 + 1) <= self.last:
            sleep(0.2)
        # The server takes the next step's code too, so two at once need no waiting.
        step = max(self.last + 1, int(time()) // 30)
        self.last = step
        return self._code(step)

    def _code(self, step):
        digest = hmac.digest(self.secret, step.to_bytes(8, "big"), "sha1")
        offset = digest[19] & 15
        return f"{(int.from_bytes(digest[offset:offset + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"
