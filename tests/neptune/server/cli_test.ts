import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { readyLine, start } from "./cliProcess.ts";

const DIGITS = fileURLToPath(new URL("../../../examples/data/digits/data", import.meta.url));

Deno.test("serve prints one line when it is ready, answers, and stops at a signal", async () => {
  const process = start(["serve", DIGITS]);
  const { url, apiToken, projects } = await readyLine(process);
  assert.deepEqual(projects, ["nereid/digits"]);
  const token = JSON.parse(atob(apiToken));
  assert.equal(token.api_url, url);

  const response = await fetch(`${url}/api/backend/v1/clients/config`);
  const config = await response.json();
  assert.equal(config.apiUrl, url);

  process.kill("SIGINT");
  const { code, stdout, stderr } = await process.output();
  assert.equal(code, 0);
  assert.equal(stdout, "");
  assert.ok(!stderr.includes(token.api_key));
});
