"""The endpoints in Litestar: `python serve.py`."""

import os
from typing import Annotated

import uvicorn
from litestar import Litestar, get, post
from litestar.params import Parameter
from msgspec import Meta, Struct


class Recommendation(Struct):
    item_id: int
    score: float


class RatedItem(Struct):
    id: Annotated[int, Meta(ge=1)]
    size: Annotated[str, Meta(min_length=1, max_length=4)]


class Rating(Struct):
    item: RatedItem
    stars: Annotated[int, Meta(ge=1, le=5)]
    tags: Annotated[list[str], Meta(max_length=5)]
    note: Annotated[str, Meta(max_length=200)] | None = None


class Ratings(Struct):
    customer_id: Annotated[int, Meta(ge=1)]
    ratings: Annotated[list[Rating], Meta(min_length=1, max_length=10_000)]


class Accepted(Struct):
    accepted: int
    mean_stars: float


class Item(Struct):
    id: int
    name: str


@get("/v0/api/recommendations")
async def recommend(
    customer_id: Annotated[int, Parameter(ge=1)], limit: Annotated[int, Parameter(ge=1, le=100)] = 10
) -> list[Recommendation]:
    first = customer_id % 1000
    return [Recommendation(first + i, 1 - i / 128) for i in range(limit)]


@post("/v0/api/ratings", status_code=200)
async def rate(data: Ratings) -> Accepted:
    total = sum(rating.stars for rating in data.ratings)
    return Accepted(len(data.ratings), total / len(data.ratings))


@get("/items/{item_id:int}")
async def item(item_id: Annotated[int, Parameter(ge=0)]) -> Item:
    return Item(item_id, f"item {item_id}")


app = Litestar([recommend, rate, item])

if __name__ == "__main__":
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
    )
