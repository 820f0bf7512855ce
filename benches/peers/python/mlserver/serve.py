"""The churn model in MLServer: `python serve.py`."""

import asyncio
import os
import sys
from pathlib import Path

from mlserver import MLModel, MLServer, ModelSettings, Settings
from mlserver.codecs import NumpyCodec, StringCodec
from mlserver.types import InferenceRequest, InferenceResponse
from mlserver.utils import install_uvloop_event_loop

sys.path.append(str(Path(__file__).parents[1]))

from churn import Churn


class ChurnModel(MLModel):
    async def load(self) -> bool:
        self.model = Churn(os.environ["MODEL"])
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        columns = {
            tensor.name: self.decode(tensor, StringCodec if tensor.datatype == "BYTES" else NumpyCodec)
            for tensor in payload.inputs
        }
        no, yes = self.model.probabilities(columns).T
        outputs = [NumpyCodec.encode_output("No", no), NumpyCodec.encode_output("Yes", yes)]
        return InferenceResponse(model_name=self.name, outputs=outputs)


async def main() -> None:
    settings = Settings(
        debug=False,
        host="127.0.0.1",
        http_port=int(os.environ["PORT"]),
        grpc_port=0,
        metrics_endpoint=None,
        parallel_workers=0,
    )
    server = MLServer(settings)
    await server.start([ModelSettings(name="churn", implementation=ChurnModel)])


if __name__ == "__main__":
    install_uvloop_event_loop()
    asyncio.run(main())
