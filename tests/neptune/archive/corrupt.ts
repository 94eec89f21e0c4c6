/**
 * Damages Parquet files where a test wants it.
 *
 * @module
 */
import { readFile, writeFile } from "node:fs/promises";
import { Effect } from "effect";
import { parquetMetadata } from "hyparquet";

/**
 * Overwrites a column's values in the row groups of one type of attribute; everything else of the
 * file stays as it is, so that only who reads these values finds out.
 */
export const corrupt = (file: string, attributeType: string, column: string): Effect.Effect<void> =>
  Effect.promise(async () => {
    const bytes = await readFile(file);
    const { row_groups } = parquetMetadata(new Uint8Array(bytes).buffer);
    for (const { columns } of row_groups) {
      const chunkOf = (name: string) =>
        columns.find(({ meta_data }) => meta_data?.path_in_schema.join(".") === name)!.meta_data!;
      if (chunkOf("attribute_type").statistics?.max_value !== attributeType) continue;
      const { dictionary_page_offset, data_page_offset, total_compressed_size } = chunkOf(column);
      const start = Number(dictionary_page_offset ?? data_page_offset);
      bytes.fill(0xff, start, start + Number(total_compressed_size));
    }
    await writeFile(file, bytes);
  });
