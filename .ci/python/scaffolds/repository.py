"""This repository, served as a user's git would get it."""

import socket
import subprocess
import time
from contextlib import contextmanager

from .commands import ROOT, Failed


@contextmanager
def served():
    """Its URL, for as long as the block lasts: what is committed can be cloned from there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    listen = ["--listen=127.0.0.1", f"--port={port}", "--reuseaddr"]
    daemon = subprocess.Popen(
        ["git", "daemon", "--export-all", f"--base-path={ROOT.parent}", *listen, str(ROOT)],
    )
    try:
        for _ in range(100):
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        else:
            raise Failed("`git daemon` does not serve the repository")
        yield f"git://127.0.0.1:{port}/{ROOT.name}"
    finally:
        daemon.terminate()
        daemon.wait()
