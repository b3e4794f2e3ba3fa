#!/usr/bin/env python3
"""Makes the test vectors of sealed frames from their description alone, with Python's hmac and cryptography.

It shares no code with the switch. Each line of vectors.hex is: stream, epoch, sequence, plaintext, key, IV, datagram; the
last is a message of the overlay's own and its tag. The sender's session is 00 01 .. 0f, the receiver's 10 11 .. 1f, and
the secret is SECRET.

  python3 vectors.py > vectors.hex
"""
import hashlib
import hmac

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SECRET = b"TapSwitch test secret, 32 bytes."
SENDER = bytes(range(0x00, 0x10))
RECEIVER = bytes(range(0x10, 0x20))


def sha256_hmac(key, *parts):
    return hmac.new(key, b"".join(parts), hashlib.sha256).digest()


def material(stream, epoch):
    key = sha256_hmac(b"TapSwitch overlay", SECRET)
    info = b"frames" + SENDER + RECEIVER + (stream << 22 | epoch).to_bytes(4, "big")
    first = sha256_hmac(key, info, b"\x01")
    both = first + sha256_hmac(key, first, info, b"\x02")
    return both[:32], both[32:44]


def sealed(stream, epoch, sequence, plain):
    key, iv = material(stream, epoch)
    header = b"\x00TS\x03" + (stream << 22 | epoch).to_bytes(4, "big") + sequence.to_bytes(4, "big")
    nonce = (int.from_bytes(iv, "big") ^ sequence).to_bytes(12, "big")
    return key, iv, header + AESGCM(key).encrypt(nonce, plain, header)


ETHERNET = bytes.fromhex("ffffffffffff" "020000000001" "88b5")
SHORT = bytes.fromhex("0800000000002a00") + ETHERNET + b"TapSwitch"
LONG = bytes.fromhex("0800000000002a00") + ETHERNET + bytes(range(256)) * 5

for stream, epoch, sequence, plain in [
    (5, 0, 0, SHORT),
    (5, 0, 1, SHORT),
    (5, 1, 0, SHORT),
    (0, 0, 0, b""),
    (1023, 70000, 0xDEADBEEF, LONG),
    (1023, (1 << 22) - 1, 0xFFFFFFFF, SHORT),
]:
    key, iv, datagram = sealed(stream, epoch, sequence, plain)
    print(stream, epoch, sequence, plain.hex() or "-", key.hex(), iv.hex(), datagram.hex())

message = bytes.fromhex("00545301") + bytes(range(28))
control_key = sha256_hmac(sha256_hmac(b"TapSwitch overlay", SECRET), b"control", b"\x01")
print("control", message.hex(), sha256_hmac(control_key, message)[:16].hex())
