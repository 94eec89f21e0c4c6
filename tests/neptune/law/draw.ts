/**
 * Random values of the kinds that the law is tested with.
 *
 * @module
 */
import { Arbitrary, Schema } from "effect";

/** One of some values. */
export const choice = <const A>(items: ReadonlyArray<A>): Arbitrary.Arbitrary<A> =>
  Arbitrary.map(below(items.length), (i) => items[i]!);

/** A whole number from 0 up to but without another. */
export const below = (end: number): Arbitrary.Arbitrary<number> =>
  Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: end - 1 })));

/** A value of one of some kinds. */
export const either = <A>(
  arbitraries: ReadonlyArray<Arbitrary.Arbitrary<A>>,
): Arbitrary.Arbitrary<A> =>
  Arbitrary.flatMap(below(arbitraries.length), (index) => arbitraries[index]!);

/** A value, or none in one case of `outOf`. */
export const sometimes = <A>(
  arbitrary: Arbitrary.Arbitrary<A>,
  outOf = 2,
): Arbitrary.Arbitrary<A | undefined> =>
  Arbitrary.flatMap(
    below(outOf),
    (i) => i === 0 ? Arbitrary.Constant<A | undefined>(undefined) : arbitrary,
  );

/** Some of a list, in its order. */
export const some = <A>(items: ReadonlyArray<A>): Arbitrary.Arbitrary<ReadonlyArray<A>> =>
  Arbitrary.map(
    Arbitrary.all(items.map(() => choice([false, true]))),
    (kept) => items.filter((_, i) => kept[i]),
  );
