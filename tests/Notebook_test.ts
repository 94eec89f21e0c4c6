import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { Context, Effect, Layer, Stream } from "effect";
import pl from "nodejs-polars";
import { Neptune, Notebook } from "@nereid/nereid";
import { jupyterDisplay, type MediaBundle } from "../src/display/jupyter.ts";

interface Door {
  readonly number: number;
}
const Door: Context.Service<Door, Door> = Context.Service("tests/Door");

/** A layer that counts how often it is opened and closed. */
const counting = () => {
  const count = { opened: 0, closed: 0 };
  const layer = Layer.effect(
    Door,
    Effect.acquireRelease(
      Effect.sync(() => ({ number: ++count.opened })),
      () => Effect.sync(() => void count.closed++),
    ),
  );
  return { count, layer };
};

Deno.test("cells share one runtime, which is built when the first needs it", async () => {
  const { count, layer } = counting();
  const nb = Notebook.open(layer);
  strictEqual(count.opened, 0);
  const number = Effect.map(Door, ({ number }) => number);
  deepStrictEqual([await nb(number), await nb(number)], [1, 1]);
  deepStrictEqual(await nb(Stream.make(1, 2, 3)), [1, 2, 3]);
  await nb.dispose();
  deepStrictEqual(count, { opened: 1, closed: 1 });
});

Deno.test("a notebook is disposed of at the end of its block", async () => {
  const { count, layer } = counting();
  {
    await using nb = Notebook.open(layer);
    await nb(Door);
  }
  strictEqual(count.closed, 1);
});

Deno.test("what runs is stopped by dispose, its finalizers included", async () => {
  const { layer } = counting();
  const nb = Notebook.open(layer);
  const log: Array<string> = [];
  const cell = nb(Effect.never.pipe(
    Effect.onInterrupt(() => Effect.sync(() => log.push("stopped"))),
  ));
  const end = rejects(cell, { name: "Interrupted" });
  await nb(Effect.sleep("10 millis"));
  await nb.dispose();
  await end;
  deepStrictEqual(log, ["stopped"]);
});

Deno.test("a failure is thrown as the error that it is, without a stack of ours", async () => {
  await using nb = Notebook.open(
    Neptune.layerArchive({
      data: new URL("../examples/data/digits/data", import.meta.url).pathname,
    }),
  );
  const error = await nb(Neptune.ReadOnlyProject.open("no/such")).then(
    () => undefined,
    (error: unknown) => error,
  );
  ok(error instanceof Neptune.NeptuneError);
  strictEqual(error.reason._tag, "ProjectNotFound");
  deepStrictEqual(error.stack?.split("\n"), [
    'NeptuneError: Project "no/such" was not found. There is: "nereid/digits".',
    "    ProjectNotFound in ReadOnlyProject.open",
  ]);
});

Deno.test("a layer that cannot be built fails the cell, and the next one tries again", async () => {
  let tries = 0;
  const layer = Layer.effect(
    Door,
    Effect.suspend(() =>
      ++tries === 1 ? Effect.fail(new Error("closed")) : Effect.succeed({ number: tries })
    ),
  );
  await using nb = Notebook.open(layer);
  await rejects(nb(Door), { message: "closed" });
  deepStrictEqual(await nb(Door), { number: 2 });
});

Deno.test("a defect keeps its stack", async () => {
  await using nb = Notebook.open(Layer.empty);
  await rejects(nb(Effect.die(new TypeError("a bug"))), (error: Error) => {
    ok(error.stack?.includes("Notebook_test.ts"));
    return error.message === "a bug";
  });
});

Deno.test("frames show their shape, computed or at hand", async () => {
  await using nb = Notebook.open(Layer.empty);
  const frame = pl.DataFrame({ height: [1, 2], columns: ["a", "b"] });
  const shown = async (frame: unknown): Promise<string> => {
    const { [jupyterDisplay]: display } = frame as {
      readonly [jupyterDisplay]: () => Promise<MediaBundle>;
    };
    return String((await display())["text/html"]);
  };
  ok((await shown(await nb(Effect.succeed(frame)))).includes("2 rows × 2 columns"));
  const part = await nb(frame.head(1));
  ok((await shown(part)).includes("1 row × 2 columns"));
  strictEqual(pl.DataFrame.isDataFrame(part), true);
});
