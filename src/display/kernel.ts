/**
 * The kernel that a notebook runs in, if there is one.
 *
 * @module
 */

/** Whether this program is the kernel of a notebook. */
export const inKernel = (): boolean => {
  try {
    return Deno.jupyter !== undefined;
  } catch {
    // Outside of a notebook, Deno throws when it is read.
    return false;
  }
};

/** Calls a function at each interrupt of the kernel, until the function it returns is called. */
export const onInterrupt = (call: () => void): () => void => {
  if (!inKernel()) return () => {};
  Deno.addSignalListener("SIGINT", call);
  return () => Deno.removeSignalListener("SIGINT", call);
};
