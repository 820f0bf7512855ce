"""The endpoints in FastAPI: `python serve.py async|def` says which kind of function answers."""

import os
import sys
from typing import Annotated

import uvicorn
from fastapi import FastAPI, Path, Query
from pydantic import BaseModel, Field

CustomerId = Annotated[int, Query(ge=1)]
Limit = Annotated[int, Query(ge=1, le=100)]
ItemId = Annotated[int, Path(ge=0)]

SILENT = {"tracing": False, "metrics": False, "logs": False}


class Recommendation(BaseModel):
    item_id: int
    score: float


class RatedItem(BaseModel):
    id: int = Field(ge=1)
    size: str = Field(min_length=1, max_length=4)


class Rating(BaseModel):
    item: RatedItem
    stars: int = Field(ge=1, le=5)
    tags: list[str] = Field(max_length=5)
    note: str | None = Field(default=None, max_length=200)


class Ratings(BaseModel):
    customer_id: int = Field(ge=1)
    ratings: list[Rating] = Field(min_length=1, max_length=10_000)


class Accepted(BaseModel):
    accepted: int
    mean_stars: float


class Item(BaseModel):
    id: int
    name: str


def ranked(customer_id: int, limit: int) -> list[Recommendation]:
    first = customer_id % 1000
    return [Recommendation(item_id=first + i, score=1 - i / 128) for i in range(limit)]


def rated(ratings: list[Rating]) -> Accepted:
    total = sum(rating.stars for rating in ratings)
    return Accepted(accepted=len(ratings), mean_stars=total / len(ratings))


def found(item_id: int) -> Item:
    return Item(id=item_id, name=f"item {item_id}")


on_the_loop = FastAPI(title="Peer", telemetry=SILENT)
in_threads = FastAPI(title="Peer", telemetry=SILENT)


@on_the_loop.get("/v0/api/recommendations")
async def recommend(customer_id: CustomerId, limit: Limit = 10) -> list[Recommendation]:
    return ranked(customer_id, limit)


@on_the_loop.post("/v0/api/ratings")
async def rate(body: Ratings) -> Accepted:
    return rated(body.ratings)


@on_the_loop.get("/items/{item_id}")
async def item(item_id: ItemId) -> Item:
    return found(item_id)


@in_threads.get("/v0/api/recommendations")
def recommend_in_thread(customer_id: CustomerId, limit: Limit = 10) -> list[Recommendation]:
    return ranked(customer_id, limit)


@in_threads.post("/v0/api/ratings")
def rate_in_thread(body: Ratings) -> Accepted:
    return rated(body.ratings)


@in_threads.get("/items/{item_id}")
def item_in_thread(item_id: ItemId) -> Item:
    return found(item_id)


def main() -> None:
    apps = {"async": on_the_loop, "def": in_threads}
    if len(sys.argv) != 2 or sys.argv[1] not in apps:
        sys.exit(f"found the arguments {sys.argv[1:]}, expected `async` or `def`: run `python serve.py async`")
    uvicorn.run(
        apps[sys.argv[1]],
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
