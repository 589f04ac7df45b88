"""A server for e-mail that takes whatever it is given, and counts it."""

from __future__ import annotations

import socketserver
import threading


class Mailbox(socketserver.ThreadingTCPServer):
    """Listens on a free port of this machine; ``taken``: the messages for which it said that it has them."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.taken: list[bytes] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class _Conversation(socketserver.StreamRequestHandler):
    server: Mailbox

    def handle(self) -> None:
        self.say("220 here")
        while line := self.rfile.readline():
            word = line.strip().upper()
            if word == b"DATA":
                self.say("354 go on")
                message = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.server.taken.append(message)
                self.say("250 taken")
            else:
                self.say("221 bye" if word == b"QUIT" else "250 fine")

    def say(self, answer: str) -> None:
        self.wfile.write(f"{answer}\r\n".encode())
