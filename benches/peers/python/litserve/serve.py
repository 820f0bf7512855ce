"""The churn model in LitServe: `python serve.py`."""

import os
import signal
import sys
from pathlib import Path

import litserve
from pydantic import BaseModel

sys.path.append(str(Path(__file__).parents[1]))

from churn import Chances, Churn, Customer


class Request(BaseModel):
    rows: list[Customer]


class ChurnAPI(litserve.LitAPI):
    def setup(self, device: str) -> None:
        self.model = Churn(os.environ["MODEL"])

    def decode_request(self, request: Request) -> list[Customer]:
        return request.rows

    def predict(self, rows: list[Customer]) -> list[Chances]:
        return self.model.chances(rows)


if __name__ == "__main__":
    # LitServe ends the processes that it started after an interrupt, but not after a SIGTERM.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    server = litserve.LitServer(ChurnAPI(), accelerator="cpu", fast_queue=True)
    server.run(
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        log_level="warning",
        access_log=False,
        generate_client_file=False,
    )
