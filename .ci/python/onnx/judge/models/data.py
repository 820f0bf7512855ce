"""What random models are trained on."""

import numpy

WORDS = ["red", "green", "blue", "", "Grün", "日本", "a b", "NaN", "0", "long " * 12]


class Table:
    """Features for training and for judging, and targets for training."""

    def __init__(self, rng, columns=None, element=None, positive=False, whole=False, missing=False):
        self.rng = rng
        columns = columns or int(rng.integers(2, 9))
        self.element = element or ("float64" if rng.random() < 0.15 else "float32")
        every = numpy.stack([self.column(160, positive, whole) for _ in range(columns)], axis=1)
        if missing:
            every[rng.random(every.shape) < 0.1] = numpy.nan
            every[0] = numpy.abs(numpy.nan_to_num(every[0]))
        self.train = every[:144].astype(self.element)
        # Some are those of training, so that a tree's thresholds and an encoder's values are met.
        judged = numpy.concatenate([every[144:156], every[:6]])
        self.judged = judged.astype(self.element)
        if self.element != "int64":
            # A float64 is narrowed by the runtimes: let both see the same number.
            self.train = self.train.astype("float32").astype(self.element)
            self.judged = self.judged.astype("float32").astype(self.element)
        self.signal = numpy.nan_to_num(self.train.astype("float64"))
        spread = self.signal.std(axis=0)
        self.signal = (self.signal - self.signal.mean(axis=0)) / numpy.where(spread > 0, spread, 1)

    def column(self, rows, positive, whole):
        rng = self.rng
        if whole or rng.random() < 0.3:
            values = rng.integers(0 if positive else -3, 6, rows).astype("float64")
        elif rng.random() < 0.3:
            values = rng.lognormal(0, 1.5, rows)
        else:
            values = rng.normal(rng.normal(0, 2), rng.uniform(0.1, 4), rows)
        return numpy.abs(values) if positive else values

    def score(self):
        """A number that depends on the features, with noise."""
        signal, rng = self.signal, self.rng
        weights = rng.normal(size=signal.shape[1])
        return signal @ weights + numpy.sin(2 * signal[:, 0]) + rng.normal(0, 0.3, len(signal))

    def classes(self, count=None, labels=None):
        """A class for each row: of small or scattered integers, or of strings."""
        rng = self.rng
        count = count or int(rng.choice([2, 2, 3, 4]))
        # Every class is there at least a few times, also in a part of the rows.
        index = numpy.searchsorted(numpy.quantile(self.score(), numpy.arange(1, count) / count), self.score())
        index[: 4 * count] = numpy.arange(4 * count) % count
        labels = labels or rng.choice(["small", "scattered", "words"])
        named = {
            "small": numpy.arange(count),
            "scattered": numpy.array([-2, 3, 70, 12345678901][:count]),
            "words": numpy.array(["No", "Yes", "Vielleicht", "ç 3"][:count], dtype=object),
        }  # fmt: skip
        return named[labels][index]

    def numbers(self, outputs=1):
        """A number for each row, or several."""
        scale = 10 ** self.rng.uniform(-1, 2)
        values = numpy.stack([self.score() * scale for _ in range(outputs)], axis=1)
        return values[:, 0] if outputs == 1 else values
