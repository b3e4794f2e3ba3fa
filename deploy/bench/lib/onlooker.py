"""Asks a switch as monitoring and scripts do: so many requests a second on one connection, /metrics each second.

usage: onlooker.py SOCKET PER_SECOND; until SIGTERM, then prints what it got as key=value lines.
"""

import http.client
import signal
import socket
import sys
import time

TARGETS = ("/api/v1/ports", "/api/v1/ports/a", "/api/v1/networks/default/fdb", "/api/v1/status")


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


def get(connection, target):
    connection.request("GET", target)
    response = connection.getresponse()
    response.read()
    return response.status == 200


def main():
    running = True

    def stop(*_):
        nonlocal running
        running = False

    signal.signal(signal.SIGTERM, stop)
    connection = UnixConnection(sys.argv[1])
    wanted = int(sys.argv[2])
    done = failed = scrapes = 0
    began = time.monotonic()
    while running:
        elapsed = time.monotonic() - began
        if scrapes <= elapsed:
            failed += not get(connection, "/metrics")
            scrapes += 1
        elif done < elapsed * wanted:
            failed += not get(connection, TARGETS[done % len(TARGETS)])
            done += 1
        else:
            time.sleep(1 / wanted / 2)
    print(f"per_second={done / (time.monotonic() - began):.1f}")
    print(f"scrapes={scrapes}")
    print(f"failed={failed}")


if __name__ == "__main__":
    main()
