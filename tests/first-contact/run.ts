/**
 * Follows the README as somebody does who has just come: a fresh clone, an empty directory, an empty
 * cache, and nothing but what the README says.
 *
 * `deno task first-contact` runs it; it needs git, and the npm registry.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const say = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));

const run = async (command: string, cwd: string, env: Record<string, string> = {}) => {
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", command],
    cwd,
    env: { NO_COLOR: "1", ...env },
  }).output();
  const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.equal(code, 0, `${command}\n${out}${error}`);
  return out!;
};

const directory = await Deno.makeTempDir({ prefix: "nereid-first-contact-" });
try {
  const clone = join(directory, "nereid");
  await run(`git clone --quiet ${ROOT} ${clone}`, directory);
  const readme = await Deno.readTextFile(join(clone, "README.md"));
  const blocks = readme.matchAll(/```(\w*)\n([^]*?)```/g)
    .map(([, language, text]) => ({ language, text: text! })).toArray();
  const block = (language: string, words: string) => {
    const found = blocks.find((each) => each.language === language && each.text.includes(words));
    assert(found, `the README has no block of ${language} with "${words}"`);
    return found.text;
  };

  // The README's programs read the example data of the clone.
  const here = (program: string) => program.replaceAll('"examples/', '"../nereid/examples/');
  const command = block("sh", "main.ts").trim();
  // Everything is fetched anew. The shim of the gate is how a machine without Deno has it.
  const env = { DENO_DIR: join(directory, "cache") };
  const deno = `${Deno.execPath()} `;

  for (
    const [place, words, output] of [
      ["program", "fetchExperimentsDf", block("", "shape: (3, 4)")],
      ["application", "readonly [number, number], NeptuneError", "[ 0.001, 59 ]\n"],
    ] as const
  ) {
    const project = join(directory, place);
    await Deno.mkdir(project);
    await Deno.writeTextFile(join(project, "deno.json"), block("jsonc", "links"));
    await Deno.writeTextFile(join(project, "main.ts"), here(block("ts", words)));
    const start = performance.now();
    const printed = await run(command.replace(/^deno /, deno), project, env);
    assert.equal(printed, output);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    say(`a ${place}: \`${command}\` printed what the README says, in ${seconds} s`);
  }

  const help = await run(`${deno} run -A cli.ts serve --help`, clone, env);
  assert.match(help, /serve/);
  say("the command line: `deno run -A cli.ts serve` tells what it takes");
} finally {
  await Deno.remove(directory, { recursive: true });
}
