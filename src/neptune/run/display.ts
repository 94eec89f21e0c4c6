/**
 * How a notebook shows a run: its key fields, and its series as sparklines.
 *
 * @module
 */
import { Effect, Stream } from "effect";
import { note } from "../../display/asking.ts";
import { element, type Html, join, table } from "../../display/html.ts";
import { sparkline } from "../../display/sparkline.ts";
import { shortNumber, shortTime, shortValue } from "../../display/value.ts";
import type { AttributeValue } from "../Attribute.ts";
import { byCodePoint } from "../byCodePoint.ts";
import type { NeptuneErrorReason } from "../NeptuneError.ts";
import { everyAttribute } from "../NeptuneSource.ts";
import { gatherFloats } from "../series.ts";
import { attributeValue } from "./attributeValue.ts";
import type { RunOfSource } from "./Fields.ts";

/** What tells what a run is, as far as it has it, in this order. */
const KEY_FIELDS = [
  "sys/id",
  "sys/name",
  "sys/custom_run_id",
  "sys/state",
  "sys/creation_time",
  "sys/modification_time",
  "sys/running_time_seconds",
  "sys/owner",
  "sys/tags",
  "sys/group_tags",
  "sys/description",
  "sys/failed",
  "sys/trashed",
  "sys/forking/parent",
  "sys/forking/step",
];

const SIMPLE = ["bool", "int", "float", "string", "datetime", "stringSet", "experimentState"];

const FIELDS = 16;
const SERIES = 12;
const POINTS = 2000;

/** Fetches and lays out at most 16 fields beside the key ones, and 12 series. */
export const describeRun = (
  { source, project, key }: RunOfSource,
): Effect.Effect<Html, NeptuneErrorReason> =>
  Effect.gen(function* () {
    const request = { project, runs: [key] };
    const pages = yield* Stream.runCollect(
      source.definitions({ ...request, select: everyAttribute }),
    );
    const typeOf = new Map(pages.flat().map(({ path, type }) => [path, type]));
    const others = [...typeOf.keys()].filter((path) => !isOfMachine(path)).sort(byCodePoint);
    const isSimple = (path: string): boolean => SIMPLE.includes(typeOf.get(path) ?? "");
    const simple = others.filter(isSimple);
    const series = others.filter((path) => typeOf.get(path) === "floatSeries");
    const keys = KEY_FIELDS.filter(isSimple);
    const drawn = series.slice(0, SERIES);

    const values = new Map<string, AttributeValue>();
    const paths = [...keys, ...simple.slice(0, FIELDS)];
    yield* source.values({ ...request, select: { paths } }).pipe(
      Stream.runForEach((columns) =>
        Effect.sync(() => {
          for (const column of columns) {
            if (column.rows.length > 0) values.set(column.path, attributeValue(column, 0));
          }
        })
      ),
    );
    const points = yield* gatherFloats(source.floatSeries({
      ...request,
      attributes: drawn,
      inheritance: "all",
      range: {},
      tail: POINTS,
      previews: false,
    }));

    const rows = paths.flatMap((path) => {
      const value = values.get(path);
      return value === undefined ? [] : [[path, show(value)]];
    });
    const lines = drawn.map((path, i) => {
      const { step, value } = points.get(i) ?? { step: NONE, value: NONE };
      return [
        path,
        sparkline(step, value),
        value.length === 0 ? "no points" : shortNumber(value.at(-1) ?? NaN),
        value.length === POINTS ? `last ${POINTS} points` : `${value.length} points`,
      ];
    });
    const shown = rows.length + lines.length;
    return join(
      beside(table([], rows)),
      lines.length === 0 ? "" : beside(table(["series", "", "last", ""], lines)),
      typeOf.size <= shown
        ? ""
        : note(`${shown} of ${typeOf.size} fields; run.fieldNames lists them all.`),
    );
  });

const NONE = new Float64Array();

/** What Neptune records by itself. */
const isOfMachine = (path: string): boolean => /^(sys|monitoring|source_code)\//.test(path);

const beside = (content: Html): Html =>
  element("div", { style: "display:inline-block;vertical-align:top;margin-right:2em" }, content);

const show = ({ type, value }: AttributeValue): string => {
  switch (type) {
    case "datetime":
      return `${shortTime(value)} UTC`;
    case "stringSet":
      return value.join(", ");
    default:
      return shortValue(value);
  }
};
