#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints tokens of PyJWT, a JSON object a line: the key to check each with, and how that ends."""

import json
import time

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CLAIMS = {"sub": "ann", "aud": ["other", "wskit"], "iss": "pyjwt", "subscribe": ["news/#"],
          "publish": ["news/ann"]}
NOW = int(time.time())


def keys():
    """For each algorithm what signs, and what checks."""
    yield "HS256", "a secret of more than thirty-two bytes", "a secret of more than thirty-two bytes"
    for algorithm, key in (("RS256", rsa.generate_private_key(65537, 2048)),
                           ("ES256", ec.generate_private_key(ec.SECP256R1())),
                           ("EdDSA", ed25519.Ed25519PrivateKey.generate())):
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        yield algorithm, key, public.decode()


def show(algorithm, check, end, token):
    print(json.dumps({"algorithm": algorithm, "key": check, "end": end, "token": token}))


def main():
    for (algorithm, sign, check), (_, other, _) in zip(keys(), keys()):
        def token(signer=sign, name=algorithm, **more):
            return jwt.encode({**CLAIMS, "exp": NOW + 600, **more}, signer, algorithm=name)

        # Many, so that numbers that begin with zeros are among them.
        for _ in range(300 if algorithm == "ES256" else 1):
            show(algorithm, check, "", token())
        show(algorithm, check, "expired", token(exp=NOW - 60))
        show(algorithm, check, "not_yet_valid", token(nbf=NOW + 60))
        show(algorithm, check, "audience", token(aud="other"))
        show(algorithm, check, "issuer", token(iss="somebody"))
        show(algorithm, check, "algorithm", token(signer=None, name="none"))
        if algorithm == "HS256":
            other = "another secret of more than thirty-two bytes"
        show(algorithm, check, "signature", token(signer=other))


main()
