/**
 * Serves the example exports, and puts the same questions to published Python clients, to Nereid as
 * their client, to Nereid's archive, and to the ground truth.
 *
 *     deno run -A tests/interop/neptune/run.ts [--offline] [part of a name …]
 *
 * `--offline` asks only the archive.
 *
 * @module
 */
import { Cause, Exit, type Layer, ManagedRuntime } from "effect";
import { Neptune } from "@nereid/nereid";
import { acceptance, digits, edge, type Fixture } from "../../neptune/archive/fixtures.ts";
import { inPandas, withoutEmptyTypes } from "./differences.ts";
import { pythonOf, type Reply, start } from "./Python.ts";
import type { Question } from "./Question.ts";
import { queryQuestionsOf, questionsOf } from "./questions.ts";
import * as Report from "./Report.ts";
import { serve, type Served } from "./serve.ts";
import { truthOf, UNSUPPORTED } from "./Truth.ts";

const parts = Deno.args.filter((arg) => !arg.startsWith("--"));
const offline = Deno.args.includes("--offline");

const CLIENTS = [
  { name: "neptune-fetcher 0.23.0", environment: "current", script: "fetcher.py" },
  { name: "neptune-fetcher 0.9.6", environment: "0.9", script: "fetcher.py" },
  { name: "neptune-query 1.14.1", environment: "current", script: "query.py" },
] as const;

/** The answer of Nereid from a source, or why there is none. */
const ours = async (
  { ours }: Question,
  source: ManagedRuntime.ManagedRuntime<Neptune.NeptuneSource, unknown>,
): Promise<unknown> => {
  const exit = await source.runPromiseExit(Neptune.collectWarnings(ours));
  return Exit.isSuccess(exit)
    ? withoutEmptyTypes(exit.value[0])
    : { failure: Cause.pretty(exit.cause) };
};

/** The answers of Nereid from a source to some questions. */
const answersOf = async (
  layer: Layer.Layer<Neptune.NeptuneSource, unknown>,
  questions: ReadonlyArray<Question>,
): Promise<ReadonlyArray<readonly [Question, unknown]>> => {
  const source = ManagedRuntime.make(layer);
  const answers: Array<readonly [Question, unknown]> = [];
  for (const question of questions) answers.push([question, await ours(question, source)]);
  await source.dispose();
  return answers;
};

/** The paths of which neptune-fetcher has no values, whatever they hold. */
const unsupportedIn = (fixture: Fixture): ReadonlySet<string> =>
  new Set(
    truthOf(fixture).flatMap(({ fields }) =>
      [...fields].filter(([, { type }]) => UNSUPPORTED.has(type)).map(([path]) => path)
    ),
  );

/** What a client is expected to answer, given what Nereid does. */
const expectedOf = (
  question: Question,
  answer: unknown,
  unsupported: ReadonlySet<string>,
  client: string,
): readonly [answer: unknown, notes: ReadonlySet<string>] => {
  const notes = new Set<string>();
  const note = (difference: string) => void notes.add(difference);
  const shown = question.inPython?.(answer, note, client) ?? answer;
  return [inPandas(shown, unsupported, note), notes];
};

/** What Python raises for each of our reasons. */
const RAISED: Readonly<Record<string, string>> = {
  ProjectNotFound: "NeptuneException",
  RunNotFound: "ValueError",
  FieldNotFound: "KeyError",
  InvalidArgument: "ValueError",
  InvalidQuery: "NeptuneException",
  InvalidRegex: "NeptuneException",
};

const replied = (reply: Reply): unknown =>
  "error" in reply ? { error: reply.error, text: reply.text } : withoutEmptyTypes(reply.answer);

const isError = (answer: unknown): answer is { readonly error: string } =>
  typeof answer === "object" && answer !== null && "error" in answer;

const askPython = async (
  fixture: Fixture,
  served: Served,
  client: typeof CLIENTS[number],
  questions: ReadonlyArray<readonly [Question, unknown]>,
): Promise<void> => {
  const unsupported = client.script === "fetcher.py" ? unsupportedIn(fixture) : new Set<string>();
  await using program = start(pythons.get(client.environment)!, client.script, {
    NEPTUNE_PROJECT: fixture.expected.project,
    NEPTUNE_API_TOKEN: served.apiToken,
    NEPTUNE_FETCHER_RETRY_SOFT_TIMEOUT: "20",
    NEPTUNE_QUERY_RETRY_SOFT_TIMEOUT: "20",
  });
  for (const [question, answer] of questions) {
    const name = `${client.name} · ${fixture.name} · ${question.name}`;
    const why = Object.entries(question.skip ?? {}).find(([start]) => client.name.includes(start));
    if (why !== undefined) {
      Report.skip(name, why[1]);
      continue;
    }
    const reply = await program.ask(question.call, question.args);
    if (isError(answer)) {
      const raised = "error" in reply ? reply.error : reply;
      Report.compare(name, raised, RAISED[answer.error]);
    } else {
      const [expected, notes] = expectedOf(question, answer, unsupported, client.name);
      Report.compare(name, replied(reply), expected, notes);
    }
  }
};

const FIXTURES = [acceptance, digits, edge];
const named = FIXTURES.filter(({ name }) => parts.includes(name));

const asks = (questions: ReadonlyArray<Question>, fixture: Fixture): ReadonlyArray<Question> =>
  questions.filter(({ name }) =>
    parts.filter((part) => part !== fixture.name).every((part) => name.includes(part))
  );

const compareAll = async (fixture: Fixture): Promise<void> => {
  const questions = {
    "fetcher.py": asks(questionsOf(fixture), fixture),
    "query.py": asks(queryQuestionsOf(fixture), fixture),
  };
  const answered = {
    "fetcher.py": await answersOf(Neptune.layerArchive(fixture.options), questions["fetcher.py"]),
    "query.py": await answersOf(Neptune.layerArchive(fixture.options), questions["query.py"]),
  };
  const all = [...answered["fetcher.py"], ...answered["query.py"]];
  for (const [question, answer] of all) {
    const name = `Nereid's archive · ${fixture.name} · ${question.name}`;
    Report.compare(name, answer, withoutEmptyTypes(question.truth()));
  }
  if (offline) return;
  await using served = await serve(fixture);
  const live = Neptune.layerLive({ apiToken: served.apiToken, retryFor: "20 seconds" });
  for (const [i, [question, answer]] of (await answersOf(live, all.map(([q]) => q))).entries()) {
    const notes = new Set<string>();
    const near = all[i]![1];
    const expected = question.onServer?.(near, (difference) => void notes.add(difference)) ?? near;
    Report.compare(`Nereid's client · ${fixture.name} · ${question.name}`, answer, expected, notes);
  }
  for (const client of CLIENTS) {
    if (answered[client.script].length === 0) continue;
    await askPython(fixture, served, client, answered[client.script]);
  }
};

const pythons = new Map(
  await Promise.all(
    offline ? [] : ["current", "0.9"].map(async (name) => [name, await pythonOf(name)] as const),
  ),
);
await Promise.all((named.length === 0 ? FIXTURES : named).map(compareAll));
if (!Report.conclude()) Deno.exit(1);
