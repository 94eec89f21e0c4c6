"""A foreach whose tasks keep arrays of NumPy and frames of pandas."""
import time

import numpy as np
import pandas as pd
from metaflow import FlowSpec, Parameter, step


class ForeachFlow(FlowSpec):
    width = Parameter("width", default=12, type=int)
    pause = Parameter("pause", default=0.1, type=float)

    @step
    def start(self):
        print("widths ü", self.width)
        self.items = list(range(self.width))
        self.big = 2**70
        self.next(self.train, foreach="items")

    @step
    def train(self):
        n = self.input
        print("training", n)
        time.sleep(self.pause)
        self.weights = np.linspace(-1, 1, 6 * (n + 1)).reshape(2, -1)
        self.counts = np.arange(n + 1, dtype="int64") ** 3
        self.mask = np.array([True, False, n % 2 == 0])
        self.history = pd.DataFrame(
            {
                "epoch": range(n + 2),
                "loss": [1 / (i + 1) for i in range(n + 1)] + [float("nan")],
                "stage": pd.Categorical(["warm"] + ["train"] * (n + 1)),
                "note": ["ü", None] + ["x"] * n,
                "at": pd.date_range("2026-01-01", periods=n + 2, freq="h", tz="UTC"),
            },
            index=pd.Index([f"row {i}" for i in range(n + 2)], name="label"),
        )
        self.best = self.history["loss"].min()
        self.next(self.join)

    @step
    def join(self, inputs):
        self.losses = {i.index: i.best for i in inputs}
        self.all_weights = [i.weights for i in inputs]
        self.next(self.end)

    @step
    def end(self):
        print("best", min(self.losses.values()))


if __name__ == "__main__":
    ForeachFlow()
