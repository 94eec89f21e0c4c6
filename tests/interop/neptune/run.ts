/**
 * Serves the example exports, and puts the same questions to published Python clients, to Nereid as
 * their client, to Nereid's archive, and to the ground truth.
 *
 *     deno task interop:neptune [part of a name …]
 *
 * `--ours` leaves Python out.
 *
 * @module
 */
import { Cause, Exit, ManagedRuntime } from "effect";
import { Neptune } from "@nereid/nereid";
import { acceptance, digits, edge, type Fixture } from "../../neptune/archive/fixtures.ts";
import { inPandas, withoutEmptyTypes } from "./differences.ts";
import { environment, type Reply, start } from "./Python.ts";
import type { Question } from "./Question.ts";
import { questionsOf } from "./questions.ts";
import * as Report from "./Report.ts";
import { serve, type Served } from "./serve.ts";
import { truthOf, UNSUPPORTED } from "./Truth.ts";

const parts = Deno.args.filter((arg) => !arg.startsWith("--"));
const offline = Deno.args.includes("--offline");

const CLIENTS = Deno.args.includes("--ours") ? [] : [
  { name: "neptune-fetcher 0.23.0", environment: "current", script: "fetcher.py" },
  { name: "neptune-fetcher 0.9.6", environment: "0.9", script: "fetcher.py" },
];

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

/** The paths of which a client has no values, whatever they hold. */
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
): readonly [answer: unknown, notes: ReadonlySet<string>] => {
  const notes = new Set<string>();
  const note = (difference: string) => void notes.add(difference);
  const shown = question.inPython?.(answer, note) ?? answer;
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
  const unsupported = unsupportedIn(fixture);
  await using program = start(await environment(client.environment), client.script, {
    NEPTUNE_PROJECT: fixture.expected.project,
    NEPTUNE_API_TOKEN: served.apiToken,
    NEPTUNE_FETCHER_RETRY_SOFT_TIMEOUT: "20",
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
      const [expected, notes] = expectedOf(question, answer, unsupported);
      Report.compare(name, replied(reply), expected, notes);
    }
  }
};

const FIXTURES = [acceptance, digits, edge];
const named = FIXTURES.filter(({ name }) => parts.includes(name));

for (const fixture of named.length === 0 ? FIXTURES : named) {
  const archive = ManagedRuntime.make(Neptune.layerArchive(fixture.options));
  const wanted = questionsOf(fixture).filter(({ name }) =>
    parts.filter((part) => part !== fixture.name).every((part) => name.includes(part))
  );
  const answered: Array<readonly [Question, unknown]> = [];
  for (const question of wanted) {
    const answer = await ours(question, archive);
    answered.push([question, answer]);
    if (question.truth === undefined) continue;
    const name = `Nereid's archive · ${fixture.name} · ${question.name}`;
    Report.compare(name, answer, withoutEmptyTypes(question.truth()));
  }
  await archive.dispose();
  if (offline) continue;
  await using served = await serve(fixture);
  for (const client of CLIENTS) await askPython(fixture, served, client, answered);
}
if (!Report.conclude()) Deno.exit(1);
