"""A step that succeeds when it is tried again, and one that never does."""
import sys

import numpy as np
from metaflow import FlowSpec, catch, current, retry, step


class RetryFlow(FlowSpec):
    @retry(times=2, minutes_between_retries=0)
    @step
    def start(self):
        self.tried = np.full(3, current.retry_count)
        print("try", current.retry_count)
        print("err", current.retry_count, file=sys.stderr)
        if current.retry_count == 0:
            raise ValueError("not yet")
        self.next(self.caught)

    @catch(var="problem")
    @retry(times=1, minutes_between_retries=0)
    @step
    def caught(self):
        self.half = 0.5
        raise KeyError("never ü")
        self.next(self.failing)

    @retry(times=1, minutes_between_retries=0)
    @step
    def failing(self):
        self.reached = True
        raise RuntimeError("it always fails")
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    RetryFlow()
