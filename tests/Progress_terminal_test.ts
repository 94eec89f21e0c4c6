/** The bar in a real (pseudo) terminal. Needs `--allow-run=python3`; is ignored without. */
import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";

/**
 * Runs a command for a terminal of so many columns, prints what the terminal gets on standard
 * output, and what the command writes elsewhere on standard error. What the command has there:
 *
 * - `terminal`: standard error is the terminal;
 * - `both`: standard output too;
 * - `hangup`: standard error is the terminal, which goes away as soon as it has shown a bar;
 * - `pipe`: nothing is the terminal;
 * - `closed`: standard error is closed.
 */
const PTY = `
import fcntl, os, struct, sys, termios
mode, columns, command = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
terminal, end = os.openpty()
fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
child = os.fork()
if child == 0:
    os.dup2(end if mode == "both" else 2, 1)
    if mode in ("terminal", "both", "hangup"):
        os.dup2(end, 2)
    elif mode == "closed":
        os.close(2)
    os.close(terminal)
    os.close(end)
    os.execvp(command[0], command)
os.close(end)
seen = b""
while True:
    try:
        data = os.read(terminal, 65536)
    except OSError:
        break
    seen += data
    if mode == "hangup" and "█".encode() in seen:
        os.close(terminal)
        break
_, status = os.waitpid(child, 0)
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(status))
`;

interface Result {
  /** What the terminal got. */
  readonly terminal: string;
  /** What the program wrote elsewhere. */
  readonly output: string;
  readonly code: number;
}

/** Runs an operation of `progress/terminal_program.ts` without any permission. */
const run = async (mode: string, operation: string, columns = 80): Promise<Result> => {
  const program = fileURLToPath(new URL("progress/terminal_program.ts", import.meta.url));
  const deno = [Deno.execPath(), "run", "--quiet", "--no-prompt", program, operation];
  const { stdout, stderr, code } = await new Deno.Command("python3", {
    args: ["-c", PTY, mode, String(columns), ...deno],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { terminal: decoder.decode(stdout), output: decoder.decode(stderr), code };
};

/** Starts of lines, and what is cleared behind them. */
const CONTROLS = ["\x1b[1G", "\x1b[0K", "\x1b[0J"];

/** The lines that were drawn, one after another, each once, their times as `#`. */
const lines = (terminal: string): ReadonlyArray<string> => {
  const drawn = CONTROLS.reduce((text, control) => text.replaceAll(control, "\n"), terminal)
    .split(/[\r\n]+/).filter((line) => line !== "").map((line) => line.replace(/\d+s/g, "#"));
  return drawn.filter((line, i) => line !== drawn[i - 1]);
};

const CLEARED = "\x1b[1G\x1b[0J";

const test = (name: string, body: () => Promise<void>): void =>
  Deno.test({
    name,
    ignore: Deno.permissions.querySync({ name: "run", command: "python3" }).state !== "granted",
    fn: body,
  });

test("a long operation has a bar on standard error, which is cleared at the end", async () => {
  const { terminal, output, code } = await run("terminal", "long");
  strictEqual(code, 0);
  strictEqual(output, "done\n");
  ok(terminal.endsWith(CLEARED));
  deepStrictEqual(lines(terminal), [
    "Reading series ███████░░░░░░░░░░░░░░░░░░░░░░░ 1/4 series  #, # left",
    "Reading series ███████████████░░░░░░░░░░░░░░░ 2/4 series  #, # left",
    "Reading series ██████████████████████░░░░░░░░ 3/4 series  #, # left",
  ]);
});

test("nothing but starts of lines and clearing is asked of the terminal", async () => {
  const { terminal } = await run("terminal", "long");
  const text = CONTROLS.reduce((rest, control) => rest.replaceAll(control, ""), terminal);
  doesNotMatch(text, /\p{Cc}/u);
});

test("the bar fits into a narrow terminal", async () => {
  const { terminal } = await run("terminal", "long", 50);
  deepStrictEqual(lines(terminal), [
    "Reading series ██░░░░░░░░ 1/4 series  #, # left",
    "Reading series █████░░░░░ 2/4 series  #, # left",
    "Reading series ███████░░░ 3/4 series  #, # left",
  ]);
});

test("a quick operation writes nothing to the terminal", async () => {
  deepStrictEqual(await run("terminal", "quick"), { terminal: "", output: "done\n", code: 0 });
});

for (const operation of ["failing", "interrupted"]) {
  test(`the line of an operation that is ${operation} is cleared`, async () => {
    const { terminal, output } = await run("terminal", operation);
    deepStrictEqual(lines(terminal), ["Reading series 0 series  #"]);
    ok(terminal.endsWith(CLEARED));
    strictEqual(output, "done\n");
  });
}

test("of several operations one is shown, then the next", async () => {
  const { terminal } = await run("terminal", "several");
  const shown = lines(terminal).map((line) => line.replace(/ [█░]+ \d.*/, ""));
  deepStrictEqual(shown.filter((line, i) => line !== shown[i - 1]), [
    "Reading series (and 1 more)",
    "Downloading",
  ]);
  ok(terminal.endsWith(CLEARED));
});

test("what the program prints meanwhile stays in the terminal", async () => {
  const { terminal } = await run("both", "printing");
  for (const text of ["first\r\n", "second\r\n", "third\r\n"]) ok(terminal.includes(text));
  ok(terminal.endsWith(`${CLEARED}done\r\n`));
});

test("an operation outlives its terminal", async () => {
  const { terminal, output, code } = await run("hangup", "long");
  match(terminal, /█/);
  deepStrictEqual([output, code], ["done\n", 0]);
});

test("nothing is shown when standard error is not a terminal, or closed", async () => {
  deepStrictEqual(await run("pipe", "long"), { terminal: "", output: "done\n", code: 0 });
  deepStrictEqual(await run("closed", "long"), { terminal: "", output: "done\n", code: 0 });
});
