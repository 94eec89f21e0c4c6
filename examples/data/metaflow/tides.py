"""Predicts the tide in a harbour: a polynomial is fitted for several degrees, the best one is kept."""

import numpy as np
import pandas as pd
from metaflow import FlowSpec, Parameter, current, retry, step


class TideFlow(FlowSpec):
    days = Parameter("days", help="Days of observations", default=14)
    noise = Parameter("noise", help="Metres of noise in the gauge", default=0.05)

    @step
    def start(self):
        if self.days < 2:
            raise ValueError(f"{self.days} days of observations are too few")
        random = np.random.default_rng(7)
        hours = np.arange(self.days * 24) / 2.0
        level = 2.1 + 0.9 * np.sin(hours * 2 * np.pi / 12.42) + random.normal(0, self.noise, len(hours))
        self.observations = pd.DataFrame(
            {
                "time": pd.date_range("2026-11-01", periods=len(hours), freq="30min"),
                "hours": hours,
                "level": level.round(3),
                "quality": pd.Categorical(np.where(random.random(len(hours)) < 0.1, "rough", "good")),
            }
        )
        self.harmonics = [1, 2, 4]
        print(f"{len(hours)} observations of {self.days} days")
        self.next(self.fit, foreach="harmonics")

    @step
    def fit(self):
        self.order = self.input
        good = self.observations[self.observations.quality == "good"]
        design = self.design(good.hours.to_numpy(), self.order)
        train = np.arange(len(good)) % 4 != 0
        self.weights, *_ = np.linalg.lstsq(design[train], good.level.to_numpy()[train], rcond=None)
        residuals = design[~train] @ self.weights - good.level.to_numpy()[~train]
        self.error = float(np.sqrt(np.mean(residuals**2)))
        print(f"order {self.order}: {self.error:.4f} m")
        self.next(self.choose)

    @step
    def choose(self, inputs):
        self.leaderboard = pd.DataFrame(
            {"order": [i.order for i in inputs], "error": [i.error for i in inputs]}
        ).sort_values("error", ignore_index=True)
        best = min(inputs, key=lambda i: i.error)
        self.order, self.weights = best.order, best.weights
        self.merge_artifacts(inputs, include=["observations"])
        self.next(self.publish)

    @retry(times=1, minutes_between_retries=0)
    @step
    def publish(self):
        print(f"sending the forecast, attempt {current.retry_count}")
        if current.retry_count == 0:
            raise ConnectionError("the harbour office did not answer")
        hours = np.arange(24.0)
        self.forecast = self.design(hours, self.order) @ self.weights
        self.next(self.end)

    @step
    def end(self):
        high = int(self.forecast.argmax())
        print(f"high water at {high}:00, {self.forecast[high]:.2f} m")

    @staticmethod
    def design(hours, order):
        angles = np.outer(hours, np.arange(1, order + 1)) * 2 * np.pi / 12.42
        return np.hstack([np.ones((len(hours), 1)), np.sin(angles), np.cos(angles)])


if __name__ == "__main__":
    TideFlow()
