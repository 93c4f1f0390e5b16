"""Very many accounts, without hashing very many passwords."""

from itertools import count, islice

ADDRESSES = (f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}" for n in count(1))


def addresses(number):
    """Addresses that nobody has used yet, as a proxy on loopback may name them."""
    return list(islice(ADDRESSES, number))


def copies(installation, handle, number, name="copy"):
    """That many accounts with the password of `handle`; the account exists. Returns their handles, all of one length."""
    installation.cluster.rows(
        """
        INSERT INTO accounts (handle, display_name, password_hash)
        SELECT %s || '-' || to_char(n, 'FM000000'), %s, password_hash
        FROM accounts, generate_series(1, %s) n WHERE handle = %s
        RETURNING 1
        """, name, name, number, handle)
    return [f"{name}-{n:06}" for n in range(1, number + 1)]
