/**
 * A display that has to ask its source first.
 *
 * @module
 */
import { Cause, Effect, Exit } from "effect";
import { Progress, silent } from "../Progress.ts";
import { errorDisplay, type ExplainedError } from "./error.ts";
import { element, type Html, join } from "./html.ts";
import type { MediaBundle } from "./jupyter.ts";
import { onInterrupt } from "./kernel.ts";

const PATIENCE = "20 seconds";

/**
 * Shows a name, and below it what the source says. A failure, or more than 20 seconds, is shown
 * instead, and is no failure of the cell. The kernel's interrupt stops it.
 */
export const askingDisplay = async <E extends ExplainedError>(
  name: string,
  ask: Effect.Effect<Html, E>,
): Promise<MediaBundle> => {
  const controller = new AbortController();
  const done = onInterrupt(() => controller.abort());
  try {
    const answer = ask.pipe(
      Effect.timeoutOrElse({
        duration: PATIENCE,
        orElse: () => Effect.succeed(note("The source has not answered within 20 seconds.")),
      }),
      Effect.catch((error: E) => Effect.succeed({ html: htmlOf(errorDisplay(error)) })),
      Effect.provideService(Progress, silent),
    );
    const exit = await Effect.runPromiseExit(answer, { signal: controller.signal });
    const body = Exit.isSuccess(exit)
      ? exit.value
      : note(Cause.hasInterruptsOnly(exit.cause) ? "Interrupted." : Cause.pretty(exit.cause));
    return {
      "text/html": join(element("div", {}, element("strong", {}, name)), body).html,
      "text/plain": name,
    };
  } finally {
    done();
  }
};

/** A sentence beside the facts. */
export const note = (text: string): Html => element("div", { style: "opacity:0.6" }, text);

const htmlOf = (media: MediaBundle): string => String(media["text/html"]);
