/**
 * Trees of Metaflow's files to test with: real ones, copies of them, and ones written by hand.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { Effect, type Layer, type Scope } from "effect";
import { Metaflow } from "../../mod.ts";

const fixture = (path: string): string => new URL(`fixtures/${path}`, import.meta.url).pathname;

/** Six flows as Metaflow 2.19.38 wrote them, and where it wrote them. */
export const CURRENT = { root: fixture("tree"), written: "/srv/mfdev" };

/** A flow as three old releases wrote it. */
export const LEGACY = { root: fixture("legacy/tree"), written: "/srv/mflegacy" };

/** A client of a real tree that sees everything, unless told otherwise. */
export const reading = (
  { root, written }: typeof CURRENT,
  options: Metaflow.LocalOptions = {},
): Layer.Layer<Metaflow.Client, Metaflow.MetaflowError> =>
  Metaflow.layerLocal({ root, rootMapping: { [written]: root }, namespace: null, ...options });

/** A directory that is removed at the end. */
export const temporary: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.promise(() => Deno.makeTempDir()),
  (path) => Effect.promise(() => Deno.remove(path, { recursive: true })),
);

/** A copy of one flow of a tree, to be changed. */
export const copyOf = (
  { root, written }: typeof CURRENT,
  flow: string,
): Effect.Effect<typeof CURRENT, never, Scope.Scope> =>
  Effect.map(temporary, (copy) => {
    copyDirectory(join(root, ".metaflow", flow), join(copy, ".metaflow", flow));
    return { root: copy, written };
  });

const copyDirectory = (from: string, to: string): void => {
  Deno.mkdirSync(to, { recursive: true });
  for (const { name, isDirectory } of Deno.readDirSync(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    if (isDirectory) copyDirectory(source, target);
    else Deno.copyFileSync(source, target);
  }
};

/** Writes a file and the directories that lead to it. */
export const write = (path: string, content: string | Uint8Array): void => {
  Deno.mkdirSync(dirname(path), { recursive: true });
  if (typeof content === "string") Deno.writeTextFileSync(path, content);
  else Deno.writeFileSync(path, content);
};

/** What to write of a run. */
export interface WrittenRun {
  readonly tags?: ReadonlyArray<string>;
  readonly systemTags?: ReadonlyArray<string>;
  readonly createdAt?: number;
}

/** A tree that is written by hand, in Metaflow's format as the reference has it. */
export class Tree {
  #now = 1_700_000_000_000;

  constructor(readonly root: string) {
    Deno.mkdirSync(this.#path(), { recursive: true });
  }

  /** A client of it that sees everything, unless told otherwise. */
  layer(options: Metaflow.LocalOptions = {}) {
    return Metaflow.layerLocal({ root: this.root, namespace: null, ...options });
  }

  /** Writes a run, and its flow. */
  run(pathspec: string, { tags = [], systemTags = [], createdAt }: WrittenRun = {}): void {
    const [flow_id, run_number] = pathspec.split("/");
    this.#self([flow_id!], { flow_id });
    this.#self(
      pathspec.split("/"),
      { flow_id, run_number, tags, system_tags: systemTags },
      createdAt,
    );
  }

  /** Writes a task, and its step. */
  task(pathspec: string, createdAt?: number): void {
    const [flow_id, run_number, step_name, task_id] = pathspec.split("/");
    const step = { flow_id, run_number, step_name };
    this.#self([flow_id!, run_number!, step_name!], step, createdAt);
    this.#self(pathspec.split("/"), { ...step, task_id }, createdAt);
  }

  /** Writes one thing about a task. */
  metadata(
    pathspec: string,
    name: string,
    value: unknown,
    { tags, at = this.#tick() }: { readonly tags?: ReadonlyArray<string>; readonly at?: number } =
      {},
  ): void {
    this.file(
      `${pathspec}/_meta/sysmeta_${name}_${at}.json`,
      JSON.stringify({ field_name: name, type: name, value, tags, ts_epoch: at }),
    );
  }

  /** Writes an artifact of a task that is done. */
  artifact(
    pathspec: string,
    name: string,
    pickle: Uint8Array,
    { attempt = 0, ...changes }: { readonly attempt?: number; readonly [field: string]: unknown } =
      {},
  ): void {
    const [flow] = pathspec.split("/");
    const sha = createHash("sha1").update(pickle).digest("hex");
    this.file(`${flow}/data/${sha.slice(0, 2)}/${sha}`, gzipSync(pickle));
    this.file(
      `${flow}/data/${sha.slice(0, 2)}/${sha}_meta`,
      `{"cas_raw": false, "cas_version": 1}`,
    );
    const record = {
      attempt_id: attempt,
      name,
      sha,
      ds_type: "local",
      location: `:root:${this.#path()}`,
      content_type: "pickle-v4",
      ts_epoch: this.#tick(),
      ...changes,
    };
    this.file(`${pathspec}/_meta/${attempt}_artifact_${name}.json`, JSON.stringify(record));
  }

  /** Writes a file below the root of the datastore. */
  file(path: string, content: string | Uint8Array): void {
    write(this.#path(path), content);
  }

  #self(path: ReadonlyArray<string>, record: object, createdAt = this.#tick()): void {
    this.file(
      `${path.join("/")}/_meta/_self.json`,
      JSON.stringify({ ...record, user_name: "ann", ts_epoch: createdAt }),
    );
  }

  #path(path = ""): string {
    return join(this.root, ".metaflow", path).replace(/\/$/, "");
  }

  #tick(): number {
    return this.#now++;
  }
}

/** A tree written by hand in a directory that is removed at the end. */
export const makeTree: Effect.Effect<Tree, never, Scope.Scope> = Effect.map(
  temporary,
  (root) => new Tree(root),
);

/** The reason for which an operation fails. */
export const reasonOf = <R>(
  operation: Effect.Effect<unknown, Metaflow.MetaflowError, R>,
): Effect.Effect<Metaflow.MetaflowErrorReason, unknown, R> =>
  Effect.map(Effect.flip(operation), ({ reason }) => reason);
