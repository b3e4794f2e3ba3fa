#!/usr/bin/env python3
"""Makes the .hex files of this directory: what Linux sends with offload, and how Linux itself segments that.

Run as root:  unshare -n ./capture.py

The first line of a file is the 12-byte virtio-net header and the frame; each further line is one frame that the kernel's
software segmentation made of it. For that, the large frame goes through a packet socket (PACKET_VNET_HDR) out of a TAP
that takes no offload. "socket-" files start from frames of real sockets, seen on lo, with addresses filled in; the
others start from frames built here.
"""
import fcntl, os, select, socket, struct, subprocess, time

PACKET_VNET_HDR, SOL_PACKET, ETH_P_ALL = 15, 263, 3
MACS = bytes.fromhex("020000000002020000000001")
DATA = bytes((i * 7 + (i >> 8)) & 0xFF for i in range(4096))


def run(command):
    subprocess.run(command, shell=True, check=True)


def tap():
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, 0x400454CA, struct.pack("16sH22x", b"seg0", 0x1002))
    run("sysctl -qw net.ipv6.conf.seg0.disable_ipv6=1; ip link set seg0 up mtu 9000")
    return fd


def packet_socket(device):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    s.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    s.bind((device, ETH_P_ALL))
    return s


def drain(fd):
    frames = []
    while select.select([fd], [], [], 0.3)[0]:
        frames.append(os.read(fd, 70000))
    return frames


def record(name, large):
    drain(TAP)
    INJECT.send(large)
    frames = [f for f in drain(TAP) if f[:12] == MACS]
    if not frames:
        print("nothing came out for", name)
        return
    with open(name + ".hex", "w") as out:
        out.write("\n".join(f.hex() for f in [large[:10] + b"\0\0" + large[10:]] + frames) + "\n")
    print(name, len(large), "->", [len(f) for f in frames])


def from_socket(name, family, kind):
    address = "127.0.0.1" if family == socket.AF_INET else "::1"
    seen = packet_socket("lo")
    if kind == "tcp":
        server = socket.socket(family, socket.SOCK_STREAM)
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
        server.bind((address, 0))
        server.listen()
        client = socket.socket(family, socket.SOCK_STREAM)
        client.connect(server.getsockname())
        client.send(DATA[:1400])
    else:
        server = socket.socket(family, socket.SOCK_DGRAM)
        server.bind((address, 0))
        client = socket.socket(family, socket.SOCK_DGRAM)
        client.connect(server.getsockname())
        client.setsockopt(17, 103, 300)  # UDP_SEGMENT
        client.send(DATA[:1001])
    time.sleep(0.2)
    while select.select([seen], [], [], 0.2)[0]:
        large = seen.recv(70000)
        if large[1] and len(large) > 900:
            record(name, large[:10] + MACS + large[22:])
            return
    print("no large frame seen for", name)


def words(data):
    data += b"\0" * (len(data) & 1)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total >> 16) + (total & 0xFFFF)
    return total


def built(name, version, kind, gso, payload, tags=b"", extensions=b"", first=None, flags=0x18, ecn=0, seq=0xFFFFFF00, ident=0xFFFE):
    proto = 6 if kind == "tcp" else 17
    data = DATA[:payload]
    if version == 4:
        source, destination = bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2])
    else:
        source, destination = bytes.fromhex("fd" + "00" * 14 + "01"), bytes.fromhex("fd" + "00" * 14 + "02")
    length = payload + (32 if kind == "tcp" else 8)
    pseudo = words(source + destination + struct.pack("!II", length, proto))
    if kind == "tcp":
        options = bytes.fromhex("0101080a1122334455667788")
        l4 = struct.pack("!HHIIBBHHH", 40000, 5201, seq, 7, 0x80, flags, 512, pseudo, 0) + options
    else:
        l4 = struct.pack("!HHHH", 40000, 5201, length, pseudo)
    if version == 4:
        ip = struct.pack("!BBHHHBBH", 0x45, 2, 20 + length, ident, 0x4000, 64, proto, 0) + source + destination
        ip = ip[:10] + struct.pack("!H", words(ip) ^ 0xFFFF) + ip[12:]
    else:
        ip = struct.pack("!IHBB", 0x60200000 | 0x12345, len(extensions) + length, proto if first is None else first, 64)
        ip += source + destination + extensions
    link = MACS + tags + struct.pack("!H", 0x0800 if version == 4 else 0x86DD)
    start = len(link) + len(ip)
    gso_type = 0 if gso == 0 else (5 if kind == "udp" else (1 if version == 4 else 4)) | ecn
    vnet = struct.pack("<BBHHHH", 1, gso_type, start + len(l4), gso, start, 16 if kind == "tcp" else 6)
    record(name, vnet + link + ip + l4 + data)


run("ip link set lo up")
TAP = tap()
INJECT = packet_socket("seg0")
from_socket("socket-tcp4", socket.AF_INET, "tcp")
from_socket("socket-tcp6", socket.AF_INET6, "tcp")
from_socket("socket-udp4", socket.AF_INET, "udp")
from_socket("socket-udp6", socket.AF_INET6, "udp")
TAG = struct.pack("!HH", 0x8100, 0x6064)
SERVICE = struct.pack("!HH", 0x88A8, 0x00C8)
built("tcp4-fin-wraps", 4, "tcp", 333, 1000, flags=0x19)
built("tcp4-ecn-cwr", 4, "tcp", 100, 250, flags=0x98, ecn=0x80)
built("tcp6-ecn-cwr", 6, "tcp", 100, 250, flags=0x98, ecn=0x80)
built("tcp4-tagged", 4, "tcp", 100, 299, tags=TAG)
built("tcp6-tagged-twice", 6, "tcp", 100, 299, tags=TAG + TAG)
built("tcp4-service-tag", 4, "tcp", 100, 299, tags=SERVICE + TAG)
built("udp4-tagged", 4, "udp", 77, 200, tags=TAG)
built("udp6", 6, "udp", 77, 200)
HOP = bytes([6, 0, 1, 4, 0, 0, 0, 0])
built("tcp6-hop-by-hop", 6, "tcp", 100, 250, extensions=HOP, first=0)
OPTIONS = bytes([60, 0, 1, 4, 0, 0, 0, 0]) + bytes([6, 1, 1, 12]) + bytes(12)
built("tcp6-hop-by-hop-destination", 6, "tcp", 100, 250, extensions=OPTIONS, first=0)
built("udp4-checksum-only", 4, "udp", 0, 61)
built("tcp6-checksum-only", 6, "tcp", 0, 62)
