import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Effect } from "effect";
import { layer, track } from "../../src/Progress.ts";
import { type Broadcast, notebook } from "../../src/progress/notebook.ts";

interface Message {
  readonly type: string;
  readonly html: string;
  readonly plain: string;
  readonly id: string;
}

/** Stands in for `Deno.jupyter.broadcast`; a message counts once it has been delivered. */
const frontEnd = (deliveryMs = 0): { messages: Array<Message>; broadcast: Broadcast } => {
  const messages: Array<Message> = [];
  const broadcast: Broadcast = async (type, content) => {
    await new Promise((resolve) => setTimeout(resolve, deliveryMs));
    const { data, metadata, transient, ...rest } = content as {
      data: Record<string, string>;
      metadata: object;
      transient: { display_id: string };
    };
    deepStrictEqual([metadata, rest], [{}, {}]);
    deepStrictEqual(Object.keys(data).sort(), ["text/html", "text/plain"]);
    messages.push({
      type,
      html: data["text/html"] ?? "",
      plain: data["text/plain"] ?? "",
      id: transient.display_id,
    });
  };
  return { messages, broadcast };
};

const run = <A>(broadcast: Broadcast, effect: Effect.Effect<A>): Promise<A> =>
  Effect.runPromise(Effect.provide(effect, layer(notebook(broadcast))));

const delivered = (messages: ReadonlyArray<Message>, count: number): Effect.Effect<void> =>
  Effect.promise(async () => {
    while (messages.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
  });

const untimed = (text: string | undefined): string | undefined => text?.replace(/\d+s/g, "#s");

Deno.test("a cell gets one display, which is updated and emptied at the end", async () => {
  const { messages, broadcast } = frontEnd();
  await run(
    broadcast,
    track({ label: "Reading", unit: "series", total: 4 }, (advance) =>
      Effect.gen(function* () {
        yield* advance(1);
        yield* delivered(messages, 1);
        yield* advance(1);
        yield* delivered(messages, 2);
      })),
  );
  deepStrictEqual(
    messages.map(({ type, html, plain }) => [type, untimed(html), untimed(plain)]),
    [
      [
        "display_data",
        '<div>Reading <progress max="1" value="0.250"></progress> 1/4 series  #s, #s left</div>',
        "Reading 1/4 series  #s, #s left",
      ],
      [
        "update_display_data",
        '<div>Reading <progress max="1" value="0.500"></progress> 2/4 series  #s, #s left</div>',
        "Reading 2/4 series  #s, #s left",
      ],
      ["update_display_data", "", ""],
    ],
  );
  strictEqual(new Set(messages.map(({ id }) => id)).size, 1);
});

Deno.test("without a total a display has no bar", async () => {
  const { messages, broadcast } = frontEnd();
  await run(
    broadcast,
    track(
      { label: "Listing", unit: "runs" },
      (advance) => Effect.andThen(advance(9), Effect.sleep(300)),
    ),
  );
  strictEqual(untimed(messages[0]?.html), "<div>Listing 9 runs  #s</div>");
});

Deno.test("a label is text in HTML, whatever it holds", async () => {
  const { messages, broadcast } = frontEnd();
  await run(
    broadcast,
    track({ label: '<img src="x">&', unit: "<i>" }, () => Effect.sleep(300)),
  );
  strictEqual(
    untimed(messages[0]?.html),
    "<div>&lt;img src=&quot;x&quot;&gt;&amp; 0 &lt;i&gt;  #s</div>",
  );
  strictEqual(untimed(messages[0]?.plain), '<img src="x">& 0 <i>  #s');
});

Deno.test("many updates make no more than ten messages a second", async () => {
  const { messages, broadcast } = frontEnd();
  const start = performance.now();
  await run(
    broadcast,
    track(
      { label: "Reading", unit: "points", total: 1e9 },
      (advance) =>
        advance(1e6).pipe(Effect.andThen(Effect.sleep(1)), Effect.repeat({ times: 400 })),
    ),
  );
  const seconds = (performance.now() - start) / 1000;
  ok(messages.length >= 3, `${messages.length} messages`);
  ok(messages.length <= seconds * 10 + 1, `${messages.length} messages in ${seconds} s`);
});

Deno.test("a slow front end gets the empty display last", async () => {
  const { messages, broadcast } = frontEnd(60);
  await run(broadcast, track({ label: "Reading", unit: "series" }, () => Effect.sleep(280)));
  deepStrictEqual(messages.map(({ html }) => untimed(html)), [
    "<div>Reading 0 series  #s</div>",
    "",
  ]);
});

Deno.test("an operation does not depend on the front end", async () => {
  const broken: ReadonlyArray<Broadcast> = [
    () => Promise.reject(new Error("no front end")),
    () => {
      throw new Error("no kernel");
    },
  ];
  for (const broadcast of broken) {
    strictEqual(
      await run(
        broadcast,
        track({ label: "Reading", unit: "series" }, () => Effect.as(Effect.sleep(300), "result")),
      ),
      "result",
    );
  }
});
