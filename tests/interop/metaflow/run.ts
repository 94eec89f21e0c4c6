/**
 * Runs Metaflow on this machine, and compares what its Python client says of the flows with what
 * Nereid says, with data in a directory, and in an S3 of `moto`. It reads while the flows write, too.
 *
 *     deno task interop:metaflow [URL of a metadata service]
 *
 * A metadata service needs a database, and is no package; who has one running, such as that of
 * `metaflow-service`, names it. It gets flows of its own.
 *
 * @module
 */
import { Cause, Effect, Exit, ManagedRuntime, Redacted } from "effect";
import { Metaflow } from "@nereid/nereid";
import { dump } from "../../metaflow/dump.ts";
import { countOf, differences, privateNames } from "../../metaflow/expected.ts";
import { here, makePython, type Python, run, serve, succeed, type Variables } from "./Python.ts";
import { contradictions, look, type Seen } from "./watch.ts";

type Runtime = ManagedRuntime.ManagedRuntime<Metaflow.Client, Metaflow.MetaflowError>;

const FIXTURES = here("../../metaflow/fixtures");

let [passed, failed] = [0, 0];

const print = (line: string): void =>
  void Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));

/** Tells of a comparison; nothing must be wrong. */
const check = (name: string, wrong: ReadonlyArray<string>): void => {
  if (wrong.length === 0) {
    passed++;
    print(`ok        ${name}`);
  } else {
    failed++;
    print(`FAILED    ${name}: ${wrong.length} differences`);
    for (const line of wrong.slice(0, 20)) print(`          ${line.slice(0, 500)}`);
  }
};

/** Runs a flow, and looks at it all the while. */
const runWatched = async (
  python: Python,
  runtime: Runtime,
  args: ReadonlyArray<string>,
  variables: Variables,
  isWhole = true,
): Promise<void> => {
  let isRunning = true;
  const flow = succeed(python, args, variables).finally(() => {
    isRunning = false;
  });
  const looks: Array<Seen> = [];
  const errors: Array<string> = [];
  while (isRunning) {
    const exit = await runtime.runPromiseExit(Metaflow.withNamespace(null)(look));
    if (Exit.isSuccess(exit)) looks.push(exit.value);
    else errors.push(Cause.pretty(exit.cause));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await flow;
  const end = await runtime.runPromise(Metaflow.withNamespace(null)(look));
  const changes = new Set(
    looks.map((seen) => JSON.stringify([...seen].map(([k, v]) => [k, v.size]))),
  );
  check(
    `${looks.length} looks, at ${changes.size} states, while ${
      args[0]!.split("/").at(-1)
    } writes: no error`,
    errors,
  );
  check("nothing that was seen is otherwise in the end", contradictions(looks, end, isWhole));
  check("it was seen in several states", changes.size >= 5 ? [] : [`only ${changes.size}`]);
};

/** Compares all that Python and we say of all objects. */
const compareDumps = async (
  name: string,
  python: Python,
  runtime: Runtime,
  directory: string,
  variables: Variables,
  url?: string,
): Promise<void> => {
  const script = (name: string) => `${FIXTURES}/${name}`;
  const [raw, merged] = [`${directory}/raw.json`, `${directory}/expected.json`];
  await succeed(
    python,
    [script("dump_expected.py"), directory, raw, ...url === undefined ? [] : ["--service", url]],
    variables,
  );
  await succeed(python, [script("merge_expected.py"), raw, raw, merged]);
  const expected = JSON.parse(await Deno.readTextFile(merged));
  const dumped = await runtime.runPromise(dump({ privateNames: privateNames(expected) }));
  const { tasks, artifacts } = countOf(dumped);
  check(
    `${name}: ${tasks} tasks and ${artifacts} artifacts as Python says`,
    differences(dumped, expected),
  );
  const { tasks: all, artifacts: most } = countOf(expected);
  check(
    `${name}: there were some`,
    all === tasks && most === artifacts && tasks > 5 ? [] : [`${all} tasks, ${most} artifacts`],
  );
};

const latest = (flow: string) =>
  Metaflow.withNamespace(null)(
    Effect.flatMap(Metaflow.Flow.get(flow), (flow) => flow.latestRun),
  );

/** Tags that each side gives are seen by the other. */
const compareTags = async (
  name: string,
  python: Python,
  runtime: Runtime,
  variables: Variables,
): Promise<void> => {
  const run = await runtime.runPromise(latest("ForeachFlow"));
  if (run === null) return check(`${name}: tags`, ["there is no run"]);
  const before = run.createdAt;
  await runtime.runPromise(run.addTags(["from nereid", "ü"]));
  const said = JSON.parse(
    await succeed(python, [here("./tags.py"), run.pathspec, "from python"], variables),
  );
  const again = await runtime.runPromise(latest("ForeachFlow"));
  const ours = {
    id: again!.id,
    user_tags: [...again!.userTags].toSorted(),
    system_tags: [...again!.systemTags].toSorted(),
  };
  const wanted = ["from nereid", "from python", "ü"];
  check(
    `${name}: tags that one side gives are seen by the other`,
    JSON.stringify(ours) === JSON.stringify(said) &&
      JSON.stringify(ours.user_tags) === JSON.stringify(wanted)
      ? []
      : [JSON.stringify(ours), JSON.stringify(said)],
  );
  // Python makes a new record of the run each time, with a new time.
  check(
    `${name}: tagging leaves the time of a run alone`,
    before.epochMilliseconds === run.createdAt.epochMilliseconds ? [] : [String(run.createdAt)],
  );
};

const local = async (python: Python, home: string): Promise<void> => {
  const directory = `${home}/local`;
  await Deno.mkdir(`${directory}/.metaflow`, { recursive: true });
  const variables = { METAFLOW_DATASTORE_SYSROOT_LOCAL: directory };
  const runtime = ManagedRuntime.make(Metaflow.layerLocal({ root: directory, user: "alice" }));
  await runWatched(python, runtime, [here("./foreach_flow.py"), "run"], variables);
  const { code } = await run(python, [here("./retry_flow.py"), "run"], variables);
  check("the flow that fails, fails", code === 1 ? [] : [`it ended with ${code}`]);
  await compareDumps("local", python, runtime, directory, variables);
  await compareTags("local", python, runtime, variables);
  await compareDumps("local, with tags", python, runtime, directory, variables);
  await runtime.dispose();
};

const KEYS = { accessKeyId: "AKIDINTEROP", secretAccessKey: "interop/secret" };

/** Data in S3, and metadata in a directory or in a service. */
const s3 = async (python: Python, home: string, url?: string): Promise<void> => {
  const directory = `${home}/${url === undefined ? "s3" : "service"}`;
  await Deno.mkdir(`${directory}/.metaflow`, { recursive: true });
  await using server = await serve(
    python,
    (port) => ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)],
    "/moto-api/",
  );
  await (await fetch(`${server.url}/flows`, { method: "PUT" })).body?.cancel();
  const variables = {
    METAFLOW_DATASTORE_SYSROOT_LOCAL: directory,
    METAFLOW_DEFAULT_DATASTORE: "s3",
    METAFLOW_DATASTORE_SYSROOT_S3: "s3://flows/meta flow",
    METAFLOW_S3_ENDPOINT_URL: server.url,
    AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
    AWS_DEFAULT_REGION: "us-east-1",
    ...url === undefined ? {} : { METAFLOW_DEFAULT_METADATA: "service", METAFLOW_SERVICE_URL: url },
  };
  const options = {
    user: "alice",
    s3: {
      endpoint: server.url,
      credentials: { ...KEYS, secretAccessKey: Redacted.make(KEYS.secretAccessKey) },
    },
  };
  const runtime = ManagedRuntime.make(
    url === undefined
      ? Metaflow.layerLocal({ ...options, root: directory })
      : Metaflow.layerService({ ...options, url }),
  );
  await runWatched(
    python,
    runtime,
    [here("./foreach_flow.py"), "run", "--width", "3"],
    variables,
    false,
  );
  const { code } = await run(python, [here("./retry_flow.py"), "run"], variables);
  check("the flow that fails, fails", code === 1 ? [] : [`it ended with ${code}`]);
  const name = url === undefined ? "S3" : "service and S3";
  if (url !== undefined) await compareTags(name, python, runtime, variables);
  await compareDumps(name, python, runtime, directory, variables, url);
  await runtime.dispose();
};

const service = (url: string) => (python: Python, home: string): Promise<void> =>
  s3(python, home, url);

const home = await Deno.makeTempDir({ prefix: "nereid-metaflow-" });
try {
  const python = await makePython(home);
  for (const part of [local, s3, ...Deno.args.map((url) => service(url))]) {
    try {
      await part(python, home);
    } catch (error) {
      check(`the part ${part.name}`, [String(error instanceof Error ? error.stack : error)]);
    }
  }
} finally {
  await Deno.remove(home, { recursive: true });
}
print(`\n${passed} passed, ${failed} failed`);
if (failed > 0) Deno.exit(1);
