/**
 * A server on a port.
 *
 * @module
 */
import { Effect, Option, type Scope } from "effect";
import { describe, InvalidArgument, NeptuneError } from "../NeptuneError.ts";
import type { NeptuneSource } from "../NeptuneSource.ts";
import { Refused } from "./Refused.ts";
import { make, type Server, type ServerOptions } from "./Server.ts";

/** Where a server listens, and how it lets clients in. */
export interface ServeOptions extends ServerOptions {
  /**
   * The address to listen at. One that other machines reach needs a `key`.
   *
   * @default "127.0.0.1"
   */
  readonly hostname?: string | undefined;
  /**
   * The port to listen at.
   *
   * @default one that is free
   */
  readonly port?: number | undefined;
}

// Longer than any page takes, and shorter than anybody waits for a program to end.
const GRACE = "10 seconds";

/**
 * Serves the source of the program on a port for as long as the scope is open. Then requests that
 * are under way are finished, for up to ten seconds, and no new ones are taken.
 *
 * Fails with `InvalidArgument` where it cannot listen, or where it would be open to other machines
 * with a key that nobody has chosen.
 *
 * @example
 * ```ts ignore
 * const program = Effect.gen(function* () {
 *   const { url, apiToken } = yield* Neptune.Server.serve({ port: 8080 });
 *   console.log(url, Redacted.value(apiToken)); // for NEPTUNE_API_TOKEN
 *   yield* Effect.never;
 * });
 * const archive = Neptune.layerArchive({ data: "exports/data" });
 * await Effect.runPromise(Effect.scoped(Effect.provide(program, archive)));
 * ```
 */
export const serve = (
  options: ServeOptions = {},
): Effect.Effect<Server, NeptuneError, NeptuneSource | Scope.Scope> =>
  Effect.gen(function* () {
    const { hostname = "127.0.0.1", port = 0, key } = options;
    if (!isLoopback(hostname) && key === undefined) return yield* refuse(hostname);
    let server: Server | undefined;
    const listener = yield* listen(hostname, port, (request) => server!.fetch(request));
    const url = options.url ?? urlAt(listener.addr.hostname, listener.addr.port);
    return server = yield* make({ ...options, url });
  });

const isLoopback = (hostname: string): boolean =>
  hostname === "localhost" || hostname === "::1" || /^127(\.\d{1,3}){3}$/.test(hostname);

/** Where this machine finds what listens at an address. */
const urlAt = (hostname: string, port: number): string => {
  const reachable = hostname === "0.0.0.0" ? "127.0.0.1" : hostname === "::" ? "::1" : hostname;
  return `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
};

const listen = (
  hostname: string,
  port: number,
  handler: (request: Request) => Promise<Response>,
): Effect.Effect<Deno.HttpServer<Deno.NetAddr>, NeptuneError, Scope.Scope> =>
  Effect.suspend(() => {
    const closing = new AbortController();
    /** Requests that have not been answered to the end, by what interrupts them. */
    const pending = new Set<AbortController>();
    let idle: (() => void) | undefined;

    const answer = (request: Request, { completed }: Deno.ServeHandlerInfo) => {
      if (idle !== undefined) return stopping();
      const end = new AbortController();
      pending.add(end);
      completed.catch(() => {}).finally(() => {
        pending.delete(end);
        if (pending.size === 0) idle?.();
      });
      const signal = AbortSignal.any([request.signal, end.signal]);
      return handler(withSignal(request, signal)).then(unlessInterrupted);
    };

    const start = Effect.try({
      try: () => Deno.serve({ hostname, port, signal: closing.signal, onListen: () => {} }, answer),
      catch: (cause) =>
        failure("port", `Cannot listen at ${hostname}:${port}: ${describe(cause)}.`),
    });
    // Deno's own way to stop waits for the slowest reader, however long it takes.
    return Effect.acquireRelease(start, (server) =>
      Effect.gen(function* () {
        const finished = new Promise<void>((resolve) => idle = resolve);
        if (pending.size === 0) idle?.();
        const isIdle = Effect.promise(() => finished);
        yield* Effect.timeoutOption(isIdle, GRACE);
        for (const end of pending) end.abort();
        // Those who wait for an answer are told; those who do not read theirs are not waited for.
        const toldAll = yield* Effect.timeoutOption(isIdle, "1 second");
        if (Option.isSome(toldAll)) yield* Effect.promise(() => server.shutdown());
        else closing.abort();
        yield* Effect.promise(() => server.finished);
      }));
  });

const stopping = (): Response => Response.json(STOPPING.body, { status: STOPPING.status });

// Interrupted as if the client had gone; if it is the server that goes, the client may try again.
const unlessInterrupted = (response: Response): Response =>
  response.status === 499 ? stopping() : response;

const STOPPING = new Refused({ status: 503, message: "The server is stopping." });

/** The request with another signal. */
const withSignal = ({ url, method, headers, body }: Request, signal: AbortSignal): Request =>
  new Request(url, { method, headers, body, signal });

const refuse = (hostname: string) =>
  Effect.fail(failure(
    "hostname",
    `At ${hostname} other machines could reach the server, and only a key that you have chosen ` +
      "yourself lets it be opened to them. Pass a key (--token-file on the command line), or " +
      "listen at 127.0.0.1.",
  ));

const failure = (parameter: string, message: string): NeptuneError =>
  new NeptuneError({
    method: "Server.serve",
    reason: new InvalidArgument({ parameter, message }),
  });
