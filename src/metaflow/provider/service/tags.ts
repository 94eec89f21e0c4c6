/**
 * Changes the tags of a run through a metadata service.
 *
 * The service changes them in a transaction and refuses, by status 409, while another one is at it.
 *
 * @module
 */
import { Effect, Random, Result, Schema } from "effect";
import {
  describe,
  MetadataFailure,
  type MetaflowErrorReason,
  type ServiceFailure,
  TaggingError,
} from "../../MetaflowError.ts";
import type { TagChange } from "../../MetadataProvider.ts";
import type { RunPath } from "../../Pathspec.ts";
import { pathOf } from "./paths.ts";
import { type Answer, parse, refused, type Service } from "./Service.ts";

const TRIES = 10;

/** The version from which on a service can do this. */
const SINCE = "2.3.0";

const decodeTags = Schema.decodeUnknownResult(
  Schema.Struct({ tags: Schema.Array(Schema.String) }),
);

/** Changes tags, all or nothing, and returns those of users. */
export const mutateTags = (
  service: Service,
  run: RunPath,
  change: TagChange,
): Effect.Effect<ReadonlyArray<string>, MetaflowErrorReason> =>
  Effect.gen(function* () {
    yield* service.require(SINCE, "Changing tags");
    const path = `${pathOf(run)}/tag/mutate`;
    const body = { tags_to_add: [...change.add], tags_to_remove: [...change.remove] };
    let hasConflicted = false;
    for (let tried = 1;; tried++) {
      const outcome = yield* Effect.result(Effect.flatMap(
        service.patch(path, body),
        (answer) => judge(service, path, answer),
      ));
      if (Result.isSuccess(outcome)) return outcome.success;
      const { failure } = outcome;
      if (failure._tag !== "ServiceFailure" || !mayPass(failure)) return yield* failure;
      hasConflicted ||= failure.httpCode === 409;
      if (tried === TRIES) {
        return yield* new TaggingError({
          problem: hasConflicted
            ? "Tagging failed due to too many conflicting updates from other processes"
            : `Tagging failed after ${TRIES} tries. ${failure.message}`,
          cause: failure,
        });
      }
      const base = yield* Random.nextBetween(1.4, 1.6);
      yield* Effect.sleep(300 * base ** tried);
    }
  });

/** Whether the same request may succeed later. */
const mayPass = (failure: ServiceFailure): boolean =>
  failure.isTransient || failure.httpCode === 409;

/** The tags that the service says a run has now, or why it did not change them. */
const judge = (
  service: Service,
  path: string,
  answer: Answer,
): Effect.Effect<ReadonlyArray<string>, MetaflowErrorReason> => {
  const { status, body } = answer;
  if (status < 300) return tagsOf(service.url + path, body);
  if (status === 400 || status === 422) {
    return Effect.fail(new TaggingError({ problem: `Metadata service says: ${body}` }));
  }
  return Effect.fail(
    status === 404
      ? new TaggingError({ problem: `The service has no run at ${path}` })
      : refused(path, answer),
  );
};

const tagsOf = (
  location: string,
  body: string,
): Effect.Effect<ReadonlyArray<string>, MetadataFailure> =>
  Effect.flatMap(
    parse(location, body),
    (json) =>
      Effect.fromResult(Result.mapBoth(decodeTags(json), {
        onSuccess: ({ tags }) => tags,
        onFailure: (cause) => new MetadataFailure({ location, problem: describe(cause), cause }),
      })),
  );
