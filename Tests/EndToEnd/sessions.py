"""Session cookies as NextAuth 4 and Auth.js 5 write them, by another implementation of JOSE."""

import json

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwe
from joserfc.jwk import OctKey, thumbprint

NEXTAUTH = 4
AUTHJS = 5

CHUNK = 3936
"""Characters: Auth.js leaves 160 of a cookie's 4,096 bytes for its name and attributes."""


def session_key(version, cookie_name, secret):
    """The key that both sides derive from the secret, as a JWK."""
    if version == NEXTAUTH:
        salt, info, length = "", "NextAuth.js Generated Encryption Key", 32
    else:
        salt, info, length = cookie_name, f"Auth.js Generated Encryption Key ({cookie_name})", 64
    derivation = HKDF(hashes.SHA256(), length, salt.encode(), info.encode())
    return OctKey.import_key(derivation.derive(secret.encode()))


def make_session(version, cookie_name, secret, claims, **header):
    """The token for the cookie; `header` adds parameters, and None takes one away.

    `claims` are a dictionary, or bytes that need not be JSON.
    """
    key = session_key(version, cookie_name, secret)
    if version == NEXTAUTH:
        written = {"alg": "dir", "enc": "A256GCM"}
    else:
        name = thumbprint(key.as_dict(private=True), "sha512")
        written = {"alg": "dir", "enc": "A256CBC-HS512", "kid": name}
    written = {name: value for name, value in (written | header).items() if value is not None}
    content = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    registry = jwe.JWERegistry(algorithms=["dir", written["enc"], "DEF"])
    return jwe.encrypt_compact(written, content, key, registry=registry)


def cookies(cookie_name, token):
    """The cookies of a token, name to value: one, or numbered chunks if it is long."""
    if len(token) <= CHUNK:
        return {cookie_name: token}
    pieces = [token[start:start + CHUNK] for start in range(0, len(token), CHUNK)]
    return {f"{cookie_name}.{number}": piece for number, piece in enumerate(pieces)}


def cookie_header(presented):
    """The `Cookie` header of names and values."""
    return "; ".join(f"{name}={value}" for name, value in presented.items())
