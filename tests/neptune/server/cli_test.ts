import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { paths } from "../../../src/neptune/wire/paths.ts";
import { readyLine, start } from "./cliProcess.ts";

const DIGITS = fileURLToPath(new URL("../../../examples/data/digits/data", import.meta.url));

const exchange = (url: string, token: string) =>
  fetch(url + paths.oauthToken, { headers: { "X-Neptune-Api-Token": token } });

/** Runs what fails at once. */
const fails = async (args: ReadonlyArray<string>) => {
  const { code, stdout, stderr } = await start(args).output();
  assert.equal(code, 1, stderr);
  assert.equal(stdout, "");
  assert.ok(!stderr.includes("    at "), stderr);
  return stderr;
};

const withFile = async (text: string, use: (path: string) => Promise<void>) => {
  const directory = await mkdtemp(join(tmpdir(), "nereid-"));
  try {
    const path = join(directory, "token");
    await writeFile(path, text);
    await use(path);
  } finally {
    await rm(directory, { recursive: true });
  }
};

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`serve prints one line, answers, and stops at ${signal}`, async () => {
    const process = start(["serve", DIGITS]);
    const { url, apiToken, projects } = await readyLine(process);
    assert.deepEqual(projects, ["nereid/digits"]);
    const token = JSON.parse(atob(apiToken));
    assert.equal(token.api_url, url);

    const exchanged = await exchange(url, apiToken);
    const { accessToken } = await exchanged.json();
    const answer = await fetch(`${url}${paths.search}?projectIdentifier=nereid%2Fdigits`, {
      method: "POST",
      body: "{}",
      headers: { authorization: `Bearer ${accessToken}` },
    });
    assert.equal(answer.status, 200);
    // A request that is under way when the signal comes is answered to its end.
    process.kill(signal);
    assert.ok((await answer.bytes()).length > 10_000);

    const { code, stdout, stderr } = await process.output();
    assert.equal(code, 0, stderr);
    assert.equal(stdout, "");
    assert.match(stderr, /POST .*search\/ 200/);
    for (const secret of [token.api_key, apiToken, accessToken]) {
      assert.ok(!stderr.includes(secret));
    }
  });
}

Deno.test("a secret of one's own makes tokens that outlive the server", async () => {
  const tokens: Array<string> = [];
  const secret = "a secret of sixteen characters or more";
  const run = async (path: string) => {
    const process = start(["serve", DIGITS, "--token-file", path, "--url", "http://example.test"]);
    const { url, apiToken } = await readyLine(process);
    assert.equal(url, "http://example.test");
    process.kill("SIGINT");
    await process.output();
    tokens.push(apiToken);
  };
  await withFile(`${secret}\n`, run);
  // What was printed before can be the file too.
  await withFile(`${tokens[0]}\n`, run);
  assert.equal(tokens[0], tokens[1]);
  assert.equal(JSON.parse(atob(tokens[0]!)).api_key, secret);
});

Deno.test("what it cannot do, it says in a line", async () => {
  assert.match(await fails(["serve", join(DIGITS, "no such directory")]), /not a Neptune export/);
  assert.match(await fails(["serve", DIGITS, "--host", "0.0.0.0"]), /token-file/);
  assert.match(await fails(["serve", DIGITS, "--token-file", "/no/such/file"]), /token file/);
  await withFile("too short", async (path) => {
    assert.match(await fails(["serve", DIGITS, "--token-file", path]), /16 characters/);
  });
});

Deno.test("help, and what is missing", async () => {
  const help = await start(["serve", "--help"]).output();
  assert.equal(help.code, 0);
  assert.match(help.stdout, /--token-file/);
  const { code, stderr } = await start(["serve"]).output();
  assert.equal(code, 1);
  assert.match(stderr, /data-root/);
});
