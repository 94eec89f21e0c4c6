"""Talks to a Deno kernel: executes notebooks, and interrupts a cell.

    kernel.py execute in.ipynb out.ipynb    runs all cells in the notebook's directory
    kernel.py interrupt directory           stops a cell that has requests under way

nbconvert loses about one result in ten, because the kernel may send it after it has said that it is
idle. This reads on for a quarter of a second.
"""

import os
import queue
import sys
import time

import nbformat
from jupyter_client.manager import KernelManager

QUIET = 0.25
PATIENCE = 120


class Kernel:
    def __init__(self, directory):
        self.manager = KernelManager(kernel_name="deno")
        self.manager.start_kernel(cwd=directory, env={**os.environ, "NO_COLOR": "1"})
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def run(self, source, interrupt_after=None):
        """The messages that a cell causes."""
        mid = self.client.execute(source)
        start, idle, messages = time.time(), None, []
        while idle is None or time.time() - idle < QUIET:
            if interrupt_after is not None and time.time() - start > interrupt_after:
                interrupt_after = None
                self.manager.interrupt_kernel()
            if time.time() - start > PATIENCE:
                sys.exit(f"A cell takes more than {PATIENCE} s:\n{source}")
            try:
                message = self.client.get_iopub_msg(timeout=0.05)
            except queue.Empty:
                if not self.manager.is_alive():
                    sys.exit(f"The kernel died in this cell:\n{source}")
                continue
            if message["parent_header"].get("msg_id") != mid:
                continue
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                idle = time.time()
            messages.append(message)
        return messages


def outputs(messages):
    """What is left of the messages at the end, in the form of a notebook file."""
    shown, by_id = [], {}
    for message in messages:
        kind, content = message["msg_type"], message["content"]
        display_id = content.get("transient", {}).get("display_id")
        if kind == "update_display_data":
            by_id[display_id]["data"] = content["data"]
        elif kind in ("execute_result", "display_data", "stream", "error"):
            output = nbformat.v4.output_from_msg(message)
            if kind == "stream" and shown and shown[-1].get("name") == content["name"]:
                shown[-1]["text"] += content["text"]
                continue
            if display_id is not None:
                by_id[display_id] = output
            shown.append(output)
    # A progress bar that has disappeared leaves an empty display.
    return [output for output in shown if not is_empty(output)]


def is_empty(output):
    return output["output_type"] == "display_data" and not any(output["data"].values())


def execute(source, target):
    notebook = nbformat.read(source, as_version=4)
    kernel = Kernel(os.path.dirname(os.path.abspath(source)))
    try:
        for count, cell in enumerate((c for c in notebook.cells if c.cell_type == "code"), 1):
            cell.execution_count = count
            cell.outputs = outputs(kernel.run(cell.source))
            for output in cell.outputs:
                if output["output_type"] == "execute_result":
                    output["execution_count"] = count
    finally:
        kernel.close()
    nbformat.write(notebook, target)


SETUP = """
import { Notebook, Progress } from "@nereid/nereid";
import { Effect } from "effect";
import { FetchHttpClient, HttpClient } from "effect/http";
let open = 0;
const server = Deno.serve({ port: 0, onListen() {} }, ({ signal }) => {
  open++;
  return new Promise((answer) => signal.addEventListener("abort", () => {
    open--;
    answer(new Response());
  }));
});
const nb = Notebook.open(FetchHttpClient.layer);
const ask = HttpClient.get(`http://127.0.0.1:${server.addr.port}/`);
"""
ASK = "await nb(Effect.forEach([1, 2, 3], () => ask, { concurrency: 3 }))"
BAR = """await nb(Progress.track({ label: "Counting <b>", unit: "sheep", total: 4 }, (advance) =>
  Effect.forEach([1, 2, 3, 4], () => Effect.andThen(Effect.sleep("250 millis"), advance(1)),
    { discard: true })))"""


def interrupt(directory):
    kernel = Kernel(directory)
    try:
        kernel.run(SETUP)
        [error] = [o for o in outputs(kernel.run(ASK, interrupt_after=2)) if o.output_type == "error"]
        check(error.ename == "Interrupted", f"the cell says that it was interrupted: {error}")
        check(result(kernel, "open") == "0", "no request is left open")
        check(result(kernel, "open = open + 1") == "1", "the kernel lives on, with its variables")
        # An interrupt without a running cell must not kill the kernel.
        kernel.manager.interrupt_kernel()
        check(result(kernel, "await nb(Effect.succeed(7))") == "7", "cells run as before")

        messages = kernel.run(BAR)
        bars = [m["content"]["data"]["text/html"] for m in messages if "display_data" in m["msg_type"]]
        check(len(bars) > 2 and "<progress" in bars[0], f"progress is a bar: {bars}")
        check("Counting &lt;b&gt;" in bars[0], f"its label is escaped: {bars}")
        check(bars[-1] == "" and outputs(messages) == [], f"it disappears: {bars}")
        kernel.run("await nb.dispose(); await server.shutdown();")
    finally:
        kernel.close()


def result(kernel, source):
    return outputs(kernel.run(source))[-1]["data"]["text/plain"]


def check(holds, what):
    if not holds:
        sys.exit(f"Not so: {what}")
    print(f"  {what.split(':')[0]}")


if __name__ == "__main__":
    {"execute": execute, "interrupt": interrupt}[sys.argv[1]](*sys.argv[2:])
