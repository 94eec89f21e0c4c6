/**
 * Reads pictures as Chromium takes them: PNG with 8 bits for each of 3 or 4 channels.
 *
 * @module
 */

/** Pixels in rows, `channels` bytes each. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly pixels: Uint8Array;
}

/** Decodes a picture. */
export const decodePng = async (png: Uint8Array<ArrayBuffer>): Promise<Picture> => {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  const channels = png[25] === 6 ? 4 : 3;
  const data: Array<Uint8Array<ArrayBuffer>> = [];
  for (let at = 8; at < png.length;) {
    const length = view.getUint32(at);
    const type = new TextDecoder().decode(png.subarray(at + 4, at + 8));
    if (type === "IDAT") data.push(png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const inflated = new Blob(data).stream().pipeThrough(new DecompressionStream("deflate"));
  const lines = new Uint8Array(await new Response(inflated).arrayBuffer());
  const stride = width * channels;
  const pixels = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = lines[y * (stride + 1)] ?? 0;
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x;
      const left = x < channels ? 0 : pixels[at - channels]!;
      const up = y === 0 ? 0 : pixels[at - stride]!;
      const corner = x < channels || y === 0 ? 0 : pixels[at - stride - channels]!;
      pixels[at] = lines[y * (stride + 1) + 1 + x]! + predict(filter, left, up, corner);
    }
  }
  return { width, height, channels, pixels };
};

const predict = (filter: number, left: number, up: number, corner: number): number => {
  switch (filter) {
    case 0:
      return 0;
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) >> 1;
    default: {
      const estimate = left + up - corner;
      const distances = [left, up, corner].map((value) => Math.abs(estimate - value));
      const least = Math.min(...distances);
      return distances[0] === least ? left : distances[1] === least ? up : corner;
    }
  }
};

/** Which share of a rectangle is darker than paper. */
export const inkIn = (
  { width, height, channels, pixels }: Picture,
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): number => {
  let ink = 0;
  let all = 0;
  for (let y = Math.floor(box.y); y < Math.min(height, box.y + box.height); y++) {
    for (let x = Math.floor(box.x); x < Math.min(width, box.x + box.width); x++) {
      const at = (y * width + x) * channels;
      all++;
      if (pixels[at]! + pixels[at + 1]! + pixels[at + 2]! < 3 * 200) ink++;
    }
  }
  return all === 0 ? 0 : ink / all;
};
