/**
 * Writes trees of flows as Metaflow writes them, without running a flow.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";

/** How much a tree has. */
export interface Size {
  readonly runs: number;
  /** Tasks of each run: one at the start, one at the end, and those of a foreach. */
  readonly tasks: number;
  /** Artifacts of each task that are not private. */
  readonly artifacts: number;
}

/** The name of the flow. */
export const FLOW = "BenchFlow";

/** What the runtime and the task record, both of them. */
const SYSTEM = {
  runtime: "dev",
  user: "ann",
  "script-name": "bench.py",
  python_version: "3.12.3",
  metaflow_version: "2.19.39",
};

/** The artifacts that Metaflow adds to those of the flow. */
const PRIVATE = [
  "_configs_processed",
  "_current_step",
  "_exception",
  "_foreach_num_splits",
  "_foreach_stack",
  "_foreach_var",
  "_graph_info",
  "_iteration_stack",
  "_success",
  "_task_ok",
  "_transition",
];

const EPOCH = 1_700_000_000_000;

/** Writes a flow with runs, tasks and small artifacts. */
export const generateListing = (root: string, { runs, tasks, artifacts }: Size): void => {
  const tree = new Writer(root);
  const flow = { flow_id: FLOW };
  tree.json(`${FLOW}/_meta/_self.json`, { ...flow, ts_epoch: EPOCH });
  for (let i = 0; i < runs; i++) {
    const at = EPOCH + i * 60_000;
    const run_number = `${at * 1000}`;
    const run = {
      ...flow,
      run_number,
      user_name: "ann",
      tags: i % 3 === 0 ? ["weekly"] : [],
      system_tags: ["user:ann", "runtime:dev", "python_version:3.12", "metaflow_version:2.19"],
    };
    tree.json(`${FLOW}/${run_number}/_meta/_self.json`, { ...run, ts_epoch: at });
    const parameters = { ...run, step_name: "_parameters", task_id: "0", ts_epoch: at };
    const parametersPath = `${FLOW}/${run_number}/_parameters`;
    tree.json(`${parametersPath}/_meta/_self.json`, parameters);
    tree.json(`${parametersPath}/0/_meta/_self.json`, parameters);
    tree.metadata(`${parametersPath}/0/_meta`, parameters, at, {
      ...SYSTEM,
      "attempt-done": "0",
      start_step: "start",
      end_step: "end",
    });
    for (let task_id = 1; task_id <= tasks; task_id++) {
      const step_name = task_id === 1 ? "start" : task_id === tasks ? "end" : "work";
      const step = { ...run, step_name };
      const created = at + task_id * 1000;
      const stepPath = `${FLOW}/${run_number}/${step_name}`;
      if (step_name !== "work" || task_id === 2) {
        tree.json(`${stepPath}/_meta/_self.json`, { ...step, ts_epoch: created });
      }
      const task = { ...step, task_id: String(task_id) };
      const path = `${stepPath}/${task_id}/_meta`;
      tree.json(`${path}/_self.json`, { ...task, ts_epoch: created });
      tree.metadata(path, task, created, SYSTEM);
      tree.metadata(path, task, created + 800, {
        ...SYSTEM,
        attempt: "0",
        attempt_ok: "True",
        "attempt-done": "0",
        "ds-type": "local",
        "ds-root": tree.root,
        "origin-run-id": "None",
      });
      const values: ReadonlyArray<readonly [string, Uint8Array]> = [
        ...PRIVATE.map((name) => [name, TRUE] as const),
        ...Array.from(
          { length: artifacts },
          (_, j) => [`value_${j}`, float(j === 0 ? i + task_id / 100 : j)] as const,
        ),
      ];
      for (const [name, pickle] of values) {
        tree.json(`${path}/0_artifact_${name}.json`, {
          ...task,
          attempt_id: 0,
          name,
          sha: tree.blob(FLOW, pickle),
          ds_type: "local",
          location: `:root:${tree.root}`,
          content_type: "pickle-v4",
          type: "metaflow.artifact",
          ts_epoch: created + 900,
        });
      }
    }
  }
};

/** Writes a task with arrays of doubles. */
export const generateArrays = (root: string, arrays: number, doubles: number): void => {
  const tree = new Writer(root);
  const run = { flow_id: FLOW, run_number: "1", tags: [], system_tags: ["user:ann"] };
  const task = { ...run, step_name: "start", task_id: "1", ts_epoch: EPOCH };
  tree.json(`${FLOW}/_meta/_self.json`, { flow_id: FLOW, ts_epoch: EPOCH });
  tree.json(`${FLOW}/1/_meta/_self.json`, { ...run, ts_epoch: EPOCH });
  tree.json(`${FLOW}/1/start/_meta/_self.json`, task);
  tree.json(`${FLOW}/1/start/1/_meta/_self.json`, task);
  tree.json(`${FLOW}/1/start/1/_meta/sysmeta_attempt-done_${EPOCH}.json`, {
    ...task,
    field_name: "attempt-done",
    value: "0",
    tags: ["attempt_id:0"],
  });
  for (let i = 0; i < arrays; i++) {
    // A walk, rounded as what is measured is.
    let at = i;
    const values = Float64Array.from(
      { length: doubles },
      (_, j) => at = Math.round(1e4 * (at + Math.sin(j * (i + 1)) / 10)) / 1e4,
    );
    tree.json(`${FLOW}/1/start/1/_meta/0_artifact_array_${i}.json`, {
      ...task,
      attempt_id: 0,
      name: `array_${i}`,
      sha: tree.blob(FLOW, array(values)),
      ds_type: "local",
      location: `:root:${tree.root}`,
      content_type: "pickle-v4",
    });
  }
};

class Writer {
  readonly root: string;
  readonly #made = new Set<string>();

  constructor(directory: string) {
    this.root = join(directory, ".metaflow");
  }

  json(path: string, record: object): void {
    this.#write(path, JSON.stringify(record));
  }

  /** Writes what is recorded about a task. */
  metadata(path: string, task: object, at: number, fields: Readonly<Record<string, string>>): void {
    for (const [field_name, value] of Object.entries(fields)) {
      this.json(`${path}/sysmeta_${field_name}_${at}.json`, {
        ...task,
        field_name,
        type: field_name,
        value,
        tags: ["attempt_id:0"],
        ts_epoch: at,
      });
    }
  }

  /** Writes a blob, unless it is there, and returns its hash. */
  blob(flow: string, content: Uint8Array): string {
    const sha = createHash("sha1").update(content).digest("hex");
    const path = `${flow}/data/${sha.slice(0, 2)}/${sha}`;
    if (this.#made.has(path)) return sha;
    this.#made.add(path);
    this.#write(path, gzipSync(content, { level: 3 }));
    this.#write(`${path}_meta`, `{"cas_raw": false, "cas_version": 1}`);
    return sha;
  }

  #write(path: string, content: string | Uint8Array): void {
    const whole = join(this.root, path);
    const directory = dirname(whole);
    if (!this.#made.has(directory)) mkdirSync(directory, { recursive: true });
    this.#made.add(directory);
    writeFileSync(whole, content);
  }
}

const bytes = (...parts: ReadonlyArray<string | Uint8Array>): Uint8Array =>
  new Uint8Array(Buffer.concat(
    parts.map((part) => typeof part === "string" ? Buffer.from(part, "latin1") : part),
  ));

const TRUE = bytes("\x80\x04\x88.");

const float = (value: number): Uint8Array => {
  const pickle = bytes("\x80\x04G", new Uint8Array(8), ".");
  new DataView(pickle.buffer).setFloat64(3, value);
  return pickle;
};

/** What `pickle.dumps` of an array has, with the instructions of protocol 2 for names. */
const array = (values: Float64Array): Uint8Array => {
  const lengths = new DataView(new ArrayBuffer(8));
  lengths.setInt32(0, values.length, true);
  lengths.setUint32(4, values.byteLength, true);
  const length = new Uint8Array(lengths.buffer);
  return bytes(
    "\x80\x04cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R(K\x01J",
    length.subarray(0, 4),
    "\x85cnumpy\ndtype\nX\x02\x00\x00\x00f8\x89\x88\x87R" +
      "(K\x03X\x01\x00\x00\x00<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89B",
    length.subarray(4),
    new Uint8Array(values.buffer),
    "tb.",
  );
};
