import assert from "node:assert/strict";
import { Effect, Exit } from "effect";
import { Neptune } from "@nereid/nereid";
import * as Reasons from "../../src/neptune/NeptuneError.ts";
import { effectTest } from "../effectTest.ts";

const { NeptuneError } = Neptune;
const cause = new Error("underneath");

/** One of each reason, and what its message must say. */
const REASONS: ReadonlyArray<readonly [Neptune.NeptuneErrorReason, RegExp]> = [
  [
    new Reasons.InvalidArgument({ parameter: "limit", message: "limit is wrong." }),
    /^limit is wrong\.$/,
  ],
  [
    new Reasons.InvalidQuery({ query: "a = 1\nAND b ?", position: 12, problem: "no operator" }),
    /^The query is not valid NQL at line 2, column 7: no operator\.\n {2}AND b \?\n {8}\^$/,
  ],
  [
    new Reasons.InvalidRegex({ parameter: "namesRegex", pattern: "(", problem: "missing )" }),
    /^namesRegex is not a valid RE2 regular expression: "\(" \(missing \)\)\. RE2 has no look-around/,
  ],
  [
    new Reasons.MissingConfiguration({ variable: "NEPTUNE_PROJECT", parameter: "project" }),
    /^No project was given\. Pass it, or make sure that NEPTUNE_PROJECT is set .*--allow-env=NEPTUNE_PROJECT/,
  ],
  [
    new Reasons.ProjectNotFound({ project: "a/b", available: ["c/d", "e\\f"] }),
    /^Project "a\/b" was not found\. There is: "c\/d", "e\\\\f"\.$/,
  ],
  [
    new Reasons.ProjectNotFound({ project: "a/b", available: ["1", "2", "3", "4", "5", "6"] }),
    /There is: "1", "2", "3", "4", "5", …\.$/,
  ],
  [new Reasons.ProjectNotFound({ project: "a/b", available: [] }), /There is no project here\.$/],
  [
    new Reasons.RunNotFound({ project: "a/b", by: "withId", value: "RUN-1" }),
    /^No experiment found with Neptune ID 'RUN-1' in a\/b\.$/,
  ],
  [
    new Reasons.RunNotFound({ project: "a/b", by: "customId", value: "x" }),
    /^No experiment found with custom id 'x'/,
  ],
  [
    new Reasons.RunNotFound({ project: "a/b", by: "experimentName", value: "x" }),
    /^No experiment found with name 'x'/,
  ],
  [
    new Reasons.FieldNotFound({ run: "RUN-1", path: 'a"b' }),
    /^Run RUN-1 has no field "a\\"b"\. `run\.fieldNames` lists them\.$/,
  ],
  [
    new Reasons.TypeMismatch({ run: "RUN-1", path: "a", expected: "float", actual: "int" }),
    /^Field "a" of run RUN-1 is of type int, not float\.$/,
  ],
  [
    new Reasons.DecodeFailed({
      run: "RUN-1",
      failures: [{ path: "a", problem: "too small" }, { path: "", problem: "a is above b" }],
      cause,
    }),
    /^Run RUN-1 does not fit the schema:\n {2}"a": too small\n {2}a is above b$/,
  ],
  [
    new Reasons.ArchiveNotFound({ path: "/x", problem: "it is empty", cause }),
    /^"\/x" is not a Neptune export: it is empty\. Pass the directory .*--data-path/,
  ],
  [
    new Reasons.DamagedFile({ path: "/x.parquet", problem: "it ends early", cause }),
    /^"\/x\.parquet" cannot be read: it ends early\. Export the run again, or open .*without `strict`/,
  ],
  [
    new Reasons.FileUnavailable({ path: "f", problem: "no such file", cause }),
    /^File "f" is not available: no such file\.$/,
  ],
  [
    new Reasons.NativeFailure({ operation: "loading", cause }),
    /^Polars failed in loading: underneath\. .*--allow-ffi --allow-sys --allow-read\.$/,
  ],
];

const asked = { request: "GET http://h/path", attempts: 1, detail: "it says so", cause };

/** The same of those that only a server gives, and whether trying again could help. */
const SERVER_REASONS: ReadonlyArray<readonly [Neptune.NeptuneErrorReason, RegExp, boolean]> = [
  [
    new Reasons.InvalidApiToken({ problem: "it is empty" }),
    /^The API token is not valid: it is empty\. Copy it anew/,
    false,
  ],
  [
    new Reasons.Unauthorized(asked),
    /^GET http:\/\/h\/path was refused as unauthorized \(401\): it says so\. The API token is wrong/,
    false,
  ],
  [
    new Reasons.AccessDenied(asked),
    /was denied: it says so\. The project does not exist, or this API token may not read it\.$/,
    false,
  ],
  [
    new Reasons.ResourceNotFound(asked),
    /found nothing \(404\): it says so\. Is the address/,
    false,
  ],
  [new Reasons.Unprocessable(asked), /could not be processed \(422\): it says so\.$/, false],
  [
    new Reasons.UnexpectedStatus({ ...asked, status: 302, detail: "" }),
    /was answered with status 302\.$/,
    false,
  ],
  [
    new Reasons.RateLimited({ ...asked, attempts: 3 }),
    /was refused as one too many \(429\), 3 times: it says so\. Ask for less, or later\.$/,
    true,
  ],
  [
    new Reasons.ServerFailure({ ...asked, status: 503, attempts: 2 }),
    /failed in the server with status 503, 2 times: it says so\. Try again later\.$/,
    true,
  ],
  [new Reasons.MalformedJson(asked), /answered with JSON that is not as it should be: it/, false],
  [new Reasons.MalformedProtobuf(asked), /answered with a message that is not as it sh/, false],
  [new Reasons.ConnectionClosed(asked), /lost its connection before the answer was whole/, true],
  [new Reasons.ConnectionFailed(asked), /got no connection: it says so\. .*--allow-net/, true],
  [new Reasons.HostNotFound(asked), /found no address of the host: it says so\. Is the/, true],
  [new Reasons.TlsFailure(asked), /failed to set up TLS: it says so\. .*`caCertificates`/, false],
  [new Reasons.RequestTimedOut(asked), /timed out: it says so\. `requestTimeout`, or NEPT/, true],
];

Deno.test("an error has the message and the cause of its reason, and names the operation", () => {
  for (const [reason, message] of [...REASONS, ...SERVER_REASONS]) {
    const error = new NeptuneError({ method: "ReadOnlyRun.fetch", reason });
    assert.match(error.message, message);
    assert.equal(error.message, reason.message);
    assert.equal(String(error), `NeptuneError: ${reason.message}`);
    assert.equal(error.method, "ReadOnlyRun.fetch");
    assert.equal(error.cause, "cause" in reason ? cause : undefined);
    assert.equal(error.name, "NeptuneError");
    assert.ok(error instanceof Error);
    assert.match(error.stack ?? "", /NeptuneError_test/);
  }
});

Deno.test("there is an example of every reason", () => {
  const classes = Object.values(Reasons).filter((each) =>
    typeof each === "function" && each.prototype instanceof Error && each !== NeptuneError
  );
  assert.deepEqual(
    new Set([...REASONS, ...SERVER_REASONS].map(([reason]) => reason.constructor)),
    new Set<unknown>(classes),
  );
});

Deno.test("trying again does not help where nothing was asked of a server", () => {
  for (const [reason] of REASONS) {
    assert.equal(reason.isTransient, false);
    assert.equal(new NeptuneError({ method: "m", reason }).isTransient, false);
  }
});

Deno.test("trying again helps where a server may be in a better state later", () => {
  for (const [reason, , isTransient] of SERVER_REASONS) {
    assert.equal(reason.isTransient, isTransient, reason._tag);
    assert.equal(new NeptuneError({ method: "m", reason }).isTransient, isTransient);
  }
});

effectTest("a reason is caught by its tag, and others pass", () =>
  Effect.gen(function* () {
    const failing = (reason: Neptune.NeptuneErrorReason) =>
      Effect.fail(new NeptuneError({ method: "m", reason })).pipe(
        Effect.catchReason("NeptuneError", "FieldNotFound", ({ path }) => Effect.succeed(path)),
        Effect.exit,
      );
    const [[invalid]] = REASONS as [[Neptune.NeptuneErrorReason, RegExp]];
    assert.deepEqual(
      yield* failing(new Reasons.FieldNotFound({ run: "r", path: "a/b" })),
      Exit.succeed("a/b"),
    );
    const other = yield* Effect.flip(yield* failing(invalid));
    assert.equal(other.reason, invalid);
  }));

effectTest(
  "reasons can be unwrapped and handled like any tagged errors",
  () =>
    Effect.gen(function* () {
      const reason = new Reasons.RunNotFound({ project: "a/b", by: "withId", value: "RUN-1" });
      const handled = yield* Effect.fail(new NeptuneError({ method: "m", reason })).pipe(
        Effect.unwrapReason("NeptuneError"),
        Effect.catchTags({
          RunNotFound: ({ value }) => Effect.succeed(value),
          DamagedFile: ({ path }) => Effect.succeed(path),
        }),
      );
      assert.equal(handled, "RUN-1");
    }),
);

Deno.test("whoever prints or logs an error sees its message, its operation and its reason", () => {
  const reason = new Reasons.InvalidArgument({ parameter: "limit", message: "limit is wrong." });
  const error = new NeptuneError({ method: "ReadOnlyProject.fetchRunsDf", reason });
  for (const text of [Deno.inspect(error), JSON.stringify(error)]) {
    assert.match(text, /limit is wrong\./);
    assert.match(text, /ReadOnlyProject\.fetchRunsDf/);
    assert.match(text, /InvalidArgument/);
  }
});

Deno.test("an export that Deno may not read is not taken for none", () => {
  const problem = "Requires read access, run again with the --allow-read flag";
  const cause = new Deno.errors.NotCapable(problem);
  const { message } = new Reasons.ArchiveNotFound({ path: "/x", problem, cause });
  assert.equal(message, `The export "/x" may not be read: ${problem}.`);
});
