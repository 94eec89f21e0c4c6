/**
 * A way to a server that breaks at any byte: on sockets, as networks do it.
 *
 * @module
 */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { Effect, type Scope } from "effect";

/** A proxy that breaks connections, and how often it did. */
export interface Unreliable {
  /** Where clients find it. */
  readonly url: string;
  /** Tells to which port connections lead. */
  readonly leadTo: (port: number) => void;
  readonly met: { reset: number; closed: number; stalled: number };
}

/** The ways to break, in turn: by chance, few connections can leave one out. */
const WAYS = ["reset", "closed", "stalled", "reset", "closed"] as const;

/** A proxy on a free port, whose connections all break after some bytes of answers. */
export const unreliable = (
  random: () => number,
): Effect.Effect<Unreliable, never, Scope.Scope> =>
  Effect.gen(function* () {
    const met = { reset: 0, closed: 0, stalled: 0 };
    const open = new Set<Socket>();
    let port = 0;

    const carry = (near: Socket): void => {
      const far = connect({ host: "127.0.0.1", port });
      for (const [socket, other] of [[near, far], [far, near]] as const) {
        open.add(socket);
        socket.on("error", () => {});
        socket.on("close", () => {
          open.delete(socket);
          other.destroy();
        });
      }
      near.pipe(far);
      let left = Math.floor(random() ** 3 * 8000);
      far.on("data", (bytes: Uint8Array) => {
        if (left <= 0) return;
        near.write(bytes.subarray(0, left));
        left -= bytes.length;
        if (left > 0) return;
        const how = WAYS[(met.reset + met.closed + met.stalled) % WAYS.length]!;
        met[how] += 1;
        if (how === "closed") near.end();
        if (how === "reset") near.resetAndDestroy();
      });
    };

    const server = createServer(carry);
    yield* Effect.acquireRelease(
      Effect.callback<void>((resume) =>
        void server.listen(0, "127.0.0.1", () => resume(Effect.void))
      ),
      () =>
        Effect.callback<void>((resume) => {
          server.close(() => resume(Effect.void));
          for (const socket of open) socket.destroy();
        }),
    );
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      leadTo: (to) => {
        port = to;
      },
      met,
    };
  });
