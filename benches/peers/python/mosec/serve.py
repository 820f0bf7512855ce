"""The churn model in mosec: `python serve.py`, or `python serve.py batched` to collect requests for one run."""

import os
import sys
from pathlib import Path

import msgspec
from mosec import Server, ValidationError, Worker

sys.path.append(str(Path(__file__).parents[1]))

from churn import Chances, Churn, Customer


class Request(msgspec.Struct):
    rows: list[Customer]


class ChurnWorker(Worker):
    def __init__(self) -> None:
        self.model = Churn(os.environ["MODEL"])
        self.decoder = msgspec.json.Decoder(Request)

    def deserialize(self, data: bytes) -> list[Customer]:
        try:
            return self.decoder.decode(data).rows
        except msgspec.DecodeError as error:
            raise ValidationError(error) from error

    def serialize(self, data: list[Chances]) -> bytes:
        return msgspec.json.encode(data)

    def forward(self, data: list[Customer]) -> list[Chances]:
        return self.model.chances(data)


class BatchedChurnWorker(ChurnWorker):
    def forward(self, data: list[list[Customer]]) -> list[list[Chances]]:
        return self.model.batch(data)


def main() -> None:
    os.environ |= {"MOSEC_ADDRESS": "127.0.0.1", "MOSEC_PORT": os.environ["PORT"], "MOSEC_LOG_LEVEL": "warning"}
    server = Server()
    match sys.argv[1:]:
        case []:
            server.append_worker(ChurnWorker)
        case ["batched"]:
            server.append_worker(BatchedChurnWorker, max_batch_size=16, max_wait_time=1)
        case arguments:
            sys.exit(f"found the arguments {arguments}, expected none or `batched`: run `python serve.py batched`")
    server.run()


if __name__ == "__main__":
    main()
